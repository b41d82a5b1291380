"""Pages of a TIFF compressed by LZW, decoded by libtiff in half the time that imagecodecs' own decoder takes."""

from __future__ import annotations

import math
import struct
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.cores import cores

_Counts = npt.NDArray[np.int64]

_LZW = 5
_FLOATS = 3
_PREDICTED = {1: "uif", 2: "ui", _FLOATS: "f"}
_AT_ONCE = 1 << 20
"""Bytes that are decoded in one call: few enough for the cache, enough for the call not to count."""
_MOST_BETWEEN = 2
_START, _BIG_TIFF = 16, b"II+\0\x08\0\0\0"
_SHORT, _LONG, _LONG8 = 3, 4, 16


def decode_lzw(page: Any) -> npt.NDArray[Any] | None:
    """Decode a page of which each number is a few whole bytes.

    libtiff is trusted with little but LZW: it is given the strips or tiles as those of a grey picture of bytes, one
    below the other. What the bytes mean (order, sign, colours, tiles) is seen to here, for those who leave that to
    libtiff, or to Pillow, are given other numbers than were stored for some kinds, without a word. Only the predictor
    of floating-point numbers, which has but one meaning, is left to it where that is quicker.

    Parameters
    ----------
    page : tifffile.TiffPage
        Of an open file.

    Returns
    -------
    (samples, 1, H, W, samples) array or None
        As tifffile has it, where one count of samples is 1; None where the page is of another kind, or libtiff finds
        it damaged: it is left to tifffile to read it, or to say what is wrong.
    """
    if not _is_of_whole_bytes(page):
        return None
    length, width = (page.tilelength, page.tilewidth) if page.is_tiled else _strip(page)
    samples = page.samplesperpixel if page.planarconfig == 1 else 1
    number = math.prod(page.chunked)
    rows = number * length if page.is_tiled else page.shaped[0] * page.imagelength
    if -(-rows // length) != number or min(len(page.dataoffsets), len(page.databytecounts)) < number:
        return None
    dtype, predictor = np.dtype(page.dtype), int(page.predictor)
    floats = predictor == _FLOATS and samples == 1
    row, number_type = (width, dtype) if floats else (width * samples * dtype.itemsize, np.dtype(np.uint8))
    decoded = np.empty((rows, row), number_type)
    try:
        _decode(page, number, length, decoded)
    except (RuntimeError, ValueError, OverflowError):
        return None
    if floats:
        return _joined(decoded, page, length, width)
    pixels = decoded.view(dtype.newbyteorder(page.parent.byteorder)).reshape(rows, width, samples)
    if predictor != 1:
        import tifffile

        pixels = tifffile.TIFF.UNPREDICTORS[page.predictor](pixels, axis=-2, out=pixels)
    return _joined(pixels, page, length, width)


def _is_of_whole_bytes(page: Any) -> bool:
    formats = page.tags.valueof(339)
    return (
        page.compression == _LZW
        and page.fillorder == 1
        and page.dtype is not None
        and page.bitspersample == 8 * np.dtype(page.dtype).itemsize
        and np.dtype(page.dtype).kind in _PREDICTED.get(int(page.predictor), "")
        and not (isinstance(formats, tuple) and len(set(formats)) > 1)
        and page.shaped[1] == 1
        and (not page.is_tiled or page.tiledepth == 1)
        # Where each colour has strips of its own, its last one must not be shorter than the others.
        and (page.is_tiled or page.shaped[0] == 1 or page.imagelength % _strip(page)[0] == 0)
    )


def _strip(page: Any) -> tuple[int, int]:
    return min(page.rowsperstrip, page.imagelength), page.imagewidth


def _joined(pixels: npt.NDArray[Any], page: Any, length: int, width: int) -> npt.NDArray[Any]:
    """Put the strips or tiles, which lie one below the other, where they belong."""
    if not page.is_tiled:
        return pixels.reshape(page.shaped)
    planes, _, height, columns, samples = page.shaped
    down, along = -(-height // length), -(-columns // width)
    tiles = pixels.reshape(planes, down, along, length, width, samples).swapaxes(2, 3)
    image = tiles.reshape(planes, 1, down * length, along * width, samples)
    return image[:, :, :height, :columns]


def _decode(page: Any, number: int, length: int, decoded: npt.NDArray[Any]) -> None:
    """Decode so many strips or tiles, of ``length`` rows each but for the last one, into the rows of an array."""
    import imagecodecs

    file, lock = page.parent.filehandle, Lock()
    offsets = np.array(page.dataoffsets[:number], np.int64)
    # Some programs say more bytes than the last strip has.
    counts = np.minimum(np.array(page.databytecounts[:number], np.int64), file.size - offsets)
    at_once = max(1, _AT_ONCE // (length * decoded.strides[0]))

    def decode_some(first: int) -> None:
        some = slice(first, first + at_once)
        rows = decoded[first * length : (first + at_once) * length]
        with lock:
            tiff = _as_grey(file, offsets[some], counts[some], rows, length)
        imagecodecs.tiff_decode(tiff, out=rows)

    firsts = range(0, number, at_once)
    threads = min(cores(), len(firsts))
    if threads == 1:
        for first in firsts:
            decode_some(first)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(decode_some, firsts))


def _as_grey(file: Any, offsets: _Counts, counts: _Counts, rows: npt.NDArray[Any], length: int) -> bytearray:
    """Read compressed strips into a TIFF in memory, of one grey picture of bytes, or of predicted floats."""
    first = int(offsets.min())
    read = int((offsets + counts).max()) - first
    if read > _MOST_BETWEEN * int(counts.sum()):
        raise ValueError("strips that are scattered over the file")
    tables = -(-(_START + read) // 8) * 8
    number, places = len(offsets), np.concatenate([offsets - first + _START, counts]).astype("<u8")
    strips = (tables, tables + 8 * number) if number > 1 else (int(places[0]), int(places[1]))
    tags = (
        (256, _LONG, 1, rows.shape[1]),
        (257, _LONG, 1, rows.shape[0]),
        (258, _SHORT, 1, 8 * rows.itemsize),
        (259, _SHORT, 1, _LZW),
        (262, _SHORT, 1, 1),
        (273, _LONG8, number, strips[0]),
        (277, _SHORT, 1, 1),
        (278, _LONG, 1, length),
        (279, _LONG8, number, strips[1]),
        (317, _SHORT, 1, _FLOATS if rows.dtype.kind == "f" else 1),
        (339, _SHORT, 1, _FLOATS if rows.dtype.kind == "f" else 1),
    )
    directory = b"".join(
        [struct.pack("<Q", len(tags)), *(struct.pack("<2H2Q", *tag) for tag in tags), bytes(8)]
    )
    end = tables + places.nbytes
    tiff = bytearray(end + len(directory))
    tiff[:_START] = _BIG_TIFF + struct.pack("<Q", end)
    file.seek(first)
    if file.readinto(memoryview(tiff)[_START : _START + read]) != read:
        raise ValueError("a file that ends too early")
    tiff[tables:end] = places.tobytes()
    tiff[end:] = directory
    return tiff
