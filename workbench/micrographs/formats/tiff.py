"""TIFF: single pages and stacks, one page read at a time."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.micrographs.formats.content import Content, never_read
from workbench.micrographs.formats.lengths import not_an_image
from workbench.micrographs.formats.tiff_scale import known_from_tags, pixel_axes

_BUILT_IN = {1, 8, 32773, 32946}  # compressions that tifffile decodes alone: none, Deflate (twice), PackBits


def read_tiff(path: Path, stack: ExitStack) -> list[Content]:
    """Describe a TIFF file.

    tifffile directly, not RosettaSciIO, which reads a stack as a whole and keeps the file open.
    """
    import tifffile

    # OME and Micro-Manager files may name others to open, anywhere on the disk; their own pages are enough.
    tiff = stack.enter_context(tifffile.TiffFile(path, is_ome=False, is_mmstack=False))
    return [_content(path, tiff, index, len(tiff.series)) for index in range(len(tiff.series))]


def _content(path: Path, tiff: Any, index: int, count: int) -> Content:
    series = tiff.series[index]
    page = series.keyframe
    title = path.stem if count == 1 else series.name or f"{path.stem} {index}"
    letters, shape = series.axes, series.shape
    if "Y" not in letters or "X" not in letters or series.dtype is None:
        return Content(
            title, tuple(shape), np.dtype(np.uint8), never_read, refused=f"holds no image but axes {letters}"
        )
    frame_axes = [position for position, letter in enumerate(letters) if letter not in "YXS"]
    frames = tuple(shape[position] for position in frame_axes)
    axes = pixel_axes(tiff, page)

    def read(frame: int) -> npt.NDArray[Any]:
        image, order = _frame(path, series, frame, frames, frame_axes)
        wanted = [order.index(letter) for letter in "YXS" if letter in order]
        return _as_seen(image.transpose(wanted), page)

    return Content(
        title,
        (*frames, shape[letters.index("Y")], shape[letters.index("X")]),
        np.dtype(series.dtype),
        read,
        axes,
        lambda: _original(tiff, page),
        known_from_tags(tiff, page),
        not_an_image(axes),
    )


def _frame(
    path: Path, series: Any, frame: int, frames: tuple[int, ...], frame_axes: list[int]
) -> tuple[npt.NDArray[Any], str]:
    """Pixels of one frame and the letters of their axes, read alone wherever the file allows it."""
    page = series.keyframe
    letters = "".join(letter for position, letter in enumerate(series.axes) if position not in frame_axes)
    where: list[Any] = [slice(None)] * len(series.shape)
    for axis, index in zip(frame_axes, np.unravel_index(frame, frames) if frames else (), strict=True):
        where[axis] = int(index)
    if page.compression not in _BUILT_IN:
        return _through_pillow(path, series.pages[frame].index)
    if series.dataoffset is not None:
        dtype = series.dtype.newbyteorder(series.parent.byteorder if hasattr(series, "parent") else "=")
        data = np.memmap(path, dtype, "r", series.dataoffset, tuple(series.shape))
        return np.array(data[tuple(where)]), letters
    if len(series.pages) == max(1, int(np.prod(frames))):
        own = series.pages[frame]
        return own.asarray(), own.axes
    return series.asarray()[tuple(where)], letters


def _through_pillow(path: Path, page: int) -> tuple[npt.NDArray[Any], str]:
    # LZW, JPEG and the rest need imagecodecs in tifffile, but only libtiff in Pillow.
    from PIL import Image

    with Image.open(path) as image:
        image.seek(page)
        pixels = np.asarray(image if image.mode != "P" else image.convert("RGB"))
    return pixels, "YXS" if pixels.ndim == 3 else "YX"


def _as_seen(image: npt.NDArray[Any], page: Any) -> npt.NDArray[Any]:
    """Bright is large: undo white-is-zero, and look colours up in a palette."""
    photometric = int(page.photometric)
    if photometric == 3 and page.colormap is not None and image.ndim == 2:
        return np.asarray(page.colormap)[:, image].transpose(1, 2, 0)
    if photometric == 0 and image.ndim == 2 and image.dtype.kind == "u":
        return np.asarray((1 << int(page.bitspersample)) - 1 - image.astype(np.int64))
    if photometric == 0 and image.dtype.kind == "b":
        return ~image
    return image


def _original(tiff: Any, page: Any) -> dict[str, Any]:
    tags = {tag.name: tag.value for tag in page.tags if not tag.name.endswith(("Offsets", "ByteCounts"))}
    for name in ("imagej_metadata", "fei_metadata", "tvips_metadata", "sis_metadata", "sem_metadata"):
        value = getattr(tiff, name, None)
        if value:
            tags[name] = value
    return tags
