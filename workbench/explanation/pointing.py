"""The pointing game: where the truth is known, whether a map points at the particle that it explains."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from workbench.errors import ExplanationError
from workbench.explanation.targets import Target
from workbench.explanation.trust_figures import Pointing
from workbench.micrographs.micrograph import BoolImage, FloatImage

TOLERANCE_NM = 0.25
"""About one lattice fringe of a metal: what shows an edge lies on either side of it."""
TOLERANCE_PX = 5.0
"""Where the pixel size is not known."""


def pointing(
    speaks_for: FloatImage,
    target: Target,
    truth: BoolImage,
    window: BoolImage,
    nm_per_px: float | None,
) -> Pointing | None:
    """Say whether a map points at the true particle.

    That is the one (or those) of the truth that the target touches; for the background, all that is no particle.

    Parameters
    ----------
    speaks_for : (H, W) array
        How much each pixel speaks for the answer; what lies outside the window is 0.
    target : Target
    truth : (H, W) bool array
        True where there is particle.
    window : (H, W) bool array
        What the answer can depend on: chance is counted over it.
    nm_per_px : float or None

    Returns
    -------
    Pointing or None
        None if no particle of the truth touches the target, or nothing in the map speaks for the answer.

    Raises
    ------
    ExplanationError
        If the truth has another shape than the micrograph.

    References
    ----------
    J. Zhang et al., IJCV 126, 1084 (2018), arXiv 1608.00507, section 4.1 (the pointing game).
    H. Wang et al., CVPR workshops 2020, arXiv 1910.01279, section 4.3 (the share of the energy).
    """
    if truth.shape != speaks_for.shape:
        raise ExplanationError(
            f"The truth is of shape {truth.shape} and the micrograph of {speaks_for.shape}; give the mask of this one."
        )
    there = _true_particle(target, np.asarray(truth, np.bool_))
    positive = np.where(window, np.maximum(speaks_for, 0), 0).astype(np.float64)
    total = float(positive.sum())
    if not there.any() or total <= 0:
        return None
    tolerance = TOLERANCE_PX if nm_per_px is None else max(1.0, TOLERANCE_NM / nm_per_px)
    distance = float(ndimage.distance_transform_edt(~there).ravel()[int(np.argmax(positive))])
    return Pointing(
        inside=distance <= tolerance,
        distance_px=distance,
        tolerance_px=tolerance,
        share=float(positive[there].sum()) / total,
        by_chance=float(np.count_nonzero(there & window) / np.count_nonzero(window)),
    )


def _true_particle(target: Target, truth: BoolImage) -> BoolImage:
    if target.sign < 0:
        return ~truth
    labels, _ = ndimage.label(truth, np.ones((3, 3)))
    touched = np.unique(labels[target.selected])
    found: BoolImage = np.isin(labels, touched[touched > 0])
    return found
