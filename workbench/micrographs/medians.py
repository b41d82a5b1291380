"""The 3 x 3 median of a large image, strip by strip, so that nothing but the strip is held twice."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.micrographs.micrograph import FloatImage

_STRIP_PIXELS = 1 << 17
"""What fits into the cache of a core, with the strip's intermediate results."""


def strips(shape: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """Cut an image into strips of whole rows: first row, and the row after the last."""
    rows = max(1, _STRIP_PIXELS // shape[1])
    for top in range(0, shape[0], rows):
        yield top, min(top + rows, shape[0])


def median_3x3(image: FloatImage, top: int, bottom: int) -> FloatImage:
    """Median of 3 x 3 for rows `top` to `bottom`, edges mirrored about the outer pixels.

    Columns are sorted once and shared by their three windows (Smith 1996): nine times faster than a general
    filter.
    """
    height, width = image.shape
    above = image[_mirrored(top - 1, height)]
    below = image[_mirrored(bottom, height)]
    padded = np.empty((bottom - top + 2, width + 2), np.float32)
    padded[0, 1:-1] = above
    padded[1:-1, 1:-1] = image[top:bottom]
    padded[-1, 1:-1] = below
    padded[:, 0] = padded[:, 1 + _mirrored(-1, width)]
    padded[:, -1] = padded[:, 1 + _mirrored(width, width)]

    a, b, c = padded[:-2], padded[1:-1], padded[2:]
    low, high = np.minimum(a, b), np.maximum(a, b)
    middle = np.minimum(high, c)
    np.maximum(high, c, out=high)
    b = np.minimum(low, middle)
    np.maximum(low, middle, out=middle)
    low = b

    largest_low = np.maximum(low[:, :-2], low[:, 1:-1])
    np.maximum(largest_low, low[:, 2:], out=largest_low)
    smallest_high = np.minimum(high[:, :-2], high[:, 1:-1])
    np.minimum(smallest_high, high[:, 2:], out=smallest_high)
    return _median_of(largest_low, _median_of(middle[:, :-2], middle[:, 1:-1], middle[:, 2:]), smallest_high)


def _median_of(a: FloatImage, b: FloatImage, c: FloatImage) -> FloatImage:
    low, high = np.minimum(a, b), np.maximum(a, b)
    np.minimum(high, c, out=high)
    return np.maximum(low, high, out=low)


def _mirrored(index: int, length: int) -> int:
    if length == 1:
        return 0
    return -index if index < 0 else 2 * (length - 1) - index if index >= length else index
