"""The outline of a mask as lines that a browser can draw."""

from __future__ import annotations

import numpy as np

from workbench.compute.explaining import box_of
from workbench.micrographs.micrograph import BoolImage

MOST_POINTS = 20_000
Lines = list[list[float]]


def outlines(selected: BoolImage) -> Lines:
    """Return closed lines around the pixels of a mask.

    Parameters
    ----------
    selected : (H, W) bool array
        At least one pixel.

    Returns
    -------
    list of list of float
        Each ``[x, y, x, y, ...]`` in px from the corner of the array; the middle of its first pixel is at 0.5, 0.5.
    """
    from skimage.measure import approximate_polygon, find_contours

    rows, columns = box_of(selected)
    part = np.pad(selected[rows, columns], 1).astype(np.uint8)
    contours = find_contours(part, 0.5)
    corner = np.array([rows.start - 0.5, columns.start - 0.5])
    for tolerance in (0.4, 1.0, 2.0, 4.0):
        lines = [approximate_polygon(contour, tolerance) for contour in contours]
        if sum(map(len, lines)) <= MOST_POINTS:
            break
    return [np.round((line + corner)[:-1, ::-1], 1).ravel().tolist() for line in lines]
