"""One group of particles or two."""

import numpy as np
import pytest

from workbench.particles.modality import two_groups


def drawn(seed, *groups):
    """Return a sample of groups of (count, median, GSD)."""
    rng = np.random.default_rng(seed)
    return np.sort(np.concatenate([m * np.exp(np.log(g) * rng.standard_normal(n)) for n, m, g in groups]))


def of(values, weights=None):
    return two_groups(values, np.ones(len(values)) if weights is None else weights)


def test_two_groups_are_found_with_their_sizes_and_shares():
    found = of(drawn(0, (700, 4, 1.12), (300, 8, 1.1)))
    assert found.medians == pytest.approx((4, 8), rel=0.02)
    assert found.gsds == pytest.approx((1.12, 1.1), rel=0.02)
    assert found.shares == pytest.approx((0.7, 0.3), abs=0.01)
    assert found.likely
    assert found.better


def test_of_a_large_sample_they_are_the_same_as_of_a_small_one():
    small, large = (of(drawn(1, (3 * n, 4, 1.15), (n, 9, 1.15))) for n in (90, 9000))
    assert small.medians == pytest.approx(large.medians, rel=0.05)
    assert small.shares == pytest.approx(large.shares, abs=0.03)


def test_weights_count():
    values = drawn(2, (200, 4, 1.12), (200, 8, 1.1))
    found = of(values, np.where(values > 5.6, 3.0, 1.0))
    assert found.shares == pytest.approx((0.25, 0.75), abs=0.03)


@pytest.mark.parametrize("count", [30, 100, 1000])
def test_one_log_normal_is_seldom_taken_for_two(count):
    found = [of(drawn(seed, (count, 4, 1.3))) for seed in range(60)]
    assert sum(one.likely for one in found) <= 3


def test_a_uniform_sample_has_one_group_though_two_bells_fit_it_better():
    found = [of(np.sort(np.random.default_rng(seed).uniform(2, 6, 300))) for seed in range(40)]
    assert sum(one.gain > 0 for one in found) == 40
    assert sum(one.likely for one in found) <= 4


@pytest.mark.parametrize(("share", "count"), [(0.5, 100), (0.2, 400), (0.1, 1500)])
def test_clearly_two_groups_are_told(share, count):
    few = round(share * count)
    found = [of(drawn(seed, (count - few, 4, 1.15), (few, 8, 1.15))) for seed in range(20)]
    assert sum(one.likely for one in found) >= 18
