"""What is written beside a set."""

import pytest
from saved_sets import discs, save

from workbench.errors import ComputeError, DatasetError
from workbench.micrographs.datasets.description import read_description, write_description
from workbench.micrographs.datasets.labelled_dataset import open_dataset


def test_a_description_that_is_no_toml_is_named(tmp_path):
    folder = save(tmp_path / "set", *discs(1))
    (folder / "set.toml").write_text("name = ")
    with pytest.raises(DatasetError, match=r"set\.toml cannot be read"):
        open_dataset(folder)


def test_what_is_written_is_read_again_whatever_it_says(tmp_path):
    said = {"name": 'Ü "gold"\n\\', "nm_per_px": 0.05, "particle": [1, 2], "patches": True, "group_size": 64}
    write_description(tmp_path, details={"seed": 7, "from": ["a", "b"]}, licence=None, **said)
    assert read_description(tmp_path / "set.toml") == {**said, "details": {"seed": 7, "from": ["a", "b"]}}
    write_description(tmp_path, name="plain", details={})
    assert (tmp_path / "set.toml").read_text() == 'name = "plain"\n'


def test_where_there_is_none_nothing_is_said_and_what_cannot_be_read_or_written_is(tmp_path):
    assert read_description(tmp_path / "set.toml") == {}
    (tmp_path / "set.toml").write_bytes(b"name = \xff")
    with pytest.raises(DatasetError, match=r"set\.toml cannot be read: "):
        read_description(tmp_path / "set.toml")
    (tmp_path / "folder").mkdir()
    with pytest.raises(DatasetError, match="folder is damaged or cut short"):
        read_description(tmp_path / "folder")
    with pytest.raises(
        ComputeError, match=r"set\.toml was not written to .*gone \(no such file or directory\); make room"
    ):
        write_description(tmp_path / "gone", name="a")
