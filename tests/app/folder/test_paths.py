"""Micrographs and results lie inside the data folder; what cannot be is one sentence."""

import pytest

from workbench.app.core.data_folder import DataFolder
from workbench.app.folder import paths
from workbench.app.folder.paths import (
    file_of,
    files_there,
    micrograph_folder,
    results_folder,
    stamp_of,
    usual_out,
)
from workbench.batch.status import PAUSE_FILE, STATUS_FILE
from workbench.errors import ComputeError, WorkbenchError


@pytest.fixture
def data(tmp_path):
    (tmp_path / "sample").mkdir()
    (tmp_path / "file.tif").write_bytes(b"x")
    return DataFolder(tmp_path)


def test_results_go_into_a_folder_in_that_of_the_micrographs():
    assert [usual_out(folder) for folder in (".", "a/b")] == ["results", "a/b/results"]


def test_a_folder_of_micrographs_is_one_in_the_data_folder_or_that_itself(data):
    assert micrograph_folder(data, "sample") == data.root / "sample"
    assert micrograph_folder(data, ".") == micrograph_folder(data, " ") == data.root


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("nosuch", "there is no such file"),
        ("..", "lies outside the data folder"),
        ("file.tif", "file.tif is a file; choose the folder that it lies in."),
    ],
)
def test_what_is_no_folder_of_micrographs_is_refused(data, folder, said):
    with pytest.raises(WorkbenchError, match=said):
        micrograph_folder(data, folder)


def test_a_folder_of_results_need_not_be_there_and_is_not_made(data):
    assert results_folder(data, " sample/results ") == data.root / "sample" / "results"
    assert not (data.root / "sample" / "results").exists()


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("", "Name a folder for the results, such as results."),
        (".", "inside the data folder"),
        ("../results", "inside the data folder"),
        ("file.tif", "cannot be the folder of the results: there is a file of that name"),
        ("file.tif/results", "cannot be the folder of the results: a part of its path is a file"),
    ],
)
def test_what_is_no_folder_of_results_is_refused(data, out, said):
    with pytest.raises(ComputeError, match=said):
        results_folder(data, out)


def test_a_stamp_is_the_same_until_a_file_changes_that_tells_how_it_stands(tmp_path):
    before = stamp_of(tmp_path)
    (tmp_path / "a.unet.mask.tif").write_bytes(b"x")
    assert stamp_of(tmp_path) == before
    (tmp_path / STATUS_FILE).write_text("{}")
    begun = stamp_of(tmp_path)
    assert begun != before
    (tmp_path / PAUSE_FILE).touch()
    assert stamp_of(tmp_path) != begun
    (tmp_path / PAUSE_FILE).unlink()
    assert stamp_of(tmp_path) == begun
    assert stamp_of(tmp_path / "nosuch") != begun


def test_files_that_are_there_are_read_for_a_browser(tmp_path, monkeypatch):
    assert files_there(tmp_path / "nosuch") == []
    (tmp_path / "particles.csv").write_text("a,b\n")
    (tmp_path / "report.html").write_text("<p>")
    (tmp_path / "other.csv").write_text("")
    (tmp_path / "report-unet.html").write_text("<p>")
    assert files_there(tmp_path) == ["report.html", "report-unet.html", "particles.csv"]
    assert file_of(tmp_path, "particles.csv") == ("particles.csv", b"a,b\n", "text/csv")
    with pytest.raises(ComputeError, match=r"particles\.parquet cannot be read"):
        file_of(tmp_path, "particles.parquet")
    monkeypatch.setattr(paths, "MOST_BYTES", 3)
    with pytest.raises(ComputeError, match=r"more than a browser is sent; copy it"):
        file_of(tmp_path, "particles.csv")
