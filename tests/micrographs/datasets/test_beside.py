"""Pictures with a file of the same stem beside each."""

import numpy as np
import pytest

from workbench.errors import DatasetError
from workbench.micrographs.datasets.beside import BesideSource
from workbench.micrographs.writing import write_tiff


class NotedSource(BesideSource):
    ending = ".note.txt"


@pytest.fixture
def folder(tmp_path):
    for name in "ab":
        write_tiff(tmp_path / f"{name}.tif", np.ones((6, 8), np.float32), 0.05)
        (tmp_path / f"{name}.note.txt").touch()
    return tmp_path


def test_a_picture_and_the_file_beside_it_belong_together_by_their_stem(folder):
    found = NotedSource(folder)
    assert found.names == ["a", "b"]
    assert found.name == folder.name
    assert found.beside(1) == folder / "b.note.txt"
    assert found.micrograph(1, None).source == folder / "b.tif"
    assert found.micrograph(1, 0.2).nm_per_px == 0.2
    assert found.dose(0) is None


def test_only_the_files_of_the_set_are_looked_at(folder):
    (folder / "c.tif").write_bytes((folder / "b.tif").read_bytes())
    found = NotedSource(folder, files={"b.tif", "b.note.txt"}, name="half")
    assert (found.name, found.names) == ("half", ["b"])


@pytest.mark.parametrize(("gone", "name"), [("a.tif", "a"), ("b.note.txt", "b")])
def test_a_picture_or_file_that_is_alone_is_named(folder, gone, name):
    (folder / gone).unlink()
    with pytest.raises(DatasetError, match=rf"{name} has no picture or no file \*\.note\.txt beside it"):
        NotedSource(folder)


def test_an_empty_folder_is_said(tmp_path):
    with pytest.raises(DatasetError, match="holds no micrographs"):
        NotedSource(tmp_path)


def test_what_set_toml_says_is_the_description(folder):
    (folder / "set.toml").write_text('labels = "boxes"\n')
    assert NotedSource(folder).description == {"labels": "boxes"}
