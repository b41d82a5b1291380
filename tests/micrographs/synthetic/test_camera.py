"""Counts, light, grey levels, files."""

import numpy as np
import pytest

from workbench.micrographs.synthetic import Camera
from workbench.micrographs.synthetic.camera import poisson, record, to_file, to_grey

FLAT = np.ones((128, 128), np.float32)
NOTHING = np.zeros_like(FLAT)


def recorded(intensity=FLAT, covered=NOTHING, seed=0, **how):
    return record(intensity, covered, Camera(**how), np.random.default_rng(seed))


@pytest.mark.parametrize("mean", [2.0, 20.0, 400.0])
def test_counts_have_the_moments_of_a_poisson_distribution(mean):
    counts = poisson(np.full((400, 400), mean, np.float32), np.random.default_rng(1))
    away = counts - counts.mean()
    assert counts.mean() == pytest.approx(mean, rel=0.01)
    assert counts.var() == pytest.approx(mean, rel=0.05)
    assert (away**3).mean() / counts.var() ** 1.5 == pytest.approx(mean**-0.5, abs=0.04)
    assert (counts == np.rint(counts)).all()
    assert counts.min() >= 0


def test_a_count_depends_on_its_own_mean_only():
    mean = np.full((32, 32), 30, np.float32)
    other = mean.copy()
    other[3, 4] = 31
    first, second = (poisson(one, np.random.default_rng(2)) for one in (mean, other))
    assert (first != second).sum() <= 1


@pytest.mark.parametrize("dose", [20.0, 500.0])
def test_the_dose_sets_the_noise(dose):
    image = recorded(electrons_per_px=dose)
    assert image.mean() == pytest.approx(1, rel=0.02)
    assert image.std() == pytest.approx(dose**-0.5, rel=0.05)


def test_read_out_adds_noise_and_the_point_spread_joins_neighbours():
    assert recorded(readout=20.0).std() == pytest.approx((0.01 + 0.04) ** 0.5, rel=0.05)
    plain, spread = recorded(), recorded(psf_px=1.2)
    assert spread.std() < 0.4 * plain.std()
    assert np.corrcoef(spread[:, 1:].ravel(), spread[:, :-1].ravel())[0, 1] > 0.5
    assert recorded(sharpened=1.0).std() > 1.3 * plain.std()


def test_corners_are_darker_with_vignetting_and_one_side_with_a_gradient():
    image = recorded(electrons_per_px=1e6, vignetting=0.3)
    assert image[:4, :4].mean() == pytest.approx(0.71, abs=0.02)
    assert image[62:66, 62:66].mean() == pytest.approx(1, abs=0.01)
    image = recorded(electrons_per_px=1e6, gradient=0.4, gradient_angle=0.0)
    assert image[:, -4:].mean() - image[:, :4].mean() == pytest.approx(0.4, abs=0.02)
    assert recorded(electrons_per_px=1e6, uneven=0.1).std() > 0.03


def test_charging_brightens_or_darkens_round_the_particles():
    covered = NOTHING.copy()
    covered[48:80, 48:80] = 1
    for charge in (0.3, -0.3):
        image = recorded(covered=covered, electrons_per_px=1e6, charging=charge)
        assert (image[64, 44] - 1) / charge > 0.1
        assert image[2, 2] == pytest.approx(1, abs=0.03)


def test_black_and_white_points_saturate_and_gamma_bends():
    ramp = np.linspace(0, 2, 201, dtype=np.float32)[None]
    grey = to_grey(ramp, Camera(black=0.5, white=1.5))
    assert (grey[0, :51] == 0).all()
    assert (grey[0, 150:] == 255).all()
    assert grey[0, 100] == pytest.approx(127.5)
    assert to_grey(ramp, Camera(black=0.5, white=1.5, gamma=2.0))[0, 100] == pytest.approx(255 / 4)


def test_eight_bits_are_whole_numbers():
    grey = np.random.default_rng(0).uniform(0, 255, (16, 16)).astype(np.float32)
    assert (to_file(grey, Camera()) == np.rint(grey)).all()
    assert (to_file(grey, Camera(eight_bit=False)) == grey).all()
