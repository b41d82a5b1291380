"""A folder that one process at a time works on: held, let go, and asked for something by its files."""

import pytest

from workbench.errors import ComputeError
from workbench.work_folder import WorkFolder

WORK = WorkFolder("walk", "lock", "process.json", "log.txt", ("stop", "pause"))


def test_who_holds_it_is_written_down_and_what_was_wished_before_is_forgotten(tmp_path):
    for name in ("stop", "pause", "log.txt"):
        (tmp_path / name).touch()
    with WORK.held(tmp_path):
        assert sorted(path.name for path in tmp_path.iterdir()) == ["lock", "process.json"]
        WORK.ask(tmp_path, "stop")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lock", "stop"]


def test_nobody_else_holds_or_starts_it_meanwhile(tmp_path):
    began = []
    with WORK.held(tmp_path):
        with pytest.raises(ComputeError, match="being worked on by another process"), WORK.held(tmp_path):
            pass
        with pytest.raises(ComputeError, match="being worked on by another process"):
            WORK.start(tmp_path, "serve", prepare=lambda: began.append(1))
    assert began == []


def test_a_wish_is_taken_back(tmp_path):
    WORK.ask(tmp_path, "pause")
    assert (tmp_path / "pause").exists()
    for _ in range(2):
        WORK.take_back(tmp_path, "pause")
    assert not (tmp_path / "pause").exists()


def test_a_wish_that_cannot_be_heard_is_said(tmp_path):
    with pytest.raises(ComputeError, match="so the walk does not hear of it"):
        WORK.ask(tmp_path / "missing", "stop")
    (tmp_path / "file").touch()
    with pytest.raises(ComputeError, match="so the walk does not hear of it"):
        WORK.take_back(tmp_path / "file", "stop")


def test_a_folder_that_cannot_be_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ComputeError, match="cannot be written"), WORK.held(tmp_path / "file"):
        pass


def test_ctrl_c_lets_it_go_though_the_process_lives_on(tmp_path):
    with pytest.raises(KeyboardInterrupt), WORK.held(tmp_path):
        raise KeyboardInterrupt
    assert not (tmp_path / "process.json").exists()
    with WORK.held(tmp_path):
        assert (tmp_path / "process.json").exists()
