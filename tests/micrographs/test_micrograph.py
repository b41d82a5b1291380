"""A micrograph owns its pixels, and the array that it was made of stays the caller's."""

import copy
import pickle

import numpy as np
import pytest

from workbench.errors import MicrographError
from workbench.micrographs.micrograph import Micrograph, own


def drawn(dtype=np.float32):
    return np.arange(12, dtype=dtype).reshape(3, 4)


@pytest.mark.parametrize(
    "make", [drawn, lambda: drawn()[:, :3], lambda: drawn(np.float64), lambda: drawn().T]
)
def test_the_callers_array_stays_writeable_and_what_is_written_to_it_changes_nothing(make):
    array = make()
    micrograph = Micrograph(array)
    pixels, sha256 = micrograph.pixels.copy(), micrograph.sha256
    array[0, 0] = 100
    assert np.array_equal(micrograph.pixels, pixels)
    assert Micrograph(micrograph.pixels).sha256 == sha256


def test_an_array_that_was_locked_and_is_unlocked_again_changes_nothing():
    array = drawn()
    array.flags.writeable = False
    micrograph = Micrograph(array)
    array.flags.writeable = True
    array[0, 0] = 100
    assert micrograph.pixels[0, 0] == 0


def test_its_pixels_cannot_be_written_to():
    for micrograph in (Micrograph(drawn()), pickle.loads(pickle.dumps(Micrograph(drawn())))):
        with pytest.raises(ValueError, match="read-only"):
            micrograph.pixels[0, 0] = 1


def test_a_deep_copy_cannot_be_changed_under_its_hash():
    micrograph = Micrograph(drawn())
    assert micrograph.sha256 == copy.deepcopy(micrograph).sha256
    with pytest.raises(ValueError, match="read-only"):
        copy.deepcopy(micrograph).pixels[0, 0] = 1


def test_pixels_that_were_given_away_and_those_of_another_micrograph_are_not_copied():
    pixels = own(drawn())
    micrograph = Micrograph(pixels)
    assert micrograph.pixels is pixels
    assert micrograph.with_nm_per_px(0.1).pixels is pixels


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("others", [1.0, 1e-30, 3e38])
def test_one_number_that_is_not_finite_is_refused_and_the_largest_are_not(wrong, others):
    pixels = np.full((40, 50), others, np.float32)
    assert np.array_equal(Micrograph(pixels).pixels, pixels)
    pixels[17, 23] = wrong
    with pytest.raises(MicrographError, match="NaN or infinite"):
        Micrograph(pixels)
