"""A process outlives the one that began it, holds the lock that it was handed, and adds to its log."""

import os
import sys

import psutil
import pytest

from workbench.detached_process import LOCK_VARIABLE, inherited_lock, start_detached
from workbench.locks import Lock

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows hands over no locks")


@pytest.mark.usefixtures("real_processes")
def test_it_is_in_a_session_of_its_own_and_holds_the_lock_until_it_ends(tmp_path, monkeypatch):
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho "$@" in "$PWD"\nwhile [ ! -e go ]; do sleep 0.01; done\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    folder, log, lock = tmp_path / "data", tmp_path / "log.txt", Lock.take(tmp_path / "lock")
    folder.mkdir()
    log.write_text("said before\n")
    process = psutil.Process(
        start_detached("train", "--resume", "x", lock=lock, log=log, working_folder=folder)
    )
    lock.close()
    try:
        assert os.getsid(process.pid) == process.pid != os.getsid(0)
        assert Lock.take(tmp_path / "lock") is None
    finally:
        (folder / "go").touch()
        psutil.wait_procs([process], timeout=60)
    assert Lock.take(tmp_path / "lock") is not None
    assert log.read_text() == f"said before\n-m workbench train --resume x in {folder}\n"


def test_a_lock_is_handed_over_once_and_only_for_its_own_file(tmp_path, monkeypatch):
    lock = Lock.take(tmp_path / "lock")
    monkeypatch.setenv(LOCK_VARIABLE, str(lock.number))
    assert inherited_lock(tmp_path / "another") is None
    assert inherited_lock(tmp_path / "lock").number == lock.number
    assert LOCK_VARIABLE not in os.environ
    assert inherited_lock(tmp_path / "lock") is None
    lock.close()
