"""Sums over spatial frequencies are those over pixels."""

from __future__ import annotations

import math

import numpy as np
import pytest
from fringe_networks import NM_PER_PX

from workbench.explanation.bands import band_per_nm
from workbench.explanation.frequency_sums import FrequencySums, transform


def test_terms_of_all_frequencies_add_up_to_the_sum_over_pixels():
    rng = np.random.default_rng(0)
    slope, image = rng.standard_normal((2, 50, 150))
    sums = FrequencySums(NM_PER_PX)
    x = transform(image)
    sums.add((transform(slope).conj() * x).real / x.size)
    assert sums.total == pytest.approx((slope * image).sum(), rel=1e-9)
    shares = sums.shares()
    assert sum(abs(share) for share in shares) == pytest.approx(1)
    signs = sums.map().sum(dtype=np.float64)
    assert signs == pytest.approx(sum(shares), abs=1e-4)


def test_white_noise_holds_as_much_lattice_as_the_band_has_area():
    noise = transform(np.random.default_rng(0).standard_normal((512, 512)))
    sums = FrequencySums(NM_PER_PX)
    sums.add(np.abs(noise) ** 2)
    low, high = band_per_nm("lattice", NM_PER_PX)
    area = math.pi * (high**2 - low**2) * NM_PER_PX**2
    assert sums.shares()[0] == pytest.approx(area, rel=0.02)
