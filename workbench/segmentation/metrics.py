"""How well a segmentation agrees with the truth: pure functions, arrays in, one number out.

A *prediction* is either a mask (bool) or a probability in [0, 1]. The hard metrics call a pixel particle where
the prediction is greater than ``threshold``; a bool mask is taken as it is. Arrays of any number of dimensions
are accepted and are scored as one set of pixels; to score per micrograph, call once per micrograph.

What happens without particles: where prediction and truth are both empty they agree, and every metric is 1.
Where exactly one of them is empty there is nothing in common, and the hard metrics are 0.

Three published numbers carry the name Dice; each has its own function here, so that a report can say which.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.spatial import KDTree

from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import BoolImage

Array = npt.NDArray[Any]


def dice_hard(prediction: Array, truth: Array, threshold: float = 0.5) -> float:
    """Return the Dice coefficient of the particle class after thresholding, without smoothing.

    ``2 TP / (2 TP + FP + FN)``. The Dice of the workbench wherever nothing else is said; over several
    micrographs, take the mean of the micrographs' values.

    Parameters
    ----------
    prediction : array
        Mask (bool) or probability in [0, 1].
    truth : array of the same shape
        True mask; non-zero is particle.
    threshold : float
        A pixel is particle where the probability is greater. Not used on a bool mask.

    Returns
    -------
    float in [0, 1]
        1 where both are empty.

    Raises
    ------
    WorkbenchError
        If the shapes differ or the arrays hold no pixel.

    References
    ----------
    Dice, Ecology 26, 297 (1945).

    Examples
    --------
    >>> dice_hard(np.array([True, True, False]), np.array([True, False, False]))
    0.6666666666666666
    """
    both, predicted, true = _counts(prediction, truth, threshold)
    return _ratio(2 * both, predicted + true)


def iou(prediction: Array, truth: Array, threshold: float = 0.5) -> float:
    """Return the intersection over union (Jaccard index) of the particle class, ``TP / (TP + FP + FN)``.

    Parameters, returned range and errors are those of `dice_hard`.
    """
    both, predicted, true = _counts(prediction, truth, threshold)
    return _ratio(both, predicted + true - both)


def precision(prediction: Array, truth: Array, threshold: float = 0.5) -> float:
    """Return the share of the predicted particle pixels that are particle, ``TP / (TP + FP)``.

    An empty prediction scores 0, or 1 where the truth is empty too. Parameters and errors as in `dice_hard`.
    """
    both, predicted, true = _counts(prediction, truth, threshold)
    return _ratio(both, predicted) if predicted else float(true == 0)


def recall(prediction: Array, truth: Array, threshold: float = 0.5) -> float:
    """Return the share of the true particle pixels that were found, ``TP / (TP + FN)``.

    With an empty truth it is 0, or 1 where the prediction is empty too. Parameters and errors as in `dice_hard`.
    """
    both, predicted, true = _counts(prediction, truth, threshold)
    return _ratio(both, true) if true else float(predicted == 0)


def dice_soft(probability: Array, truth: Array, smooth: float = 1.0) -> float:
    """Return the Dice coefficient of the particle class on probabilities.

    ``(2 sum(p t) + smooth) / (sum(p) + sum(t) + smooth)``, the number of the receptive-field papers
    (Sytwu, Groschner and Scott, Microscopy and Microanalysis 2022), with ``smooth`` 1.

    Parameters
    ----------
    probability : array
        Probability of particle in [0, 1], or a mask.
    truth : array of the same shape
        True mask; non-zero is particle.
    smooth : float
        Added above and below; makes empty against empty 1.

    Returns
    -------
    float in [0, 1]

    Raises
    ------
    WorkbenchError
        If the shapes differ or the arrays hold no pixel, or the probability is not in [0, 1].
    """
    p, t = _checked_soft(probability, truth)
    common = float(np.sum(p, where=t, dtype=np.float64))
    return _ratio(2 * common + smooth, float(np.sum(p, dtype=np.float64)) + np.count_nonzero(t) + smooth)


def dice_both(probability: Array, truth: Array, smooth: float = 1.0) -> float:
    """Return the Dice coefficient over both classes, particle and background, flattened together.

    ``(2 sum(p t + (1 - p)(1 - t)) + smooth) / (2 n + smooth)`` over ``n`` pixels, the number of Groschner et al.
    (Microscopy and Microanalysis 2021), with ``smooth`` 1. Background counts as much as particle, so it is high
    wherever particles are few: an empty prediction on a micrograph with 5 % particle scores 0.95.

    Parameters, returned range and errors are those of `dice_soft`.
    """
    p, t = _checked_soft(probability, truth)
    inside = float(np.sum(p, where=t, dtype=np.float64))
    outside = float(np.sum(p, where=~t, dtype=np.float64))
    common = inside + (t.size - np.count_nonzero(t)) - outside
    return _ratio(2 * common + smooth, 2 * t.size + smooth)


def boundary_f1(
    prediction: Array, truth: Array, threshold: float = 0.5, *, tolerance_px: float = 2.0
) -> float:
    """Return how well the outlines agree: the F1 score of boundary pixels within a tolerance.

    A boundary pixel is a particle pixel with a background pixel above, below, left or right of it; the edge of
    the image is no boundary. Precision is the share of predicted boundary pixels at most ``tolerance_px`` from a
    true one, recall the reverse, and the score is their harmonic mean.

    Parameters
    ----------
    prediction : (H, W) array
        Mask (bool) or probability in [0, 1].
    truth : (H, W) array
        True mask.
    threshold : float
        A pixel is particle where the probability is greater.
    tolerance_px : float
        Largest distance, in pixels between pixel centres, that still counts as the same place.

    Returns
    -------
    float in [0, 1]
        1 where neither has a boundary, 0 where only one has.

    Raises
    ------
    WorkbenchError
        If the shapes differ, the arrays hold no pixel or are not two-dimensional.

    References
    ----------
    Csurka et al., What is a good evaluation measure for semantic segmentation?, BMVC 2013.
    """
    p, t = _checked(prediction, truth)
    if p.ndim != 2:
        raise WorkbenchError(f"boundary_f1 compares two-dimensional masks, and these have shape {p.shape}.")
    predicted, true = _boundary(_mask(p, threshold)), _boundary(t)
    if not len(predicted) or not len(true):
        return float(len(predicted) == len(true))
    near_true = _share_near(predicted, true, tolerance_px)
    near_predicted = _share_near(true, predicted, tolerance_px)
    if near_true + near_predicted == 0:
        return 0.0
    return 2 * near_true * near_predicted / (near_true + near_predicted)


def scores(
    probability: Array,
    truth: Array,
    threshold: float = 0.5,
    *,
    tolerance_px: float = 2.0,
    mask: BoolImage | None = None,
) -> dict[str, float]:
    """Return every metric of this module for one micrograph.

    `dice_soft` and `dice_both` are of the probability, whatever is done to the mask; the others of the mask.

    Parameters
    ----------
    probability : (H, W) array
        Probability in [0, 1] or mask.
    truth : (H, W) array
        True mask.
    threshold : float
        For the hard metrics.
    tolerance_px : float
        For `boundary_f1`.
    mask : (H, W) bool array, optional
        The mask of the hard metrics, where it was cleaned; by default where the probability is above the threshold.

    Returns
    -------
    dict of str to float
        ``dice_hard``, ``dice_soft``, ``dice_both``, ``iou``, ``precision``, ``recall``, ``boundary_f1``.

    Raises
    ------
    WorkbenchError
        If the shapes differ, the arrays hold no pixel or are not two-dimensional.
    """
    hard = probability if mask is None else mask
    return {
        "dice_hard": dice_hard(hard, truth, threshold),
        "dice_soft": dice_soft(probability, truth),
        "dice_both": dice_both(probability, truth),
        "iou": iou(hard, truth, threshold),
        "precision": precision(hard, truth, threshold),
        "recall": recall(hard, truth, threshold),
        "boundary_f1": boundary_f1(hard, truth, threshold, tolerance_px=tolerance_px),
    }


def _checked(prediction: Array, truth: Array) -> tuple[Array, npt.NDArray[np.bool_]]:
    prediction, truth = np.asarray(prediction), np.asarray(truth)
    if prediction.shape != truth.shape:
        raise WorkbenchError(
            f"A prediction of shape {prediction.shape} cannot be scored against a truth of shape {truth.shape}; "
            "both must show the same micrograph."
        )
    if prediction.size == 0:
        raise WorkbenchError("A score needs at least one pixel, and these arrays hold none.")
    return prediction, truth.astype(np.bool_, copy=False)


def _checked_soft(probability: Array, truth: Array) -> tuple[Array, npt.NDArray[np.bool_]]:
    p, t = _checked(probability, truth)
    if p.dtype != np.bool_ and not (p.min() >= 0 and p.max() <= 1):
        raise WorkbenchError(
            f"A probability lies between 0 and 1, but this one runs from {p.min():g} to {p.max():g}; "
            "of a mask of 0 and 255 give mask > 0."
        )
    return p, t


def _mask(prediction: Array, threshold: float) -> BoolImage:
    return prediction if prediction.dtype == np.bool_ else prediction > threshold


def _counts(prediction: Array, truth: Array, threshold: float) -> tuple[int, int, int]:
    """Return the number of pixels that are particle in both, in the prediction, and in the truth."""
    p, t = _checked(prediction, truth)
    p = _mask(p, threshold)
    return int(np.count_nonzero(p & t)), int(np.count_nonzero(p)), int(np.count_nonzero(t))


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else 1.0


def _boundary(mask: BoolImage) -> npt.NDArray[np.intp]:
    inside = ndimage.binary_erosion(mask, border_value=1)
    return np.argwhere(mask & ~inside)


def _share_near(points: npt.NDArray[np.intp], others: npt.NDArray[np.intp], tolerance_px: float) -> float:
    # A tree on the outlines costs their length; a distance transform would cost the whole micrograph. The
    # bound of KDTree.query is exclusive, hence the next larger number.
    bound = float(np.nextafter(tolerance_px, np.inf))
    distance, _ = KDTree(others).query(points, distance_upper_bound=bound)
    return float(np.count_nonzero(np.isfinite(distance)) / len(points))
