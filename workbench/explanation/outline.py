"""A target with soft edges: a window that follows its outline and makes no edge of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from workbench.explanation.attribution_input import AttributionInput
from workbench.micrographs.micrograph import BoolImage, FloatImage

TYPICAL_NM_PER_PX = 0.04
"""Stands in for a pixel size that is not known where a margin must have some width; no result is given in nm then."""


def in_pixels(length_nm: float, nm_per_px: float | None) -> float:
    """Return a length in the network's pixels; as if they were 0.04 nm wide where that is not known."""
    return length_nm / (TYPICAL_NM_PER_PX if nm_per_px is None else nm_per_px)


def whole_targets(problems: Sequence[AttributionInput]) -> list[BoolImage]:
    """Return, for the window of each problem, all of the target that lies in it.

    A target that was cut into tiles has its part in each; what is removed or weighted must not stop at their seams.
    """
    shape = [max(problem.window[axis].stop for problem in problems) for axis in (0, 1)]
    whole = np.zeros(shape, np.bool_)
    for problem in problems:
        whole[problem.window] |= problem.selected
    return [whole[problem.window] for problem in problems]


def soft_outline(selected: BoolImage, flat_px: float, fade_px: float) -> FloatImage:
    """Return 1 on a target and up to ``flat_px`` around it, fading out as a raised cosine over ``fade_px``.

    A Tukey window that follows the outline instead of a bounding box: so it takes in nothing of a neighbour that lies
    in the corner of the box, and a target of one pixel has a window too, a disc.

    Parameters
    ----------
    selected : (h, w) bool array
    flat_px, fade_px : float

    Returns
    -------
    (h, w) float32 array
        In [0, 1]; 0 everywhere where nothing is selected.
    """
    found = np.zeros(selected.shape, np.float32)
    if not selected.any():
        return found
    box = bounding_box(selected, int(np.ceil(flat_px + fade_px)) + 1)
    depth = (ndimage.distance_transform_edt(~selected[box]) - flat_px) / fade_px
    found[box] = np.cos(np.clip(depth, 0, 1) * (np.pi / 2)) ** 2
    return found


def bounding_box(selected: BoolImage, margin_px: int = 0) -> tuple[slice, slice]:
    """Return the smallest box around what is selected, at least one pixel, grown by a margin within the array."""
    spans = []
    for axis in (0, 1):
        places = np.flatnonzero(selected.any(axis=1 - axis))
        spans.append(
            slice(
                max(0, int(places[0]) - margin_px), min(selected.shape[axis], int(places[-1]) + 1 + margin_px)
            )
        )
    return spans[0], spans[1]
