"""Spots in a Fourier transform: where they are, how sure, and none where there is nothing."""

import numpy as np
import pytest
from scipy import ndimage

from workbench.micrographs.power_spectrum import power_spectrum
from workbench.particles.lattice.spots import find_spots

ROWS, COLUMNS = np.mgrid[:384, :384]


def fringes(px, angle_deg, radius, centre=(200, 180)):
    """Fringes of a spacing in a round particle: 0 degrees along a row, 90 up a column."""
    turn = np.deg2rad(angle_deg)
    along = COLUMNS * np.cos(turn) - ROWS * np.sin(turn)
    return np.cos(2 * np.pi * along / px) * (np.hypot(ROWS - centre[0], COLUMNS - centre[1]) < radius)


def noise(seed, shape=ROWS.shape):
    return np.random.default_rng(seed).normal(size=shape)


def spots(pixels, **options):
    return find_spots(power_spectrum(pixels.astype(np.float32)), **options)


@pytest.mark.parametrize("radius", [30, 70, 600])
@pytest.mark.parametrize(("px", "angle"), [(5.9, 0), (8.3, 30), (4.4, 90), (6.1, 141)])
def test_fringes_are_one_spot_of_their_spacing_and_direction_however_small_their_particle(px, angle, radius):
    found = spots(noise(1) + fringes(px, angle, radius))
    assert len(found) == 1
    (spot,) = found
    assert spot.px == pytest.approx(px, rel=0.01)
    assert abs(spot.px - px) < 4 * spot.error_px
    assert abs((spot.angle_deg - angle + 90) % 180 - 90) < 2
    assert spot.strength > 2


def test_the_standard_error_is_how_far_spacings_scatter():
    random, off = np.random.default_rng(0), []
    for seed in range(40):
        px, angle = random.uniform(4, 10), random.uniform(0, 180)
        spot = spots(noise(seed) + 0.8 * fringes(px, angle, 60))[0]
        off.append((spot.px - px) / spot.error_px)
    assert 0.4 < np.std(off) < 1.5
    assert abs(np.mean(off)) < 0.6


def test_each_set_of_fringes_has_a_spot_and_the_clearest_is_first():
    seen = noise(2) + 0.5 * fringes(5.9, 20, 100) + fringes(5.9, 80, 100) + 0.7 * fringes(9.3, 120, 100)
    found = spots(seen)
    assert [round(spot.angle_deg) for spot in found] == [80, 120, 20]
    assert [spot.px for spot in spots(seen, most=1)] == [found[0].px]


def test_noise_has_no_spot_whatever_its_colour():
    for seed in range(25):
        white = noise(seed, (192, 192))
        assert spots(white) == []
        assert spots(ndimage.gaussian_filter(white, 1.2)) == []


def test_particles_without_a_lattice_and_their_edges_have_none():
    rng = np.random.default_rng(3)
    seen = noise(3)
    for row, column in rng.uniform(60, 320, (6, 2)):
        seen -= 3 * (np.hypot(ROWS - row, COLUMNS - column) < 30)
    seen[:, 300:] += 5  # the straight edge of a film
    assert spots(seen, widest_px=24) == []


def test_wider_spacings_than_asked_for_are_not_looked_for():
    seen = noise(4) + fringes(30, 45, 600)
    assert [round(spot.px) for spot in spots(seen)] == [30]
    assert spots(seen, widest_px=24) == []


def test_narrower_spacings_than_asked_for_are_not_looked_for():
    seen = noise(5) + fringes(4, 45, 600)
    assert [round(spot.px) for spot in spots(seen)] == [4]
    assert spots(seen, narrowest_px=5) == []


def test_a_part_that_is_all_the_same_has_none():
    assert spots(np.full((64, 64), 7.0)) == []
