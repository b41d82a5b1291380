"""Which process does what is in a file, and a later process of the same number is a stranger."""

import json
import os

import psutil
import pytest

from workbench.errors import ComputeError
from workbench.process_files import forget_process, read_process, write_process


@pytest.fixture
def path(tmp_path):
    return tmp_path / "process.json"


def test_a_process_that_lives_is_found_again(path):
    write_process(path, os.getpid())
    assert read_process(path) == psutil.Process()
    assert [file.name for file in path.parent.iterdir()] == ["process.json"]
    forget_process(path)
    forget_process(path)
    assert read_process(path) is None


def test_one_that_began_at_another_time_is_a_stranger(path):
    began = psutil.Process().create_time()
    for started, known in ((began + 0.5, True), (began + 5, False), (began - 5, False)):
        path.write_text(json.dumps([os.getpid(), started]))
        assert (read_process(path) is not None) == known


def test_one_that_has_ended_is_neither_written_nor_found(path, monkeypatch):
    write_process(path, os.getpid())

    def gone(pid=None):
        raise psutil.NoSuchProcess(pid)

    monkeypatch.setattr(psutil, "Process", gone)
    assert read_process(path) is None
    path.unlink()
    write_process(path, os.getpid())
    assert not path.exists()


def test_one_that_has_ended_and_that_nobody_asked_after_does_not_live(path, monkeypatch):
    write_process(path, os.getpid())
    monkeypatch.setattr(psutil.Process, "status", lambda _self: psutil.STATUS_ZOMBIE)
    assert read_process(path) is None


@pytest.mark.parametrize(
    "text", ["", "[1", "7", "[1]", "[1, 2, 3]", '["a", "b"]', '[1, "b"]', "null", "[-1, 0]"]
)
def test_what_names_no_process_names_none(path, text):
    path.write_text(text)
    assert read_process(path) is None


def test_a_file_that_cannot_be_read_now_is_not_taken_for_none(path):
    path.mkdir()
    with pytest.raises(ComputeError, match="cannot be read"):
        read_process(path)
