"""Write an image so that other programs know how large its pixels are."""

from __future__ import annotations

import errno
import os
import tempfile
import threading
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import ComputeError, MicrographError

_UMASK = threading.Lock()
_NO_ROOM = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}
_AS_THEY_ARE = (np.dtype(np.uint8), np.dtype(np.uint16), np.dtype(np.float32))


def write_tiff(
    path: Path | str, array: npt.NDArray[Any], nm_per_px: float | None, description: str = ""
) -> None:
    """Write a 2-D image as an uncompressed TIFF that carries its pixel size.

    The size is written as ImageJ does (unit and resolution) and in the tags of DigitalMicrograph, which
    HyperSpy reads too. The file appears under its name only when it is complete; until then an older one
    stays.

    Parameters
    ----------
    path : Path or str
    array : (H, W) array
        bool becomes 0 and 255 in uint8; uint8, uint16 and float32 stay; any other number becomes float32.
    nm_per_px : float or None
        Edge of a square pixel in nanometres; ``None`` writes no scale.
    description : str
        Free text, shown by ImageJ under Image > Show Info.

    Raises
    ------
    MicrographError
        If the array is not a 2-D image of real numbers, or the pixel size not a positive number.
    ComputeError
        If the file cannot be written: the disk is full, or the folder missing or protected.
    """
    path = Path(path)
    pixels = _as_written(path.name, np.asarray(array))
    if nm_per_px is not None and not (np.isfinite(nm_per_px) and nm_per_px > 0):
        raise MicrographError(
            f"{path.name}: the pixel size must be a positive number of nanometres, not {nm_per_px}."
        )
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".part", dir=path.parent)
        temporary = Path(name)
        os.close(handle)
        _write(temporary, pixels, nm_per_px, description)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~umask())
        temporary.replace(path)
    except OSError as error:
        raise ComputeError(_what_went_wrong(path, error)) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _as_written(name: str, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if array.ndim != 2 or array.size == 0 or array.dtype.kind not in "buif":
        raise MicrographError(
            f"{name}: only a two-dimensional image of real numbers can be written, "
            f"not {array.dtype} of shape {array.shape}."
        )
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * np.uint8(255)
    return array if array.dtype in _AS_THEY_ARE else array.astype(np.float32)


def _write(path: Path, pixels: npt.NDArray[Any], nm_per_px: float | None, description: str) -> None:
    import tifffile

    metadata: dict[str, Any] = {"Info": description} if description else {}
    options: dict[str, Any] = {}
    if nm_per_px is not None:
        metadata["unit"] = "nm"
        options["resolution"] = (1 / nm_per_px, 1 / nm_per_px)
        options["extratags"] = [
            (65003, "s", 3, "nm", False),
            (65004, "s", 3, "nm", False),
            (65009, "d", 1, float(nm_per_px), False),
            (65010, "d", 1, float(nm_per_px), False),
        ]
    tifffile.imwrite(path, pixels, imagej=True, metadata=metadata, **options)


@cache
def umask() -> int:
    """Return which permissions new files do not get: mkstemp alone would leave a file private to its owner."""
    # it can only be read by setting it
    with _UMASK:  # two threads at once would leave it at 0
        mask = os.umask(0)
        os.umask(mask)
        return mask


def _what_went_wrong(path: Path, error: OSError) -> str:
    if error.errno in _NO_ROOM:
        return f"{path.name} was not written because there is no room on the disk; free some and save again."
    if error.errno == errno.ENOENT:
        return (
            f"{path.name} was not written because the folder {path.parent} does not exist; create it first."
        )
    reason = (error.strerror or "the file system refused").lower()
    return f"{path.name} was not written to {path.parent} ({reason}); choose another folder."
