"""Random fields have the scale and the spread that they are asked for."""

import numpy as np
import pytest

from workbench.micrographs.synthetic.noise import grain, smooth_noise


@pytest.mark.parametrize("scale", [3.0, 12.0, 80.0])
def test_smooth_noise_has_its_scale_and_spread(scale):
    fields = [smooth_noise((256, 200), scale, np.random.default_rng(seed)) for seed in range(12)]
    assert np.mean([(field**2).mean() for field in fields]) ** 0.5 == pytest.approx(1, rel=0.15)
    slope = np.mean([np.abs(np.diff(field, axis=0)).mean() for field in fields])
    assert slope == pytest.approx(0.85 / scale, rel=0.3)


@pytest.mark.parametrize("size", [0.0, 0.5, 1.5])
def test_grain_has_a_spread_of_one(size):
    assert grain((256, 256), size, np.random.default_rng(0)).std() == pytest.approx(1, rel=0.1)


@pytest.mark.parametrize("make", [smooth_noise, grain])
def test_a_seed_gives_the_same_field_and_another_one_another(make):
    one, same, other = (make((40, 30), 3.0, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one.shape == (40, 30)
    assert one.dtype == np.float32
    np.testing.assert_array_equal(one, same)
    assert np.abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.4


def test_a_scale_under_two_pixels_is_two():
    tiny, two = (smooth_noise((64, 64), scale, np.random.default_rng(0)) for scale in (0.1, 2.0))
    np.testing.assert_array_equal(tiny, two)


def test_neighbours_are_as_alike_as_the_size_of_the_grain_says():
    field = grain((400, 400), 2.0, np.random.default_rng(0))
    for lag in (1, 2, 4):
        for one, other in ((field[lag:], field[:-lag]), (field[:, lag:], field[:, :-lag])):
            alike = np.corrcoef(one.ravel(), other.ravel())[0, 1]
            # two Gaussians of one width, a lag apart
            assert alike == pytest.approx(np.exp(-(lag**2) / (4 * 2.0**2)), abs=0.04)


def test_the_mean_is_0():
    fields = [smooth_noise((128, 128), 8.0, np.random.default_rng(seed)) for seed in range(20)]
    assert np.mean(fields) == pytest.approx(0, abs=0.1)
    assert grain((256, 256), 1.0, np.random.default_rng(0)).mean() == pytest.approx(0, abs=0.05)
