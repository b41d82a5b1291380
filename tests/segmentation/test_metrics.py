"""The metrics against numbers worked out by hand."""

import numpy as np
import pytest

from workbench.errors import WorkbenchError
from workbench.segmentation import metrics

TRUTH = np.array([[1, 1, 0, 0], [1, 1, 0, 0]], bool)
FOUND = np.array([[1, 1, 1, 0], [1, 0, 0, 0]], bool)  # 3 in common, 4 found, 4 true


def test_hard_metrics():
    assert metrics.dice_hard(FOUND, TRUTH) == pytest.approx(6 / 8)
    assert metrics.iou(FOUND, TRUTH) == pytest.approx(3 / 5)
    assert metrics.precision(FOUND, TRUTH) == pytest.approx(3 / 4)
    assert metrics.recall(FOUND, TRUTH) == pytest.approx(3 / 4)


def test_soft_and_both():
    probability = np.where(TRUTH, 0.8, 0.1)
    assert metrics.dice_soft(probability, TRUTH) == pytest.approx((2 * 3.2 + 1) / (3.6 + 4 + 1))
    assert metrics.dice_both(probability, TRUTH) == pytest.approx((2 * (3.2 + 3.6) + 1) / (16 + 1))


def test_empty_against_empty_is_one_and_against_something_zero():
    nothing = np.zeros((4, 4), bool)
    assert metrics.dice_hard(nothing, nothing) == 1
    assert metrics.dice_hard(np.ones((4, 4), bool), nothing) == 0
    assert metrics.dice_hard(nothing, np.ones((4, 4), bool)) == 0


def test_threshold_is_strictly_greater():
    assert metrics.precision(np.array([[0.5, 0.6]]), np.array([[True, True]]), 0.5) == 1
    assert metrics.recall(np.array([[0.5, 0.6]]), np.array([[True, True]]), 0.5) == 0.5


def test_boundary_f1_forgives_the_tolerance_and_no_more():
    rows, columns = np.mgrid[:80, :80]
    disc = np.hypot(rows - 40, columns - 40) < 20
    assert metrics.boundary_f1(np.roll(disc, 2, 1), disc, tolerance_px=2) == 1
    assert metrics.boundary_f1(np.roll(disc, 6, 1), disc, tolerance_px=2) < 0.6


def test_shapes_must_agree():
    with pytest.raises(WorkbenchError, match="same micrograph"):
        metrics.dice_hard(np.zeros((2, 2)), np.zeros((2, 3)))


def test_a_mask_of_0_and_255_is_no_probability():
    mask = np.array([[True, False, True]])
    for dice in (metrics.dice_soft, metrics.dice_both):
        assert dice(mask.astype(np.uint8), mask) == 1
        with pytest.raises(WorkbenchError, match="between 0 and 1"):
            dice(mask.astype(np.uint8) * 255, mask)
