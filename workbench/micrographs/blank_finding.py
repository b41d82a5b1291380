"""Finds what was painted over: areas of one grey with straight edges, amid a picture that has noise."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from workbench.micrographs.marks import FloatImage, Mark

BoolImage = npt.NDArray[np.bool_]

SAME = 0.004
"""Of the range of grey: what differs by less is one grey; a step of 8 bits."""

SMALLEST_SHARE = 0.02
"""Of the picture: what is smaller is left to letters, bars and saturated particles."""

STRAIGHT_PX = 12
"""Length from which a part of an outline along the rows or columns is an edge that was drawn."""

STRAIGHT_SHARE = 0.9
"""Of the outline that is such an edge."""

FILLED_SHARE = 0.8
"""Of the box around an area; the box is left out, so what is less full would take specimen along."""

NOISY_SHARE = 0.8
"""Of the pixels around it that are not one grey."""

_RING_PX = 6


def find_blanks(differs: FloatImage) -> Iterator[Mark]:
    """Find areas that somebody painted over before the picture was published.

    Such an area is exactly one grey, which nothing that a camera saw is, and its outline runs along the rows and the
    columns, which that of a saturated particle or of vacuum does not. Around it there is noise: in a drawing without
    any, squares are what is shown.

    Parameters
    ----------
    differs : (H, W) float32 array
        By how much grey differs among the 3 x 3 pixels around each, as a share of the picture's range.

    Yields
    ------
    Mark
        Of kind ``blank``: the box around each.
    """
    pieces, _count = ndimage.label(differs <= SAME)
    large = np.flatnonzero(np.bincount(pieces.ravel())[1:] >= SMALLEST_SHARE * differs.size) + 1
    boxes = ndimage.find_objects(pieces) if len(large) else []
    for number in large:
        box = boxes[number - 1]
        piece = _without_fringe(np.pad(pieces[box] == number, 1))
        if piece.sum() >= FILLED_SHARE * piece.size and _straight(piece, box, differs.shape):
            rows, columns = (slice(max(part.start - 1, 0), part.stop + 1) for part in box)
            if _noisy_around(differs, rows, columns):
                height, width = differs.shape
                yield Mark(
                    "blank", rows.start, min(rows.stop, height), columns.start, min(columns.stop, width)
                )


def _without_fringe(piece: BoolImage) -> BoolImage:
    """Return what squares of 9 px can cover: JPEG blurs the blocks of 8 px that an edge goes through."""
    eroded = ndimage.minimum_filter(piece, 9, mode="nearest")
    opened: BoolImage = ndimage.maximum_filter(eroded, 9, mode="constant")
    return opened


def _straight(piece: BoolImage, box: tuple[slice, slice], shape: tuple[int, ...]) -> bool:
    """Say whether the outline within the picture is made of long parts along rows and columns."""
    straight = total = 0
    for axis in (0, 1):
        for end, at_edge in ((0, box[axis].start <= 1), (1, box[axis].stop >= shape[axis] - 1)):
            turned = np.moveaxis(piece, axis, 0)[:: 1 - 2 * end]
            edges = turned[1:] & ~turned[:-1]
            if at_edge:
                edges = edges[1:]
            total += int(edges.sum())
            straight += sum(int(length) for length in _runs(edges) if length >= STRAIGHT_PX)
    return total >= 4 * STRAIGHT_PX and straight >= STRAIGHT_SHARE * total


def _runs(edges: BoolImage) -> npt.NDArray[np.intp]:
    """Return the lengths of all runs of True along the rows."""
    steps = np.diff(np.pad(edges, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    begins, ends = np.nonzero(steps == 1)[1], np.nonzero(steps == -1)[1]
    lengths: npt.NDArray[np.intp] = ends - begins
    return lengths


def _noisy_around(differs: FloatImage, rows: slice, columns: slice) -> bool:
    """Say whether what lies around a box, a few pixels off, has noise."""
    around = np.zeros(differs.shape, np.bool_)
    far = _RING_PX + 3
    around[max(rows.start - far, 0) : rows.stop + far, max(columns.start - far, 0) : columns.stop + far] = (
        True
    )
    around[max(rows.start - 3, 0) : rows.stop + 3, max(columns.start - 3, 0) : columns.stop + 3] = False
    return bool(around.any()) and float((differs[around] > SAME).mean()) >= NOISY_SHARE
