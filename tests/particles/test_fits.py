"""Fits and their goodness, beside scipy's."""

import numpy as np
import pytest
from scipy import stats

from workbench.particles.fits import fit, quantile_points

SAMPLE = np.sort(np.random.default_rng(3).lognormal(np.log(4), np.log(1.25), 400))
ONES = np.ones(400)


def test_a_log_normal_is_scipys():
    shape, _, scale = stats.lognorm.fit(SAMPLE, floc=0)
    found = fit(SAMPLE, ONES, "log-normal")
    assert found.median == pytest.approx(scale)
    assert found.sigma == pytest.approx(shape * np.sqrt(400 / 399))
    assert found.spread == pytest.approx(np.exp(found.sigma))
    frozen = stats.lognorm(found.sigma, scale=found.median)
    x = np.array([2.0, 4.0, 7.0])
    assert found.density(x) == pytest.approx(frozen.pdf(x))
    assert found.cumulative(x) == pytest.approx(frozen.cdf(x))
    assert found.quantile([0.1, 0.5]) == pytest.approx(frozen.ppf([0.1, 0.5]))


def test_a_normal_is_scipys():
    mean, deviation = stats.norm.fit(SAMPLE)
    found = fit(SAMPLE, ONES, "normal")
    assert (found.median, found.spread) == pytest.approx((mean, deviation * np.sqrt(400 / 399)))
    assert found.density(4.2) == pytest.approx(stats.norm(found.mu, found.sigma).pdf(4.2))
    assert found.quantile(0.3) == pytest.approx(stats.norm(found.mu, found.sigma).ppf(0.3))


def test_standard_errors_are_those_of_the_likelihood_where_the_family_is_right():
    values = np.sort(np.random.default_rng(4).lognormal(1, 0.2, 20000))
    found = fit(values, np.ones(20000), "log-normal")
    assert found.mu_error == pytest.approx(0.2 / np.sqrt(20000), rel=0.03)
    assert found.sigma_error == pytest.approx(0.2 / np.sqrt(40000), rel=0.03)
    assert found.median_error == pytest.approx(found.median * found.mu_error)
    assert found.spread_error == pytest.approx(found.spread * found.sigma_error)


@pytest.mark.parametrize(("family", "x"), [("log-normal", np.log(SAMPLE)), ("normal", SAMPLE)])
def test_the_distance_is_anderson_and_darlings(family, x):
    squared = stats.anderson(x, "norm", method="interpolate").statistic
    found = fit(SAMPLE, ONES, family)
    assert found.statistic == pytest.approx(squared * (1 + 0.75 / 400 + 2.25 / 400**2))
    z = stats.norm(x.mean(), x.std(ddof=1))
    assert found.off_by == pytest.approx(stats.kstest(x, z.cdf).statistic)


def test_p_is_five_percent_where_the_published_table_has_it():
    # D'Agostino and Stephens 1986, table 4.7: 0.631, 0.752, 0.873, 1.035 at 10, 5, 2.5 and 1 %
    from workbench.particles.fits import _chance

    for statistic, p in ((0.631, 0.10), (0.752, 0.05), (0.873, 0.025), (1.035, 0.01)):
        assert _chance(statistic) == pytest.approx(p, rel=0.05)
    assert _chance(0.1) > 0.99
    assert _chance(50.0) == 0.0


@pytest.mark.parametrize(("size", "weighted"), [(20, False), (200, False), (200, True)])
def test_a_right_family_is_refused_in_five_of_a_hundred(size, weighted):
    rng, refused = np.random.default_rng(size), 0
    for _ in range(600):
        values = np.sort(rng.lognormal(1, 0.3, size))
        refused += not fit(values, 1 + 0.1 * values * weighted, "log-normal").accepted
    assert 0.02 < refused / 600 < 0.09


def test_a_wrong_family_is_refused():
    values = np.sort(np.random.default_rng(5).lognormal(1, 0.4, 400))
    assert not fit(values, np.ones(400), "normal").accepted
    assert fit(values, np.ones(400), "log-normal").accepted


def test_whole_pixels_are_no_deviation():
    rng, refused = np.random.default_rng(6), 0
    for _ in range(60):
        diameters = rng.lognormal(np.log(7), np.log(1.2), 2000)
        areas = np.round(np.pi / 4 * diameters**2)
        values = np.sort(2 * np.sqrt(areas / np.pi))
        refused += not fit(values, np.ones(2000), "log-normal").accepted
    assert refused <= 9


def test_points_of_a_good_fit_lie_on_the_line():
    found = fit(SAMPLE, ONES, "log-normal")
    expected, there = quantile_points(SAMPLE, ONES, found)
    assert there is SAMPLE
    assert np.abs(np.log(there / expected))[20:-20].max() < 0.03


def test_a_fit_is_plain_numbers():
    said = fit(SAMPLE, ONES, "normal").to_dict()
    assert said["family"] == "normal"
    assert {type(value) for key, value in said.items() if key not in ("family", "accepted")} == {float}
