"""Supports and dirt: each by what it does to the wave."""

import numpy as np
import pytest

from workbench.micrographs.synthetic import SUPPORTS, Support
from workbench.micrographs.synthetic.contrast import Exit
from workbench.micrographs.synthetic.support import add_grain, add_stain, add_support

SHAPE = (240, 240)
CLEAN = {"unevenness": 0.0, "grain": 0.0}


def added(kind, seed=0, **how):
    wave = Exit.of_vacuum(SHAPE)
    film = add_support(Support(kind, **{**CLEAN, **how}), wave, np.random.default_rng(seed))
    return wave, film


@pytest.mark.parametrize("kind", SUPPORTS)
def test_every_support_is_finite_and_the_same_for_a_seed(kind):
    waves = [added(kind, 3, grain=0.2, unevenness=0.2, contamination=1.0)[0] for _ in range(2)]
    for wave in waves:
        assert np.isfinite(wave.absorption).all()
        assert np.isfinite(wave.phase).all()
    np.testing.assert_array_equal(waves[0].absorption, waves[1].absorption)
    np.testing.assert_array_equal(waves[0].phase, waves[1].phase)


def test_vacuum_is_nothing_and_carbon_even():
    wave, film = added("vacuum")
    assert not wave.absorption.any()
    assert not wave.phase.any()
    assert not film.any()
    wave, film = added("carbon", depth=0.1)
    np.testing.assert_allclose(wave.absorption, 0.05)
    assert (film == 1).all()


def test_an_uneven_film_varies_as_much_as_asked():
    spreads = [added("carbon", seed, depth=0.1, unevenness=0.1, scale_px=30)[1].std() for seed in range(8)]
    assert np.mean(spreads) == pytest.approx(0.1, rel=0.25)


@pytest.mark.parametrize("kind", ["holey", "lacey"])
def test_films_with_holes_have_both_film_and_vacuum_with_an_edge(kind):
    for seed in range(6):
        wave, film = added(kind, seed, scale_px=80, depth=0.2)
        assert 0.05 < (film == 0).mean() < 0.95
        assert 0.05 < (film > 0.9).mean() < 0.95
        assert not wave.absorption[film == 0].any()
        assert film.max() > 1.05  # the rim is thicker


def test_graphite_has_steps_edges_and_layers():
    wave, _film = added("graphite", 1, depth=0.1, scale_px=120)
    levels = np.histogram(wave.phase, 40)[0]
    assert (levels > 0.02 * wave.phase.size).sum() >= 2  # bare film, and one sheet at least over it
    assert wave.absorption.max() > 1.5 * np.median(wave.absorption)


def test_oxide_lumps_are_wide_and_faint():
    wave, _film = added("oxide", 2, depth=0.3, scale_px=80)
    lumps = wave.absorption - wave.absorption.min()
    assert 0.05 < (lumps > 0.02).mean() < 0.95
    assert 0.1 < 2 * lumps.max() < 3


def test_contamination_adds_dirt():
    clean, _film = added("carbon")
    dirty = [added("carbon", seed, contamination=1.0)[0] for seed in range(5)]
    assert all(wave.absorption.std() > 0.002 for wave in dirty)
    assert clean.absorption.std() < 1e-6


def test_grain_grows_with_the_thickness():
    wave = Exit.of_vacuum(SHAPE)
    film = np.ones(SHAPE, np.float32)
    film[:, 80:160] = 0
    wave.absorption[:, 160:] = 0.75
    add_grain(Support(grain=0.2, grain_px=0.5), film, wave, np.random.default_rng(0))
    assert wave.phase[:, :80].std() == pytest.approx(0.2, rel=0.05)
    assert not wave.phase[:, 80:160].any()
    assert wave.phase[:, 160:].std() == pytest.approx(0.4, rel=0.05)


def test_stain_is_absent_in_particles_and_pools_at_their_rims():
    mask = np.zeros(SHAPE, np.float32)
    mask[100:140, 100:140] = 1
    wave = Exit.of_vacuum(SHAPE)
    add_stain(0.8, mask, wave, np.random.default_rng(0))
    assert not wave.absorption[105:135, 105:135].any()
    assert wave.absorption[120, 142:145].mean() > 1.2 * wave.absorption[120, 170:200].mean()


def test_lumps_lie_near_the_places_that_are_given():
    wave = Exit.of_vacuum(SHAPE)
    support = Support("oxide", **CLEAN, depth=0.4, scale_px=30, places=((20.0, 160.0),))
    add_support(support, wave, np.random.default_rng(0), (10, 20))
    weight = wave.absorption - wave.absorption.min()
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    assert np.average(rows, weights=weight) == pytest.approx(30, abs=12)
    assert np.average(columns, weights=weight) == pytest.approx(180, abs=12)
