"""Where fringes lie: in the same grain or in another one, in the particle only or beside it as well."""

import math

import numpy as np
import pytest
from drawn_crystals import COLUMNS, ROWS, disc, micrograph, noise, wave

from workbench.particles.lattice.fringe_extent import (
    BESIDE,
    SAME_GRAIN,
    Surroundings,
    overlap,
    places_of,
)
from workbench.particles.lattice.fringe_spectrum import Fringes
from workbench.particles.lattice.spacing import particle_spectrum

DISC = disc(40)
CLEAR = 400.0


def at(period: float, degrees: float, clear: float = CLEAR) -> Fringes:
    turn = math.radians(degrees)
    frequency = np.array([-math.sin(turn), math.cos(turn)]) / period
    return Fringes(frequency, clear, clear, 0.001, 80 / period)


def spectrum_of(image: np.ndarray):
    return particle_spectrum(micrograph(image), DISC)[0]


def shares(image: np.ndarray, fringes: Fringes, others: np.ndarray | None = None) -> float:
    spectrum = spectrum_of(image)
    surroundings = Surroundings(spectrum, micrograph(image), (0, 0), others)
    return surroundings.share(fringes, places_of(spectrum, fringes))


@pytest.mark.parametrize("degrees", [0, 40, 90, 130])
def test_power_is_where_the_fringes_are(degrees):
    side = COLUMNS * math.cos(math.radians(degrees)) - ROWS * math.sin(math.radians(degrees))
    places = places_of(spectrum_of(noise(1) + 2 * DISC * (side > 0) * wave(4, 25)), at(4, 25))
    spectrum = spectrum_of(noise(1))
    rows, columns = (
        np.linspace(axis[0], axis[-1], n)
        for axis, n in zip((spectrum.rows, spectrum.columns), places.power.shape, strict=True)
    )
    there = columns * math.cos(math.radians(degrees)) - rows[:, np.newaxis] * math.sin(math.radians(degrees))
    power = places.power * places.weight
    assert power[there > 12].sum() > 20 * abs(power[there < -12].sum())
    assert (places.weight > 0).sum() < places.weight.size  # none outside


@pytest.mark.parametrize("seed", range(4))
def test_fringes_of_one_grain_overlap_however_noisy_and_those_of_two_do_not(seed):
    left = COLUMNS < 0
    one, other = 1.2 * wave(4, 25), 0.7 * wave(3.4, 95)
    together = spectrum_of(noise(seed) + DISC * (one + other))
    assert overlap(places_of(together, at(4, 25)), places_of(together, at(3.4, 95))) > SAME_GRAIN + 0.1
    apart = spectrum_of(noise(seed) + DISC * (one * left + other * ~left))
    assert overlap(places_of(apart, at(4, 25)), places_of(apart, at(3.4, 95))) < SAME_GRAIN - 0.2


def test_wide_fringes_are_compared_with_narrow_ones():
    left = COLUMNS < 0
    wide, narrow = wave(12, 25), wave(3.4, 95)
    together = spectrum_of(noise(1) + 2 * DISC * (wide + narrow))
    assert overlap(places_of(together, at(12, 25)), places_of(together, at(3.4, 95))) > SAME_GRAIN
    apart = spectrum_of(noise(1) + 2 * DISC * (wide * left + narrow * ~left))
    assert overlap(places_of(apart, at(12, 25)), places_of(apart, at(3.4, 95))) < SAME_GRAIN


def test_what_is_nowhere_overlaps_nothing():
    nothing = places_of(spectrum_of(noise(2)), at(4, 25, clear=1e-3))
    assert overlap(nothing, nothing) == 0


@pytest.mark.parametrize("degrees", [0, 35, 90])
def test_fringes_that_go_on_beside_the_particle_have_as_much_power_there(degrees):
    assert shares(noise(3) + 1.5 * wave(4, degrees), at(4, degrees)) == pytest.approx(1, abs=0.15)
    assert abs(shares(noise(3) + 1.5 * DISC * wave(4, degrees), at(4, degrees))) < 0.05


def test_the_level_beside_the_particle_and_the_unit_play_no_part():
    image = noise(3) + 1.5 * wave(4, 35) - 30 * DISC
    assert shares(image, at(4, 35)) == pytest.approx(shares(1e4 * image, at(4, 35)), rel=1e-3)
    assert shares(image, at(4, 35)) > BESIDE


def test_fringes_a_little_beyond_the_mask_are_the_particles_own():
    assert shares(noise(4) + 1.5 * disc(44) * wave(4, 35), at(4, 35)) < 0.1


def test_fringes_of_other_particles_are_not_looked_at():
    other = (COLUMNS > 42) & (abs(ROWS) < 60)
    image = noise(5) + 1.5 * (DISC | other) * wave(4, 35)
    assert shares(image, at(4, 35)) > 0.1
    assert abs(shares(image, at(4, 35), others=other)) < 0.05


def test_where_nothing_lies_beside_the_particle_nothing_is_said():
    box = np.s_[40:120, 40:120]
    pixels = micrograph(noise(6) + wave(4, 35))[box]
    spectrum, corner = particle_spectrum(pixels, np.ones((80, 80), bool))
    surroundings = Surroundings(spectrum, pixels, corner)
    assert math.isnan(surroundings.share(at(4, 35), places_of(spectrum, at(4, 35))))
