"""Which micrographs show one specimen, and what cannot be split."""

import pytest
from saved_sets import discs, save

from workbench.errors import DatasetError
from workbench.micrographs.datasets.labelled_dataset import LabelledDataset, open_dataset


def test_a_set_without_doses_cannot_be_split_by_dose(tmp_path):
    opened = open_dataset(save(tmp_path / "set", *discs(4)))
    with pytest.raises(DatasetError, match="no micrograph's dose is known"):
        opened.split(0, (0.5, 0.5), by_dose=True)


@pytest.mark.parametrize(
    ("description", "groups"),
    [
        ({}, [1] * 6),
        ({"group_size": 4}, [4, 2]),
        ({"same_specimen": [["m0", "m5"], ["m1", "m2"]]}, [2, 2, 1, 1]),
        ({"group_by": r"^m([01])"}, [1] * 6),
    ],
)
def test_the_description_says_which_micrographs_show_one_specimen(tmp_path, description, groups):
    opened = LabelledDataset(save(tmp_path / "set", *discs(6)), **description)
    assert [len(group) for group in opened.groups().values()] == groups


@pytest.mark.parametrize(
    ("description", "said"),
    [
        ({"group_by": "("}, "group_by is not a regular expression"),
        ({"group_by": "m"}, "group_by needs a group in brackets"),
        ({"group_size": 0}, "group_size is a whole number"),
        ({"same_specimen": ["m0"]}, "same_specimen is a list of lists"),
    ],
)
def test_groups_that_make_no_sense_are_refused(tmp_path, description, said):
    opened = LabelledDataset(save(tmp_path / "set", *discs(2)), **description)
    with pytest.raises(DatasetError, match=said):
        opened.groups()


def test_patches_of_unknown_micrographs_are_not_split(tmp_path):
    folder = save(tmp_path / "set", *discs(6), patches=True)
    with pytest.raises(DatasetError, match="patches of one micrograph on both sides"):
        open_dataset(folder).split(0, (0.5, 0.5))
    assert [len(part) for part in LabelledDataset(folder, group_size=3).split(0, (0.5, 0.5))] == [3, 3]


@pytest.mark.parametrize(
    ("count", "description", "said"),
    [
        (1, {}, "holds one micrograph only and cannot be split"),
        (3, {"group_size": 3}, "shows one specimen in all 3 micrographs and cannot be split"),
    ],
)
@pytest.mark.parametrize("way", [lambda one: one.split(0, (0.5, 0.5)), lambda one: one.folds(2, 0)])
def test_what_cannot_be_split_is_said(tmp_path, count, description, said, way):
    opened = LabelledDataset(save(tmp_path / "set", *discs(count)), **description)
    with pytest.raises(DatasetError, match=said):
        way(opened)
