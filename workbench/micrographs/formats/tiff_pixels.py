"""The pixels of a TIFF: one frame of a stack, whatever way its page is compressed and its colours are stored."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.cores import cores
from workbench.micrographs.formats.content import Unreadable
from workbench.micrographs.formats.tiff_lzw import decode_lzw

_WHITE_IS_ZERO, _RGB, _PALETTE, _CMYK, _YCBCR = 0, 2, 3, 5, 6
_JPEG = {6, 7, 34892, 33007}
_OTHER_COLOURS = {
    8: "CIELAB colours",
    9: "ICCLAB colours",
    10: "ITULAB colours",
    32803: "the raw mosaic of a colour camera",
    32844: "logarithms of light (LogL)",
    32845: "logarithms of light (LogLuv)",
    34892: "the raw pixels of a photo camera",
}
_ALPHA = {1, 2}
_WORTH_THREADS = 1 << 20
_QUICK = {1, 32773}  # without compression, PackBits


@dataclass(frozen=True)
class Stack:
    """Pages of a TIFF that are one image or one stack.

    Parameters
    ----------
    tiff : tifffile.TiffFile
    name : str
        What the file calls it; may be empty.
    pages : tuple
        At least one, all of one shape; read when they are asked for.
    planes : int
        Images that follow each other from the first page's pixels on, where pages are fewer (ImageJ writes
        one page for a large stack); else 0.
    """

    tiff: Any
    name: str
    pages: tuple[Any, ...]
    planes: int = 0

    @classmethod
    def of_series(cls, tiff: Any, series: Any) -> Stack | None:
        """Take over a series of tifffile; None where what it says is not what the pages are."""
        key = series.keyframe
        if not math.prod(key.shape):
            return cls(tiff, series.name, (key,))
        count, rest = divmod(math.prod(series.get_shape(False)), math.prod(key.shape))
        listed = series._pages
        if rest or None in listed:
            return None
        if len(listed) == count and count > 1:
            return cls(tiff, series.name, tuple(listed))
        if series.kind == "imagej" and _has_room_for_more(tiff, key, count) and len(tiff.pages) > count:
            return None
        if count == 1:
            return cls(tiff, series.name, (key,))
        plain = key.is_contiguous and key.fillorder == 1 and key.predictor == 1
        if len(listed) == 1 and plain and series.dataoffset is not None:
            end = series.dataoffset + count * key.nbytes
            return cls(tiff, series.name, (key,), count) if end <= tiff.filehandle.size else None
        return cls(tiff, series.name, tuple(series)) if len(series) == count else None

    @property
    def keyframe(self) -> Any:
        """The page that stands for all."""
        return self.pages[0].keyframe

    @property
    def colours(self) -> bool:
        """Whether it is a picture in colour, not an image in grey."""
        return _photometric(self.keyframe) in (_RGB, _PALETTE, _CMYK, _YCBCR)

    @property
    def shape(self) -> tuple[int, ...]:
        """Frames first, where there is more than one; height and width last."""
        page = self.keyframe
        frames = (self.planes or len(self.pages)) * _images_in(page)
        return (*([frames] if frames > 1 else []), page.imagelength, page.imagewidth)

    def read(self, frame: int) -> npt.NDArray[Any]:
        """Read one frame into memory: (H, W), or (H, W, C) in colour; large is bright."""
        number, part = divmod(frame, _images_in(self.keyframe))
        if self.planes:
            page = self.keyframe
            pixels = self._plane(number)
        else:
            page = self.pages[number].aspage()
            if (page.shape, page.dtype) != (self.keyframe.shape, self.keyframe.dtype):
                raise Unreadable(
                    f"has a page {number} of {page.imagelength} x {page.imagewidth} pixels ({page.dtype}) among "
                    "pages of another kind; save that page as a file of its own"
                )
            _check_codec(page)
            self._check_whole(page)
            pixels = _decoded(page)
        return _as_seen(pixels.reshape(page.shaped), part, page)

    def _plane(self, number: int) -> npt.NDArray[Any]:
        page, file = self.keyframe, self.tiff.filehandle
        with file.lock:
            file.seek(page.dataoffsets[0] + number * page.nbytes)
            dtype = np.dtype(page.dtype).newbyteorder(self.tiff.byteorder)
            read: npt.NDArray[Any] = file.read_array(dtype, math.prod(page.shaped))
        return read

    def _check_whole(self, page: Any) -> None:
        """Meet a file that ends too early, or was never written to its end, before zeros are shown for it."""
        import tifffile

        size = self.tiff.filehandle.size
        if page.is_contiguous:
            parts = [(page.dataoffsets[0], page.nbytes)]
        else:
            segments = math.prod(page.chunked)
            parts = list(zip(page.dataoffsets, page.databytecounts[:segments], strict=False))
            if len(parts) < segments:
                raise ValueError("fewer strips than the image has rows for")
        # Some programs say more bytes than the last strip has. A codec that is not one of pictures misses what is
        # not there; a JPEG ends in grey.
        lenient = page.compression not in tifffile.TIFF.IMAGE_COMPRESSIONS and not page.is_contiguous
        for offset, count in parts:
            if not offset or not count or (offset >= size if lenient else offset + count > size):
                raise ValueError("strips that are not in the file")


def why_not(page: Any) -> str | None:
    """Say why a page is no image that can be shown as it is; None where it is one."""
    if not page.imagelength or not page.imagewidth or not page.shape:
        return "holds no image but an empty page"
    if page.dtype is None:
        return (
            f"holds numbers of {page.bitspersample} bit (sample format {page.sampleformat}), which are not read; "
            "save it with 8, 16 or 32 bit"
        )
    other = _OTHER_COLOURS.get(_photometric(page))
    if other is not None:
        return f"holds {other}, not shades of grey; save it as a grey TIFF"
    return None


def _has_room_for_more(tiff: Any, page: Any, images: int) -> bool:
    # Counting the pages takes as long as opening the file, so it is done where there could be more of them.
    room: int = tiff.filehandle.size - page.dataoffsets[0] - images * page.nbytes
    return room >= page.nbytes or not page.is_contiguous


def _photometric(page: Any) -> int:
    # Where nothing is said, large is bright, as everybody else has it; tifffile assumes the opposite.
    return int(page.photometric) if page.photometric or 262 in page.tags else 1


def _images_in(page: Any) -> int:
    """Images in one page: slices of a volume, and samples that are no colours."""
    depth: int = page.shaped[1]
    return depth * _samples_apart(page)


def _samples_apart(page: Any) -> int:
    samples: int = page.samplesperpixel
    grey = _photometric(page) not in (_RGB, _PALETTE, _CMYK, _YCBCR)
    return samples - sum(int(kind) in _ALPHA for kind in page.extrasamples) if grey and samples > 1 else 1


def _codec(page: Any) -> str:
    return getattr(page.compression, "name", None) or f"method {int(page.compression)}"


def _codec_missing(name: str) -> Unreadable:
    return Unreadable(
        f"is compressed ({name}), which takes a package that is not installed or not whole; "
        "install it with `pip install imagecodecs`, or save the file without compression"
    )


def _check_codec(page: Any) -> None:
    import tifffile

    name = _codec(page)
    try:
        if int(page.compression) != 1:
            tifffile.TIFF.DECOMPRESSORS[page.compression]
        if int(page.predictor) != 1 and page.compression not in tifffile.TIFF.IMAGE_COMPRESSIONS:
            name += f" with predictor {int(page.predictor)}"
            tifffile.TIFF.UNPREDICTORS[page.predictor]
    except KeyError as error:
        if "requires" in str(error):
            raise _codec_missing(name) from error
        raise Unreadable(
            f"is compressed by a method that is not read here ({name}); "
            "save it without compression where it was made"
        ) from error
    if page.is_subsampled and int(page.compression) not in _JPEG:
        raise Unreadable(
            "holds colours at reduced size (YCbCr, not as JPEG), which are not read; save it as a grey TIFF"
        )


def _decoded(page: Any) -> npt.NDArray[Any]:
    quickly = decode_lzw(page)
    if quickly is not None:
        return quickly
    try:
        # tifffile leaves half of the cores alone, which makes it slower than other programs on a small machine
        slow = page.compression not in _QUICK and page.nbytes > _WORTH_THREADS
        workers = cores() if slow else 1
        pixels: npt.NDArray[Any] = page.asarray(squeeze=False, maxworkers=workers)
    except ImportError as error:  # imagecodecs is there, but was built without this one
        raise _codec_missing(_codec(page)) from error
    except NotImplementedError as error:
        raise Unreadable(
            f"stores its pixels in a way that is not read here ({error}); save it as a plain grey TIFF"
        ) from error
    if int(page.bitspersample) == 24 and pixels.dtype.kind == "u" and page.parent.byteorder == "<":
        # Taken for the most significant byte first, which holds where the file itself is in that order
        pixels = (pixels & 0xFF) << 16 | pixels & 0xFF00 | pixels >> 16
    return pixels


def _as_seen(pixels: npt.NDArray[Any], part: int, page: Any) -> npt.NDArray[Any]:
    """Pick one image of a page, (samples, depth, H, W, samples), and let bright be large."""
    apart = _samples_apart(page)
    slice_, sample = divmod(part, apart)
    planar, interleaved = pixels.shape[0], pixels.shape[-1]
    image = np.moveaxis(pixels[:, slice_], 0, -1).reshape(*pixels.shape[2:4], planar * interleaved)
    photometric = _photometric(page)
    if photometric == _CMYK and image.shape[-1] >= 4:
        most = np.iinfo(image.dtype).max if image.dtype.kind in "ui" else 1
        light = 1 - image[..., :4].astype(np.float64) / most
        return np.asarray(most * light[..., :3] * light[..., 3:])
    if photometric == _YCBCR and int(page.compression) not in _JPEG:
        return image[..., 0]  # the luma is what grey is
    if photometric in (_RGB, _CMYK, _YCBCR):
        return image[..., :3]
    image = image[..., sample]
    if photometric == _PALETTE and page.colormap is not None:
        return _coloured(image, page)
    return _inverted(image, page) if photometric == _WHITE_IS_ZERO else image


def _coloured(image: npt.NDArray[Any], page: Any) -> npt.NDArray[Any]:
    colours = np.asarray(page.colormap)
    # As libtiff does: palettes are of 16 bit, but those of 8-bit pictures hold no more than 8; some are written so.
    if image.dtype.itemsize == 1:
        colours = (colours if colours.max() < 256 else colours >> 8).astype(np.uint8)
    return np.asarray(colours[:, image].transpose(1, 2, 0))


def _inverted(image: npt.NDArray[Any], page: Any) -> npt.NDArray[Any]:
    if image.dtype.kind == "u":
        return np.asarray(image.dtype.type((1 << int(page.bitspersample)) - 1) - image)
    return ~image if image.dtype.kind in "bi" else -image
