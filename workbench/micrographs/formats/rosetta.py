"""Signals as RosettaSciIO describes them, and DigitalMicrograph files, whose tags it reads."""

from __future__ import annotations

import math
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.micrographs.formats.content import Axis, Content, never_read
from workbench.micrographs.formats.lengths import not_an_image
from workbench.micrographs.formats.plain import known_from_metadata
from workbench.micrographs.formats.raw import read_image

_HEIGHTS = {"y", "height"}
_WIDTHS = {"x", "width"}
_IN_COLOUR = {"8", "23"}


def read_dm(path: Path, stack: ExitStack) -> list[Content]:  # noqa: ARG001
    """Describe a DigitalMicrograph file, version 3 or 4; its tags through RosettaSciIO, which maps the pixels."""
    from rsciio.digitalmicrograph._api import DigitalMicrographReader, ImageObject

    with path.open("rb") as file:
        reader = DigitalMicrographReader(file)
        reader.parse_file()
    order = ">" if reader.endian == "big" else "<"
    images = [ImageObject(tags, None) for tags in reader.get_image_dictionaries()]
    tags = {name: value for name, value in reader.tags_dict.items() if name != "ImageList"}
    contents = [_dm_image(path, image, tags, order) for image in images]
    # A picture in colour beside numbers is their thumbnail, whether or not the file says so.
    colours = [str(image.imdict.ImageData.DataType) in _IN_COLOUR for image in images]
    return [
        replace(content, preview=colour and not all(colours))
        for content, colour in zip(contents, colours, strict=True)
    ]


def _dm_image(path: Path, image: Any, tags: dict[str, Any], order: str) -> Content:
    data = image.imdict.ImageData.Data
    try:
        dtype = np.dtype(image.dtype).newbyteorder(order)
    except (KeyError, TypeError, NotImplementedError):
        what = f"holds numbers of a kind ({image.imdict.ImageData.DataType}) that is not known here"
        return Content(
            path.stem, image.shape, np.dtype(np.uint8), never_read, refused=f"{what}; export it as TIFF"
        )
    # A Fourier transform is stored by its half, and is no image anyway: only its kind is of interest.
    if dtype.kind != "c" and data.offset + math.prod(image.shape) * dtype.itemsize > path.stat().st_size:
        raise ValueError("the pixels are cut short")
    signal = {
        "data": _Stored(path, data.offset, image.shape, dtype),
        "axes": image.get_axes_dict(),
        "metadata": image.get_metadata(),
        "original_metadata": {**tags, "ImageList": {"TagGroup0": image.imdict.to_dict()}},
        "mapping": image.get_mapping(),
    }
    return describe(path, signal, spectral=image.to_spectrum)


@dataclass(frozen=True)
class _Stored:
    """An array in a file, of which one frame is read at a time."""

    path: Path
    offset: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def __getitem__(self, where: tuple[Any, ...]) -> npt.NDArray[Any]:
        frames, image = self.shape[:-2], self.shape[-2:]
        frame = int(np.ravel_multi_index(where[:-2], frames)) if frames else 0
        size = math.prod(image) * self.dtype.itemsize
        return read_image(self.path, self.offset + frame * size, self.dtype, image)


def describe(
    path: Path,
    signal: dict[str, Any],
    *,
    without_names: tuple[int, int] | None = None,
    spectral: bool = False,
) -> Content:
    """Describe a signal as RosettaSciIO gives it.

    Parameters
    ----------
    path : Path
    signal : dict
        Its data is anything that has a shape and a type and gives one frame when it is indexed.
    without_names : (int, int), optional
        Axes of rows and columns where their names do not tell; the last two by default.
    spectral : bool
        Whether it is a spectrum image although its axes do not say so.
    """
    data = signal["data"]
    axes = signal["axes"]
    metadata = signal.get("metadata") or {}
    original = signal.get("original_metadata") or {}
    title = str(metadata.get("General", {}).get("title") or "")
    title = path.stem if title in ("", "__unnamed__") else title
    colours = {"R", "G", "B"} <= set(data.dtype.names or ())
    dtype = data.dtype["R"] if colours else data.dtype
    rows, columns = _image_axes(axes, data.shape, without_names)
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
        return np.stack([image[name] for name in ("R", "G", "B")], axis=-1) if colours else image

    return Content(
        title,
        (*(frames if math.prod(frames) > 1 else ()), int(data.shape[rows]), int(data.shape[columns])),
        dtype,
        read,
        image_axes,
        lambda: original,
        known_from_metadata(metadata, original, signal.get("mapping") or {}),
        not_an_image(image_axes),
    )


def _image_axes(
    axes: list[dict[str, Any]], shape: tuple[int, ...], without_names: tuple[int, int] | None
) -> tuple[int | None, int | None]:
    """Positions in the array of the axes that span the image, (None, None) for a spectrum."""
    inside = [position for position in range(len(shape)) if not axes[position].get("navigate")]
    if len(shape) >= 2 and all(shape[position] == 1 for position in inside):
        # HyperSpy keeps one number for each place of a map, such as the intensity of a line, as a signal without axes.
        inside = [position for position in range(len(shape)) if position not in inside]
    if len(inside) < 2:
        return None, None
    # NCEM's format leaves the order to the writer; names settle it where there are any.
    names = [str(axes[position].get("name") or "").lower() for position in inside]
    height = [position for position, name in zip(inside, names, strict=True) if name in _HEIGHTS]
    width = [position for position, name in zip(inside, names, strict=True) if name in _WIDTHS]
    if len(height) == len(width) == 1:
        return height[0], width[0]
    return without_names or (inside[-2], inside[-1])


def _axis(axis: dict[str, Any]) -> Axis:
    scale = axis.get("scale")
    unit = axis.get("units")
    return Axis(None if scale is None else float(scale), None if unit is None else str(unit))
