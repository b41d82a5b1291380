"""What a hand changed, by how far particles overlap; those that stay keep their numbers."""

import numpy as np
import pytest

from workbench.errors import WorkbenchError
from workbench.particles.files.changes import compare_particles, keep_numbers

FORMER = np.array([[1, 1, 1, 1, 0, 2, 2, 0, 3, 3, 3, 3]])


@pytest.mark.parametrize(
    ("now", "unchanged", "changed", "new", "gone"),
    [
        ([1, 1, 1, 1, 0, 2, 2, 0, 3, 3, 3, 3], [1, 2, 3], [], [], []),
        ([9, 9, 9, 9, 0, 8, 8, 0, 7, 7, 7, 7], [7, 8, 9], [], [], []),  # numbered anew
        ([1, 1, 1, 0, 0, 2, 2, 0, 3, 3, 3, 3], [2, 3], [1], [], []),
        ([1, 1, 5, 5, 0, 2, 2, 0, 3, 3, 3, 3], [2, 3], [], [1, 5], [1]),  # cut in halves: neither is it
        ([1, 1, 1, 5, 0, 2, 2, 0, 3, 3, 3, 3], [2, 3], [1], [5], []),
        ([1, 1, 1, 1, 1, 1, 1, 0, 3, 3, 3, 3], [3], [1], [], [2]),  # joined: the larger part
        ([1, 1, 1, 1, 0, 2, 2, 4, 3, 3, 3, 3], [1, 2, 3], [], [4], []),
        ([0] * 12, [], [], [], [1, 2, 3]),
    ],
)
def test_particles_are_unchanged_changed_new_or_gone(now, unchanged, changed, new, gone):
    found = compare_particles(FORMER, np.array([now]))
    assert (found.unchanged, found.changed, found.new, found.gone) == (unchanged, changed, new, gone)
    assert set(found.former) == {*unchanged, *changed}


def test_without_former_particles_all_are_new():
    assert compare_particles(np.zeros((1, 12), int), FORMER).new == [1, 2, 3]


def test_it_is_said_in_a_few_words():
    now = np.array([[1, 1, 1, 5, 0, 0, 0, 0, 3, 3, 3, 3]])
    said = "1 unchanged, 1 changed (particle 1), 1 new (particle 5), 1 gone (particle 2)"
    assert compare_particles(FORMER, now).said == said


def test_particles_keep_their_former_numbers_and_new_ones_take_none_that_was_taken():
    now = np.array([[3, 3, 3, 0, 1, 2, 2, 0, 9, 9, 9, 9]])  # 1 is new, 3 was 1, 9 was 3
    kept = keep_numbers(FORMER, now, compare_particles(FORMER, now))
    assert kept.tolist() == [[1, 1, 1, 0, 10, 2, 2, 0, 3, 3, 3, 3]]
    free = np.array([[1, 1, 1, 0, 7, 2, 2, 0, 3, 3, 3, 3]])
    assert keep_numbers(FORMER, free, compare_particles(FORMER, free))[0, 4] == 7


def test_images_of_other_shapes_and_a_share_that_decides_nothing_are_refused():
    with pytest.raises(WorkbenchError, match="same micrograph"):
        compare_particles(FORMER, FORMER.T)
    with pytest.raises(WorkbenchError, match=r"between 0\.5 and 1"):
        compare_particles(FORMER, FORMER, least=0.4)
