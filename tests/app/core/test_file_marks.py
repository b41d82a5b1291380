"""The file of marks beside the data: whole, shared, never written over where it is damaged."""

import json
import threading

import pytest

from workbench.app.core import file_marks
from workbench.app.core.file_marks import LOCK_NAME, NAME, FileMarks
from workbench.errors import MicrographError


def test_marks_stand_beside_the_data_with_who_and_when_and_are_read_by_others(tmp_path, monkeypatch):
    monkeypatch.setattr(file_marks, "login", lambda: "anna")
    assert FileMarks(tmp_path).read() == {}
    FileMarks(tmp_path).write({"day/a.tif": "done", "b.tif": "flagged"})
    written = json.loads((tmp_path / NAME).read_text())["files"]
    assert (written["day/a.tif"]["mark"], written["day/a.tif"]["by"]) == ("done", "anna")
    assert written["b.tif"]["at"][:2] == "20"
    assert FileMarks(tmp_path).read() == {"b.tif": "flagged", "day/a.tif": "done"}


def test_a_mark_is_changed_and_taken_off_and_the_folder_may_move(tmp_path):
    before = tmp_path / "before"
    before.mkdir()
    marks = FileMarks(before)
    marks.write({"a.tif": "done", "b.tif": "done"})
    assert marks.write({"a.tif": "flagged", "b.tif": None}) == {"a.tif": "flagged"}
    before.rename(tmp_path / "after")
    assert FileMarks(tmp_path / "after").read() == {"a.tif": "flagged"}


def test_what_another_page_marked_stays_and_is_seen(tmp_path):
    one, other = FileMarks(tmp_path), FileMarks(tmp_path)
    one.write({"a.tif": "done"})
    assert other.read() == {"a.tif": "done"}
    assert other.write({"b.tif": "flagged"}) == {"a.tif": "done", "b.tif": "flagged"}
    assert one.read() == {"a.tif": "done", "b.tif": "flagged"}


def test_pages_that_mark_at_once_lose_nothing(tmp_path):
    def mark(page):
        for number in range(10):
            FileMarks(tmp_path).write({f"{page}-{number}.tif": "done"})

    pages = [threading.Thread(target=mark, args=[page]) for page in range(4)]
    for page in pages:
        page.start()
    for page in pages:
        page.join()
    assert len(FileMarks(tmp_path).read()) == 40


@pytest.mark.parametrize(
    "content",
    [
        "{",
        '{"format": 2}',
        '{"files": {"a": {"mark": "perhaps", "at": "2026-01-01T00:00:00Z"}}}',
        '{"files": {"a": {"mark": "done", "at": "2026-01-01T00:00:00"}}}',
    ],
)
def test_a_damaged_file_is_said_and_never_written_over(tmp_path, content):
    (tmp_path / NAME).write_text(content)
    with pytest.raises(MicrographError, match=r"is damaged, so marks of files hold for this page only"):
        FileMarks(tmp_path).read()
    with pytest.raises(MicrographError, match="damaged"):
        FileMarks(tmp_path).write({"a.tif": "done"})
    assert (tmp_path / NAME).read_text() == content


def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(tmp_path, monkeypatch):
    def protected(path, **_how):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(file_marks, "written_whole", protected)
    with pytest.raises(MicrographError) as refused:
        FileMarks(tmp_path).write({"a.tif": "done"})
    assert str(refused.value) == (
        f"Marks of files hold for this page only, as {tmp_path} cannot be written (permission denied); "
        "ask for the right to write there, or open a copy of the folder."
    )
    monkeypatch.undo()
    (tmp_path / LOCK_NAME).unlink()
    (tmp_path / LOCK_NAME).mkdir()
    with pytest.raises(MicrographError, match="hold for this page only"):
        FileMarks(tmp_path).write({"a.tif": "done"})


def test_a_file_of_marks_that_cannot_be_read_is_said(tmp_path):
    (tmp_path / NAME).mkdir()
    with pytest.raises(MicrographError, match="cannot be read"):
        FileMarks(tmp_path).read()
