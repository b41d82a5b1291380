"""Several processes in one folder of results: what each has claimed, and what is refused."""

import errno
import json
import os
import socket
import subprocess
import sys

import filelock
import pytest

from workbench.batch import folder_lock
from workbench.batch.folder_lock import FolderLock, check_folder, make_folder
from workbench.errors import ComputeError


def test_a_claim_is_read_by_the_others_and_goes_with_its_owner(tmp_path):
    one, other = FolderLock(tmp_path), FolderLock(tmp_path)
    with one.held():
        one.claim({"a": 1})
        assert one.claims() == []
    with other.held():
        assert other.claims() == [{"a": 1}]
        other.claim({"b": 2})
    with one.held():
        one.claim({"c": 3})  # in place of what it had
    assert other.claims() == [{"c": 3}]
    one.release()
    assert other.claims() == []
    assert one.claims() == [{"b": 2}]
    other.release()
    assert list(tmp_path.iterdir()) == []


def test_what_was_claimed_by_a_process_that_ended_is_forgotten_but_not_that_of_another_machine(tmp_path):
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    claim = {"id": "x", "host": socket.gethostname(), "pid": ended.pid, "names": {"dead": 1}}
    alive, elsewhere = {**claim, "pid": os.getpid()}, {**claim, "host": "another machine"}
    alive["names"], elsewhere["names"] = {"alive": 1}, {"elsewhere": 1}
    (tmp_path / ".workbench.json").write_text(json.dumps([claim, alive, elsewhere]))
    assert FolderLock(tmp_path).claims() == [{"alive": 1}, {"elsewhere": 1}]


@pytest.mark.parametrize(
    "text", ["", "{", "{}", "3", '[1, {"id": 2}, {"id":"a","host":"b","pid":1,"names":[]}]']
)
def test_a_file_that_holds_something_else_claims_nothing(tmp_path, text):
    (tmp_path / ".workbench.json").write_text(text)
    assert FolderLock(tmp_path).claims() == []


def test_nobody_else_is_inside(tmp_path):
    other, below = filelock.FileLock(tmp_path / ".workbench.lock"), tmp_path / "below"
    below.mkdir()
    with FolderLock(tmp_path).held(), pytest.raises(filelock.Timeout):
        other.acquire(timeout=0)
    with other.acquire(timeout=0), FolderLock(below).held():
        pass  # another folder has a lock of its own


def test_where_the_file_system_keeps_no_locks_a_file_is_one(tmp_path, monkeypatch):
    def none(*_arguments, **_options) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(filelock.FileLock, "acquire", none)
    with FolderLock(tmp_path).held():
        assert (tmp_path / ".workbench.lock").is_file()
    monkeypatch.setattr(filelock.SoftFileLock, "acquire", none)
    with (
        pytest.raises(ComputeError, match="no locks available; choose another one"),
        FolderLock(tmp_path).held(),
    ):
        pass


def test_a_folder_is_made_with_those_above_it_and_checking_makes_none(tmp_path):
    check_folder(tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []
    make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    make_folder(tmp_path / "a" / "b")
    check_folder(tmp_path / "a" / "b")


@pytest.mark.parametrize("refuse", [make_folder, check_folder])
def test_why_a_folder_cannot_be_one_is_said(tmp_path, refuse):
    (tmp_path / "file").write_text("")
    for name, why in (
        ("file", "there is a file of that name"),
        ("file/below", "a part of its path is a file"),
        ("y" * 300, "its name is too long"),
    ):
        with pytest.raises(ComputeError, match=f"cannot be the folder of the results: {why}; choose another"):
            refuse(tmp_path / name)


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "there is no room on the disk"),
        (OSError(errno.EIO, "Input/output error"), "input/output error"),
        (OSError(), "the file system refused"),
    ],
)
def test_a_claim_that_cannot_be_written_says_why(tmp_path, monkeypatch, error, why):
    def refuse(_path):
        raise error

    monkeypatch.setattr(folder_lock, "written_whole", refuse)
    with pytest.raises(ComputeError, match=f"Nothing can be written to .*: {why}; choose another folder"):
        FolderLock(tmp_path).claim({})
    monkeypatch.setattr(filelock.FileLock, "acquire", lambda *_arguments: refuse(None))
    with pytest.raises(ComputeError, match=f"cannot be the folder of the results: {why}; choose another one"):
        FolderLock(tmp_path).release()
