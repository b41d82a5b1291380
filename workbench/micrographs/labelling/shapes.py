"""Which pixels a brush, a lasso or a flood covers, to the pixel as the browser draws them.

Points are whole pixels, (row, column), and may lie outside the image. The arithmetic is that of
``app/viewer/label_shapes.js``: whole numbers, or the same divisions in the same order, so that both give the same
pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from workbench.micrographs.micrograph import BoolImage

Points = Sequence[Sequence[int]] | npt.NDArray[Any]
_ROWS_AT_ONCE = 64
_FIRST_REACH = 128


class Region(NamedTuple):
    """Pixels of an image: a box, and which pixels in it.

    Attributes
    ----------
    rows, columns : slice
        The box, inside the image; empty where nothing is covered.
    mask : (h, w) bool array
    """

    rows: slice
    columns: slice
    mask: BoolImage


def brush(shape: tuple[int, int], points: Points, size_px: int) -> Region:
    """Return the pixels within half the size of a brush of its path.

    Parameters
    ----------
    shape : (int, int)
        Of the image.
    points : (N, 2) whole numbers
        The path; a single point is a dab.
    size_px : int
        Diameter of the brush; at 1 a pixel, at 3 a square of 3.

    Returns
    -------
    Region
    """
    path = _path(points)
    reach = size_px // 2
    region = _box(shape, path, reach)
    top, left = region.rows.start, region.columns.start
    for start, end in pairwise(path if len(path) > 1 else [*path, *path]):
        _segment(region.mask, start[0] - top, start[1] - left, end[0] - top, end[1] - left, size_px)
    return region


def polygon(shape: tuple[int, int], points: Points) -> Region:
    """Return the pixels inside a closed line and on it; where the line crosses itself, every part is inside.

    Parameters
    ----------
    shape : (int, int)
        Of the image.
    points : (N, 2) whole numbers
        Corners; the last is joined to the first.

    Returns
    -------
    Region
    """
    path = _path(points)
    closed = [*path, path[0]]
    region = _box(shape, closed, 0)
    mask, top, left = region.mask, region.rows.start, region.columns.start
    corners = np.array(closed, np.int64)
    (y0, x0), (y1, x1) = corners[:-1].T, corners[1:].T
    for row in range(mask.shape[0]):
        y = row + top
        crossed = np.flatnonzero((y0 <= y) != (y1 <= y))
        if not len(crossed):
            continue
        a, b, c, d = y0[crossed], x0[crossed], y1[crossed], x1[crossed]
        at = b + ((y - a) * (d - b)).astype(np.float64) / (c - a)
        order = np.argsort(at, kind="stable")
        turns = np.cumsum(np.where(c > a, 1, -1)[order])
        for number in np.flatnonzero(turns[:-1]):
            first = int(np.ceil(at[order[number]])) - left
            last = int(np.floor(at[order[number + 1]])) - left
            mask[row, max(first, 0) : max(last + 1, 0)] = True
    line = brush(shape, closed, 1)
    mask |= line.mask
    return region


def flood(
    shape: tuple[int, int], seed: tuple[int, int], passes: Callable[[slice, slice], BoolImage]
) -> Region:
    """Return the pixels connected with a seed, through sides, over which a flood passes.

    Looks at a window around the seed and widens it as long as the flood reaches its rim, so that the cost is that of
    the particle and not of the micrograph.

    Parameters
    ----------
    shape : (int, int)
        Of the image.
    seed : (int, int)
        Row and column; outside the image, or where the flood does not pass, nothing is covered.
    passes : callable(rows, columns) -> (h, w) bool array
        Where the flood passes, in a window.

    Returns
    -------
    Region
    """
    nothing = Region(slice(0, 0), slice(0, 0), np.zeros((0, 0), np.bool_))
    if not all(0 <= place < edge for place, edge in zip(seed, shape, strict=True)):
        return nothing
    reach = _FIRST_REACH
    while True:
        window = tuple(
            slice(max(place - reach, 0), min(place + reach + 1, edge))
            for place, edge in zip(seed, shape, strict=True)
        )
        labels, _count = ndimage.label(passes(*window))
        here = labels[seed[0] - window[0].start, seed[1] - window[1].start]
        if not here:
            return nothing
        mask = labels == here
        sides = (mask[0], mask[-1], mask[:, 0], mask[:, -1])
        inner = (window[0].start, shape[0] - window[0].stop, window[1].start, shape[1] - window[1].stop)
        if not any(side.any() and beyond for side, beyond in zip(sides, inner, strict=True)):
            break
        reach *= 3
    (box,) = ndimage.find_objects(mask.astype(np.uint8))
    rows, columns = (slice(s.start + w.start, s.stop + w.start) for s, w in zip(box, window, strict=True))
    return Region(rows, columns, mask[box])


def _path(points: Points) -> list[tuple[int, int]]:
    return [(int(y), int(x)) for y, x in np.asarray(points).reshape(-1, 2)]


def _box(shape: tuple[int, int], path: list[tuple[int, int]], reach: int) -> Region:
    sides = []
    for along, edge in zip(zip(*path, strict=True), shape, strict=True):
        start = min(max(min(along) - reach, 0), edge)
        sides.append(slice(start, max(min(max(along) + reach + 1, edge), start)))
    rows, columns = sides
    return Region(rows, columns, np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.bool_))


def _segment(mask: BoolImage, y0: int, x0: int, y1: int, x1: int, size: int) -> None:
    """Cover what lies within half the size of a straight line; compared as four times the squared distance."""
    height, width = mask.shape
    reach, dy, dx = size // 2, y1 - y0, x1 - x0
    length, limit = dy * dy + dx * dx, size * size
    last = min(max(y0, y1) + reach, height - 1)
    for top in range(max(min(y0, y1) - reach, 0), last + 1, _ROWS_AT_ONCE):
        bottom = min(top + _ROWS_AT_ONCE - 1, last)
        low, high = min(x0, x1), max(x0, x1)
        if dy:  # only the part of the line that these rows can reach
            ends = [min(max((row - y0) / dy, 0.0), 1.0) for row in (top - size / 2, bottom + size / 2)]
            low, high = (int(edge(x0 + end * dx for end in ends)) for edge in (min, max))
        left, right = max(low - reach - 2, 0), min(high + reach + 2, width - 1)
        if right < left:
            continue
        y, x = np.arange(top, bottom + 1)[:, None], np.arange(left, right + 1)[None]
        wy, wx = y - y0, x - x0
        along, across = wy * dy + wx * dx, wx * dy - wy * dx
        before, after = 4 * (wy * wy + wx * wx), 4 * ((y - y1) ** 2 + (x - x1) ** 2)
        near = np.where(
            along <= 0,
            before <= limit,
            np.where(along >= length, after <= limit, 4 * across * across <= limit * length),
        )
        mask[top : bottom + 1, left : right + 1] |= near
