"""Write an image so that other programs know how large its pixels are."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import ComputeError, MicrographError
from workbench.micrographs.provenance import mark
from workbench.whole_files import written_whole

_NO_ROOM = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}
_AS_THEY_ARE = (np.dtype(np.uint8), np.dtype(np.uint16), np.dtype(np.float32))


def write_tiff(
    path: Path | str,
    array: npt.NDArray[Any],
    nm_per_px: float | None,
    description: str = "",
    result: str = "",
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
    result : str
        What it is, where it is no micrograph but was made of one: ``mask``, ``probability``, ``map``, ``label``. The
        file says so, and `workbench segment` passes it over.

    Raises
    ------
    MicrographError
        If the array is not a 2-D image of real numbers, or the pixel size not a positive number.
    ComputeError
        If the file cannot be written: the disk is full, or the folder missing or protected.

    Examples
    --------
    >>> import numpy as np
    >>> import workbench as wb
    >>> wb.write_tiff("mask.tif", np.eye(64, dtype=bool), nm_per_px=0.05, result="mask")
    >>> float(wb.open_micrograph("mask.tif").pixels.max())
    255.0
    """
    with tiff_in_waiting(Path(path), array, nm_per_px, description, result):
        pass


@contextmanager
def tiff_in_waiting(
    path: Path, array: npt.NDArray[Any], nm_per_px: float | None, description: str = "", result: str = ""
) -> Iterator[None]:
    """Write a TIFF as `write_tiff` does; it is complete within the block, and takes its name at the end."""
    pixels = _as_written(path.name, np.asarray(array))
    if nm_per_px is not None and not (np.isfinite(nm_per_px) and nm_per_px > 0):
        raise MicrographError(
            f"{path.name}: the pixel size must be a positive number of nanometres, not {nm_per_px}."
        )
    try:
        with written_whole(path) as half:
            _write(half, pixels, nm_per_px, description, result)
            with half.open("rb+") as file:
                os.fsync(file.fileno())
            yield
    except OSError as error:
        raise ComputeError(refused(path, error)) from error


def _as_written(name: str, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if array.ndim != 2 or array.size == 0 or array.dtype.kind not in "buif":
        raise MicrographError(
            f"{name}: only a two-dimensional image of real numbers can be written, "
            f"not {array.dtype} of shape {array.shape}."
        )
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * np.uint8(255)
    return array if array.dtype in _AS_THEY_ARE else array.astype(np.float32)


def _write(
    path: Path, pixels: npt.NDArray[Any], nm_per_px: float | None, description: str, result: str
) -> None:
    import tifffile

    metadata: dict[str, Any] = {"Info": description} if description else {}
    options: dict[str, Any] = {"software": mark(result)} if result else {}
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


def refused(path: Path, error: OSError) -> str:
    """Return in one sentence why a file was not written, and what to do."""
    if error.errno in _NO_ROOM:
        return f"{path.name} was not written because there is no room on the disk; free some and save again."
    if error.errno == errno.ENOENT:
        return (
            f"{path.name} was not written because the folder {path.parent} does not exist; create it first."
        )
    if error.errno == errno.ENAMETOOLONG:
        return f"{path.name[:40]}... was not written because its name is too long; give it a shorter one."
    reason = (error.strerror or "the file system refused").lower()
    return f"{path.name} was not written to {path.parent} ({reason}); choose another folder."
