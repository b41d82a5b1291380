"""Labels become masks, or the values that cannot be told apart are named."""

import numpy as np
import pytest

from workbench.errors import DatasetError
from workbench.micrographs.datasets.labels import LabelMeaning

CLASSES = np.array([[0, 1, 2], [2, 0, 1]])


@pytest.mark.parametrize(
    ("values", "mask"),
    [
        (np.array([[False, True]]), [[0, 1]]),
        (np.array([[0, 1]], np.uint8), [[0, 1]]),
        (np.array([[0, 255]], np.uint8), [[0, 1]]),
        (np.array([[0.0, 0.25]], np.float32), [[0, 1]]),
        (np.array([[1, 2]]), [[0, 1]]),
        (np.array([[0, 0]]), [[0, 0]]),
        (np.array([[255, 255]]), [[1, 1]]),
    ],
)
def test_of_two_values_the_larger_is_particle(values, mask):
    assert LabelMeaning().mask(values, "m").tolist() == np.array(mask, bool).tolist()


def test_a_channel_for_each_class_means_the_second_is_particle():
    one_hot = np.stack([CLASSES != 1, CLASSES == 1], axis=-1).astype(np.float32)
    assert (LabelMeaning().mask(one_hot, "m") == (CLASSES == 1)).all()
    assert (LabelMeaning(particle=(0,)).mask(one_hot, "m") == (CLASSES != 1)).all()
    assert (LabelMeaning().mask((CLASSES == 2)[..., None], "m") == (CLASSES == 2)).all()


def test_channels_that_are_no_classes_are_refused():
    with pytest.raises(
        DatasetError, match="m: the label has 2 channels, but they are not one for each class"
    ):
        LabelMeaning().mask(np.zeros((3, 4, 2)), "m")


def test_more_than_two_values_are_named_with_what_to_do():
    with pytest.raises(
        DatasetError, match=r"m7: the label holds 3 values \(0, 1 and 2\); say which is particle"
    ):
        LabelMeaning().mask(CLASSES, "m7")
    with pytest.raises(DatasetError, match=r"256 values \(0, 1, 2, 3, 4 and 251 more\)"):
        LabelMeaning().mask(np.arange(256, dtype=np.uint8).reshape(16, 16), "m")
    with pytest.raises(DatasetError, match="negative values"):
        LabelMeaning().mask(np.array([[-1, 0]]), "m")


def test_the_caller_says_which_values_are_particle():
    assert (LabelMeaning(particle=(1,)).mask(CLASSES, "m") == (CLASSES == 1)).all()
    assert (LabelMeaning(particle=(1, 2)).mask(CLASSES, "m") == (CLASSES > 0)).all()
    assert LabelMeaning(above=100).mask(np.array([[90.0, 100.0, 110.0]]), "m").tolist() == [
        [False, False, True]
    ]


def test_with_one_number_a_particle_every_number_is_particle():
    meaning = LabelMeaning.of("set", {"labels": "particles"})
    assert (meaning.mask(CLASSES, "m") == (CLASSES != 0)).all()
    assert not meaning.mask(np.zeros((2, 2)), "m").any()


@pytest.mark.parametrize(
    ("description", "said"),
    [
        ({"labels": "polygons"}, "labels is 'mask', 'particles', 'boxes' or 'overlapping', not 'polygons'"),
        ({"particle": "gold"}, "particle is a list"),
        ({"particle": []}, "particle is a list"),
        ({"particle": [True]}, "particle is a list"),
        ({"particle_above": "0.5"}, "particle_above is a number"),
        ({"particle": 1, "particle_above": 0.5}, "not both"),
    ],
)
def test_a_description_that_makes_no_sense_is_refused(description, said):
    with pytest.raises(DatasetError, match=said):
        LabelMeaning.of("set", description)


def test_a_single_value_may_be_given_without_brackets():
    assert LabelMeaning.of("set", {"particle": 2}).particle == (2,)


def test_nan_in_a_label_is_refused():
    with pytest.raises(DatasetError, match="NaN"):
        LabelMeaning().mask(np.array([[0, np.nan]]), "m")


REJOINING = np.array([[1, 0, 2, 0, 1, 1]])
"""A particle that leaves the frame on one side and comes back on the other."""
SIMULATED = {"labels": "particles", "details": {"seed": 802, "images_per_wave": 2}}
"""What a simulated set was described by from the first version on."""


def test_of_a_simulated_set_each_piece_that_the_edge_of_the_frame_parts_has_a_number_of_its_own():
    simulated = LabelMeaning.of("set", SIMULATED)
    assert simulated.numbers(REJOINING, "m").tolist() == [[3, 0, 2, 0, 1, 1]]
    assert np.array_equal(simulated.mask(REJOINING, "m"), REJOINING > 0)


@pytest.mark.parametrize("details", [{}, {"details": {"seed": 1}}, {"details": "from 2021"}])
def test_what_a_hand_labelled_keeps_one_number_however_many_pieces_it_has(details):
    drawn = LabelMeaning.of("set", {"labels": "particles", **details})
    assert drawn.numbers(REJOINING, "m").tolist() == REJOINING.tolist()
