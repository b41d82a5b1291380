"""PNG and JPEG through Pillow, and NumPy arrays."""

from __future__ import annotations

import math
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.micrographs.formats.content import Content, Unreadable, never_read
from workbench.micrographs.formats.raw import read_array, read_every

_AS_ARRAY = {"1", "L", "LA", "RGB", "RGBA", "I", "F", "I;16", "I;16L", "I;16B", "I;16N"}

_DTYPES: dict[str, np.dtype[Any]] = {
    "1": np.dtype(np.bool_),
    "F": np.dtype(np.float32),
    "I": np.dtype(np.int32),
    **dict.fromkeys(("I;16", "I;16L", "I;16B", "I;16N"), np.dtype(np.uint16)),
}


def read_picture(path: Path, stack: ExitStack) -> list[Content]:
    """Describe a PNG or JPEG. Its resolution in dots an inch is not the specimen's and is not used."""
    from PIL import JpegImagePlugin, PngImagePlugin

    file = stack.enter_context(path.open("rb"))
    # Not Image.open: that refuses large micrographs as decompression bombs. Our caller checks the memory
    # first.
    if file.read(1) == b"\x89":
        file.seek(0)
        image: Any = PngImagePlugin.PngImageFile(file)
    else:
        file.seek(0)
        image = JpegImagePlugin.JpegImageFile(file)
    dtype = _DTYPES.get(image.mode, np.dtype(np.uint8))

    def read(_frame: int) -> npt.NDArray[Any]:
        image.load()
        return np.asarray(image if image.mode in _AS_ARRAY else image.convert("RGB"))

    return [Content(path.stem, (image.height, image.width), dtype, read, original=lambda: dict(image.info))]


def read_npy(path: Path, stack: ExitStack) -> list[Content]:  # noqa: ARG001
    """Describe a NumPy array: (H, W), (N, H, W), (N, H, W, 1), or (H, W, 3 or 4) in colour; no pickle."""
    with path.open("rb") as file:
        version = np.lib.format.read_magic(file)
        header = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        stored, by_columns, dtype = header(file)
        start = file.tell()
    if dtype.hasobject:
        raise Unreadable(
            "holds Python objects, which are never loaded; save a plain array of numbers instead"
        )
    if start + math.prod(stored) * dtype.itemsize > path.stat().st_size:
        raise ValueError("fewer numbers than the header says")
    shape = stored[:-1] if len(stored) > 2 and stored[-1] == 1 else stored
    colours = len(shape) == 3 and shape[-1] in (3, 4) and min(shape[:2]) > 4
    height_axis = len(shape) - 3 if colours else len(shape) - 2
    if height_axis < 0 or math.prod(shape) == 0:
        return [
            Content(
                path.stem,
                stored,
                dtype,
                never_read,
                refused=f"holds an array of shape {stored}, not an image",
            )
        ]
    frames, image = math.prod(shape[:height_axis]), shape[height_axis:]

    def read(frame: int) -> npt.NDArray[Any]:
        size = math.prod(image)
        if not by_columns:
            return read_array(path, start + frame * size * dtype.itemsize, dtype, image)
        # Where columns come first, the frames of a stack lie in each other: pixel after pixel of all of them.
        among = np.ravel_multi_index(
            np.unravel_index(frame, shape[:height_axis]), shape[:height_axis], order="F"
        )
        pixels = read_every(path, start, dtype, size, frames, int(among))
        return pixels.reshape(image, order="F")

    return [Content(path.stem, shape[: height_axis + 2], dtype, read)]
