"""The files of the data folder in the panel: opened, filtered, counted, marked, and seen as pictures."""

import numpy as np
import pytest
from fake_compute import FakeCompute
from waiting import wait_for

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.file_marks import LOCK_NAME
from workbench.app.core.opening import JOB
from workbench.app.micrograph.file_picker import FilePicker, size_text
from workbench.app.session import Session


@pytest.fixture
def session(tmp_path):
    data = tmp_path / "data"
    (data / "day").mkdir(parents=True)
    for name in ("image_2", "image_10", "day/x"):
        np.save(data / f"{name}.npy", np.random.default_rng(0).normal(size=(16, 16)))
    made = Session(data=DataFolder(data), compute=FakeCompute())
    made.selected = ["otsu"]
    return made


@pytest.fixture
def picker(session):
    return FilePicker(session, {})


def names(picker):
    return [row["name"] for row in picker._make["files"].rows]


def opened(session):
    wait_for(lambda: session.micrograph is not None and not session.jobs.running(JOB))
    return session.micrograph.name


def test_folders_then_files_as_people_count_with_their_size(picker):
    assert names(picker) == ["day/", "image_2.npy", "image_10.npy"]
    assert picker._make["files"].rows[1]["text"] == "2 kB"
    assert (size_text(100), size_text(300000), size_text(5 * 2**20)) == ("1 kB", "292 kB", "5.0 MB")


def test_a_file_is_opened_and_marked_as_chosen_and_a_folder_is_entered_and_left(session, picker):
    files = picker._make["files"]
    files.pick("image_10.npy")
    assert (opened(session), files.chosen) == ("image_10", "image_10.npy")
    files.pick("day")
    assert names(picker) == ["‹ up", "x.npy"]
    files.pick("day/x.npy")
    wait_for(lambda: session.micrograph.name == "x")
    assert files.chosen == "day/x.npy"
    files.pick("..")
    assert names(picker) == ["day/", "image_2.npy", "image_10.npy"]
    session.open_sample("easy")
    assert files.chosen == ""


def test_a_file_that_was_written_anew_has_another_stamp(session, picker):
    before = {row["path"]: row["stamp"] for row in picker._make["files"].rows}
    np.save(session.data.root / "image_2.npy", np.eye(20))
    session.files.look()
    after = {row["path"]: row["stamp"] for row in picker._make["files"].rows}
    assert before["image_2.npy"] != after["image_2.npy"]
    assert before["image_10.npy"] == after["image_10.npy"]


def test_files_are_counted_and_filtered_by_their_marks(session, picker):
    make = picker._make
    assert picker.where.value == "data"
    session.marked_files.set("image_2.npy", "done")
    session.marked_files.set("day/x.npy", "flagged")
    assert make["files"].marks == {"image_2.npy": "done"}
    assert picker.where.value == "data: 2 files, 1 done"
    make["which"].value = "not done"
    assert names(picker) == ["day/", "image_10.npy"]
    assert picker.where.value == "data: 1 of 2 files, 1 done"
    make["which"].value = "flagged"
    assert (names(picker), session.files.which) == (["day/"], "flagged")
    make["which"].value = "all"
    make["filter"].value = "10"
    assert names(picker) == ["day/", "image_10.npy"]
    assert picker.where.value == "data: 1 of 2 files"
    session.files.words = ""
    session.files.go_to("day")
    assert picker.where.value == "data/day: 1 file, 1 flagged"


def test_an_empty_folder_says_so(tmp_path):
    made = Session(data=DataFolder(tmp_path), compute=FakeCompute())
    assert FilePicker(made, {}).where.value == f"{tmp_path.name}: no micrographs here"


def test_that_marks_hold_for_this_page_only_stays_in_sight(session, picker):
    assert picker._problem.layout.display == "none"
    (session.data.root / LOCK_NAME).mkdir()
    session.marked_files.set("image_2.npy", "done")
    session.message = ""
    assert picker._problem.value.startswith("Marks of files hold for this page only, as ")
    assert picker._problem.layout.display is None
    assert picker._make["files"].marks == {"image_2.npy": "done"}


def test_pictures_come_for_what_is_seen_and_listed(session, picker, monkeypatch):
    files, told = picker._make["files"], []
    monkeypatch.setattr(files, "send", lambda content, buffers=None: told.append((content, buffers)))
    files._heard(files, {"kind": "seen", "paths": ["image_10.npy", "day/x.npy", "day", "/etc/passwd"]}, [])
    picker.thumbnails.join()
    assert [content["path"] for content, _buffers in told] == ["image_10.npy"]
    assert told[0][1][0][1:4] == b"PNG"
