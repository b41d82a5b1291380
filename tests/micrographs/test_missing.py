"""Pixels without a value are filled, told of, and not measured."""

import numpy as np
import pytest

from workbench.errors import MicrographError
from workbench.micrographs.marks import Mark
from workbench.micrographs.missing import MOST, fill_missing
from workbench.micrographs.reading import open_micrograph


@pytest.fixture
def noise():
    return np.random.default_rng(0).normal(100, 5, (200, 200)).astype(np.float32)


def test_dead_pixels_take_the_value_of_a_neighbour_and_holes_are_boxes(noise):
    torn = noise.copy()
    torn[10, 10] = np.nan
    torn[50:54, 60:70] = np.inf
    torn[0:3, 0:2] = -np.inf
    filled = fill_missing(torn)
    assert filled.missing == 1 + 40 + 6
    assert filled.holes == (Mark("missing", 0, 3, 0, 2), Mark("missing", 50, 54, 60, 70))
    assert filled.pixels[10, 10] in noise[9:12, 9:12]
    known = np.isfinite(torn)
    np.testing.assert_array_equal(filled.pixels[known], noise[known])
    assert np.isfinite(filled.pixels).all()


def test_a_whole_picture_stays_and_one_with_too_little_is_not_made_up(noise):
    assert fill_missing(noise).pixels is noise
    torn = noise.copy()
    torn[: int(200 * MOST) + 1] = np.nan
    left = fill_missing(torn)
    assert left.pixels is torn
    assert left.missing == 0


def test_a_file_with_holes_opens_says_so_and_leaves_them_out_of_masks_until_they_are_counted(noise, tmp_path):
    torn = noise.copy()
    torn[50:54, 60:70] = np.nan
    np.save(tmp_path / "torn.npy", torn)
    opened = open_micrograph(tmp_path / "torn.npy")
    assert opened.metadata["missing_px"] == 40
    assert Mark("missing", 50, 54, 60, 70) in opened.left_out
    assert opened.with_marks(()).left_out == ()
    assert opened.with_marks(()).with_marks(None).left_out == opened.left_out
    lower = opened.cropped(52, 200)
    assert Mark("missing", 0, 2, 60, 70) in lower.left_out
    torn[:] = np.nan
    np.save(tmp_path / "empty.npy", torn)
    with pytest.raises(MicrographError, match="holds NaN or infinite values"):
        open_micrograph(tmp_path / "empty.npy")
