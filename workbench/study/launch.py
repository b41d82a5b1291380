"""A study in a process of its own: closing the page, or a crash of it, loses nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.detached_process import inherited_lock, start_detached
from workbench.errors import ComputeError
from workbench.locks import NOT_SURE, Lock
from workbench.process_files import forget_process, read_process, write_process
from workbench.study.folder import LOCK_FILE, LOG_FILE, PROCESS_FILE, STOP_FILE


def start_process(
    plan: Path, out: Path, *, working_folder: Path, workers: int | None = None, retry: bool = False
) -> None:
    """Start a study, or go on with one, in a process that outlives this one; what it says goes to ``log.txt``.

    Parameters
    ----------
    plan : Path
        TOML.
    out : Path
        Folder of the study.
    working_folder : Path
        That paths in the plan are relative to.
    workers : int, optional
        Cells at a time; by default one a GPU.
    retry : bool
        Work on failed cells again, too.

    Raises
    ------
    ComputeError
        If another process works on it, or the folder cannot be written.
    """
    arguments = ["study", str(plan.resolve()), "--out", str(out.resolve())]
    arguments += ["--workers", str(workers)] if workers is not None else []
    arguments += ["--retry"] if retry else []
    lock = _taken(out)
    try:
        (out / STOP_FILE).unlink(missing_ok=True)
        (out / LOG_FILE).unlink(missing_ok=True)
        process = start_detached(*arguments, lock=lock, log=out / LOG_FILE, working_folder=working_folder)
        write_process(out / PROCESS_FILE, process)
    finally:
        lock.close()


def ask_to_stop(out: Path) -> None:
    """Let each cell that is worked on stop after its step with its state, and none begin.

    Raises
    ------
    ComputeError
        If the folder cannot be written.
    """
    try:
        (out / STOP_FILE).touch()
    except OSError as error:
        raise ComputeError(
            f"{out} cannot be written ({error.strerror or error}), so the study does not hear of it."
        ) from error


@contextmanager
def held_folder(out: Path) -> Iterator[None]:
    """Make or reopen the folder of a study and hold it, so that no two processes work on it.

    Raises
    ------
    ComputeError
        If another process holds it, or it cannot be written.
    """
    lock = inherited_lock(out / LOCK_FILE)
    if lock is None:
        lock = _taken(out)
        # else who started this process has done so, and a stop may have been asked for since
        (out / STOP_FILE).unlink(missing_ok=True)
        (out / LOG_FILE).unlink(missing_ok=True)
    if not lock.sure:
        print(f"{out}: {NOT_SURE}.", file=sys.stderr)
    try:
        write_process(out / PROCESS_FILE, os.getpid())
        yield
        forget_process(out / PROCESS_FILE)
    except Exception:
        forget_process(out / PROCESS_FILE)  # it ends in good order, and says why
        raise
    finally:
        lock.close()


def _taken(out: Path) -> Lock:
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = Lock.take(out / LOCK_FILE)
    except OSError as error:
        raise ComputeError(
            f"{out} cannot be written ({error.strerror or error}); choose another folder with --out."
        ) from error
    at_work = None if lock is None or lock.sure else read_process(out / PROCESS_FILE)
    if lock is not None and at_work is not None and at_work.pid != os.getpid():
        lock.close()
        lock = None
    if lock is None:
        raise ComputeError(f"{out} is being worked on by another process; wait, or stop it first.")
    return lock
