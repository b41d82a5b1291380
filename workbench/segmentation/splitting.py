"""Touching particles parted where the neck between them is narrow."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import ndimage

from workbench.errors import Stopped
from workbench.micrographs.micrograph import BoolImage
from workbench.segmentation.components import EIGHT, drop_small, find_holes, label_particles
from workbench.segmentation.passages import ROUGHNESS_PX, join_open_regions, lowest_neighbour

NECK = 0.8
"""Particles are parted where the neck between them is narrower than this part of the width of the smaller."""

SPECK_PX = 3
"""Holes of fewer pixels are overlooked."""

BUBBLE_PX, BUBBLE_SOLIDITY = 25, 0.88
"""A hole of so many pixels, and of so large a share of its convex hull, is in one particle."""


def split_particles(mask: BoolImage, stop: Callable[[], bool] | None = None) -> BoolImage:
    """Draw a line of background one pixel wide between touching particles.

    Watershed of the distance to the background. Two maxima of that distance are two particles where the
    distance at the saddle between them, half the width of the neck, is less than ``NECK`` (0.8) of that at the
    lower maximum, both with ``ROUGHNESS_PX`` (4 px) added. On the logarithm of the distance this is an h-maxima
    transform with ``h = -log(0.8)``, so it means the same for small and large particles. A convex particle,
    however long, has one maximum and stays whole; two equal discs are parted where their centres are further
    apart than 1.2 radii, a little more for small ones. The edge of the image counts as inside.

    Gaps that particles close in between them, as in a hexagonal array, are background like any other. But so is a hole
    in a single particle, around which the distance has several maxima: so parts are joined again where what is
    left of the line between them, all its passages together, is as wide as a neck must be to be none, and
    most of that line is particle.

    Parameters
    ----------
    mask : (H, W) bool array
    stop : callable() -> bool, optional
        Asked before each particle, and of one particle before each hole and each passage: a noisy mask may be
        one particle with a hundred thousand of them.

    Returns
    -------
    (H, W) bool array

    Raises
    ------
    Stopped
        If ``stop`` said so.

    References
    ----------
    Soille, Morphological Image Analysis, 2nd ed. 2003, sections 6.3.4 (h-maxima) and 9.2.4 (particles).
    """

    def ask() -> None:
        if stop is not None and stop():
            raise Stopped("Parting touching particles: stopped.")

    labels, _ = label_particles(mask)
    result = mask.copy()
    # One particle at a time, in its own box: the cost is that of the particles, not of the micrograph.
    for label, box in enumerate(ndimage.find_objects(labels), start=1):
        ask()
        inside = all(s.start > 0 and s.stop < n for s, n in zip(box, mask.shape, strict=True))
        if inside and min(s.stop - s.start for s in box) <= 2 * ROUGHNESS_PX:
            continue  # nowhere wide enough to be two
        outer = tuple(
            slice(max(s.start - 1, 0), min(s.stop + 1, n)) for s, n in zip(box, mask.shape, strict=True)
        )
        particle = labels[outer] == label
        line = _cut(particle, ask)
        if line is not None:
            result[outer] &= ~line
    return result


def _cut(particle: BoolImage, ask: Callable[[], None]) -> BoolImage | None:
    """Return the pixels to remove so that a particle falls apart, or None where it is one."""
    from skimage.morphology import local_maxima, reconstruction
    from skimage.segmentation import watershed

    holes = find_holes(particle)
    whole = particle | (holes & ~drop_small(holes, SPECK_PX)) | _bubbles(holes, ask)
    if whole.all():
        return None
    distance = ndimage.distance_transform_edt(whole).astype(np.float32)
    if distance.max() <= ROUGHNESS_PX:
        return None
    height = np.where(whole, np.log(distance + np.float32(ROUGHNESS_PX)), np.float32(0))
    h = np.float32(-np.log(NECK))
    # The maxima of the reconstruction are the maxima of the height that rise at least h above their saddles.
    flooded = reconstruction(np.maximum(height - h, 0), height, method="dilation")
    markers, count = ndimage.label(local_maxima(flooded, connectivity=2) & whole, structure=EIGHT)
    if count < 2:
        return None
    regions = watershed(-distance, markers, mask=whole, connectivity=2)
    regions = join_open_regions(regions, count, distance, NECK, ask)
    if regions.max() < 2:
        return None
    return particle & (lowest_neighbour(regions) < regions)


def _bubbles(holes: BoolImage, ask: Callable[[], None]) -> BoolImage:
    """Return the holes that are convex and no few pixels: between particles that touch a gap has cusps."""
    from skimage.morphology import convex_hull_image

    labels, _ = ndimage.label(holes)
    area = np.bincount(labels.ravel())
    bubbles = np.zeros_like(holes)
    # Of a noisy mask most holes are of few pixels: those that are none are not looked at one by one.
    for number, box in enumerate(ndimage.find_objects(labels), start=1):
        if area[number] < BUBBLE_PX:
            continue
        ask()
        hole = labels[box] == number
        if area[number] >= BUBBLE_SOLIDITY * np.count_nonzero(convex_hull_image(hole)):
            bubbles[box] |= hole
    return bubbles
