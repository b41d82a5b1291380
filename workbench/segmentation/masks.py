"""From probability to mask: threshold, holes, touching particles, smallest particle."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import BoolImage, FloatImage
from workbench.segmentation.components import LabelImage, drop_small, find_holes, label_particles
from workbench.segmentation.parting import in_order, keep_lines, part_by_distance, split_by_distance
from workbench.segmentation.splitting import split_particles

__all__ = [
    "LabelImage",
    "clean_mask",
    "label_particles",
    "make_mask",
    "number_particles",
    "split_particles",
]


def make_mask(
    probability: FloatImage,
    *,
    threshold: float = 0.5,
    min_area_nm2: float | None = None,
    nm_per_px: float | None = None,
    fill_holes: bool = False,
    split_touching: bool = False,
    distance: FloatImage | None = None,
    stop: Callable[[], bool] | None = None,
) -> BoolImage:
    """Return the mask of particles of a probability map.

    Parameters
    ----------
    probability : (H, W) float32 array
        Probability of particle, in [0, 1].
    threshold : float
        A pixel is particle where its probability is greater.
    min_area_nm2, nm_per_px, fill_holes, split_touching, distance, stop
        See `clean_mask`; nothing is done that is not asked for.

    Returns
    -------
    (H, W) bool array

    Raises
    ------
    WorkbenchError
        If the probability is not two-dimensional, or a number makes no sense.

    Examples
    --------
    >>> make_mask(np.array([[0.2, 0.6], [0.5, 0.9]], dtype=np.float32), threshold=0.5)
    array([[False,  True],
           [False,  True]])
    """
    return clean_mask(
        above(probability, threshold),
        min_area_nm2=min_area_nm2,
        nm_per_px=nm_per_px,
        fill_holes=fill_holes,
        split_touching=split_touching,
        distance=distance,
        stop=stop,
    )


def above(probability: FloatImage, threshold: float) -> BoolImage:
    """Return where a probability is greater than a threshold.

    Raises
    ------
    WorkbenchError
        If the threshold is no probability.
    """
    if not 0 <= threshold <= 1:
        raise WorkbenchError(f"The threshold is a probability between 0 and 1, not {threshold}.")
    mask: BoolImage = np.asarray(probability) > np.float32(threshold)
    return mask


def clean_mask(
    mask: BoolImage,
    *,
    min_area_nm2: float | None = None,
    nm_per_px: float | None = None,
    fill_holes: bool = False,
    split_touching: bool = False,
    distance: FloatImage | None = None,
    stop: Callable[[], bool] | None = None,
) -> BoolImage:
    """Return a mask with holes closed, touching particles parted and small ones dropped, in that order.

    Parameters
    ----------
    mask : (H, W) bool array
        Not changed.
    min_area_nm2 : float, optional
        Particles of a smaller area are dropped. In nm2; in px2 where ``nm_per_px`` is None.
    nm_per_px : float, optional
        Pixel size in nm; ``None`` where it is not known.
    fill_holes : bool
        Turn background that is enclosed by particle into particle. Background that reaches the edge of the
        image is no hole; nor is a gap that is open through a corner-to-corner contact of two background pixels.
    split_touching : bool
        Draw a line of background one pixel wide between touching particles: see `split_particles`, and
        `parting.split_by_distance` where there is a distance.
    distance : (H, W) float32 array, optional
        To the rim of the particle, as a network of two outputs gives it.
    stop : callable() -> bool, optional
        Asked before each particle that is parted.

    Returns
    -------
    (H, W) bool array

    Raises
    ------
    WorkbenchError
        If the mask is not two-dimensional, or a number makes no sense.
    Stopped
        If ``stop`` said so.
    """
    smallest = _area_px(min_area_nm2, nm_per_px)
    mask = _whole(mask, smallest, fill_holes)
    if split_touching:
        mask = split_particles(mask, stop) if distance is None else split_by_distance(mask, distance, stop)
        if smallest > 1:
            mask = drop_small(mask, smallest)
    return mask


def number_particles(
    mask: BoolImage,
    *,
    min_area_nm2: float | None = None,
    nm_per_px: float | None = None,
    fill_holes: bool = False,
    distance: FloatImage | None = None,
    stop: Callable[[], bool] | None = None,
) -> LabelImage:
    """Return touching particles parted without a line between them: a number for each, no pixel lost.

    Parameters
    ----------
    mask, min_area_nm2, nm_per_px, fill_holes, distance, stop
        See `clean_mask`, which draws lines where this parts.

    Returns
    -------
    (H, W) int32 array
        0 is background; particles are numbered from 1 in the order of their first pixel, row by row.

    Raises
    ------
    WorkbenchError, Stopped
        As `clean_mask`.
    """
    smallest = _area_px(min_area_nm2, nm_per_px)
    mask = _whole(mask, smallest, fill_holes)
    if distance is None:
        labels = keep_lines(mask, split_particles(mask, stop))
    else:
        labels = part_by_distance(mask, distance, stop)
    if smallest > 1:
        labels[np.bincount(labels.ravel())[labels] < smallest] = 0
        labels = in_order(labels)
    return labels


def _whole(mask: BoolImage, smallest: float, fill_holes: bool) -> BoolImage:
    mask = np.array(mask, dtype=np.bool_)
    if mask.ndim != 2:
        raise WorkbenchError(f"A mask is a two-dimensional image, but this has shape {mask.shape}.")
    if fill_holes:
        mask |= find_holes(mask)
    return drop_small(mask, smallest) if smallest > 1 else mask


def _area_px(min_area_nm2: float | None, nm_per_px: float | None) -> float:
    if min_area_nm2 is None:
        return 0.0
    if not (np.isfinite(min_area_nm2) and min_area_nm2 >= 0):
        raise WorkbenchError(f"The smallest area of a particle cannot be {min_area_nm2}; give 0 or more.")
    if nm_per_px is None:
        return float(min_area_nm2)
    if not (np.isfinite(nm_per_px) and nm_per_px > 0):
        raise WorkbenchError(f"The pixel size must be a positive number of nanometres, not {nm_per_px}.")
    # A hair less, so that a particle of exactly the area asked for is not lost to rounding.
    return float(min_area_nm2 / nm_per_px**2) * (1 - 1e-9)
