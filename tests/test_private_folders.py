"""Folders that only this person can enter."""

import os
import socket
import stat
import tempfile
from pathlib import Path

import pytest

from workbench import private_folders
from workbench.errors import ComputeError
from workbench.private_folders import NAME, private_folder, runtime_folder


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_folder_is_made_for_its_person_alone_and_those_above_as_any_other(tmp_path):
    before = os.umask(0o022)
    try:
        made = private_folder(tmp_path / "above" / "mine")
    finally:
        os.umask(before)
    assert mode(made) == 0o700
    assert mode(made.parent) == 0o755
    assert private_folder(made) == made


@pytest.mark.parametrize("open_to", [0o755, 0o770, 0o701])
def test_one_that_is_there_is_closed_to_others(tmp_path, open_to):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine").chmod(open_to)
    assert mode(private_folder(tmp_path / "mine")) == 0o700


def test_a_link_a_file_and_another_persons_folder_are_refused(tmp_path, monkeypatch):
    (tmp_path / "victim").mkdir(mode=0o755)
    (tmp_path / "victim").chmod(0o755)
    (tmp_path / "link").symlink_to(tmp_path / "victim")
    (tmp_path / "file").touch()
    with pytest.raises(ComputeError, match="is a link, perhaps put there by somebody else; delete it"):
        private_folder(tmp_path / "link")
    assert mode(tmp_path / "victim") == 0o755
    for name in ("file", "file/below"):
        with pytest.raises(ComputeError, match=r"cannot be used \((File exists|Not a directory)\)"):
            private_folder(tmp_path / name)
    me = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: me + 1)
    with pytest.raises(ComputeError, match="belongs to another person; ask them to delete it"):
        private_folder(tmp_path / "victim")


@pytest.fixture
def places(tmp_path, monkeypatch):
    """The runtime folder of a login, the temporary folder and the person's own, all of them of this test."""
    monkeypatch.setattr(private_folders.sys, "platform", "linux")
    for name in ("runtime", "temporary", "own"):
        (tmp_path / name).mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setattr(private_folders.platformdirs, "user_state_path", lambda name: tmp_path / "own" / name)
    return tmp_path


def test_the_runtime_folder_comes_first_then_the_temporary_one_then_the_persons_own(places, monkeypatch):
    assert runtime_folder() == places / "runtime" / NAME
    (places / "runtime").chmod(0o755)  # no runtime folder of a login
    temporary = places / "temporary" / f"{NAME}-{os.getuid()}"
    assert runtime_folder() == temporary
    assert mode(temporary) == 0o700
    temporary.rmdir()
    temporary.symlink_to(places)  # somebody else was there first
    own = places / "own" / NAME / f"on-{socket.gethostname()}"
    assert runtime_folder() == own
    own.rmdir()
    own.touch()
    with pytest.raises(ComputeError, match=r"is a link, .*; delete it; .* cannot be used \(File exists\)\.$"):
        runtime_folder()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(places / "gone"))
    own.unlink()
    assert runtime_folder() == own
