"""Intervals of paired differences: what they reduce to, and that they hold what they promise."""

import numpy as np
import pytest
from scipy import stats

from workbench.study.statistics import paired_interval


def test_without_specimens_of_their_own_it_is_the_paired_t_interval_over_seeds():
    rng = np.random.default_rng(0)
    table = rng.normal(size=(4, 1)) + 1e-3 * rng.normal(
        size=(4, 6)
    )  # specimens agree: seeds are all there is
    table -= table.mean(0, keepdims=True) - table.mean()  # and exactly so
    found = paired_interval(table)
    expected = stats.ttest_1samp(table.mean(1), 0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert found.freedom == pytest.approx(3)


@pytest.mark.parametrize("shape", [(1, 5), (5, 1)])
def test_one_seed_or_one_specimen_leaves_the_t_interval_over_the_other(shape):
    values = np.array([0.1, 0.3, 0.2, 0.25, 0.05])
    found = paired_interval(values.reshape(shape))
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (found.difference, found.low, found.high) == pytest.approx(
        (values.mean(), expected.low, expected.high)
    )


def test_a_single_difference_has_no_interval():
    found = paired_interval([[0.2]])
    assert found.difference == 0.2
    assert np.isnan(found.low)
    assert not found.excludes_zero


def test_seeds_that_agree_in_everything_leave_no_doubt():
    found = paired_interval(np.full((3, 4), 0.1))
    assert (found.low, found.high) == pytest.approx((0.1, 0.1))
    assert found.excludes_zero


def test_the_interval_by_hand():
    # Three seeds, two specimens: means 2 and 4 of columns, 1, 3 and 5 of rows, 3 of all; rest 0.
    # MS_seeds = 2 * (4 + 0 + 4) / 2 = 8; MS_specimens = 3 * (1 + 1) / 1 = 6; MS_rest = 0.
    found = paired_interval([[0, 2], [2, 4], [4, 6]])
    freedom = 14**2 / (8**2 / 2 + 6**2 / 1)
    half = stats.t.ppf(0.975, freedom) * (14 / 6) ** 0.5
    assert found.freedom == pytest.approx(freedom)
    assert (found.difference, found.low, found.high) == pytest.approx((3, 3 - half, 3 + half))


@pytest.mark.parametrize("spread", [(1, 1, 1), (1, 0, 1), (0, 1, 1), (0.2, 1, 0.3)])
@pytest.mark.parametrize("shape", [(3, 4), (3, 20)])
def test_an_interval_of_95_percent_holds_the_truth_about_so_often(shape, spread):
    rng = np.random.default_rng(1)
    (seeds, specimens), (of_seeds, of_specimens, rest) = shape, spread
    held = 0
    for _ in range(500):
        table = (
            of_seeds * rng.normal(size=(seeds, 1))
            + of_specimens * rng.normal(size=(1, specimens))
            + rest * rng.normal(size=shape)
        )
        found = paired_interval(table)
        held += found.low < 0 < found.high
    assert 0.9 < held / 500 < 0.985
