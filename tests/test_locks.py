"""Locks: one at a time, handed to a child, and nothing of somebody else's written to."""

import errno
import os
import subprocess
import sys

import psutil
import pytest

from workbench import locks
from workbench.locks import Lock


def test_one_holds_it_at_a_time_and_says_who(tmp_path):
    first = Lock.take(tmp_path / "lock", "first")
    assert first.sure
    assert (tmp_path / "lock").read_text() == "first"
    assert Lock.take(tmp_path / "lock", "second") is None
    assert (tmp_path / "lock").read_text() == "first"
    first.close()
    second = Lock.take(tmp_path / "lock", "2")
    assert (tmp_path / "lock").read_text() == "2"
    second.close()
    second.close()  # once more does no harm


def test_what_was_refused_leaves_no_file_open(tmp_path):
    held = Lock.take(tmp_path / "lock")
    before = psutil.Process().num_fds()
    for _ in range(5):
        assert Lock.take(tmp_path / "lock") is None
    assert psutil.Process().num_fds() == before
    held.close()


def test_a_link_a_folder_and_a_file_of_two_names_are_no_locks(tmp_path):
    (tmp_path / "file").write_text("of somebody")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    os.link(tmp_path / "file", tmp_path / "other name")
    os.mkfifo(tmp_path / "pipe")
    for name, said in (
        ("link", "a link lies there"),
        ("other name", "something else"),
        ("pipe", "something else"),
    ):
        with pytest.raises(OSError, match=said) as refused:
            Lock.take(tmp_path / name, "mine")
        assert refused.value.errno == errno.EEXIST
    assert (tmp_path / "file").read_text() == "of somebody"
    with pytest.raises(IsADirectoryError):
        Lock.take(tmp_path)
    with pytest.raises(FileNotFoundError):
        Lock.take(tmp_path / "gone" / "lock")


INHERITS = """
import sys
from pathlib import Path
from workbench.locks import Lock

number, path = int(sys.argv[1]), Path(sys.argv[2])
assert Lock.inherited(number, path.with_name("other")) is None
lock = Lock.inherited(number, path)
print(lock.sure, flush=True)
sys.stdin.read()
"""


def test_a_child_that_inherits_it_holds_it_when_its_parent_has_let_go(tmp_path):
    (tmp_path / "other").touch()
    lock = Lock.take(tmp_path / "lock")
    command = [sys.executable, "-c", INHERITS, str(lock.number), str(tmp_path / "lock")]
    with subprocess.Popen(
        command, pass_fds=[lock.number], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout.readline().strip() == "True"
        lock.close()
        assert Lock.take(tmp_path / "lock") is None
        child.stdin.close()
    again = Lock.take(tmp_path / "lock")
    assert again is not None
    again.close()


def test_a_number_that_is_not_open_is_no_lock(tmp_path):
    lock = Lock.take(tmp_path / "lock")
    lock.close()
    assert Lock.inherited(lock.number, tmp_path / "lock") is None
    assert Lock.inherited(0, tmp_path / "gone") is None


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL])
def test_where_the_file_system_keeps_no_locks_one_is_had_that_is_not_sure(tmp_path, monkeypatch, code):
    def flock(_number, _how):
        raise OSError(code, "no")

    monkeypatch.setattr(locks.fcntl, "flock", flock)
    lock = Lock.take(tmp_path / "lock", "mine")
    assert not lock.sure
    assert (tmp_path / "lock").read_text() == "mine"
    lock.close()
    monkeypatch.setattr(locks, "fcntl", None)
    nowhere = Lock.take(tmp_path / "lock")
    assert not nowhere.sure
    nowhere.close()
