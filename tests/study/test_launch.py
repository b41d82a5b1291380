"""One process works on a study at a time, whoever starts it."""

import errno
import os
import subprocess
import sys

import pytest

from workbench import locks
from workbench.detached_process import LOCK_VARIABLE
from workbench.errors import ComputeError, Stopped
from workbench.locks import Lock
from workbench.process_files import write_process
from workbench.study import run_study
from workbench.study.launch import ask_to_stop, held_folder, start_process


def test_two_processes_do_not_begin_one_study(tmp_path):
    lock = Lock.take(tmp_path / "lock")
    assert lock is not None
    try:
        with pytest.raises(ComputeError, match="being worked on by another process"):
            start_process(tmp_path / "p.toml", tmp_path, working_folder=tmp_path)
    finally:
        lock.close()
    assert not (tmp_path / "process.json").exists()


def test_a_stop_that_is_asked_for_while_the_process_starts_is_heard(plan, tmp_path, monkeypatch):
    """Who starts a process holds the folder and hands it over; what is asked for in between holds, too."""
    out = tmp_path / "out"
    out.mkdir()
    lock = Lock.take(out / "lock")
    assert lock is not None
    monkeypatch.setenv(LOCK_VARIABLE, str(lock.number))
    ask_to_stop(out)
    told = []
    with pytest.raises(Stopped, match="with 0 of 6 cells done") as stopped:
        run_study(
            plan(), out, progress=lambda _done, text: told.append((text, (out / "process.json").exists()))
        )
    # who watches the folder takes what was said last, once the process has put its name away, for the end
    assert told[-1] == (str(stopped.value), True)
    assert not (out / "stop").exists()
    assert not (out / "process.json").exists()
    assert LOCK_VARIABLE not in os.environ


def test_a_file_system_without_locks_keeps_no_study_from_going_on_but_for_one_under_way(
    tmp_path, monkeypatch, capsys
):
    def refuse(_number, _how):
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))

    monkeypatch.setattr(locks.fcntl, "flock", refuse)
    with held_folder(tmp_path):
        assert "keeps no locks" in capsys.readouterr().err
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        write_process(tmp_path / "process.json", other.pid)
        with pytest.raises(ComputeError, match="being worked on by another process"), held_folder(tmp_path):
            pass
        other.communicate(b"")


def test_a_link_in_place_of_the_lock_of_a_study_is_not_followed(tmp_path):
    (tmp_path / "mine").write_text("years of work")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "lock").symlink_to(tmp_path / "mine")
    with pytest.raises(ComputeError, match="a link lies there"), held_folder(tmp_path / "out"):
        pass
    assert (tmp_path / "mine").read_text() == "years of work"
