"""Cleaning: what a network is given."""

import numpy as np
import pytest

from workbench.errors import MicrographError
from workbench.micrographs.cleaning import (
    flatten_field,
    prepare,
    remove_outliers,
    resample,
    rescale,
    standardise,
)
from workbench.micrographs.micrograph import Micrograph


@pytest.fixture
def noise():
    return np.random.default_rng(0).normal(100, 10, (120, 140)).astype(np.float32)


def test_standardised_has_mean_zero_and_standard_deviation_one(noise):
    zscore = standardise(noise, "zscore")
    assert zscore.mean() == pytest.approx(0, abs=1e-5)
    assert zscore.std() == pytest.approx(1, abs=1e-5)
    minmax = standardise(noise, "minmax")
    assert (minmax.min(), minmax.max()) == (0, 1)


def test_x_rays_are_removed_and_the_rest_stays(noise):
    hit = noise.copy()
    hit[50, 60], hit[10, 10] = 5000, -4000
    cleaned = remove_outliers(hit)
    assert 50 < cleaned[50, 60] < 150
    assert 50 < cleaned[10, 10] < 150
    changed = np.argwhere(cleaned != hit)
    assert len(changed) <= 4


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_no_numbers_do_not_reach_a_network(noise, value):
    noise[20:23, 30] = value
    try:
        given = prepare(noise)
    except MicrographError:
        return  # refused
    assert np.isfinite(given).all()


def test_a_constant_micrograph_is_zero():
    assert not prepare(np.full((16, 16), 3, np.float32)).any()


def test_a_smooth_background_is_taken_away(noise):
    ramp = np.linspace(0, 200, 140, dtype=np.float32)
    flat = flatten_field(noise + ramp, 30)
    # the ramp makes 114 of difference; what is left lies at the borders
    assert abs(flat[:, 20:40].mean() - flat[:, 100:120].mean()) < 25


def test_resampling_keeps_lengths_in_nm():
    rows, columns = np.mgrid[:200, :200]
    disc = (np.hypot(rows - 100, columns - 100) < 50).astype(np.float32)
    half = resample(Micrograph(disc, 0.02, "d"), 0.04)
    assert half.nm_per_px == pytest.approx(0.04)
    assert (half.pixels > 0.5).sum() * 0.04**2 == pytest.approx((disc > 0.5).sum() * 0.02**2, rel=0.02)
    with pytest.raises(MicrographError):
        resample(Micrograph(disc, None, "d"), 0.04)


@pytest.mark.parametrize("step", [0.6, 1.7, 2.2])
def test_a_rescaled_image_stays_where_it_was_and_comes_back_to_its_place(step):
    rows, columns = np.mgrid[:203, :151]
    spot = np.exp(-((rows - 70.3) ** 2 + (columns - 90.8) ** 2) / (2 * 12**2)).astype(np.float32)
    there = rescale(spot, step)
    assert there.shape == (round(203 / step), round(151 / step))
    back = rescale(there, 1 / step, spot.shape)
    assert back.shape == spot.shape
    for image, scale in ((there, step), (back, 1.0)):
        y, x = (((np.indices(image.shape)[axis] + 0.5) * image).sum() / image.sum() for axis in (0, 1))
        assert (y * scale, x * scale) == pytest.approx((70.8, 91.3), abs=0.1)
    assert np.abs(back - spot).max() < 0.03


def test_strong_hits_are_removed_where_the_specimen_is_sharp_too():
    """Sharp columns differ from their surroundings as hits do, and stay; hits lie far beyond them."""
    rows, columns = np.mgrid[:200, :200]
    sharp = (100 + 40 * ((rows % 5 == 0) & (columns % 5 == 0))).astype(np.float32)
    sharp += np.random.default_rng(0).normal(size=sharp.shape).astype(np.float32)
    assert np.array_equal(remove_outliers(sharp), sharp)
    hit = sharp.copy()
    hit[50:52, 61:63], hit[11, 12], hit[120, 7] = 60000, -9000, 3000
    cleaned = remove_outliers(hit)
    assert np.array_equal(np.argwhere(cleaned != hit), np.argwhere(hit != sharp))
    assert abs(cleaned - sharp).max() < 50
