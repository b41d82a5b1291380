"""Parts of a particle: joined where the passage between them is wide but for holes, and left where it is a neck."""

import numpy as np
import pytest
from scipy import ndimage

from workbench.segmentation.passages import join_open_regions, lowest_neighbour


def halves(wall: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return two squares of 20 px side by side, with background where the wall between them is, and the distances."""
    regions = np.ones((20, 40), np.int32)
    regions[:, 20:] = 2
    regions[wall, 19:21] = 0
    return regions, ndimage.distance_transform_edt(np.pad(regions, 1))[1:-1, 1:-1].astype(np.float32)


def test_the_lowest_number_around_a_pixel_is_found_without_background():
    regions = np.array([[3, 0, 0, 2], [3, 0, 0, 2], [0, 0, 0, 0], [5, 5, 0, 2]])
    lowest = lowest_neighbour(regions)
    assert lowest[0].tolist() == [3, 3, 2, 2]
    assert lowest[2].tolist() == [3, 3, 2, 2]
    assert lowest[3, 0] == 5
    assert lowest_neighbour(np.array([[2, 1, 4]])).tolist() == [[1, 1, 1]]


def test_a_single_passage_is_a_neck():
    wall = np.ones(20, bool)
    wall[8:12] = False
    regions, distance = halves(wall)
    assert np.array_equal(join_open_regions(regions, 2, distance, 0.6), regions)


def test_passages_with_small_holes_between_them_are_none():
    wall = np.zeros(20, bool)
    wall[[6, 13]] = True
    regions, distance = halves(wall)
    joined = join_open_regions(regions, 2, distance, 0.6)
    assert np.array_equal(joined, (regions > 0).astype(np.int32))


def test_passages_far_apart_are_necks():
    wall = np.ones(20, bool)
    wall[[1, 2, 17, 18]] = False
    regions, distance = halves(wall)
    assert np.array_equal(join_open_regions(regions, 2, distance, 0.1), regions)


def test_the_wider_the_passage_has_to_be_the_less_is_joined():
    wall = np.zeros(20, bool)
    wall[[6, 13]] = True
    regions, distance = halves(wall)
    joined = [len(np.unique(join_open_regions(regions, 2, distance, neck))) for neck in (0.5, 0.9, 1.5, 5)]
    assert joined == sorted(joined)
    assert joined[0] < joined[-1]


def test_a_stop_is_heard_before_each_two_regions_that_are_joined():
    wall = np.zeros(20, bool)
    wall[[6, 13]] = True
    regions, distance = halves(wall)

    def ask() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        join_open_regions(regions, 2, distance, 0.6, ask)
    join_open_regions(regions, 2, distance, 100, ask)  # nothing is joined, nobody is asked
