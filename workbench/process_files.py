"""Which process does what, told apart from a later one with the same number."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import psutil

from workbench.whole_files import read_whole, written_whole


def write_process(path: Path, pid: int) -> None:
    """Write number and start of a process to a file, whole or not at all; of one that has ended, nothing."""
    try:
        started = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return
    with written_whole(path, ".tmp") as half:
        half.write_text(json.dumps([pid, started]), encoding="utf-8")


def read_process(path: Path) -> psutil.Process | None:
    """Return the process that a file names, if it still lives.

    Raises
    ------
    ComputeError
        If the file is there and cannot be read now, so that nobody knows.
    """
    text = read_whole(path)
    if text is None:
        return None
    try:
        pid, started = json.loads(text)
        process = psutil.Process(pid)
        # Numbers of processes come again: one that began at another time is a stranger.
        same = abs(process.create_time() - started) < 1 and process.status() != psutil.STATUS_ZOMBIE
        return process if same else None
    except (ValueError, TypeError, psutil.Error):
        return None


def forget_process(path: Path) -> None:
    """Write down that there is none."""
    with suppress(OSError):
        path.unlink()
