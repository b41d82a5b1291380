"""The distance to a particle's own rim: what the second output of a network learns, made from a label image."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from workbench.micrographs.micrograph import FloatImage

WIDEST_RIM_PX = 16.0
"""So far from its rim, a pixel of a wide particle counts as its middle."""


def rim_distance(labels: npt.NDArray[Any], widest_px: float = WIDEST_RIM_PX) -> FloatImage:
    """Return the distance of each pixel to the rim of its own particle, over the largest in that particle.

    The rim are the pixels beside one that is not of the same particle: there it is 0, as in the background, also
    where two particles touch. In the middle of a particle it is 1, whatever its size, so that a change of scale leaves
    it as it is and the smallest particle stands out as clearly as the largest. In particles wider than twice
    ``widest_px`` it is 1 wherever the rim is that far away: what lies beyond may be wider than a network sees. The edge
    of the image is no rim: there a particle is cut, and goes on.

    Parameters
    ----------
    labels : (H, W) array of whole numbers
        One number a particle; 0 or less where there is none. Pixels of one number need not be connected.
    widest_px : float
        At least 1.

    Returns
    -------
    (H, W) float32 array in [0, 1]

    References
    ----------
    P. Naylor et al., IEEE TMI 38 (2019) 448, doi 10.1109/TMI.2018.2865709: regression of the distance, in pixels.
    M. Bai, R. Urtasun, CVPR 2017, doi 10.1109/CVPR.2017.305: a distance of each instance of its own, cut off. E.
    Hirling, P. Horvath, Comput. Struct. Biotechnol. J. 21 (2023) 742, doi 10.1016/j.csbj.2022.12.042: the same over its
    largest value.

    Examples
    --------
    >>> rim_distance(np.array([[0, 1, 1, 1, 1, 1, 2, 2, 2, 0]] * 9))[4]
    array([0. , 0. , 0.5, 1. , 0.5, 0. , 0. , 1. , 0. , 0. ], dtype=float32)
    """
    particle = labels > 0
    if not particle.any():
        return np.zeros(labels.shape, np.float32)
    rim = np.zeros(labels.shape, np.bool_)
    for axis in (0, 1):
        ahead, behind = (
            tuple(part if a == axis else slice(None) for a in (0, 1))
            for part in (slice(1, None), slice(None, -1))
        )
        step = labels[ahead] != labels[behind]
        rim[ahead] |= step
        rim[behind] |= step
    inside = particle & ~rim
    if inside.all():
        return np.ones(labels.shape, np.float32)
    # From inside a particle every way out leads across its own rim: one transform does for all of them.
    distance = np.minimum(ndimage.distance_transform_edt(inside), widest_px).astype(np.float32)
    numbers, where = np.unique(labels[particle], return_inverse=True)
    largest = np.asarray(ndimage.maximum(distance[particle], where, np.arange(len(numbers))), np.float32)
    # one or two pixels wide: a particle that is all rim is all middle
    over = np.where(largest > 0, largest, 1)[where]
    result = np.zeros(labels.shape, np.float32)
    result[particle] = np.where(largest[where] > 0, distance[particle] / over, 1)
    return result
