"""Particles taken out, cut, joined and drawn by hand."""

import json

import numpy as np
import pytest

from workbench.errors import WorkbenchError
from workbench.particles.correction import (
    Correction,
    correct,
    corrections_code,
    corrections_text,
    files_of,
)
from workbench.particles.external_labels import ExternalLabels
from workbench.segmentation.parting import in_order


def scene() -> np.ndarray:
    """Two squares apart, and a dumb-bell below."""
    labels = np.zeros((60, 80), np.uint16)
    labels[5:15, 5:15] = 1
    labels[5:15, 30:45] = 2
    labels[30:50, 10:30] = 3
    labels[38:42, 30:40] = 3
    labels[30:50, 40:60] = 3
    return labels


def test_nothing_is_done():
    made = correct(scene(), [])
    assert np.array_equal(made.labels, scene())
    assert made.before.tolist() == [1, 2, 3]
    assert not made.out
    assert not made.missed


def test_the_last_of_out_and_in_counts():
    place = [(10, 35)]
    assert correct(scene(), [("out", place)]).out == {2}
    made = correct(scene(), [("out", place), ("in", place)])
    assert not made.out
    assert made.kept == {2}
    assert correct(scene(), [("in", place), ("out", place)]).out == {2}


def test_a_place_without_a_particle_is_said():
    made = correct(scene(), [("out", [(0, 79)]), ("out", [(500, 500)])])
    assert len(made.missed) == 2
    assert not made.out


def test_a_cut_parts_along_its_line_and_loses_no_pixel():
    made = correct(scene(), [("cut", [(25, 35), (55, 35)])])
    assert np.array_equal(made.labels > 0, scene() > 0)
    assert made.labels.max() == 4
    left, right = made.labels[40, 12], made.labels[40, 58]
    assert left != right
    assert {left, right} == {3, 4}
    assert made.before.tolist() == [1, 2, 0, 0]
    # pixels of the line went to the nearer piece
    sizes = np.bincount(made.labels.ravel())
    assert abs(int(sizes[left]) - int(sizes[right])) <= 10


@pytest.mark.parametrize(
    "ends", [[(28, 8), (52, 32)], [(28, 20), (52, 25)], [(52, 31), (28, 12)], [(40, 5), (39, 70)]]
)
def test_a_cut_at_any_angle_leaves_two_pieces(ends):
    made = correct(scene(), [("cut", ends)])
    assert made.labels.max() == 4
    assert np.array_equal(made.labels > 0, scene() > 0)


def test_a_cut_that_ends_within_parts_nothing():
    made = correct(scene(), [("cut", [(25, 35), (39, 35)])])
    assert made.labels.max() == 3
    assert len(made.missed) == 1
    assert made.before.tolist() == [1, 2, 3]


def test_a_join_makes_one():
    made = correct(scene(), [("join", [(10, 10), (10, 40)])])
    assert made.labels.max() == 2
    assert made.labels[10, 10] == made.labels[10, 40] == 1
    assert made.before.tolist() == [0, 3]
    assert len(correct(scene(), [("join", [(6, 6), (9, 9)])]).missed) == 1


def test_a_cut_taken_back_by_a_join_is_what_it_was():
    made = correct(scene(), [("cut", [(25, 35), (55, 35)]), ("join", [(40, 20), (40, 50)])])
    assert np.array_equal(made.labels, scene())


def test_what_is_drawn_leaves_others_their_pixels():
    outline = [(1, 1), (1, 40), (20, 40), (20, 1)]
    made = correct(scene(), [("draw", outline)])
    assert made.labels.max() == 4
    assert np.array_equal(made.labels == made.labels[10, 10], scene() == 1)
    assert made.labels[1, 1] == made.labels[10, 20] == 1  # its first pixel is the first of all
    assert made.before.tolist() == [0, 1, 2, 3]
    assert made.kept == {1}
    assert len(correct(scene(), [("draw", [(6, 6), (6, 9), (9, 9)])]).missed) == 1


def test_a_particle_that_was_cut_can_be_taken_out():
    made = correct(scene(), [("cut", [(25, 35), (55, 35)]), ("out", [(40, 58)])])
    assert made.out == {made.labels[40, 58]}


def test_the_input_stays_and_numbers_are_in_order():
    labels = scene()
    made = correct(labels, [("draw", [(0, 60), (0, 70), (4, 70), (4, 60)])])
    assert np.array_equal(labels, scene())
    assert np.array_equal(made.labels, in_order(made.labels))


def test_what_is_no_correction_is_refused():
    nowhere = ("out", [(float("nan"), 1)])
    for wrong in (("move", [(1, 1)]), ("cut", [(1, 1)]), nowhere, ("out", 3), 7, ("out", [("a", 1)])):
        with pytest.raises(WorkbenchError):
            correct(scene(), [wrong])


def test_a_correction_as_a_script_writes_it():
    made = Correction("cut", ((1.23456, 2), (3, 4)))
    assert made.plain() == ("cut", [(1.23, 2.0), (3.0, 4.0)])
    assert Correction.of(made.plain()) == Correction("cut", ((1.23, 2), (3, 4)))


def test_order_is_that_of_a_slow_way():
    rng = np.random.default_rng(2)
    for _ in range(20):
        labels = rng.integers(0, 9, size=(7, 9)).astype(np.int32) * rng.integers(0, 2, size=(7, 9)).astype(
            np.int32
        )
        found = in_order(labels)
        firsts = [int(np.flatnonzero(found.ravel() == number)[0]) for number in range(1, found.max() + 1)]
        assert firsts == sorted(firsts)
        pairs = set(zip(labels.ravel().tolist(), found.ravel().tolist(), strict=True))
        assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})


# -- particles of a file


def changed_elsewhere() -> np.ndarray:
    """The first square is as it was, the second is gone, the dumb-bell lost its right end, and one is new."""
    labels = np.where(np.isin(scene(), [1, 3]), scene(), 0).astype(np.int32) * 10
    labels[:, 45:] = 0
    labels[30:50, 65:75] = 8
    return labels


def replacing(labels, out=()):
    return Correction("replace", (), ExternalLabels.of("elsewhere.tif", labels, out))


def test_particles_of_a_file_take_the_place_of_all_and_those_that_are_as_before_are_known():
    made = correct(scene(), [replacing(changed_elsewhere())])
    assert np.array_equal(made.labels > 0, changed_elsewhere() > 0)
    assert np.array_equal(made.labels, in_order(changed_elsewhere()))
    assert made.before.tolist() == [1, 0, 0]
    assert (made.out, made.kept, made.missed) == (frozenset(), frozenset(), ())


def test_what_a_hand_took_out_before_stays_out_whatever_its_number_in_the_file():
    both = [("out", [(10, 10)]), ("out", [(40, 20)]), ("out", [(10, 35)])]
    made = correct(scene(), [*both, replacing(changed_elsewhere())])
    assert made.out == {1, 2}  # unchanged, changed; the third is gone
    assert correct(scene(), [replacing(changed_elsewhere()), *both[:2]]).out == {1, 2}


def test_what_the_file_leaves_out_is_out():
    made = correct(scene(), [replacing(changed_elsewhere(), out=[8])])
    assert made.out == {int(made.labels[40, 70])}


def test_a_hand_goes_on_with_the_particles_of_a_file():
    made = correct(scene(), [replacing(changed_elsewhere()), ("cut", [(25, 70), (55, 70)])])
    assert made.labels.max() == 4
    assert made.labels[40, 66] != made.labels[40, 74]


def test_they_stay_what_they_are_when_a_threshold_moves():
    larger = scene()
    larger[4:16, 4:16] = 1
    assert np.array_equal(
        correct(larger, [replacing(changed_elsewhere())]).labels, in_order(changed_elsewhere())
    )


def test_particles_of_another_shape_change_nothing():
    other = replacing(np.eye(5, dtype=np.int32))
    made = correct(scene(), [other])
    assert made.missed == (other,)
    assert np.array_equal(made.labels, scene())


def test_particles_of_a_file_come_back_from_what_a_session_keeps():
    one = replacing(changed_elsewhere(), out=[8])
    assert Correction.of(json.loads(json.dumps(one.kept()))) == one
    cut = Correction("cut", ((25, 70.126), (55, 70)))
    assert cut.kept() == ["cut", [[25.0, 70.13], [55.0, 70.0]]]


def test_a_record_of_them_has_their_name_and_hash_and_none_of_their_pixels():
    kind, said = replacing(changed_elsewhere()).plain()
    assert (kind, said["file"], said["particles"]) == ("replace", "elsewhere.tif", 3)
    assert len(json.dumps(said)) < 200


def test_a_script_reads_the_file_again():
    code = corrections_code([("out", [(1, 2)]), replacing(changed_elsewhere())])
    assert code == "[('out', [(1.0, 2.0)]), wb.read_particles('elsewhere.tif', m).correction]"
    assert files_of([replacing(changed_elsewhere()), ("out", [(1, 2)])]) == ["elsewhere.tif"]


def test_what_was_done_is_said_in_a_few_words():
    one = replacing(changed_elsewhere())
    done = [("cut", [(1, 2), (3, 4)]), ("out", [(1, 2)]), ("out", [(3, 2)]), one.plain(), one]
    assert corrections_text(done) == "2 taken out, 1 cut, corrected elsewhere in elsewhere.tif"
    assert corrections_text([]) == ""


@pytest.mark.parametrize(
    "given",
    [
        ("replace", None),
        ("replace", [(1, 2)]),
        ("out", [(1, 2)], ExternalLabels.of("a.tif", np.eye(3, dtype=int))),
    ],
)
def test_only_a_file_replaces_particles(given):
    with pytest.raises(WorkbenchError):
        Correction(*given) if len(given) == 3 else Correction.of(given)
    with pytest.raises(WorkbenchError, match="takes those of a file"):
        Correction("replace")
