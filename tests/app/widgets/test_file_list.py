"""The list of files: a click means the path that was seen, and pictures go to the lines that ask for them."""

import pytest

from workbench.app.widgets.file_list import FileList, FileRow, Shown

ROWS = [
    FileRow("..", "‹ up", "up"),
    FileRow("day", "day/", "folder"),
    FileRow("a.tif", "a.tif", "file", "4 kB"),
]


@pytest.fixture
def told():
    return []


@pytest.fixture
def files(told):
    made = FileList("Files", lambda *picked: told.append(picked), lambda paths: told.append(list(paths)))
    made.show(lambda: Shown(ROWS, "a.tif", {"a.tif": "done"}))
    return made


def test_it_shows_lines_which_is_chosen_and_marks(files):
    assert [row["name"] for row in files.rows] == ["‹ up", "day/", "a.tif"]
    assert files.rows[2] == {
        "path": "a.tif",
        "name": "a.tif",
        "kind": "file",
        "text": "4 kB",
        "stamp": "",
    }
    assert (files.chosen, files.marks, files.label) == ("a.tif", {"a.tif": "done"}, "Files")


def test_a_click_is_told_with_what_the_line_is_and_nothing_of_a_line_that_is_gone(files, told):
    files._heard(files, {"kind": "pick", "path": "day"}, [])
    files._heard(files, {"kind": "pick", "path": "a.tif", "hurried": True}, [])
    files._heard(files, {"kind": "pick", "path": "gone.tif"}, [])
    files._heard(files, {"kind": "pick"}, [])
    files._heard(files, {"kind": "other"}, [])
    assert told == [("folder", "day", False), ("file", "a.tif", True)]


def test_what_is_seen_is_told_and_pictures_travel_as_messages(files, told, monkeypatch):
    sent = []
    monkeypatch.setattr(files, "send", lambda content, buffers=None: sent.append((content, buffers)))
    files._heard(files, {"kind": "seen", "paths": ["a.tif"]}, [])
    assert told == [["a.tif"]]
    files.picture("a.tif", b"png")
    files.picture("b.tif", b"", "b.tif is damaged.")
    assert sent == [
        ({"kind": "picture", "path": "a.tif", "why": ""}, [b"png"]),
        ({"kind": "picture", "path": "b.tif", "why": "b.tif is damaged."}, []),
    ]
    assert repr(files) == "FileList(3)"
