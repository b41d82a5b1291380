"""Where a flood by grey value passes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import ndimage

from workbench.micrographs.micrograph import BoolImage, FloatImage

SIGMA_PX = 2.0
"""Grey values are smoothed by this before a flood: in a noisy micrograph no two neighbours have the same grey."""
_MARGIN = int(4 * SIGMA_PX)


def like(pixels: FloatImage, row: int, column: int, tolerance: float) -> Callable[[slice, slice], BoolImage]:
    """Return a function that says where in a window the smoothed grey is that of a pixel, to within a tolerance.

    Parameters
    ----------
    pixels : (H, W) float32 array
    row, column : int
        Outside the image nothing is alike.
    tolerance : float
        In the unit of the pixels.

    Returns
    -------
    callable(rows, columns) -> (h, w) bool array
        As `flood` asks for.
    """
    if not (0 <= row < pixels.shape[0] and 0 <= column < pixels.shape[1]):
        return lambda rows, columns: np.zeros(
            (rows.stop - rows.start, columns.stop - columns.start), np.bool_
        )
    seed = _smooth(pixels, slice(row, row + 1), slice(column, column + 1))[0, 0]
    return lambda rows, columns: np.asarray(np.abs(_smooth(pixels, rows, columns) - seed) <= tolerance)


def _smooth(pixels: FloatImage, rows: slice, columns: slice) -> FloatImage:
    top, left = max(rows.start - _MARGIN, 0), max(columns.start - _MARGIN, 0)
    around = pixels[top : rows.stop + _MARGIN, left : columns.stop + _MARGIN]
    part = ndimage.gaussian_filter(around, SIGMA_PX, truncate=_MARGIN / SIGMA_PX)
    return np.asarray(part[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left])
