"""Each test that tells fringes from something else: what it lets through, and what it keeps out."""

import math

import numpy as np
import pytest
from scipy import stats

from workbench.particles.lattice.fringe_spectrum import Fringes, FringeSpectrum
from workbench.particles.lattice.fringe_tests import (
    LOCAL_FALSE_ALARM,
    _least,
    fills_the_particle,
    is_confined_to_the_particle,
    is_of_compression,
    stands_out_of_its_direction,
    stands_out_of_its_neighbourhood,
)

EDGE, CORNER = 160, (40, 40)
ROWS, COLUMNS = np.mgrid[:EDGE, :EDGE].astype(np.float32)
DISC = np.hypot(ROWS - 80, COLUMNS - 80) <= 39
BOX = np.s_[40:120, 40:120]
NOISE = np.random.default_rng(0).normal(size=DISC.shape).astype(np.float32)


def wave(rows_per_px: float, columns_per_px: float) -> np.ndarray:
    return np.cos(2 * np.pi * (rows_per_px * ROWS + columns_per_px * COLUMNS))


def of(pixels: np.ndarray) -> FringeSpectrum:
    return FringeSpectrum(pixels[BOX].astype(np.float32), DISC[BOX], 78.0)


def at(spectrum: FringeSpectrum, *frequency: float) -> tuple[int, int]:
    return tuple(round(frequency[axis] * spectrum.shape[axis]) for axis in (0, 1))


def fringes(spectrum: FringeSpectrum, *frequency: float) -> Fringes:
    place = at(spectrum, *frequency)
    relative = float(spectrum.relative_at(*place))
    return Fringes(np.array(frequency), relative, relative, 0.001, 78 * math.hypot(*frequency))


@pytest.mark.parametrize("cells", [3, 10, 1000])
def test_the_least_power_is_that_of_the_f_test(cells):
    # the power of noise over a mean of so many cells has an F distribution of 2 and 2 x cells
    assert stats.f(2, 2 * cells).sf(_least(cells, 50)) == pytest.approx(LOCAL_FALSE_ALARM / 50, rel=1e-6)


def test_fringes_stand_out_of_their_neighbourhood_and_the_mean_around_them_is_that_of_noise():
    around, beside = [], []
    for seed in range(8):
        noise = np.random.default_rng(seed).normal(size=DISC.shape)
        spectrum = of(noise + wave(0.25, 0.125) / 4)
        around.append(stands_out_of_its_neighbourhood(spectrum, at(spectrum, 0.25, 0.125), 500))
        beside.append(spectrum.power[20:60, 20:60].mean())
        assert spectrum.power_at(*at(spectrum, 0.25, 0.125)) > 15 * around[-1]
    assert np.mean(around) == pytest.approx(np.mean(beside), rel=0.3)


def test_noise_does_not_stand_out_of_its_neighbourhood():
    spectrum = of(NOISE)
    rows, columns = np.mgrid[10:60:4, 10:60:4]
    places = zip(rows.ravel().tolist(), columns.ravel().tolist(), strict=True)
    assert [place for place in places if stands_out_of_its_neighbourhood(spectrum, place, 500)] == []


def test_what_lies_beside_a_stronger_peak_does_not_stand_out():
    spectrum = of(NOISE + wave(0.25, 0.125))
    row, column = at(spectrum, 0.25, 0.125)
    assert stands_out_of_its_neighbourhood(spectrum, (row + 1, column), 500) is None


def test_a_place_on_a_ridge_does_not_stand_out_of_it():
    row_of_noise = np.random.default_rng(1).normal(size=EDGE).astype(np.float32)
    spectrum = of(0.05 * NOISE + row_of_noise[:, np.newaxis])  # all frequencies down the rows
    tops = [(row, 0) for row in range(10, 70)]
    assert [top for top in tops if stands_out_of_its_neighbourhood(spectrum, top, 500)] == []


@pytest.mark.parametrize(
    ("where", "fills"),
    [
        (ROWS > 0, True),
        (ROWS < 55, False),
        (COLUMNS > 105, False),
        (abs(ROWS - 80) > 15, False),
    ],
    ids=["all over", "at one end", "at one side", "at both ends"],
)
def test_fringes_fill_the_particle_or_only_a_part_of_it(where, fills):
    spectrum = of(0.1 * NOISE + where * wave(0.25, 0.0))
    assert fills_the_particle(spectrum, fringes(spectrum, 0.25, 0.0)) is fills


def test_fringes_stand_out_of_their_direction_and_the_streak_of_an_edge_does_not():
    crystal = of(NOISE + wave(0.0, 0.25))
    assert stands_out_of_its_direction(crystal, fringes(crystal, 0.0, 0.25), 0.05)
    edge = of(0.2 * NOISE + 10 * (COLUMNS % 40 < 2))  # power at every frequency along the columns
    assert not stands_out_of_its_direction(edge, fringes(edge, 0.0, 0.25), 0.05)


@pytest.mark.parametrize("frequency", [(0.25, 0.0), (0.0, 0.25)], ids=["rows", "columns"])
def test_lines_that_go_on_beside_the_particle_are_not_confined_to_it(frequency):
    for pixels, confined in ((NOISE + DISC * wave(*frequency), True), (NOISE + wave(*frequency), False)):
        spectrum = of(pixels)
        given = (fringes(spectrum, *frequency), pixels, CORNER, 0.05, 500)
        assert is_confined_to_the_particle(spectrum, *given) is confined


def test_fringes_off_the_axes_are_no_lines_wherever_they_go_on():
    pixels = NOISE + wave(0.2, 0.15)
    spectrum = of(pixels)
    assert is_confined_to_the_particle(spectrum, fringes(spectrum, 0.2, 0.15), pixels, CORNER, 0.05, 500)


def test_where_nothing_lies_beside_the_particle_lines_have_to_be_very_clear():
    whole = np.ones((80, 80), bool)
    for strength, confined in ((1.0, True), (0.1, False)):
        pixels = (NOISE + strength * wave(0.25, 0.0))[BOX].astype(np.float32)
        spectrum = FringeSpectrum(pixels, whole, 90.0)
        given = (fringes(spectrum, 0.25, 0.0), pixels, (0, 0), 0.05, 500)
        assert is_confined_to_the_particle(spectrum, *given) is confined


def test_blocks_of_eight_pixels_are_those_of_compression():
    random = np.random.default_rng(2)
    blocks = np.repeat(np.repeat(random.integers(0, 255, (20, 20)), 8, 0), 8, 1).astype(np.float32)
    assert is_of_compression(blocks, CORNER, (80, 80))
    assert is_of_compression(blocks[3:, 5:], (30, 30), (80, 80))  # wherever the grid begins
    assert not is_of_compression(NOISE, CORNER, (80, 80))
    few_values = random.integers(0, 4, (EDGE, EDGE)).astype(np.float32)
    assert not is_of_compression(few_values, CORNER, (80, 80))
    fours = np.repeat(np.repeat(random.integers(0, 255, (40, 40)), 4, 0), 4, 1).astype(np.float32)
    assert not is_of_compression(fours, CORNER, (80, 80))
