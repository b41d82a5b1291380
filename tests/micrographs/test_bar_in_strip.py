"""A level bar in a strip: what is one, what fits a line, what is only the plate beneath it."""

import numpy as np
import pytest

from workbench.micrographs.bar_in_strip import Drawn, find_bar


def strip(seed=0):
    return np.random.default_rng(seed).normal(100, 5, (40, 200)).astype(np.float32)


LINE = Drawn((60, 140), 100, 20, 20, 8)


def test_the_bar_is_found_and_not_the_plate_beneath_it():
    grey = strip()
    grey[8:34, 45:155] = 0
    grey[18:22, 60:140] = 255
    bar = find_bar(grey, LINE)
    assert (bar.left, bar.right, bar.middle) == pytest.approx((60, 140, 20), abs=0.1)
    assert bar.tone > 0.9 > 0.1 > max(bar.beside)


def test_ticks_count_to_their_middle():
    grey = strip()
    grey[19:21, 50:150] = 0
    grey[14:26, 50:54] = grey[14:26, 146:150] = 0
    bar = find_bar(grey, LINE)
    assert (bar.left, bar.right) == pytest.approx((52, 148), abs=0.1)


@pytest.mark.parametrize(
    ("rows", "columns"),
    [((18, 22), (60, 80)), ((2, 5), (60, 140)), ((8, 36), (80, 120))],
    ids=["a quarter of the line", "too far away", "too thick"],
)
def test_what_is_no_bar_along_the_line_is_none(rows, columns):
    grey = strip()
    grey[slice(*rows), slice(*columns)] = 255
    assert find_bar(grey, LINE) is None


def test_a_bar_that_fades_out_has_no_end():
    grey = strip()
    grey[18:22, 60:140] += 150 * (140 - np.arange(60, 140)) / 80
    assert find_bar(grey, LINE) is None


def test_what_lies_outside_of_the_picture_is_no_contrast():
    grey = strip()
    grey[18:22, 60:140] = 255
    grey[22:] = np.nan
    assert find_bar(grey, LINE) is None
    assert find_bar(np.full((40, 200), np.nan, np.float32), LINE) is None
