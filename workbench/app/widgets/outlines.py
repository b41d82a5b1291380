"""The outline of a mask as lines that a browser can draw."""

from __future__ import annotations

import numpy as np

from workbench.compute.explaining import box_of
from workbench.micrographs.micrograph import BoolImage

MOST_POINTS = 20_000
FEWEST_CORNERS = 6
"""That a line has left where some are left out of it."""
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


def many_outlines(selected: BoolImage) -> Lines:
    """Return closed lines around many pieces of a mask, along its pixels: in a small part of the time of `outlines`.

    Where they have more than 20,000 corners together, some of each are left out.

    Parameters
    ----------
    selected : (H, W) bool array
        At least one pixel.

    Returns
    -------
    list of list of float
        As of `outlines`.
    """
    from skimage.measure import find_contours

    rows, columns = box_of(selected)
    contours = find_contours(np.pad(selected[rows, columns], 1).astype(np.uint8), 0.5)
    points = np.concatenate([contour[:-1] for contour in contours])
    lengths = np.array([len(contour) - 1 for contour in contours])
    ends = np.cumsum(lengths)
    before, after = np.arange(len(points)) - 1, np.arange(len(points)) + 1
    before[ends - lengths], after[ends - 1] = ends - 1, ends - lengths
    corners = np.flatnonzero((points - points[before] != points[after] - points).any(axis=1))
    which = np.repeat(np.arange(len(contours)), lengths)[corners]
    counts = np.bincount(which, minlength=len(contours))
    steps = np.clip(counts // FEWEST_CORNERS, 1, -(-len(corners) // MOST_POINTS))
    place = np.arange(len(corners)) - (np.cumsum(counts) - counts)[which]
    kept = place % steps[which] == 0
    moved = np.round(points[corners[kept]] + [rows.start - 0.5, columns.start - 0.5], 1)[:, ::-1]
    lines = np.split(moved, np.flatnonzero(np.diff(which[kept])) + 1)
    return [line.ravel().tolist() for line in lines]
