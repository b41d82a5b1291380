"""Feret diameters of a particle: how far apart two parallel lines that touch it are, at their closest and widest."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.micrographs.micrograph import BoolImage

Floats = npt.NDArray[np.float64]

_SPECK_PIXELS = 36
_SPECKS_KEPT = 1 << 16


class Feret(NamedTuple):
    """What the convex hull of a particle's pixels says, in px.

    Attributes
    ----------
    smallest, largest : float
        Smallest and largest distance between two parallel lines that touch the hull of the pixels' corners. One pixel
        has 1 and sqrt(2).
    hull_area : float
        Area of that hull.
    """

    smallest: float
    largest: float
    hull_area: float


def feret(particle: BoolImage) -> Feret:
    """Measure the convex hull of the corners of a particle's pixels.

    The hull is touched by two parallel lines at their closest when one of them lies along one of its edges, and at
    their widest when both touch it at corners only (rotating calipers).

    Parameters
    ----------
    particle : (h, w) bool array
        Which pixels of a box belong to it; at least one.

    Returns
    -------
    Feret

    References
    ----------
    M. I. Shamos, Computational Geometry, thesis, Yale 1978 (calipers). ISO 9276-6:2008 (Feret diameters, aspect ratio,
    solidity). ImageJ measures the hull of the pixels' corners, too.
    """
    if particle.size <= _SPECK_PIXELS:  # of a noisy mask there are many specks, but they are of few shapes
        return _of_speck(particle.shape, particle.tobytes())
    return _of(particle)


@lru_cache(maxsize=_SPECKS_KEPT)
def _of_speck(shape: tuple[int, ...], pixels: bytes) -> Feret:
    return _of(np.frombuffer(pixels, np.bool_).reshape(shape))


def _of(particle: BoolImage) -> Feret:
    hull = convex_hull(particle)
    apart = hull[:, np.newaxis] - hull
    largest = float(np.sqrt(np.einsum("ijk,ijk->ij", apart, apart).max()))
    edges = np.roll(hull, -1, axis=0) - hull
    normals = np.stack([edges[:, 1], -edges[:, 0]], axis=1) / np.hypot(*edges.T)[:, np.newaxis]
    heights = normals @ hull.T
    smallest = float((heights.max(axis=1) - heights.min(axis=1)).min())
    y, x = hull.T
    area = abs(float(np.dot(y, np.roll(x, -1)) - np.dot(x, np.roll(y, -1)))) / 2
    return Feret(smallest, largest, area)


def convex_hull(particle: BoolImage) -> Floats:
    """Return the corners of the convex hull of a particle's pixels, around it.

    Parameters
    ----------
    particle : (h, w) bool array

    Returns
    -------
    (N, 2) float array
        Rows and columns of corners of pixels: 0 is the upper or left side of the first pixel.
    """
    from scipy.spatial import ConvexHull

    rows = np.flatnonzero(particle.any(axis=1))
    inside = particle[rows]
    left = inside.argmax(axis=1)
    right = inside.shape[1] - inside[:, ::-1].argmax(axis=1)
    corners = np.concatenate(
        [np.stack([row, side], axis=1) for row in (rows, rows + 1) for side in (left, right)]
    ).astype(np.float64)
    found: Floats = corners[ConvexHull(corners).vertices]
    return found
