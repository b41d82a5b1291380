"""A part of a micrograph: what is one, and which pixels of it are drawn."""

import numpy as np
import pytest

from workbench.errors import WorkbenchError
from workbench.figures.region import Region, check_region, region_of


@pytest.mark.parametrize("given", [(1, 2, 5, 9), [1, 2, 5, 9], np.array([1, 2, 5, 9])])
def test_four_whole_numbers_are_a_region(given):
    found = check_region(given)
    assert found == Region(1, 2, 5, 9)
    assert found.shape == (4, 7)
    assert found.extent == (1.5, 8.5, 4.5, 0.5)  # left, right, lower, upper
    assert check_region(None) is None


@pytest.mark.parametrize(
    "wrong", [(1, 2, 3), (5, 2, 5, 9), (1, 9, 5, 9), (-1, 2, 5, 9), (1.5, 2, 5, 9), "part", 7, ("a",) * 4]
)
def test_what_is_no_region_is_refused_in_one_sentence(wrong):
    with pytest.raises(WorkbenchError, match=r"\(top, left, bottom, right\) in px") as refused:
        check_region(wrong)
    assert "\n" not in str(refused.value)


def test_a_region_lies_in_the_micrograph():
    assert region_of((10, 20), None) == Region(0, 0, 10, 20)
    assert region_of((10, 20), (0, 0, 10, 20)) == Region(0, 0, 10, 20)
    for beyond in ((0, 0, 11, 20), (0, 0, 10, 21)):
        with pytest.raises(WorkbenchError, match="10 rows and 20 columns, which do not hold rows 0 to"):
            region_of((10, 20), beyond)


@pytest.mark.parametrize(("largest_px", "rows", "columns"), [(40, 30, 40), (39, 15, 20), (15, 10, 14)])
def test_of_a_large_region_every_second_or_third_pixel_is_drawn(largest_px, rows, columns):
    image = np.zeros((100, 100))
    assert image[Region(5, 7, 35, 47).pixels(largest_px)].shape == (rows, columns)
