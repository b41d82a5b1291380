"""What became of each particle that is there, and of each that a network found; and F1 if one thing went right."""

from __future__ import annotations

import numpy as np
from particle_columns import particles_of
from real_scores import Truth
from scipy import ndimage

from workbench.micrographs.datasets.overlapping import smallest_on_top
from workbench.micrographs.micrograph import BoolImage
from workbench.segmentation.components import LabelImage, label_particles
from workbench.segmentation.masks import number_particles
from workbench.segmentation.particle_metrics import (
    IOU,
    Floats,
    Overlaps,
    box_overlaps,
    boxes_of,
    f1,
    particle_overlaps,
)
from workbench.segmentation.segmentation import Segmentation

FATES = ("found", "merged", "cut", "near", "missed", "other")
MOST = 0.5
"""The share of an area that counts as most of it."""
NEAR = 0.3
"""The IoU from which on an outline counts as near the true one."""
LITTLE = 0.3
"""The share of an area below which it counts as empty."""


def reckoned(seen: Segmentation, truth: Truth) -> dict[str, float]:
    """Return counts of particles, and F1 as it is and as it might be.

    Returns
    -------
    dict
        ``true`` and ``predicted``: how many there are. Of the true ones ``found``: matched at IoU 0.5; ``merged``: most
        of it and most of another in one; ``cut``: most of it in several; ``near``: IoU 0.3 to 0.5; ``missed``: less
        than 0.3 of its area in the mask; ``other``. ``small``: of those missed, below the smallest diameter of the
        card. ``not_there``: of the predicted, less than 0.3 of its area in true ones. ``width_found``, ``width_true``:
        median diameters, pixels. ``f1``; ``f1_parted``: the same mask, parted as the truth is; ``f1_cleared``: without
        what is not there; ``f1_near``: at IoU 0.3; ``f1_mask``: the true mask, parted by the network; ``f1_flat``: the
        truth itself, one number a pixel.
    """
    labels = particles_of(seen)
    flat = one_a_pixel(truth, labels.shape)
    overlaps = compared(labels, truth)
    shared, ours, theirs = areas(overlaps, sizes_of(labels, truth), sizes_of(None, truth))
    empty = shared.sum(axis=1) < LITTLE * ours
    size = seen.micrograph.nm_per_px
    smallest = seen.network.smallest_area(size) / (1.0 if size is None else size**2)
    fates = fates_of(overlaps, shared, ours, theirs)
    numbers = np.unique(labels[labels > 0])
    cleared = np.where(np.isin(labels, numbers[empty]), 0, labels)
    from_truth = number_particles(flat > 0, min_area_nm2=smallest, distance=seen.distance)
    return {
        "true": len(theirs),
        "predicted": len(ours),
        **{fate: int((fates == fate).sum()) for fate in FATES},
        "small": int(((fates == "missed") & (theirs < smallest)).sum()),
        "not_there": int(empty.sum()),
        "width_found": np.nan if seen.particle_px is None else seen.particle_px,
        "width_true": float(np.median(diameters(theirs, truth))) if len(theirs) else np.nan,
        "f1": f1(overlaps),
        "f1_parted": f1(compared(parted_as(labels > 0, flat), truth)),
        "f1_cleared": f1(compared(cleared, truth)),
        "f1_near": f1(overlaps, NEAR),
        "f1_mask": f1(compared(from_truth, truth)),
        "f1_flat": f1(compared(flat, truth)),
    }


def fates_of(overlaps: Overlaps, shared: Floats, ours: Floats, theirs: Floats) -> np.ndarray:
    """Return one of `FATES` for each true particle; the first that fits, but for ``missed``, which goes before."""
    iou = overlaps.toarray()
    best = iou.max(axis=0, initial=0.0)
    holds = shared >= MOST * theirs  # most of the true one lies in this one
    lies = shared >= MOST * ours[:, np.newaxis]  # most of this one lies in the true one
    merged = (holds & (holds.sum(axis=1, keepdims=True) > 1)).any(axis=0)
    cut = (lies.sum(axis=0) > 1) & ((shared * lies).sum(axis=0) >= MOST * theirs)
    missed = shared.sum(axis=0) < LITTLE * theirs
    return np.select(
        [matched(iou), missed, merged, cut, best >= NEAR],
        ["found", "missed", "merged", "cut", "near"],
        "other",
    )


def matched(iou: Floats) -> np.ndarray:
    """Say of each true particle whether it is matched, one to one, as `particle_metrics.matches` does."""
    taken, found = np.zeros(iou.shape[0], bool), np.zeros(iou.shape[1], bool)
    for at in np.argsort(-iou, axis=None, kind="stable"):
        row, column = np.unravel_index(at, iou.shape)
        if iou[row, column] < IOU:
            break
        if not taken[row] and not found[column]:
            taken[row] = found[column] = True
    return found


def compared(labels: LabelImage, truth: Truth) -> Overlaps:
    """Return the IoU of each particle of a label image with each true one, or of their boxes."""
    if truth.boxes is None:
        return particle_overlaps(labels, truth.particles)
    return box_overlaps(boxes_of(labels), truth.boxes)


def sizes_of(labels: LabelImage | None, truth: Truth) -> Floats:
    """Return the areas, in pixels, of the particles of a label image as they are compared; None: of the true ones."""
    if truth.boxes is not None:
        boxes = np.asarray(truth.boxes if labels is None else boxes_of(labels), float)
        return np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    particles = truth.particles if labels is None else labels
    sizes = particles.sum(axis=(1, 2)) if particles.ndim == 3 else np.bincount(particles.ravel())[1:]
    return sizes[sizes > 0].astype(float)


def areas(overlaps: Overlaps, ours: Floats, theirs: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the area that each two share, (N, M), and those of either, from their IoU."""
    iou = overlaps.toarray()
    return iou * (ours[:, np.newaxis] + theirs) / (1 + iou), ours, theirs


def diameters(sizes: Floats, truth: Truth) -> Floats:
    """Return diameters: of the circle of an area, or the edge of the square of a box's area."""
    return np.sqrt(sizes) * (1 if truth.boxes is not None else 2 / np.sqrt(np.pi))


def one_a_pixel(truth: Truth, shape: tuple[int, int]) -> LabelImage:
    """Return the truth as a label image: of overlapping ones the smallest on top, of a box the ellipse in it."""
    if truth.boxes is not None:
        return ellipses(np.asarray(truth.boxes, float), shape)
    return smallest_on_top(truth.particles) if truth.particles.ndim == 3 else truth.particles.astype(np.int32)


def ellipses(boxes: Floats, shape: tuple[int, int]) -> LabelImage:
    """Return a label image of the ellipse in each box, the smallest on top."""
    labels = np.zeros(shape, np.int32)
    for number in np.argsort(-np.prod(boxes[:, 2:] - boxes[:, :2], axis=1), kind="stable"):
        top, left, bottom, right = boxes[number]
        rows, columns = (
            slice(max(int(low), 0), max(int(high) + 1, 0)) for low, high in ((top, bottom), (left, right))
        )
        part = labels[rows, columns]
        y, x = np.ogrid[: part.shape[0], : part.shape[1]]
        y = (2 * (y + rows.start) + 1 - top - bottom) / (bottom - top)
        x = (2 * (x + columns.start) + 1 - left - right) / (right - left)
        part[y**2 + x**2 <= 1] = number + 1
    return labels


def parted_as(mask: BoolImage, flat: LabelImage) -> LabelImage:
    """Return a mask whose pixels are the nearest true particle's; a piece in which there is none stays one."""
    pieces, _count = label_particles(mask)
    nearest = ndimage.distance_transform_edt(flat == 0, return_distances=False, return_indices=True)
    truly = np.unique(pieces[(flat > 0) & mask])
    labels = np.where(np.isin(pieces, truly), flat[tuple(nearest)], pieces + int(flat.max(initial=0)))
    return np.where(mask, labels, 0).astype(np.int32)
