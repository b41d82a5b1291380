"""Processes of `workbench` that outlive the one that began them: closing the page, or a crash of it, loses nothing.

Whoever begins one holds the lock of the folder that it will work on, and hands the lock over, so that between the click
and the first line of the new process no other can begin the same.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from subprocess import DEVNULL, Popen

from workbench.locks import Lock

LOCK_VARIABLE = "WORKBENCH_LOCK"
"""Number of the open lock, for the process that inherits it."""


def start_detached(*arguments: str, lock: Lock, log: Path, working_folder: Path | None = None) -> int:
    """Start ``workbench`` in a session of its own, which no Ctrl-C and no hang-up of this one reaches.

    Parameters
    ----------
    *arguments : str
        Of the command line.
    lock : Lock
        The process holds it too, until it ends; it takes it over by `inherited_lock`.
    log : Path
        What it says is added to this file.
    working_folder : Path, optional
        By default that of this process.

    Returns
    -------
    int
        Number of the process.
    """
    package = str(Path(__file__).parents[1])
    paths = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    posix = os.name == "posix"
    with log.open("ab") as said:
        process = Popen(
            [sys.executable, "-m", "workbench", *arguments],
            stdin=DEVNULL,
            stdout=said,
            stderr=said,
            cwd=working_folder,
            start_new_session=True,
            pass_fds=(lock.number,) if posix else (),
            env={**os.environ, "PYTHONPATH": paths, LOCK_VARIABLE: str(lock.number) if posix else ""},
        )
    # Its folder tells how it goes; this only takes its exit status, so that no zombie stays.
    threading.Thread(target=process.wait, name=f"end of {process.pid}", daemon=True).start()
    return process.pid


def inherited_lock(path: Path) -> Lock | None:
    """Return the lock that the process which started this one handed over, once; None if it is not that of a path."""
    given = os.environ.get(LOCK_VARIABLE, "")
    lock = Lock.inherited(int(given), path) if given.isdecimal() else None
    if lock is not None:
        del os.environ[LOCK_VARIABLE]
    return lock
