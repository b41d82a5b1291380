"""Pictures (PNG, JPEG, BMP and others) through Pillow, and NumPy arrays."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from workbench.micrographs.formats.beside import axes_beside
from workbench.micrographs.formats.content import Axis, Content, Unreadable, never_read
from workbench.micrographs.formats.raw import read_every, read_image

_AS_ARRAY = {"1", "L", "LA", "RGB", "RGBA", "I", "F", "I;16", "I;16L", "I;16B", "I;16N"}

_DTYPES: dict[str, np.dtype[Any]] = {
    "1": np.dtype(np.bool_),
    "F": np.dtype(np.float32),
    "I": np.dtype(np.int32),
    **dict.fromkeys(("I;16", "I;16L", "I;16B", "I;16N"), np.dtype(np.uint16)),
}
_PNG = b"\x89PNG"
_JPEG_TEXTS = {*range(0xE0, 0xF0), 0xFE}
_PLUGINS = (
    (_PNG, "PngImagePlugin", "PngImageFile"),
    (b"\xff\xd8", "JpegImagePlugin", "JpegImageFile"),
    (b"BM", "BmpImagePlugin", "BmpImageFile"),
    (b"GIF8", "GifImagePlugin", "GifImageFile"),
    (b"RIFF", "WebPImagePlugin", "WebPImageFile"),
    (b"P", "PpmImagePlugin", "PpmImageFile"),
    (b"", "Jpeg2KImagePlugin", "Jpeg2KImageFile"),
)


def read_picture(path: Path, stack: ExitStack) -> list[Content]:
    """Describe a PNG, JPEG, BMP, GIF, WebP, JPEG 2000 or PGM picture.

    Its resolution in dots an inch is not the specimen's and is not used; a text file beside it may give a pixel size.
    """
    file = stack.enter_context(path.open("rb"))
    head = file.read(1024)
    file.seek(0)
    # Not Image.open: that refuses large micrographs as decompression bombs. Our caller checks the memory
    # first.
    if _is_jpeg_ls(head):
        return [_deep_jpeg(path, "jpegls_decode")]
    module, name = next((module, name) for start, module, name in _PLUGINS if head.startswith(start))
    try:
        image: Any = getattr(import_module(f"PIL.{module}"), name)(file)
    except SyntaxError as error:
        if "-bit layers" not in str(error):
            raise
        return [_deep_jpeg(path, "jpeg8_decode")]
    decode = _deep_decoder(head)
    dtype = _DTYPES.get(image.mode, np.dtype(np.uint8)) if decode is None else np.dtype(np.uint16)
    frames = getattr(image, "n_frames", 1)

    def read(frame: int) -> npt.NDArray[Any]:
        if decode is not None:
            return np.asarray(decode(path.read_bytes()))
        if frames > 1:
            image.seek(frame)
        image.load()
        return np.asarray(image if image.mode in _AS_ARRAY else image.convert("RGB"))

    shape = (*([frames] if frames > 1 else []), image.height, image.width)
    axes = axes_beside(path, image.height, image.width) or (Axis(), Axis())
    return [Content(path.stem, shape, dtype, read, axes, lambda: dict(image.info))]


def _is_jpeg_ls(head: bytes) -> bool:
    """Whether a JPEG is one without loss as JPEG-LS has it: by what follows the texts of applications and comments."""
    at = 2
    while head.startswith(b"\xff\xd8") and head[at : at + 1] == b"\xff" and head[at + 1] in _JPEG_TEXTS:
        at += 2 + int.from_bytes(head[at + 2 : at + 4], "big")
    return head.startswith(b"\xff\xd8") and head[at : at + 2] == b"\xff\xf7"


def _deep_jpeg(path: Path, decoder: str) -> Content:
    """Describe a JPEG of 12 or 16 bit, or a JPEG-LS, which Pillow does not read; decoded for its size."""
    import imagecodecs

    def read(_frame: int) -> npt.NDArray[Any]:
        return np.asarray(getattr(imagecodecs, decoder)(path.read_bytes()))

    pixels = read(0)
    axes = axes_beside(path, *pixels.shape[:2]) or (Axis(), Axis())
    return Content(path.stem, pixels.shape[:2], pixels.dtype, read, axes)


def _deep_decoder(head: bytes) -> Callable[[bytes], Any] | None:
    """Return what decodes a picture of more than 8 bit of which Pillow would keep 8, without a word."""
    if head.startswith(_PNG):
        if head[24] == 16 and head[25] in (2, 4, 6):
            import imagecodecs

            return cast("Callable[[bytes], Any]", imagecodecs.png_decode)
        return None
    box = head.find(b"ihdr")
    at = box + 14 if box >= 0 else 42
    if (box >= 0 or head.startswith(b"\xff\x4f")) and 8 < (head[at] & 0x7F) + 1 <= 16:
        import imagecodecs

        return cast("Callable[[bytes], Any]", imagecodecs.jpeg2k_decode)
    shades = re.match(rb"P[2356]\s+(?:#[^\n]*\s+)*\d+\s+(?:#[^\n]*\s+)*\d+\s+(?:#[^\n]*\s+)*(\d+)\s", head)
    if shades and int(shades[1]) != 255 and not (int(shades[1]) == 65535 and head[1:2] in b"25"):
        raise Unreadable(
            f"is a PNM picture of {int(shades[1]) + 1} shades, which is not read; save it as PNG or TIFF"
        )
    return None


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
            return read_image(path, start + frame * size * dtype.itemsize, dtype, image)
        # Where columns come first, the frames of a stack lie in each other: pixel after pixel of all of them.
        among = np.ravel_multi_index(
            np.unravel_index(frame, shape[:height_axis]), shape[:height_axis], order="F"
        )
        pixels = read_every(path, start, dtype, size, frames, int(among))
        return pixels.reshape(image, order="F")

    return [Content(path.stem, shape[: height_axis + 2], dtype, read)]
