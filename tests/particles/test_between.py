"""Particles of one micrograph that are more alike than those of all."""

import numpy as np
import pytest

from workbench.particles.between import between_micrographs
from workbench.particles.intervals import quantile_interval


def drawn(seed, micrographs, each, between):
    """Return logarithms of diameters with spread 1 within, and in which micrograph each lies."""
    rng = np.random.default_rng(seed)
    number = np.repeat(np.arange(micrographs), each)
    return between * rng.standard_normal(micrographs)[number] + rng.standard_normal(len(number)), number


def test_where_the_micrograph_is_not_known_or_there_is_one_particles_are_independent():
    logs, number = drawn(0, 1, 50, 0)
    for given in (None, number, np.arange(50)):
        assert between_micrographs(logs, np.ones(50), given).design == 1


def test_the_design_effect_is_one_more_than_the_number_within_times_their_likeness():
    # Kish: 1 + (m - 1) rho, with rho = 1 / 5 where the variance between is a quarter of that within
    found = [between_micrographs(*_of(drawn(seed, 200, 21, 0.5))).design for seed in range(10)]
    assert np.mean(found) == pytest.approx(1 + 20 / 5, rel=0.08)


def _of(sample):
    return sample[0], np.ones(len(sample[0])), sample[1]


def test_that_micrographs_differ_is_seen_and_seldom_where_they_do_not():
    assert all(between_micrographs(*_of(drawn(seed, 20, 20, 1.0))).differ for seed in range(10))
    assert sum(between_micrographs(*_of(drawn(seed, 20, 20, 0.0))).differ for seed in range(200)) <= 6


def test_of_four_micrographs_it_is_said_and_not_taken_in():
    found = between_micrographs(*_of(drawn(0, 4, 50, 1.0)))
    assert (found.differ, found.design, found.micrographs) == (True, 1.0, 4)


@pytest.mark.parametrize("micrographs", [5, 10, 30])
def test_the_interval_of_the_median_holds_it_though_micrographs_differ(micrographs):
    held = given = alone = 0
    for seed in range(300):
        logs, number = drawn(seed, micrographs, 20, 0.4)
        order = np.argsort(logs)
        logs, number, ones = logs[order], number[order], np.ones(len(logs))
        ends = quantile_interval(logs, ones, 0.5, between_micrographs(logs, ones, number).design)
        given += ends is not None
        held += ends is not None and ends[0] <= 0 <= ends[1]
        ends = quantile_interval(logs, ones)
        alone += ends[0] <= 0 <= ends[1]
    assert given >= 270
    assert 0.92 <= held / given <= 0.995
    assert alone / 300 < 0.85
