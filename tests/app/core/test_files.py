"""A folder is gone through file by file, in the order of the list, whatever comes and goes meanwhile."""

import threading

import numpy as np
import pytest
from fake_compute import FakeCompute

from workbench.app.core import opening
from workbench.app.core.data_folder import DataFolder
from workbench.app.core.file_marks import FileMarks
from workbench.app.core.files import Counts, Place
from workbench.app.core.uploads import keep
from workbench.app.session import Session
from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import Micrograph

PIXELS = np.random.default_rng(0).normal(size=(16, 16)).astype(np.float32)


def write(folder, *names):
    folder.mkdir(exist_ok=True)
    for name in names:
        np.save(folder / f"{name}.npy", PIXELS)


@pytest.fixture
def session(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_UPLOADS", str(tmp_path / "data" / "uploads"))
    write(tmp_path / "data", *(f"image_{number}" for number in range(1, 13)))
    made = Session(data=DataFolder(tmp_path / "data"), compute=FakeCompute())
    made.selected = ["otsu"]
    return made


def opened(session, path):
    session.open_file(path).result()
    return session.files


def step(act):
    """Go a step and return whether there was one."""
    reading = act()
    if reading is not None:
        reading.join()
    return reading is not None


def test_all_files_are_gone_through_as_people_count_and_back(session):
    files = opened(session, "image_1.npy")
    seen = [session.micrograph.name]
    while step(files.next):
        seen.append(session.micrograph.name)
        assert files.where.number == len(seen)
    assert seen == [f"image_{number}" for number in range(1, 13)]
    assert files.where == Place(12, 12, has_previous=True, has_next=False)
    while step(files.previous):
        seen.pop()
        assert session.micrograph.name == seen[-1]
    assert files.where == Place(1, 12, has_previous=False, has_next=True)
    assert session.message == ""


def test_what_is_no_file_of_the_folder_has_no_place_in_it(session, tmp_path):
    files = session.files
    assert files.where is None
    opened(session, "image_2.npy")
    assert files.where.number == 2
    session.open_sample("easy")
    assert (files.here, files.where) == ("", None)
    opened(session, str(session.data.root / "image_3.npy"))
    assert (files.here, files.where.number) == ("image_3.npy", 3)
    session.show(Micrograph(PIXELS, 0.05, "array"))
    assert files.where is None
    upload = keep(
        "upload.npy", (session.data.root / "image_1.npy").read_bytes()
    )  # it lies in the data folder here
    opened(session, str(upload))
    assert (session.micrograph.name, files.where) == ("upload", None)


def test_without_an_open_file_the_list_is_begun_at_its_end_or_beginning(session):
    session.files.look()
    session.files.next().result()
    assert session.micrograph.name == "image_1"
    session.open_sample("easy")
    session.files.previous().result()
    assert session.micrograph.name == "image_12"


def test_files_that_come_and_go_between_two_steps(session):
    files = opened(session, "image_3.npy")
    root = session.data.root
    for gone in (3, 4):
        (root / f"image_{gone}.npy").unlink()
    write(root, "image_5b")
    names = []
    for _ in range(3):
        assert step(files.next)
        names.append(session.micrograph.name)
    assert names == ["image_5", "image_5b", "image_6"]
    assert files.where == Place(5, 11, has_previous=True, has_next=True)
    (root / "image_6.npy").unlink()
    files.look()
    assert files.where == Place(0, 10, has_previous=True, has_next=True)
    assert step(files.previous)
    assert session.micrograph.name == "image_5b"


def test_a_folder_that_is_gone_is_said_in_a_sentence(session):
    write(session.data.root / "day", "a", "b")
    files = opened(session, "day/a.npy")
    for file in (session.data.root / "day").iterdir():
        file.unlink()
    (session.data.root / "day").rmdir()
    assert files.next() is None
    assert session.message.startswith("day: there is no such file in ")
    assert session.micrograph.name == "a"


def test_a_file_that_is_gone_when_it_is_read_is_said_and_gone_past(session, monkeypatch):
    files = opened(session, "image_1.npy")
    listed = session.data.entries()
    (session.data.root / "image_2.npy").unlink()
    monkeypatch.setattr(session.data, "entries", lambda _folder: listed)
    assert step(files.next)
    assert "image_2.npy: there is no such file" in session.message
    assert step(files.next)
    assert (session.micrograph.name, session.message) == ("image_3", "")


def test_the_folder_of_the_open_file_is_gone_through_and_the_list_follows(session):
    write(session.data.root / "day", "a", "b")
    files = opened(session, "day/a.npy")
    files.go_to("")
    assert files.listing.folder == ""
    assert files.where == Place(1, 2, has_previous=False, has_next=True)
    files.next().result()
    assert (session.micrograph.name, files.listing.folder) == ("b", "day")
    assert [entry.name for entry in files.listing.entries] == ["a.npy", "b.npy"]


def test_a_folder_that_cannot_be_listed_leads_back_to_the_data_folder(session):
    session.files.look()
    session.files.go_to("nowhere")
    assert session.files.listing.folder == ""
    assert "nowhere" in session.message


def test_only_what_the_filter_shows_is_listed_and_gone_through(session):
    write(session.data.root / "day", "x")
    files = opened(session, "image_1.npy")
    files.look()
    files.words = "IMAGE 2"
    assert [entry.name for entry in files.listing.entries] == ["day", "image_2.npy", "image_12.npy"]
    assert files.listing.files == 12
    assert files.where == Place(0, 2, has_previous=False, has_next=True)
    assert step(files.next)
    assert step(files.next)
    assert (session.micrograph.name, files.where.number) == ("image_12", 2)
    assert not step(files.next)
    files.words = "no such"
    assert files.where == Place(0, 0, has_previous=False, has_next=False)
    files.words = " "
    assert files.where == Place(12, 12, has_previous=True, has_next=False)


def test_the_filter_is_not_in_the_session_file(session):
    files = opened(session, "image_1.npy")
    before = session.state()
    files.words = "2"
    assert session.state() == before


def test_a_link_is_gone_past_by_its_own_name(session):
    (session.data.root / "image_2.npy").unlink()
    (session.data.root / "image_2.npy").symlink_to(session.data.root / "image_1.npy")
    files = opened(session, "image_1.npy")
    for number in (2, 3):
        assert step(files.next)
        assert (files.where.number, files.here) == (number, f"image_{number}.npy")


def test_a_folder_is_not_read_whenever_something_changes(session, monkeypatch):
    files = opened(session, "image_1.npy")
    files.look()
    reads = []
    original = session.data.entries
    monkeypatch.setattr(session.data, "entries", lambda folder: reads.append(folder) or original(folder))
    session.leave_out_marks(False)
    session.set_nm_per_px(0.1)
    files.words = "image"
    opened(session, "image_2.npy")
    assert reads == []
    assert step(files.next)
    assert reads == [""]


def test_of_many_steps_in_a_hurry_the_last_one_is_shown_and_most_are_not_read(session, monkeypatch):
    files = opened(session, "image_1.npy")
    read = []
    original = session.opening.read
    asked = threading.Event()
    monkeypatch.setattr(opening, "sleep", lambda _seconds: asked.wait(60))
    monkeypatch.setattr(
        session.opening, "read", lambda path, *how: read.append(path.stem) or original(path, *how)
    )
    with session.lock:  # the first one is not shown before the others are asked for
        reading = [files.next() for _ in range(9)]
    assert files.where.number == 10
    asked.set()
    for one in reading:
        one.join()
    assert session.micrograph.name == "image_10"
    assert set(read) <= {"image_2", "image_10"}


def test_a_mark_replaces_the_one_before_and_the_same_again_takes_it_off(session):
    files = opened(session, "image_2.npy")
    assert files.here_is == ""
    files.mark("done")
    assert (files.here_is, FileMarks(session.data.root).read()) == ("done", {"image_2.npy": "done"})
    files.mark("flagged")
    assert FileMarks(session.data.root).read() == {"image_2.npy": "flagged"}
    files.mark("flagged")
    assert (files.here_is, FileMarks(session.data.root).read()) == ("", {})
    with pytest.raises(WorkbenchError, match="done or flagged, not 'perhaps'"):
        files.mark("perhaps")


def test_what_is_no_file_of_the_folder_is_not_marked(session):
    session.open_sample("easy")
    session.files.mark("done")
    assert session.marked_files.marks == {}


def test_files_are_counted_by_their_marks_in_their_folder(session):
    write(session.data.root / "day", "a", "b")
    for path, mark in (("image_1.npy", "done"), ("image_12.npy", "done"), ("image_3.npy", "flagged")):
        session.marked_files.set(path, mark)
    session.marked_files.set("day/a.npy", "done")
    session.marked_files.set("gone.npy", "done")
    files = opened(session, "image_1.npy")
    assert files.counts("") == Counts(12, 2, 1)
    assert files.counts("").said == "2 done, 1 flagged"
    files.words = "2"
    assert files.counts("") == Counts(2, 1, 0)
    assert Counts(2, 0, 0).said == ""
    files.go_to("day")
    assert (files.folder, files.counts("day")) == ("", Counts(0, 0, 0))
    files.words = ""
    assert files.counts("day") == Counts(2, 1, 0)


def test_only_files_of_the_marks_that_are_shown_are_listed_and_gone_through(session):
    for number, mark in ((1, "done"), (2, "flagged"), (3, "done")):
        session.marked_files.set(f"image_{number}.npy", mark)
    files = opened(session, "image_1.npy")
    files.look()
    files.which = "not done"
    assert [entry.name for entry in files.listing.entries][:2] == ["image_2.npy", "image_4.npy"]
    assert files.listing.files == 12
    assert files.where == Place(0, 10, has_previous=False, has_next=True)
    assert step(files.next)
    assert (session.micrograph.name, files.where.number) == ("image_2", 1)
    files.mark("done")  # it leaves the list, and is still what is open
    assert files.where == Place(0, 9, has_previous=False, has_next=True)
    assert step(files.next)
    assert session.micrograph.name == "image_4"
    files.mark("flagged")
    files.which = "flagged"
    assert [entry.name for entry in files.listing.entries] == ["image_4.npy"]


def test_next_not_done_goes_past_what_is_done_and_on_from_the_beginning(session):
    for number in (2, 3, 12):
        session.marked_files.set(f"image_{number}.npy", "done")
    session.marked_files.set("image_4.npy", "flagged")
    files = opened(session, "image_1.npy")
    seen = []
    for _ in range(10):
        assert files.others_not_done
        assert step(files.next_not_done)
        seen.append(session.micrograph.name)
    assert seen == [f"image_{number}" for number in (4, 5, 6, 7, 8, 9, 10, 11, 1, 4)]


def test_next_not_done_has_nowhere_to_go_where_all_others_are_done(session):
    for number in range(2, 13):
        session.marked_files.set(f"image_{number}.npy", "done")
    files = opened(session, "image_1.npy")
    assert not files.others_not_done
    assert not step(files.next_not_done)
    assert session.micrograph.name == "image_1"


def test_marks_of_another_page_are_known_when_a_step_is_made(session):
    files = opened(session, "image_1.npy")
    FileMarks(session.data.root).write({"image_2.npy": "done"})
    assert step(files.next_not_done)
    assert session.micrograph.name == "image_3"
