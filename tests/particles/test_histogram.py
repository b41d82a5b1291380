"""Bins by Freedman and Diaconis, and the cumulative curve."""

import numpy as np
import pytest

from workbench.particles.histogram import MOST_BINS, cumulative_of, histogram_of


def of(values, weights=None):
    values = np.sort(np.asarray(values, float))
    return histogram_of(values, np.ones(len(values)) if weights is None else weights)


def test_bins_are_those_of_numpy():
    values = np.random.default_rng(0).lognormal(1, 0.3, 500)
    found = of(values)
    assert found.rule == "Freedman-Diaconis"
    assert found.edges == pytest.approx(np.histogram_bin_edges(values, "fd"), rel=0.01)
    assert found.shares == pytest.approx(np.histogram(values, found.edges)[0] / 500)


def test_shares_are_of_the_weight():
    found = of([1, 2, 3, 4], np.array([1.0, 1, 1, 5]))
    assert found.shares.sum() == pytest.approx(1)
    assert found.shares[-1] >= 5 / 8


@pytest.mark.parametrize("values", [[3.0], [3.0] * 40, [3.0, 3.0 * (1 + 1e-12)]])
def test_particles_that_are_alike_have_one_bin_round_them(values):
    found = of(values)
    assert (found.shares.tolist(), found.rule) == ([1.0], "one bin")
    assert found.edges[0] < 3 < found.edges[1]


def test_no_particle_has_no_bin():
    found = of([])
    assert (len(found.edges), len(found.shares)) == (0, 0)


def test_where_most_are_equal_the_bins_are_sturges():
    found = of([3.0] * 60 + [1.0, 5.0, 6.0, 8.0])
    assert found.rule.startswith("Sturges")
    assert len(found.shares) == 7


def test_one_that_is_far_away_makes_no_thousand_bins():
    found = of([*np.linspace(1, 2, 500), 1e6])
    assert len(found.shares) == MOST_BINS
    assert found.rule.endswith("100 bins at most")


def test_whole_pixels_make_no_comb():
    areas = np.random.default_rng(1).integers(8, 30, 4000)
    found = of(2 * np.sqrt(areas / np.pi))
    values = 2 * np.sqrt(areas / np.pi)
    expected = np.diff(np.pi / 4 * found.edges**2) / 22  # uniform in area
    assert found.shares[1:-1] == pytest.approx(expected[1:-1], rel=0.15)
    comb = np.histogram(values, found.edges)[0] / 4000
    assert (np.abs(comb / expected - 1) > 0.3).any()


def test_the_cumulative_curve_rises_by_the_weights_and_ends_at_one():
    diameters, shares = cumulative_of(np.array([1.0, 2, 2, 4]), np.array([1.0, 1, 2, 4]))
    assert diameters.tolist() == [1, 2, 4]
    assert shares.tolist() == [0.125, 0.5, 1]
    assert len(cumulative_of(np.empty(0), np.empty(0))[0]) == 0
