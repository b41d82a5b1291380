"""Noise, contrast and skewness of micrographs that were made with known ones."""

import time

import numpy as np
import pytest
from scipy import ndimage

from workbench.errors import MicrographError
from workbench.micrographs.appearance import appearance


def smooth(rng, shape=(512, 512), sigma=24.0):
    """A scene without anything finer than sigma, standard deviation 1."""
    scene = ndimage.gaussian_filter(rng.standard_normal(shape), sigma, mode="wrap")
    return scene / scene.std()


def test_noise_is_the_share_of_the_variance_that_is_white():
    rng = np.random.default_rng(0)
    for amount in (0.25, 1.0, 4.0):
        image = smooth(rng) + np.sqrt(amount) * rng.standard_normal((512, 512))
        assert appearance(image).noise == pytest.approx(amount / (1 + amount), abs=0.03)


def test_noise_is_told_for_pixels_of_one_size_whatever_those_of_the_micrograph_are():
    rng = np.random.default_rng(1)
    fine = smooth(rng, (1024, 1024), 48.0) + 2 * rng.standard_normal((1024, 1024))
    coarse = fine.reshape(512, 2, 512, 2).mean((1, 3))
    assert appearance(fine, 2.0).noise == pytest.approx(appearance(coarse, 1.0).noise, abs=0.03)
    assert appearance(fine, 2.0).contrast == pytest.approx(appearance(coarse, 1.0).contrast, abs=0.03)


def test_contrast_is_what_is_coarse_of_all_that_is_not_noise():
    rng = np.random.default_rng(2)
    rows = np.arange(512)[:, None]
    fringes = np.sqrt(2) * np.sin(2 * np.pi * rows / 8) * np.ones(512)  # standard deviation 1
    for strength in (0.25, 1.0, 4.0):
        image = strength * smooth(rng) + fringes + 0.5 * rng.standard_normal((512, 512))
        wanted = strength / np.hypot(strength, 1)
        assert appearance(image).contrast == pytest.approx(wanted, abs=0.05)


def test_skewness_is_negative_for_dark_particles_and_positive_once_inverted(disc):
    micrograph, mask = disc
    dark = appearance(micrograph.pixels)
    light = appearance(-micrograph.pixels)
    assert mask.mean() < 0.5
    assert dark.skewness < -0.5
    assert light.skewness == pytest.approx(-dark.skewness)
    assert (light.noise, light.contrast) == pytest.approx((dark.noise, dark.contrast))


def test_neither_unit_nor_offset_matter(disc):
    pixels = disc[0].pixels
    first, second = appearance(pixels), appearance(7 * pixels + 400)
    assert first.noise == pytest.approx(second.noise, rel=1e-3)
    assert first.contrast == pytest.approx(second.contrast, rel=1e-3)
    assert first.skewness == pytest.approx(second.skewness, rel=1e-3)


def test_single_electrons_on_nothing_are_noise():
    counted = np.random.default_rng(3).poisson(0.02, (256, 256))
    assert appearance(counted).noise == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("image", [np.full((128, 128), 5.0), np.eye(63)])
def test_nothing_is_said_of_what_is_constant_or_too_small(image):
    assert appearance(image) is None


def test_what_is_no_image_is_refused():
    with pytest.raises(MicrographError, match="positive step"):
        appearance(np.ones((64, 64)), 0.0)
    with pytest.raises(MicrographError):
        appearance(np.ones(64))


def test_it_takes_no_longer_than_50_ms_of_a_core_for_1024_px():
    image = np.random.default_rng(4).standard_normal((1024, 1024)).astype(np.float32)
    appearance(image)
    times = []
    for _ in range(5):
        began = time.process_time()  # a busy machine does not count
        appearance(image)
        times.append(time.process_time() - began)
    assert min(times) < 0.05
