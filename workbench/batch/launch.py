"""A batch in a process of its own: closing the page, or a crash of it, loses nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.batch.folder_lock import make_folder
from workbench.batch.plan import BatchPlan
from workbench.batch.status import LOCK_FILE, LOG_FILE, PAUSE_FILE, PROCESS_FILE, STOP_FILE
from workbench.detached_process import inherited_lock, start_detached
from workbench.errors import ComputeError
from workbench.locks import NOT_SURE, Lock
from workbench.process_files import forget_process, read_process, write_process


def start_process(plan: BatchPlan, out: Path, *, workers: int | None = None, follow: bool = False) -> None:
    """Start a batch, or go on with one, in a process that outlives this one; what it says goes to ``batch-log.txt``.

    Parameters
    ----------
    plan : BatchPlan
        Its paths are absolute. It is kept in the folder.
    out : Path
        Folder of the results.
    workers : int, optional
        Micrographs at a time, each in a process of its own.
    follow : bool
        Wait for more micrographs when all is done.

    Raises
    ------
    ComputeError
        If another process works on it, or the folder cannot be written.
    """
    arguments = ["batch", "--plan", str(out.resolve())]
    arguments += ["--workers", str(workers)] if workers is not None else []
    arguments += ["--follow"] if follow else []
    lock = _taken(out)
    try:
        plan.write(out)
        _forget_wishes(out)
        (out / LOG_FILE).unlink(missing_ok=True)
        write_process(out / PROCESS_FILE, start_detached(*arguments, lock=lock, log=out / LOG_FILE))
    finally:
        lock.close()


def ask_to_stop(out: Path) -> None:
    """Let no other micrograph begin, and those that are worked on be left; what is complete stays.

    Raises
    ------
    ComputeError
        If the folder cannot be written.
    """
    _wish(out, STOP_FILE)


def ask_to_pause(out: Path) -> None:
    """Let no other micrograph begin until `resume`; those that are worked on are finished.

    Raises
    ------
    ComputeError
        If the folder cannot be written.
    """
    _wish(out, PAUSE_FILE)


def resume(out: Path) -> None:
    """Let a batch that was asked to pause go on.

    Raises
    ------
    ComputeError
        If the folder cannot be written.
    """
    try:
        (out / PAUSE_FILE).unlink(missing_ok=True)
    except OSError as error:
        raise _unheard(out, error) from error


@contextmanager
def held_folder(out: Path) -> Iterator[None]:
    """Make or reopen the folder of a batch and hold it, so that no two processes work on it.

    Raises
    ------
    ComputeError
        If another process holds it, or it cannot be written.
    """
    lock = inherited_lock(out / LOCK_FILE)
    if lock is None:
        lock = _taken(out)
        _forget_wishes(
            out
        )  # else who started this process has done so, and a stop may have been asked for since
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


def _forget_wishes(out: Path) -> None:
    for name in (STOP_FILE, PAUSE_FILE):
        (out / name).unlink(missing_ok=True)


def _wish(out: Path, name: str) -> None:
    try:
        (out / name).touch()
    except OSError as error:
        raise _unheard(out, error) from error


def _unheard(out: Path, error: OSError) -> ComputeError:
    return ComputeError(
        f"{out} cannot be written ({error.strerror or error}), so the batch does not hear of it."
    )


def _taken(out: Path) -> Lock:
    make_folder(out)
    try:
        lock = Lock.take(out / LOCK_FILE)
    except OSError as error:
        raise ComputeError(
            f"{out} cannot be written ({error.strerror or error}); choose another folder."
        ) from error
    at_work = None if lock is None or lock.sure else read_process(out / PROCESS_FILE)
    if lock is not None and at_work is not None and at_work.pid != os.getpid():
        lock.close()
        lock = None
    if lock is None:
        raise ComputeError(f"{out} is being worked on by another process; wait, or stop it first.")
    return lock
