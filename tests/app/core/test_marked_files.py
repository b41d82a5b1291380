"""Marks of files as a page knows them: kept where that can be, else for this page, which is said."""

import pytest
from fake_compute import FakeCompute

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.file_marks import LOCK_NAME, NAME
from workbench.app.session import Session


def another(session):
    return Session(data=DataFolder(session.data.root), compute=FakeCompute())


def test_marks_are_there_on_the_next_page_and_from_its_beginning(session):
    session.marked_files.set("day/a.tif", "done")
    session.marked_files.set("b.tif", "flagged")
    later = another(session)
    assert later.marked_files.marks == {"day/a.tif": "done", "b.tif": "flagged"}
    assert (later.marked_files.of("b.tif"), later.marked_files.of("c.tif")) == ("flagged", "")
    later.marked_files.set("b.tif", None)
    session.marked_files.look()
    assert session.marked_files.marks == {"day/a.tif": "done"}


def test_two_pages_see_and_keep_each_others_marks(session):
    other = another(session)
    session.marked_files.set("a.tif", "done")
    other.marked_files.set("b.tif", "done")
    assert other.marked_files.marks == {"a.tif": "done", "b.tif": "done"}
    session.marked_files.set("a.tif", None)
    assert session.marked_files.marks == {"b.tif": "done"}


@pytest.fixture
def protected(session):
    """A data folder in which nobody can take the lock."""
    (session.data.root / LOCK_NAME).mkdir()
    return session


def test_in_a_folder_that_cannot_be_written_marks_hold_for_this_page_and_that_is_said_once(protected):
    marked = protected.marked_files
    marked.set("a.tif", "done")
    assert marked.marks == {"a.tif": "done"}
    assert protected.message.startswith("Marks of files hold for this page only, as ")
    assert protected.message == marked.problem
    protected.message = ""
    marked.set("b.tif", "flagged")
    marked.look()
    assert (protected.message, marked.marks) == ("", {"a.tif": "done", "b.tif": "flagged"})
    assert marked.problem
    assert another(protected).marked_files.marks == {}


def test_what_could_not_be_kept_is_kept_with_the_next_mark(protected):
    marked = protected.marked_files
    marked.set("a.tif", "done")
    (protected.data.root / LOCK_NAME).rmdir()
    marked.set("b.tif", "done")
    assert marked.problem == ""
    assert another(protected).marked_files.marks == {"a.tif": "done", "b.tif": "done"}


def test_a_mark_that_could_not_be_kept_is_taken_off_once_it_can(protected):
    marked = protected.marked_files
    marked.set("a.tif", "done")
    (protected.data.root / LOCK_NAME).rmdir()
    marked.set("a.tif", None)
    assert (marked.marks, marked.problem) == ({}, "")
    assert another(protected).marked_files.marks == {}


def test_a_damaged_file_of_marks_is_told_from_the_beginning(session):
    (session.data.root / NAME).write_text("{")
    later = another(session)
    assert "is damaged" in later.marked_files.problem
    later.marked_files.set("a.tif", "done")
    assert later.marked_files.marks == {"a.tif": "done"}
    assert "is damaged" in later.message
    (session.data.root / NAME).unlink()
    later.marked_files.set("b.tif", "done")
    assert later.marked_files.problem == ""
