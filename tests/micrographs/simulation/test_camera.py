"""The camera: mean counts and noise follow from dose, pixel and gain."""

import numpy as np
import pytest

from workbench.micrographs.simulation.camera import illumination, record
from workbench.micrographs.simulation.optics import Optics

QUIET = Optics(dose_e_per_A2=400, gain=10, psf_px=0, readout=0, offset=0)
EVEN = np.ones((256, 256), np.float32)


def counts(seed=0, **changes):
    optics = Optics(**QUIET.as_dict() | changes)
    return record(EVEN, 0.02, optics, np.random.default_rng(seed)).astype(float)


def test_mean_counts_are_dose_times_area_times_gain():
    # 400 e/A2 on a pixel of 0.2 A is 16 electrons; 65,536 pixels leave 0.1 % of doubt
    assert counts().mean() == pytest.approx(400 * 0.2**2 * 10, rel=5e-3)
    assert counts(offset=100).mean() == pytest.approx(260, rel=5e-3)


def test_shot_noise_is_the_square_root_of_the_electrons():
    assert counts().std() == pytest.approx(10 * np.sqrt(16), rel=0.02)


def test_read_out_noise_adds_in_squares():
    assert counts(readout=30).std() == pytest.approx(np.sqrt(40**2 + 30**2), rel=0.02)


def test_a_point_spread_keeps_the_mean_and_ties_neighbours_together():
    for changes in ({"psf_px": 1.0}, {"psf_tail": 0.25}):
        blurred = counts(**changes)
        assert blurred.mean() == pytest.approx(160, rel=5e-3)
        neighbours = np.corrcoef(blurred[:, 1:].ravel(), blurred[:, :-1].ravel())[0, 1]
        assert neighbours > 3 / 256  # three standard errors of a correlation over 256 x 256 pixels
    # A Gaussian of sigma 1 px: noise of neighbours is tied by exp(-1/4), its variance is 1 / (4 pi sigma^2).
    blurred = counts(psf_px=1.0)
    assert np.corrcoef(blurred[:, 1:].ravel(), blurred[:, :-1].ravel())[0, 1] == pytest.approx(0.78, abs=0.02)
    assert blurred.std() == pytest.approx(40 / np.sqrt(4 * np.pi), rel=0.03)


def test_spikes_are_as_many_as_asked_and_stand_out():
    plain, hit = counts(), counts(spikes=7)
    assert 1 <= (hit - plain > 5 * plain.std()).sum() <= 7
    assert (hit != plain).sum() <= 7


def test_a_fixed_pattern_widens_the_spread_by_its_share():
    assert counts(fixed_pattern=0.2).std() == pytest.approx(np.sqrt(40**2 + (0.2 * 160) ** 2), rel=0.03)


@pytest.mark.parametrize("uneven", [0.1, 0.25])
def test_uneven_illumination_varies_by_what_was_asked_around_one(uneven):
    field = illumination((200, 300), uneven, seed=5)
    assert np.ptp(field) == pytest.approx(uneven, rel=1e-4)
    assert field.mean() == pytest.approx(1, abs=1e-5)


def test_counts_stay_within_sixteen_bits():
    full = record(EVEN * 1e4, 0.02, QUIET, np.random.default_rng(0))
    assert full.dtype == np.uint16
    assert full.max() == 65535
