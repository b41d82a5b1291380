"""Neighbouring particles have colours that differ."""

import numpy as np
import pytest

from workbench.segmentation.colouring import COLOURS, colour_numbers


def hexagons(edge=120, apart=12):
    """Return the nearest of a hexagonal array of centres for each pixel: all touch six others."""
    y, x = np.mgrid[:edge, :edge]
    centres = [
        (row * apart * 0.87, (column + row % 2 / 2) * apart) for row in range(13) for column in range(11)
    ]
    return 1 + np.argmin([(y - row) ** 2 + (x - column) ** 2 for row, column in centres], axis=0)


@pytest.mark.parametrize("gap", [0, 1, 2])
def test_no_particle_has_the_colour_of_one_that_touches_it_or_lies_behind_a_line(gap):
    labels = hexagons()
    if gap:  # background between them
        y, x = np.nonzero(np.ones(labels.shape))
        for down, right in ((0, 1), (1, 0), (0, -1), (-1, 0))[: 2 * gap]:
            other = hexagons()[np.clip(y + down, 0, 119), np.clip(x + right, 0, 119)]
            labels[y, x] = np.where(hexagons()[y, x] != other, 0, labels[y, x])
    colours = colour_numbers(labels)
    assert colours[0] == 0
    present = np.unique(labels[labels > 0])  # the others have no pixel here
    assert set(colours[present]) == set(range(1, COLOURS + 1))
    shown = colours[labels]
    for far in range(1, gap + 2):
        for one, other in ((np.s_[:-far], np.s_[far:]), (np.s_[:, :-far], np.s_[:, far:])):
            two = (labels[one] != labels[other]) & (labels[one] > 0) & (labels[other] > 0)
            assert two.any() or far <= gap
            assert (shown[one] != shown[other])[two].all()


def test_one_that_touches_more_than_there_are_colours_differs_from_all_of_them():
    labels = np.zeros((3, 4 * COLOURS), np.uint16)
    labels[0] = np.arange(4 * COLOURS) // 2 + 1  # fourteen in a row, above one that touches all
    labels[1] = labels.max() + 1
    colours = colour_numbers(labels)
    assert colours[-1] not in colours[1:-1]
    assert (colours[1:-2] != colours[2:-1]).all()


def test_eight_that_all_touch_each_other_have_seven_colours_and_two_share_one():
    pairs = [(one, other) for one in range(1, 9) for other in range(1, one)]
    labels = np.array([[one, other, 0, 0, 0, 0] for one, other in pairs]).reshape(1, -1)
    colours = colour_numbers(labels)
    assert sum(colours[one] == colours[other] for one, other in pairs) == 1


@pytest.mark.parametrize("shape", [(1, 1), (2, 5), (40, 1)])
def test_images_smaller_than_the_gap_and_empty_ones_have_colours(shape):
    assert colour_numbers(np.zeros(shape, np.int32)).tolist() == [0]
    assert colour_numbers(np.ones(shape, np.int32)).tolist() == [0, 0]


def test_one_that_lies_alone_has_the_colour_of_its_network():
    labels = np.zeros((20, 60), np.int32)
    labels[5:15, 5:10] = 1
    labels[5:15, 30:40] = 2
    labels[5:15, 40:45] = 3  # touches the second
    labels[5:15, 47:52] = 4  # behind a line between them
    assert (colour_numbers(labels) > 0).tolist() == [False, False, True, True, True]
