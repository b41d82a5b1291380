"""What is burnt in, replaced by what lies beside it, counted and named."""

import numpy as np
import pytest

from workbench.micrographs.marks import Mark, said, specimen_px, without_marks

PIXELS = np.random.default_rng(0).normal(120, 15, (480, 512)).astype(np.float32)
BAR, TEXT = Mark("data bar", 400, 480, 0, 512), Mark("text", 20, 60, 30, 90)


def test_a_mark_is_filled_with_what_lies_beside_it():
    burnt = PIXELS.copy()
    outside = np.ones(PIXELS.shape, bool)
    for mark in (BAR, TEXT):
        burnt[mark.box] = 255
        outside[mark.box] = False
    before = burnt.copy()
    filled = without_marks(burnt, (BAR, TEXT))
    assert (filled[outside] == PIXELS[outside]).all()
    assert np.array_equal(filled[400:480], PIXELS[320:400][::-1])
    assert filled[TEXT.box].std() == pytest.approx(PIXELS[TEXT.box].std(), rel=0.5)
    assert np.array_equal(burnt, before)
    assert without_marks(PIXELS, ()) is PIXELS


def test_half_comes_from_above_and_half_from_below_there_and_back():
    pixels = np.arange(10, dtype=np.float32)[:, None].repeat(2, 1)
    between = without_marks(pixels, (Mark("text", 3, 8, 0, 2),))
    assert between[:, 0].tolist() == [0, 1, 2, 2, 1, 0, 9, 8, 8, 9]
    at_the_top = without_marks(pixels, (Mark("label", 0, 4, 0, 1),))
    assert at_the_top[:, 0].tolist() == [7, 6, 5, 4, 4, 5, 6, 7, 8, 9]
    assert at_the_top[:, 1].tolist() == list(range(10))
    wide = without_marks(pixels, (Mark("data bar", 2, 10, 0, 2),))
    assert wide[:, 0].tolist() == [0, 1, 1, 0, 0, 1, 1, 0, 0, 1]


def test_a_picture_that_is_a_mark_all_over_is_filled_with_numbers():
    everything = (Mark("data bar", 0, 480, 0, 512),)
    assert np.isfinite(without_marks(PIXELS, everything)).all()
    assert specimen_px(PIXELS.shape, everything) == 1


def test_specimen_is_what_no_mark_covers_however_they_overlap():
    assert specimen_px((480, 512), ()) == 480 * 512
    assert specimen_px((480, 512), (BAR, TEXT, TEXT)) == 400 * 512 - 40 * 60


def test_marks_of_a_kind_are_counted():
    assert said(()) == ""
    assert said((BAR, TEXT, Mark("text", 0, 1, 0, 1))) == "data bar, 2 x text"
