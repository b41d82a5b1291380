"""Particles that may overlap become a label image: the smaller one wins, and what was done is said."""

import numpy as np
import pytest

from workbench.errors import WorkbenchError
from workbench.particles.files.pieces import OVERLAPS, Piece, paint

SHAPE = (20, 30)


def square(edge, top=0, left=0, number=None, why=None):
    return Piece(np.ones((edge, edge), bool), top, left, number, why)


@pytest.mark.parametrize("turned", [False, True])
def test_where_particles_overlap_the_smaller_one_has_the_pixels_whatever_their_order(turned):
    pieces = [square(10, 0, 0, 4), square(4, 8, 8, 9)]
    found = paint(pieces[::-1] if turned else pieces, SHAPE)
    assert np.count_nonzero(found.labels == 9) == 16
    assert np.count_nonzero(found.labels == 4) == 100 - 4
    assert found.notes == [f"{OVERLAPS} (4 px)"]


def test_numbers_that_are_missing_or_taken_are_given_the_next_that_is_free():
    found = paint([square(2, 0, 0, 7), square(2, 4, 0), square(2, 8, 0, 7), square(2, 12, 0, 0)], SHAPE)
    assert found.labels[[0, 4, 8, 12], 0].tolist() == [7, 8, 9, 10]
    assert found.notes == ["3 had no number of their own: given the next that are free"]


def test_what_lies_outside_is_cut_off_or_left_away_with_a_word():
    found = paint(
        [square(6, -3, -3, 1), square(6, 17, 27, 2), square(4, 40, 0, 3), square(2, 5, 5, 4)], SHAPE
    )
    assert [np.count_nonzero(found.labels == number) for number in (1, 2, 3, 4)] == [9, 9, 0, 4]
    assert found.outside == 1
    assert found.notes == [
        "1 particle lies outside the micrograph or has no pixel: left away",
        "2 particles lie partly outside the micrograph: cut off at its edge",
    ]


def test_a_particle_wholly_under_smaller_ones_is_named_and_neither_kept_nor_left_out():
    found = paint([square(2, 0, 0, 1, "size"), square(2, 0, 0, 2)], SHAPE)
    assert set(np.unique(found.labels)) == {0, 2}
    assert found.left_out == {}
    assert "1 particle lies wholly under smaller ones: left away" in found.notes


def test_those_that_are_left_out_are_told_by_their_new_numbers():
    found = paint([square(2, 0, 0, 3), square(2, 5, 5, 3, "hand"), square(2, 9, 9, 2, "")], SHAPE)
    assert found.left_out == {2: "", 4: "hand"}


def test_a_number_that_no_label_image_holds_is_refused():
    with pytest.raises(WorkbenchError, match="numbers run from 1 to"):
        paint([square(2, 0, 0, 1 << 25)], SHAPE)


def test_no_pieces_are_no_particles():
    assert not paint([], SHAPE).labels.any()
