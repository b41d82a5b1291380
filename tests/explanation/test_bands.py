"""Bands of spatial frequencies."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.explanation.bands import band_filter


def test_neighbouring_bands_add_up_and_only_contrast_lets_the_mean_through():
    at = np.linspace(0, 6, 61)
    rings = [band_filter(at, *ends) for ends in ((0, 1), (1, 3.6), (3.6, 7.7))]
    np.testing.assert_allclose(sum(rings), 1, atol=1e-6)
    assert [ring[0] for ring in rings] == pytest.approx([1, 0, 0], abs=1e-3)
    assert rings[0][10] == pytest.approx(0.5)
