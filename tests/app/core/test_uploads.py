"""Uploads are kept for as long as their session lives, up to a total that is said, and nobody else can read them."""

import os
import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest
from fake_compute import FakeCompute

from workbench.app.core import uploads
from workbench.app.core.data_folder import DataFolder
from workbench.app.session import Session
from workbench.errors import MicrographError
from workbench.micrographs.writing import write_tiff

KEEPS = """
import sys
from workbench.app.core.uploads import keep
print(keep("a.tif", b"content"), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_UPLOADS", str(tmp_path / "uploads"))
    monkeypatch.setattr(uploads, "PAGES", set())
    yield tmp_path / "uploads"
    for own in uploads._OWN.values():
        uploads._end(os.getpid(), own)


def files(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and path.name != "process.json")


@pytest.fixture
def page(folder):
    """Another session with an upload, in a process of its own."""
    with subprocess.Popen(
        [sys.executable, "-c", KEEPS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline().strip().endswith("a.tif")
        yield process
        process.kill()


def test_uploads_go_with_the_process_of_their_session(page, folder):
    assert files(folder) == ["a.tif"]
    page.communicate("")
    assert list(folder.iterdir()) == []


def test_uploads_of_a_session_that_was_killed_go_at_the_next_start_of_the_server(page, folder):
    uploads.sweep()
    assert files(folder) == ["a.tif"]  # it lives
    page.kill()
    page.communicate()
    assert files(folder) == ["a.tif"]
    uploads.sweep()
    assert list(folder.iterdir()) == []


def test_what_older_versions_left_goes_after_a_day_and_what_is_not_ours_stays(folder):
    old, new, other, elsewhere = (
        folder / name
        for name in ("0123456789abcdef", "fedcba9876543210", "my images", "session-another-host-1-a")
    )
    for path in (old, new, other, elsewhere):
        path.mkdir(parents=True)
        (path / "a.tif").write_text("")
    for path in (old, other, elsewhere):
        os.utime(path, (time.time() - 90000,) * 2)
    uploads.sweep()
    assert [path.exists() for path in (old, new, other, elsewhere)] == [False, True, True, True]


def test_a_link_among_the_uploads_is_not_followed(folder, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "process.json").write_text("[1, 1.0]")
    (mine / "thesis").write_text("years of work")
    folder.mkdir()
    (folder / f"{uploads._here()}1-abc").symlink_to(mine)
    uploads.sweep()
    assert (mine / "thesis").exists()


def test_nobody_else_enters_the_folder_of_a_session(folder):
    kept = uploads.keep("a.tif", b"content")
    assert kept.parent.parent.stat().st_mode & 0o777 == 0o700


@pytest.fixture
def small(folder, monkeypatch):
    """Room for three uploads of a hundred bytes."""
    monkeypatch.setattr(uploads, "TOTAL_BYTES", 300)
    kept = [uploads.keep(f"{name}.tif", name.encode() * 100) for name in "abc"]
    for age, path in enumerate(kept):
        os.utime(path, (time.time() - 100 + age,) * 2)
    return kept


def on_page(*paths):
    origins = [SimpleNamespace(path=str(path)) for path in paths]
    other = SimpleNamespace(origins=lambda: origins[1:])
    return SimpleNamespace(origin=origins[0], subjects=[other])


def test_who_uploads_more_than_there_is_room_for_loses_what_was_unused_for_longest(small, folder):
    uploads.used(small[0])
    uploads.keep("d.tif", b"d" * 100)
    assert files(folder) == ["a.tif", "c.tif", "d.tif"]


def test_what_is_open_or_to_be_labelled_next_is_never_removed(small, folder, monkeypatch):
    monkeypatch.setattr(uploads, "PAGES", [on_page(small[0], small[1])])
    uploads.keep("d.tif", b"d" * 100)
    assert files(folder) == ["a.tif", "b.tif", "d.tif"]


def test_where_all_is_in_use_the_number_is_said(small, folder, monkeypatch):
    monkeypatch.setattr(uploads, "PAGES", [on_page(*small)])
    with pytest.raises(MicrographError, match=r"d.tif was not uploaded: uploads are kept up to .* GB in all"):
        uploads.keep("d.tif", b"d" * 100)
    assert files(folder) == ["a.tif", "b.tif", "c.tif"]


def test_the_uploads_of_another_session_that_lives_stay(page, folder, monkeypatch):
    monkeypatch.setattr(uploads, "TOTAL_BYTES", 100)
    with pytest.raises(MicrographError, match="close other pages"):
        uploads.keep("b.tif", b"b" * 99)
    assert files(folder) == ["a.tif"]


def test_the_total_is_what_the_page_says():
    assert uploads.TOTAL_BYTES / 2**30 == 2
    assert uploads.LARGEST_BYTES < uploads.TOTAL_BYTES


def test_an_upload_that_is_not_kept_any_more_is_said_in_a_sentence(folder, tmp_path):
    write_tiff(tmp_path / "a.tif", np.eye(32, dtype=np.float32), 0.05)
    session = Session(data=DataFolder(tmp_path), compute=FakeCompute())
    kept = uploads.keep("a.tif", (tmp_path / "a.tif").read_bytes())
    session.open_file(str(kept)).join()
    assert session.micrograph.name == "a"
    kept.unlink()
    session.open_file(str(kept)).join()
    assert session.message == (
        "a.tif was uploaded in a session that has ended, or made room for others; upload it again."
    )


def test_uploads_keep_their_name_and_nothing_of_its_path(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_UPLOADS", str(tmp_path / "uploads"))
    kept = uploads.keep("../../etc/p ass.tif", b"content")
    assert kept.name == "p ass.tif"
    assert kept.is_relative_to(tmp_path / "uploads")
    with pytest.raises(MicrographError, match="empty"):
        uploads.keep("a.tif", b"")

    class Large(bytes):
        def __len__(self):
            return 201 * 2**20

    with pytest.raises(MicrographError, match="200 MB"):
        uploads.keep("a.tif", Large())
