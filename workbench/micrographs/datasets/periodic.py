"""Labels of a simulated specimen, which goes on periodically: what of a particle the edge of the frame parts."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

LabelImage = npt.NDArray[np.int32]

_SIDES = (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1])
"""Top, bottom, left and right."""


def is_simulated(description: dict[str, Any]) -> bool:
    """Say whether ``set.toml`` describes a set that `workbench.micrographs.simulation.simulate_set` wrote."""
    details = description.get("details")
    return isinstance(details, dict) and {"seed", "images_per_wave"} <= details.keys()


def number_pieces(labels: npt.NDArray[Any]) -> tuple[LabelImage, dict[int, int]]:
    """Give each piece of a particle that the edge of the frame parts its own number.

    The cell of a simulated specimen is repeated without end, so a particle that leaves the frame on one side comes back
    on the other: two particles to whoever sees the micrograph. Parts of one number are pieces of their own where
    they touch the edge of the frame and there is background between them, or one touches the top (left) and the
    other the bottom (right). Parts that another particle on top separates stay one, as do those within the frame. A
    piece of a few pixels is one too: the frame shows it.

    Parameters
    ----------
    labels : (H, W) array of whole numbers
        One number a particle, 0 where there is none.

    Returns
    -------
    (H, W) int32 array, dict of int to int
        The labels, non-zero where they were: the largest piece of a particle keeps its number, the others have numbers
        above all that were there. And the particle of each of these new numbers. Labels that went through this once
        are not changed by it.
    """
    from skimage.measure import label

    numbered = labels.astype(np.int32)
    parts = label(numbered, background=0, connectivity=2)
    places, first, area = np.unique(parts, return_index=True, return_counts=True)
    owner, around = numbered.ravel()[first], ndimage.label(numbered > 0, np.ones((3, 3)))[0].ravel()[first]
    touches = np.stack([np.isin(places, parts[side]) & (places > 0) for side in _SIDES])
    at_edge = touches.any(axis=0)
    fresh, particle, highest = owner.copy(), {}, int(owner.max(initial=0))
    parted, edges = np.unique(owner[at_edge], return_counts=True)
    for number in parted[edges > 1]:
        own = np.flatnonzero(owner == number)
        piece = _piece_of_each(around[own], touches[:, own])
        largest_first = np.argsort(-np.bincount(piece[piece >= 0], area[own][piece >= 0]), kind="stable")
        for other in largest_first[1:]:
            highest += 1
            fresh[own[piece == other]], particle[highest] = highest, int(number)
    return np.asarray(fresh[np.searchsorted(places, parts)]), particle


def _piece_of_each(around: npt.NDArray[Any], touches: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """Return which piece each part of one particle is of, -1 for one within the frame that lies beside none.

    Parameters
    ----------
    around : (N,) array
        Which connected area of the mask a part lies in.
    touches : (4, N) bool array
        Whether it touches the top, the bottom, the left and the right edge of the frame.
    """
    top, bottom, left, right = touches
    far_down, far_right = bottom & ~top & top.any(), right & ~left & left.any()
    pieces: dict[tuple[int, bool, bool], int] = {}
    found = np.full(len(around), -1)
    at_edge = touches.any(axis=0)
    for part in np.flatnonzero(at_edge):
        key = int(around[part]), bool(far_down[part]), bool(far_right[part])
        found[part] = pieces.setdefault(key, len(pieces))
    for part in np.flatnonzero(~at_edge):
        beside = found[at_edge & (around == around[part])]
        found[part] = beside[0] if len(beside) else -1
    return found
