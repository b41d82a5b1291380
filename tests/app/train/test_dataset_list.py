"""The sets of a data folder that a run can learn from."""

import pytest

from workbench.app.core.data_folder import DataFolder
from workbench.app.train import dataset_list
from workbench.app.train.dataset_list import find_datasets


def make(folder):
    for part in ("images", "labels"):
        (folder / part).mkdir(parents=True)


@pytest.fixture
def data(tmp_path):
    (tmp_path / "data").mkdir()
    return DataFolder(tmp_path / "data")


def test_sets_are_found_a_few_folders_deep(data):
    make(data.root / "discs")
    make(data.root / "deep" / "er" / "set")
    make(data.root / "a" / "b" / "c" / "too-deep")
    assert find_datasets(data) == [("discs", "discs"), ("deep/er/set", "deep/er/set")]


def test_the_data_folder_itself_may_be_a_set(data):
    make(data.root)
    assert find_datasets(data) == [("data", ".")]


def test_what_is_hidden_outside_or_half_a_set_is_none(data, tmp_path):
    make(data.root / ".cache" / "set")
    make(tmp_path / "outside")
    (data.root / "link").symlink_to(tmp_path / "outside")
    (data.root / "pictures" / "images").mkdir(parents=True)
    assert find_datasets(data) == []


def test_a_folder_of_very_many_folders_is_not_looked_through_for_ever(data, monkeypatch):
    monkeypatch.setattr(dataset_list, "MOST_FOLDERS", 3)
    for name in "abcd":
        make(data.root / name)
    assert find_datasets(data) == [("a", "a"), ("b", "b")]


def test_a_public_set_that_is_here_is_listed_by_its_name(data, tmp_path):
    from workbench.micrographs.datasets.public_sets import public_dataset, public_dataset_names

    name = public_dataset_names()[0]
    public_dataset(name).folder.mkdir(parents=True)
    assert find_datasets(data) == [(f"{name} (public)", name)]
