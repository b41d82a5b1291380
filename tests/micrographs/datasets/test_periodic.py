"""Pieces of one particle that the edge of the frame parts are numbered; those that another particle parts are not."""

import numpy as np
import pytest

from workbench.micrographs.datasets.periodic import number_pieces

SIZE = 40


def labels_of(*drawn):
    """Return a label image of rectangles (number, rows, columns), later ones on top."""
    labels = np.zeros((SIZE, SIZE), np.uint8)
    for number, rows, columns in drawn:
        labels[slice(*rows), slice(*columns)] = number
    return labels


def test_what_leaves_the_frame_and_comes_back_on_the_far_side_is_a_piece_of_its_own():
    labels = labels_of((1, (10, 20), (0, 3)), (1, (10, 20), (30, 40)), (2, (25, 30), (15, 20)))
    numbered, particle = number_pieces(labels)
    assert (numbered[10:20, 30:] == 1).all()
    assert (numbered[10:20, :3] == 3).all()
    assert (numbered[25:30, 15:20] == 2).all()
    assert particle == {3: 1}
    assert np.array_equal(numbered > 0, labels > 0)


def test_the_four_pieces_in_the_corners_are_four():
    corners = [(slice(0, 5), slice(0, 6)), (slice(0, 5), slice(33, 40))]
    corners += [(slice(32, 40), slice(0, 6)), (slice(32, 40), slice(33, 40))]
    labels = np.zeros((SIZE, SIZE), np.uint8)
    for corner in corners:
        labels[corner] = 7
    numbered, particle = number_pieces(labels)
    assert [int(numbered[corner].max()) for corner in corners] == [
        10,
        9,
        8,
        7,
    ]  # the largest keeps the number
    assert particle == {8: 7, 9: 7, 10: 7}


def test_a_sliver_of_one_pixel_is_a_piece_as_it_is_what_the_frame_shows():
    numbered, particle = number_pieces(labels_of((1, (10, 20), (35, 40)), (1, (15, 16), (0, 1))))
    assert (numbered[15, 0], particle) == (2, {2: 1})


def test_what_the_edge_of_the_frame_parts_on_one_side_is_two_pieces():
    """Two lobes that meet outside the frame."""
    numbered, particle = number_pieces(labels_of((1, (0, 8), (5, 10)), (1, (0, 9), (15, 20))))
    assert (numbered[0, 5], numbered[0, 15], particle) == (2, 1, {2: 1})


@pytest.mark.parametrize("columns", [(10, 30), (0, 20)], ids=["within the frame", "at its edge"])
def test_what_another_particle_parts_keeps_one_number(columns):
    labels = labels_of((1, (10, 30), columns), (2, (17, 23), (0, 35)))
    numbered, particle = number_pieces(labels)
    assert np.array_equal(numbered, labels)
    assert particle == {}


def test_what_lies_apart_within_the_frame_stays_with_its_largest_piece():
    labels = labels_of((1, (10, 20), (0, 3)), (1, (10, 20), (30, 40)), (1, (14, 15), (27, 28)))
    numbered, _particle = number_pieces(labels)
    assert numbered[14, 27] == numbered[12, 35] == 1


def test_what_another_particle_parts_goes_with_the_piece_that_it_parts():
    """The piece on the left is parted by particle 2; no part of it goes to the far side."""
    labels = labels_of(
        (1, (10, 20), (0, 8)), (1, (10, 20), (30, 40)), (2, (5, 25), (3, 5)), (3, (0, 1), (20, 21))
    )
    numbered, particle = number_pieces(labels)
    assert (numbered[12, 0], numbered[12, 6], numbered[12, 35]) == (4, 4, 1)
    assert particle == {4: 1}


@pytest.mark.parametrize("turned", [False, True])
def test_opposite_sides_are_two_pieces_though_other_particles_lie_between(turned):
    labels = labels_of((1, (10, 20), (0, 3)), (1, (10, 20), (30, 40)), (2, (12, 15), (3, 30)))
    labels = labels.T if turned else labels
    numbered, particle = number_pieces(labels)
    numbered = numbered.T if turned else numbered
    assert (numbered[10, 0], numbered[10, 35], particle) == (3, 1, {3: 1})


def test_a_second_time_changes_nothing():
    rng = np.random.default_rng(0)
    labels = np.kron(rng.integers(0, 4, (10, 10)), np.ones((4, 4), int))
    once, _particle = number_pieces(labels)
    twice, none = number_pieces(once)
    assert once.max() > labels.max()
    assert np.array_equal(once, twice)
    assert none == {}


def test_an_empty_image_stays_empty():
    numbered, particle = number_pieces(np.zeros((4, 4), np.uint8))
    assert not numbered.any()
    assert particle == {}
