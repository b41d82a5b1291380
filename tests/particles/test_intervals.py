"""Intervals of 95 %, by other formulas, and as they hold the truth of samples that are drawn."""

import numpy as np
import pytest
from scipy import stats

from workbench.particles.intervals import (
    deviation_interval,
    effective,
    fewest_for,
    mean_and_deviation,
    mean_interval,
    plain,
    quantile,
    quantile_interval,
    share_interval,
)

LOGNORMAL = stats.lognorm(np.log(1.5), scale=4)


def drawn(count, seed=0):
    return np.sort(LOGNORMAL.rvs(count, random_state=np.random.default_rng(seed)))


def test_equal_weights_are_no_weights():
    values, ones = drawn(31), np.full(31, 2.5)
    assert effective(ones) == pytest.approx(31)
    for level in (0.1, 0.25, 0.5, 0.9):
        assert quantile(values, ones, level) == pytest.approx(np.quantile(values, level, method="hazen"))
    assert quantile(values, ones, 0.5) == pytest.approx(np.median(values))
    assert mean_and_deviation(values, ones) == pytest.approx((values.mean(), values.std(ddof=1)))


def test_a_particle_that_counts_thrice_is_three_particles():
    values, weights = np.array([1.0, 2.0, 5.0, 9.0]), np.array([1.0, 3.0, 1.0, 2.0])
    assert quantile(values, weights, 0.5) == pytest.approx(2 + 3 * (3.5 - 2.5) / 2)
    assert mean_and_deviation(values, weights)[0] == pytest.approx(np.repeat(values, [1, 3, 1, 2]).mean())
    assert effective(weights) == pytest.approx(49 / 15)


@pytest.mark.parametrize("count", [6, 7, 12, 25, 100])
def test_the_interval_of_a_median_lies_between_the_order_statistics_of_the_binomial_distribution(count):
    values = drawn(count, count)
    low, high = quantile_interval(values, np.ones(count))
    rank = int(stats.binom.ppf(0.025, count, 0.5))  # the widest ranks that hold it in less than 95 of 100
    assert values[rank - 1] <= low <= values[rank]
    assert values[count - rank - 1] <= high <= values[count - rank]


def test_of_five_particles_there_is_no_interval_and_of_six_it_is_nearly_all():
    assert quantile_interval(drawn(5), np.ones(5)) is None
    values = drawn(6)
    low, high = quantile_interval(values, np.ones(6))
    assert values[0] <= low < values[1]
    assert values[4] < high <= values[5]
    assert mean_interval(values, np.ones(6)) is None
    assert deviation_interval(values[:5], np.ones(5)) is None


def test_a_decile_of_few_particles_has_no_interval():
    assert quantile_interval(drawn(20), np.ones(20), 0.1) is None
    low, high = quantile_interval(drawn(100), np.ones(100), 0.1)
    assert low < quantile(drawn(100), np.ones(100), 0.1) < high


def test_the_interval_of_the_mean_is_students():
    values = drawn(40)
    expected = stats.t.interval(0.95, 39, values.mean(), stats.sem(values))
    assert mean_interval(values, np.ones(40)) == pytest.approx(expected)


def test_the_interval_of_a_deviation_is_bonetts():
    # D. G. Bonett (2006): ln(c s^2) -+ z c sqrt((g - (n - 3) / n) / (n - 1)), c = n / (n - z)
    values, count = drawn(60), 60
    z = stats.norm.ppf(0.975)
    trimmed = stats.trim_mean(values, 1 / (2 * np.sqrt(count - 4)))
    kurtosis = count * ((values - trimmed) ** 4).sum() / ((values - values.mean()) ** 2).sum() ** 2
    c = count / (count - z)
    error = z * c * np.sqrt((kurtosis - (count - 3) / count) / (count - 1))
    expected = np.sqrt(np.exp(np.log(c * values.var(ddof=1)) + np.array([-error, error])))
    assert deviation_interval(values, np.ones(count)) == pytest.approx(expected, rel=0.01)


def test_a_design_effect_of_four_makes_intervals_twice_as_wide():
    values, ones = drawn(400), np.ones(400)
    for interval in (quantile_interval, mean_interval, deviation_interval):
        narrow, wide = (interval(values, ones, design=design) for design in (1, 4))
        assert wide[1] - wide[0] == pytest.approx(2 * (narrow[1] - narrow[0]), rel=0.2)


def coverage(size, power, samples=400):
    """Return how often median, mean and GSD of a log-normal are held, whose values count by a power."""
    rng, sigma = np.random.default_rng(size), np.log(1.2)
    truth = np.exp(power * sigma**2), np.exp((power + 0.5) * sigma**2), sigma
    held = np.zeros(3)
    for _ in range(samples):
        logs = np.sort(sigma * rng.standard_normal(size))
        values, weights = np.exp(logs), np.exp(power * logs)
        ends = (
            quantile_interval(values, weights),
            mean_interval(values, weights),
            deviation_interval(logs, weights),
        )
        held += [low <= true <= high for (low, high), true in zip(ends, truth, strict=True)]
    return held / samples


@pytest.mark.parametrize(("size", "power"), [(12, 0), (100, 0), (200, 2), (200, 3)])
def test_intervals_hold_the_true_value_in_90_to_99_of_100_samples(size, power):
    held = coverage(size, power)
    assert (held >= 0.90).all()
    assert (held <= 0.99).all()


def test_weights_that_go_with_size_need_more_particles_the_broader_the_sample_is():
    assert fewest_for(0, 3.0) == 6
    assert fewest_for(3, 1.2) == 34
    assert fewest_for(2, 1.1) < fewest_for(3, 1.1) < fewest_for(3, 1.5)
    assert fewest_for(3, 1e9) > 1e9


def test_the_interval_of_a_share_is_wilsons():
    expected = stats.binomtest(187, 203).proportion_ci(method="wilson")
    assert share_interval(187 / 203, 203) == pytest.approx((expected.low, expected.high))
    assert share_interval(1.0, 5)[1] == 1.0
    assert share_interval(0.0, 5)[0] == 0.0


def test_a_plain_interval_is_a_list():
    assert plain((np.float64(1), np.float64(2))) == [1.0, 2.0]
    assert plain(None) is None
