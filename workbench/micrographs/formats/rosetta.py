"""DigitalMicrograph, HyperSpy and EMD files, through RosettaSciIO."""

from __future__ import annotations

import math
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.micrographs.formats.content import Axis, Content, Unreadable, never_read
from workbench.micrographs.formats.lengths import not_an_image
from workbench.micrographs.formats.plain import known_from_metadata

_HEIGHTS = {"y", "height"}
_WIDTHS = {"x", "width"}


def read_dm(path: Path, stack: ExitStack) -> list[Content]:  # noqa: ARG001
    """Describe a DigitalMicrograph file, version 3 or 4."""
    from rsciio.digitalmicrograph import file_reader

    try:
        signals = file_reader(str(path), lazy=True)
    except ValueError as error:
        if "RGBA" not in str(error):
            raise
        signals = file_reader(str(path), lazy=False)
    return [describe(path, signal) for signal in signals]


def read_hdf5(path: Path, stack: ExitStack) -> list[Content]:  # noqa: ARG001
    """Describe a HyperSpy file, or an EMD file of Velox or NCEM."""
    import h5py

    with h5py.File(path, "r") as file:
        names = set(file)
        velox = "Version" in names and "Data" in names
        hyperspy = "Experiments" in names
        emd = velox or _has_emd_group(file)
    if hyperspy:
        from rsciio.hspy import file_reader

        signals = file_reader(str(path), lazy=True)
    elif emd:
        from rsciio.emd import file_reader

        # Spectra are left alone: they are large, and no micrographs.
        signals = file_reader(str(path), lazy=True, **({"select_type": "images"} if velox else {}))
    else:
        raise Unreadable("is an HDF5 file, but neither EMD nor HyperSpy; export the image as TIFF or MRC")
    return [describe(path, signal) for signal in signals]


def _has_emd_group(file: Any) -> bool:
    found: list[str] = []
    file.visititems(lambda name, item: found.append(name) if "emd_group_type" in item.attrs else None)
    return bool(found) or "version_major" in file.attrs


def describe(path: Path, signal: dict[str, Any], stored: np.dtype[Any] | None = None) -> Content:
    """Describe a signal as RosettaSciIO gives it; `stored` is the true type of its numbers where it errs."""
    data = signal["data"]
    axes = signal["axes"]
    metadata = signal.get("metadata") or {}
    original = signal.get("original_metadata") or {}
    title = str(metadata.get("General", {}).get("title") or "")
    title = path.stem if title in ("", "__unnamed__") else title
    colours = data.dtype.names
    dtype = stored or (data.dtype[0] if colours else data.dtype)
    rows, columns = _image_axes(axes, data.ndim)
    # RosettaSciIO marks spectrum images of DigitalMicrograph only by the step that HyperSpy would take next.
    spectral = len(signal.get("post_process", ())) > 1
    if rows is None or columns is None or spectral:
        kind = "a spectrum" if data.ndim < 2 else "a spectrum image"
        return Content(
            title,
            tuple(data.shape),
            dtype,
            never_read,
            refused=f"holds {kind}, not an image; open an image instead",
        )
    frame_axes = [axis for axis in range(data.ndim) if axis not in (rows, columns)]
    frames = tuple(int(data.shape[axis]) for axis in frame_axes)
    image_axes = (_axis(axes[rows]), _axis(axes[columns]))

    def read(frame: int) -> npt.NDArray[Any]:
        where: list[Any] = [slice(None)] * data.ndim
        for axis, index in zip(frame_axes, np.unravel_index(frame, frames) if frames else (), strict=True):
            where[axis] = int(index)
        part = data[tuple(where)]
        # Whatever Dask cluster the session uses: one frame is read here and now.
        image = np.asarray(part.compute(scheduler="synchronous") if hasattr(part, "compute") else part)
        image = image if rows < columns else image.T
        if colours:
            image = np.stack([image[name] for name in ("R", "G", "B")], axis=-1)
        return image if stored is None else np.ascontiguousarray(image).view(stored)

    return Content(
        title,
        (*frames, int(data.shape[rows]), int(data.shape[columns])),
        dtype,
        read,
        image_axes,
        lambda: original,
        known_from_metadata(metadata, original, signal.get("mapping") or {}),
        not_an_image(image_axes),
    )


def _image_axes(axes: list[dict[str, Any]], dimensions: int) -> tuple[int | None, int | None]:
    """Positions in the array of the axes that span the image, (None, None) for a spectrum."""
    inside = [position for position in range(dimensions) if not axes[position].get("navigate")]
    if len(inside) < 2:
        return None, None
    # NCEM's format leaves the order to the writer; names settle it where there are any.
    names = [str(axes[position].get("name") or "").lower() for position in inside]
    height = [position for position, name in zip(inside, names, strict=True) if name in _HEIGHTS]
    width = [position for position, name in zip(inside, names, strict=True) if name in _WIDTHS]
    if len(height) == len(width) == 1:
        return height[0], width[0]
    return inside[-2], inside[-1]


def _axis(axis: dict[str, Any]) -> Axis:
    scale = axis.get("scale")
    unit = axis.get("units")
    number = None if scale is None else float(scale)
    return Axis(math.nan if number is None else number, None if unit is None else str(unit))
