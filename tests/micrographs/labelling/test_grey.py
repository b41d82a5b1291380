"""Where a flood by grey value passes."""

import numpy as np
import pytest
from scipy import ndimage

from workbench.micrographs.labelling.grey import SIGMA_PX, like

PIXELS = (np.random.default_rng(0).normal(0, 5, (80, 90)) + 100 * (np.arange(90) > 45)).astype(np.float32)
SMOOTH = ndimage.gaussian_filter(PIXELS, SIGMA_PX, truncate=4)
WHOLE = slice(0, 80), slice(0, 90)


@pytest.mark.parametrize("seed", [(40, 20), (0, 0), (79, 89), (40, 46)])
@pytest.mark.parametrize("window", [WHOLE, np.s_[30:50, 10:40], np.s_[0:3, 0:5], np.s_[70:80, 80:90]])
def test_the_smoothed_grey_is_that_of_the_pixel_to_within_the_tolerance(seed, window):
    found = like(PIXELS, *seed, 4.0)(*window)
    assert np.array_equal(found, np.abs(SMOOTH - SMOOTH[seed])[window] <= 4.0)


def test_the_pixel_itself_is_alike_and_the_other_side_is_not():
    passes = like(PIXELS, 40, 20, 10.0)(*WHOLE)
    assert passes[40, 20]
    assert passes[:, :38].all()
    assert not passes[:, 53:].any()
    assert np.array_equal(like(PIXELS, 40, 20, 1000.0)(*WHOLE), np.ones((80, 90), bool))


@pytest.mark.parametrize("seed", [(-1, 5), (5, -1), (80, 5), (5, 90)])
def test_from_outside_nothing_is_alike(seed):
    found = like(PIXELS, *seed, 1e9)(slice(3, 8), slice(4, 10))
    assert found.shape == (5, 6)
    assert not found.any()
