"""Touching particles parted where the neck between them is narrow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from workbench.errors import Stopped
from workbench.micrographs.micrograph import BoolImage, FloatImage
from workbench.segmentation.components import EIGHT, LabelImage, drop_small, find_holes, label_particles

NECK = 0.8
"""Particles are parted where the neck between them is narrower than this part of the width of the smaller."""

ROUGHNESS_PX = 4.0
"""Added to both half widths before they are compared, so that a rim rough by a pixel or two makes no neck."""

SPECK_PX = 3
"""Holes of fewer pixels are overlooked."""

BUBBLE_PX, BUBBLE_SOLIDITY = 25, 0.88
"""A hole of so many pixels, and of so large a share of its convex hull, is in one particle."""

PERFORATED = 0.5
"""Where less of the line between two parts is particle than this, its passages are necks, not one neck with holes."""


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
        Asked before each particle.

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
    labels, _ = label_particles(mask)
    result = mask.copy()
    # One particle at a time, in its own box: the cost is that of the particles, not of the micrograph.
    for label, box in enumerate(ndimage.find_objects(labels), start=1):
        if stop is not None and stop():
            raise Stopped("Parting touching particles: stopped.")
        inside = all(s.start > 0 and s.stop < n for s, n in zip(box, mask.shape, strict=True))
        if inside and min(s.stop - s.start for s in box) <= 2 * ROUGHNESS_PX:
            continue  # nowhere wide enough to be two
        outer = tuple(
            slice(max(s.start - 1, 0), min(s.stop + 1, n)) for s, n in zip(box, mask.shape, strict=True)
        )
        particle = labels[outer] == label
        line = _cut(particle)
        if line is not None:
            result[outer] &= ~line
    return result


def _cut(particle: BoolImage) -> BoolImage | None:
    """Return the pixels to remove so that a particle falls apart, or None where it is one."""
    from skimage.morphology import local_maxima, reconstruction
    from skimage.segmentation import watershed

    holes = find_holes(particle)
    whole = particle | (holes & ~drop_small(holes, SPECK_PX)) | _bubbles(holes)
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
    regions = _joined(regions, count, distance)
    if regions.max() < 2:
        return None
    return particle & (_lowest_neighbour(regions) < regions)


def _bubbles(holes: BoolImage) -> BoolImage:
    """Return the holes that are convex and no few pixels: between particles that touch a gap has cusps."""
    from skimage.measure import regionprops

    bubbles = np.zeros_like(holes)
    for hole in regionprops(ndimage.label(holes)[0]):
        if hole.area >= BUBBLE_PX and hole.solidity >= BUBBLE_SOLIDITY:
            bubbles[hole.slice] |= hole.image
    return bubbles


def _lowest_neighbour(regions: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the lowest number of a region in the 3 x 3 neighbourhood of each pixel, background left out."""
    # A line lies on the side of the later region. (watershed_line=True can take hours on a mask with specks.)
    none = regions.max() + 1
    lowest: npt.NDArray[Any] = ndimage.minimum_filter(
        np.where(regions, regions, none), footprint=EIGHT, mode="nearest"
    )
    return lowest


def _joined(regions: LabelImage, count: int, distance: FloatImage) -> LabelImage:
    """Join regions between which there is no neck, but holes; the widest passages first."""
    widest = np.zeros(count + 1)
    widest[1:] = ndimage.maximum(distance, regions, np.arange(1, count + 1))
    passages = _passages(regions, distance)
    root = np.arange(count + 1)
    while passages:
        share, pair = max((_openness(between, widest, pair), pair) for pair, between in passages.items())
        if share < NECK:
            break
        kept, gone = pair
        root[root == gone] = kept
        widest[kept] = max(widest[kept], widest[gone])
        del passages[pair]
        for other in [other for other in passages if gone in other]:
            between = passages.pop(other)
            third = other[0] if other[1] == gone else other[1]
            passages[min(kept, third), max(kept, third)].extend(between)
    joined: LabelImage = root[regions].astype(np.int32)
    return joined


Passages = dict[tuple[int, int], list[tuple[float, float, float]]]


def _passages(regions: LabelImage, distance: FloatImage) -> Passages:
    """Return, for each two regions that touch, place and half width of each passage between them."""
    from skimage.measure import label

    lowest = _lowest_neighbour(regions)
    y, x = np.nonzero((lowest < regions) & (regions > 0))
    first, second = lowest[y, x].astype(np.int64), regions[y, x].astype(np.int64)
    _, pair = np.unique(first * (int(regions.max()) + 1) + second, return_inverse=True)
    line = np.zeros(regions.shape, np.int32)
    line[y, x] = pair + 1
    number = label(line, background=0, connectivity=2)[y, x]
    index, at = np.unique(number, return_index=True)
    half_width = ndimage.maximum(distance[y, x], number, index)
    centre_y, centre_x = ndimage.mean(y, number, index), ndimage.mean(x, number, index)
    found: Passages = defaultdict(list)
    for one, place in enumerate(at):
        passage = (float(half_width[one]), float(centre_y[one]), float(centre_x[one]))
        found[int(first[place]), int(second[place])].append(passage)
    return found


def _openness(
    between: list[tuple[float, float, float]], widest: npt.NDArray[np.float64], pair: tuple[int, int]
) -> float:
    """Return the width of the neck between two regions over that of the narrower region, roughness added to both.

    0 where there is a single passage, which was found to be a neck, or where the passages are far apart.
    """
    if len(between) < 2:
        return 0.0
    halves, y, x = np.array(between).T
    half = float(halves.sum())
    extent = float(np.hypot(np.ptp(y), np.ptp(x)) + halves[0] + halves[-1])
    if 2 * half < PERFORATED * extent:
        return 0.0
    return (half + ROUGHNESS_PX) / (float(min(widest[pair[0]], widest[pair[1]])) + ROUGHNESS_PX)
