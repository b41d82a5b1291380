"""What a rim of whole pixels does to a diameter, measured on drawn discs and squares."""

import math

import numpy as np
import pytest

from workbench.particles.feret import feret
from workbench.particles.pixel_rim import FERET_TOO_LONG_PX, pixel_uncertainty


def digitised(rng, diameter, square=False):
    """Return the mask of a disc, or of a square that lies at any angle, at a random place."""
    half = math.ceil(diameter) + 2
    y, x = np.mgrid[-half : half + 1, -half : half + 1].astype(float)
    y, x = y - rng.uniform(-0.5, 0.5), x - rng.uniform(-0.5, 0.5)
    if not square:
        return np.hypot(y, x) < diameter / 2
    turn = rng.uniform(0, np.pi)
    u, v = y * np.cos(turn) + x * np.sin(turn), x * np.cos(turn) - y * np.sin(turn)
    return np.maximum(np.abs(u), np.abs(v)) < diameter / 2


@pytest.mark.parametrize("diameter", [6.0, 10.0, 20.0, 40.0])
def test_the_scatter_of_drawn_discs_is_that_of_the_formula(diameter):
    rng = np.random.default_rng(round(diameter))
    areas = [digitised(rng, diameter).sum() for _ in range(1500)]
    found = 2 * np.sqrt(np.array(areas) / np.pi)
    step = 2 / (np.pi * diameter) / math.sqrt(12)
    assert found.std() == pytest.approx(math.sqrt(pixel_uncertainty(diameter, 1) ** 2 - step**2), rel=0.13)
    assert found.mean() == pytest.approx(diameter, abs=0.02)


@pytest.mark.parametrize("diameter", [4.0, 12.0])
def test_the_median_of_many_discs_is_off_by_as_much_as_it_says(diameter):
    rng, count = np.random.default_rng(1), 25
    off = []
    for _ in range(400):
        areas = [digitised(rng, diameter).sum() for _ in range(count)]
        off.append(np.median(2 * np.sqrt(np.array(areas) / np.pi)) - diameter)
    assert np.sqrt(np.mean(np.square(off))) == pytest.approx(pixel_uncertainty(diameter, count), rel=0.45)


def test_feret_diameters_are_too_long_by_no_more_than_it_says_whatever_the_shape():
    rng = np.random.default_rng(2)
    for square, truth in ((False, (20.0, 20.0)), (True, (20.0, 20 * math.sqrt(2)))):
        found = [feret(digitised(rng, 20.0, square)) for _ in range(150)]
        means = np.mean([one.smallest for one in found]), np.mean([one.largest for one in found])
        for mean, true in zip(means, truth, strict=True):
            assert -0.1 < mean - true < FERET_TOO_LONG_PX + 0.05


def test_more_particles_mend_the_scatter_of_an_area_and_not_what_corners_add():
    assert pixel_uncertainty(20, 1e6) == pytest.approx(2 / (math.pi * 20) / math.sqrt(12), rel=0.01)
    assert pixel_uncertainty(20, 1e6, "feret_min") > FERET_TOO_LONG_PX / 2
