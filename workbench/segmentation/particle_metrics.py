"""How well particles are found one by one: matched with the true ones by how far they overlap, counted, and sized.

*Particles* are given in one of two forms:

- a label image, (H, W) whole numbers: 0 for background and one number a particle, none of which overlap;
- masks, (N, H, W) bool: one a particle, which may overlap, as in a projection.

`particle_overlaps` compares two of either form, `box_overlaps` two sets of boxes, for a truth that has boxes only. From
the overlaps come the scores of detection; `size_errors` compares what is made of the particles in the end, their count
and their distribution of diameters.

What happens without particles: where there are neither predicted nor true ones they agree, and F1 and panoptic quality
are 1. Errors of sizes are NaN where either has none.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from workbench.errors import WorkbenchError

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]
Overlaps = Any
"""(N, M) scipy.sparse.csr_array of float64: IoU of predicted particle n and true particle m; 0 is not stored."""

IOU = 0.5
"""Of at least so much intersection over union a predicted particle counts as found."""

IOUS = np.arange(10) * 0.05 + 0.5
"""0.5, 0.55 ... 0.95, over which `mean_f1` is taken."""


def particle_overlaps(predicted: Array, true: Array) -> Overlaps:
    """Return the intersection over union of each predicted with each true particle.

    Parameters
    ----------
    predicted, true : (H, W) array of whole numbers, or (N, H, W) bool array
        A label image, or one mask a particle; see the head of the module. Both forms may be mixed.

    Returns
    -------
    (N, M) scipy.sparse.csr_array
        Particles of a label image in the order of their numbers.

    Raises
    ------
    WorkbenchError
        If it is neither, or they show pictures of different shape.
    """
    ours, theirs = _memberships(predicted), _memberships(true)
    if np.shape(predicted)[-2:] != np.shape(true)[-2:]:
        raise WorkbenchError(
            f"Particles in a picture of shape {np.shape(predicted)[-2:]} cannot be compared with those in one of "
            f"shape {np.shape(true)[-2:]}; both must show the same micrograph."
        )
    both = (ours @ theirs.T).tocoo()
    areas, true_areas = ours.sum(axis=1), theirs.sum(axis=1)
    either = areas[both.row] + true_areas[both.col] - both.data
    return sparse.csr_array((both.data / either, (both.row, both.col)), shape=both.shape)


def box_overlaps(predicted: Array, true: Array) -> Overlaps:
    """Return the intersection over union of each predicted with each true box.

    Parameters
    ----------
    predicted, true : (N, 4) array
        Top, left, bottom and right of each box, in pixels, bottom and right beyond the last pixel.

    Returns
    -------
    (N, M) scipy.sparse.csr_array

    Raises
    ------
    WorkbenchError
        If they are no boxes, or a box has no area.

    Examples
    --------
    >>> box_overlaps(np.array([[0, 0, 2, 2]]), np.array([[0, 1, 2, 3]])).toarray()
    array([[0.33333333]])
    """
    ours, theirs = _boxes(predicted), _boxes(true)
    first = np.maximum(ours[:, np.newaxis, :2], theirs[:, :2])
    last = np.minimum(ours[:, np.newaxis, 2:], theirs[:, 2:])
    both = np.prod(np.maximum(last - first, 0), axis=2)
    areas, true_areas = (np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) for boxes in (ours, theirs))
    return sparse.csr_array(both / (areas[:, np.newaxis] + true_areas - both))


def boxes_of(particles: Array) -> npt.NDArray[np.int64]:
    """Return the smallest upright box round each particle, to be compared with boxes by `box_overlaps`.

    Parameters
    ----------
    particles : (H, W) array of whole numbers, or (N, H, W) bool array

    Returns
    -------
    (N, 4) int64 array
        Top, left, bottom and right, in pixels, bottom and right beyond the last pixel.
    """
    members = _memberships(particles).tocoo()
    rows, columns = np.divmod(members.col, np.shape(particles)[-1])
    count = members.shape[0]
    boxes = np.empty((count, 4), np.int64)
    boxes[:, :2], boxes[:, 2:] = np.iinfo(np.int64).max, 0
    for side, values in enumerate((rows, columns)):
        np.minimum.at(boxes[:, side], members.row, values)
        np.maximum.at(boxes[:, side + 2], members.row, values + 1)
    return boxes


def matches(overlaps: Overlaps, least: float = IOU) -> Floats:
    """Return the IoU of each predicted particle that is matched with a true one.

    The pair that overlaps most is matched first, then the next of those that are left: one to one. Without overlaps
    within a set each particle has at most one partner above 0.5, and no order matters.

    Parameters
    ----------
    overlaps : (N, M) scipy.sparse.csr_array
        Of `particle_overlaps` or `box_overlaps`.
    least : float
        Pairs of smaller IoU are none.

    Returns
    -------
    (K,) float64 array
        The largest first.
    """
    pairs = overlaps.tocoo()
    taken, true_taken = (np.zeros(n, np.bool_) for n in pairs.shape)
    found = []
    for at in np.argsort(-pairs.data, kind="stable"):
        if pairs.data[at] < least:
            break
        row, column = pairs.row[at], pairs.col[at]
        if not taken[row] and not true_taken[column]:
            taken[row] = true_taken[column] = True
            found.append(pairs.data[at])
    return np.array(found, np.float64)


def f1(overlaps: Overlaps, least: float = IOU) -> float:
    """Return the F1 score of particles found: ``2 TP / (N + M)``, of N predicted and M true ones.

    Parameters
    ----------
    overlaps : (N, M) scipy.sparse.csr_array
    least : float
        A match has at least so much IoU.

    Returns
    -------
    float in [0, 1]

    References
    ----------
    Caicedo et al., Nature Methods 16, 1247 (2019): F1 of nuclei by IoU.
    """
    predicted, true = overlaps.shape
    return 2 * len(matches(overlaps, least)) / (predicted + true) if predicted + true else 1.0


def mean_f1(overlaps: Overlaps) -> float:
    """Return the mean of `f1` at IoU 0.5, 0.55 ... 0.95: how well the outlines fit, too.

    References
    ----------
    Caicedo et al., Nature Methods 16, 1247 (2019), figure 2.
    """
    return float(np.mean([f1(overlaps, least) for least in IOUS]))


def panoptic_quality(overlaps: Overlaps) -> float:
    """Return the sum of the matches' IoU over ``(N + M) / 2``: F1 at IoU above 0.5 times the mean IoU of what is found.

    References
    ----------
    Kirillov et al., Panoptic Segmentation, CVPR 2019, equation 1.
    """
    predicted, true = overlaps.shape
    found = matches(overlaps, float(np.nextafter(0.5, 1)))
    return 2 * float(found.sum()) / (predicted + true) if predicted + true else 1.0


def size_errors(diameters: Array, true_diameters: Array) -> dict[str, float]:
    """Return by how much count, median diameter and geometric standard deviation are off, as shares of the true ones.

    The geometric standard deviation is ``exp`` of the standard deviation of the logarithm of the diameters: 1 where all
    are equal.

    Parameters
    ----------
    diameters, true_diameters : (N,) and (M,) array
        In any unit that both have.

    Returns
    -------
    dict of str to float
        ``count_error``, ``median_diameter_error``, ``gsd_error``: 0.1 is a tenth too much, -0.1 a tenth too little. NaN
        where there is no true particle; the two errors of sizes also where none is predicted.

    Raises
    ------
    WorkbenchError
        If a diameter is not positive.

    References
    ----------
    Hinds, Aerosol Technology, 2nd ed. 1999, section 4.4: the geometric standard deviation.

    Examples
    --------
    >>> size_errors([2.0, 2.0, 2.0], [1.0, 4.0])["count_error"]
    0.5
    """
    ours, theirs = (np.asarray(given, np.float64) for given in (diameters, true_diameters))
    for given in (ours, theirs):
        if not (given > 0).all():
            raise WorkbenchError("A diameter is a positive number.")
    count = len(ours) / len(theirs) - 1 if len(theirs) else math.nan
    if not len(ours) or not len(theirs):
        return {"count_error": count, "median_diameter_error": math.nan, "gsd_error": math.nan}
    return {
        "count_error": count,
        "median_diameter_error": float(np.median(ours) / np.median(theirs)) - 1,
        "gsd_error": math.exp(float(np.std(np.log(ours)) - np.std(np.log(theirs)))) - 1,
    }


def particle_scores(predicted: Array, true: Array) -> dict[str, float]:
    """Return every metric of this module for one micrograph.

    Parameters
    ----------
    predicted, true : (H, W) array of whole numbers, or (N, H, W) bool array
        See `particle_overlaps`.

    Returns
    -------
    dict of str to float
        ``particle_f1`` (at IoU 0.5), ``particle_mean_f1``, ``panoptic_quality``, and what `size_errors` returns, where
        a diameter is that of the circle of the particle's area.

    Raises
    ------
    WorkbenchError
        As `particle_overlaps`.

    Examples
    --------
    >>> two, one = np.array([[1, 1, 0, 2, 2]]), np.array([[1, 1, 0, 0, 0]])
    >>> scores = particle_scores(two, one)
    >>> round(scores["particle_f1"], 3), scores["count_error"]
    (0.667, 1.0)
    """
    overlaps = particle_overlaps(predicted, true)
    ours, theirs = (np.sqrt(_memberships(given).sum(axis=1)) for given in (predicted, true))
    return {
        "particle_f1": f1(overlaps),
        "particle_mean_f1": mean_f1(overlaps),
        "panoptic_quality": panoptic_quality(overlaps),
        **size_errors(ours, theirs),
    }


def _memberships(particles: Array) -> Any:
    """Return which pixels belong to which particle, as a sparse matrix of one row a particle."""
    given = np.asarray(particles)
    if given.ndim == 3 and given.dtype == np.bool_:
        flat = given.reshape(len(given), -1)
        row, column = np.nonzero(flat)
        there = np.flatnonzero(flat.any(axis=1))  # a mask of no pixel is no particle
        row, count = np.searchsorted(there, row), len(there)
    elif given.ndim == 2 and given.dtype.kind in "ui":
        column = np.flatnonzero(given)
        numbers, row = np.unique(given.ravel()[column], return_inverse=True)
        count = len(numbers)
    else:
        raise WorkbenchError(
            "Particles are a label image, two-dimensional and of whole numbers, or one mask a particle, bool and of "
            f"shape (N, H, W); not {given.dtype} of shape {given.shape}."
        )
    pixels = int(np.prod(given.shape[-2:]))
    return sparse.csr_array((np.ones(len(row), np.float64), (row, column)), shape=(count, pixels))


def _boxes(given: Array) -> Floats:
    boxes = (
        np.asarray(given, np.float64).reshape(-1, 4) if np.size(given) == 0 else np.asarray(given, np.float64)
    )
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise WorkbenchError(f"Boxes are an array of shape (N, 4), and these have shape {boxes.shape}.")
    if not (boxes[:, 2:] > boxes[:, :2]).all():
        raise WorkbenchError("A box has its bottom below its top and its right beyond its left.")
    return boxes
