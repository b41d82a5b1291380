"""Connected pieces of a mask, on drawings small enough to count by eye."""

import numpy as np

from workbench.segmentation.components import drop_small, find_holes, label_particles


def drawn(*rows: str) -> np.ndarray:
    return np.array([[letter == "#" for letter in row] for row in rows])


def test_particles_hang_together_by_corners_and_are_numbered_row_by_row():
    labels, count = label_particles(drawn("..#.#", ".#...", "....#"))
    assert count == 3
    assert labels.dtype == np.int32
    assert labels.tolist() == [[0, 0, 1, 0, 2], [0, 1, 0, 0, 0], [0, 0, 0, 0, 3]]


def test_a_particle_of_exactly_the_smallest_size_stays():
    mask = drawn("##..#", "....#", "#...#")
    assert np.array_equal(drop_small(mask, 2), drawn("##..#", "....#", "....#"))
    assert np.array_equal(drop_small(mask, 2.5), drawn("....#", "....#", "....#"))
    assert np.array_equal(drop_small(mask, 0), mask)
    assert not drop_small(np.zeros((3, 3), bool), 0).any()


def test_a_hole_does_not_reach_the_edge_through_sides_but_may_through_corners():
    mask = drawn(".###.", "##.##", "#.#.#", "#####")
    assert np.array_equal(find_holes(mask), drawn(".....", "..#..", ".#.#.", "....."))
    leaking = drawn(".###.", "##.##", "#.#.#", "#.###")
    assert np.array_equal(find_holes(leaking), drawn(".....", "..#..", "...#.", "....."))


def test_background_at_any_edge_is_open():
    for turns in range(4):
        assert not find_holes(np.rot90(drawn("#.#", "#.#", "###"), turns)).any()
    assert not find_holes(np.ones((3, 3), bool)).any()
