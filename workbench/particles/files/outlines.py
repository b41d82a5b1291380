"""Particles as polygons along the edges of their pixels, and polygons as pixels again.

The corners of pixels are whole numbers: pixel (row, column) lies between x = column and column + 1, y = row and
row + 1, as in ImageJ. So an outline loses nothing: filled again it gives the same pixels.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.micrographs.micrograph import BoolImage

Loop = npt.NDArray[np.int32]
"""(N, 2): x and y of the corners of a closed polygon, the last one joined to the first."""

_AHEAD = ((0, 1), (1, 0), (0, -1), (-1, 0))
"""Rows and columns of a step along the top of a pixel, down its right side, back along its bottom, up its left."""
_END = ((0, 1), (1, 1), (1, 0), (0, 0))
"""Where each of those four sides ends, from the top left corner of the pixel."""
_TINY = 1e-8


def trace_outlines(labels: npt.NDArray[Any]) -> dict[int, list[Loop]]:
    """Trace the particles of a label image along the edges of their pixels.

    Pixels of a particle that touch at a corner only belong to one loop, as they belong to one particle.

    Parameters
    ----------
    labels : (H, W) array of whole numbers
        0 is background.

    Returns
    -------
    dict of int to list of (N, 2) int32 array
        By the number of the particle: its loops, of which those around pieces run clockwise on the screen, those around
        holes the other way. Filled by the even-odd rule or by the winding number they give the particle.

    Examples
    --------
    >>> trace_outlines(np.array([[0, 7, 7], [0, 0, 7]]))[7][0].tolist()
    [[3, 0], [3, 2], [2, 2], [2, 1], [1, 1], [1, 0]]
    """
    padded = np.pad(np.asarray(labels), 1)
    wide, flat = padded.shape[1], padded.ravel()
    inside = np.flatnonzero(flat)
    edges = [inside[flat[inside] != flat[inside + _step(side - 1, wide)]] for side in range(4)]
    pixel = np.concatenate(edges)
    side = np.repeat(np.arange(4), [len(edge) for edge in edges])
    if not len(pixel):
        return {}
    after = _successors(pixel, side, flat, wide)
    turns = side[after] != side
    corner = np.array(_END)[side] + np.stack(np.divmod(pixel, wide), axis=1) - 1
    found: dict[int, list[Loop]] = {}
    for places in _loops(after.tolist()):
        loop = corner[places[turns[places]], ::-1].astype(np.int32)
        found.setdefault(int(flat[pixel[places[0]]]), []).append(loop)
    return dict(sorted(found.items()))


def _step(side: int, wide: int) -> int:
    """Return how far the pixel ahead lies in a flat array; of the side before it, that across the edge."""
    row, column = _AHEAD[side % 4]
    return row * wide + column


def _successors(
    pixel: npt.NDArray[np.int64], side: npt.NDArray[np.int64], flat: npt.NDArray[Any], wide: int
) -> npt.NDArray[np.int64]:
    """Return for each edge which edge of the same particle goes on where it ends, sharpest turn to the left first."""
    size = len(flat)
    ahead = np.array([_step(one, wide) for one in range(4)])[side]
    across = np.array([_step(one - 1, wide) for one in range(4)])[side]
    own = flat[pixel]
    left = flat[pixel + ahead + across] == own
    straight = ~left & (flat[pixel + ahead] == own)
    to = np.where(left, pixel + ahead + across, np.where(straight, pixel + ahead, pixel))
    turned = np.where(left, side - 1, np.where(straight, side, side + 1)) % 4
    return np.searchsorted(side * size + pixel, turned * size + to)


def _loops(after: list[int]) -> Iterable[npt.NDArray[np.intp]]:
    """Yield the edges of each loop in their order."""
    seen = bytearray(len(after))
    for first in range(len(after)):
        if seen[first]:
            continue
        edges, edge = [], first
        while not seen[edge]:
            seen[edge] = 1
            edges.append(edge)
            edge = after[edge]
        yield np.array(edges, np.intp)


def runs_clockwise(loop: npt.NDArray[Any]) -> bool:
    """Say whether a loop runs clockwise on the screen, as those around pieces do."""
    x, y = loop[:, 0].astype(np.float64), loop[:, 1].astype(np.float64)
    return bool(x @ np.roll(y, -1) > y @ np.roll(x, -1))


def fill_polygons(loops: Iterable[npt.ArrayLike], shape: tuple[int, int]) -> BoolImage:
    """Fill polygons by ImageJ's convention: a pixel belongs to them where its centre lies inside, by the even-odd rule.

    Parameters
    ----------
    loops : iterable of (N, 2) array
        x and y of corners, whole numbers or not; what lies outside the image is cut off.
    shape : (int, int)
        Height and width of the image.

    Returns
    -------
    (H, W) bool array

    Notes
    -----
    A centre on a left or upper edge is outside, one on a right or lower edge inside, as in ImageJ's class PolygonFiller
    (https://imagej.net/ij/source/ij/process/PolygonFiller.java).

    Examples
    --------
    >>> fill_polygons([[[0, 0], [2, 0], [2, 1], [0, 1]]], (2, 3)).astype(int)
    array([[1, 1, 0],
           [0, 0, 0]])
    """
    height, width = shape
    crossed = np.zeros((height, width + 1), np.uint8)
    for given in loops:
        loop = np.asarray(given, np.float64).reshape(-1, 2)
        if len(loop) < 3 or not np.isfinite(loop).all():
            continue
        x, y = loop.T
        below, above = y, np.roll(y, -1)
        start, end = np.ceil(below - 0.5).astype(np.int64), np.ceil(above - 0.5).astype(np.int64)
        first, last = np.clip(np.minimum(start, end), 0, height), np.clip(np.maximum(start, end), 0, height)
        rows = last - first
        edge = np.repeat(np.arange(len(loop)), rows)
        row = np.arange(len(edge)) - np.repeat(np.cumsum(rows) - rows, rows) + first[edge]
        run, rise = np.roll(x, -1) - x, above - below
        at = x[edge] + (row + 0.5 - below[edge]) * (run[edge] / rise[edge])
        column = np.clip(np.floor(at + 0.5 + _TINY), 0, width).astype(np.int64)
        np.add.at(crossed, (row, column), 1)
    filled: BoolImage = np.add.accumulate(crossed[:, :width], axis=1, dtype=np.uint8) % 2 == 1
    return filled
