"""A batch in a process of its own: closing the page, or a crash of it, loses nothing."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from workbench.batch.folder_lock import make_folder
from workbench.batch.plan import BatchPlan
from workbench.batch.status import LOCK_FILE, LOG_FILE, PAUSE_FILE, PROCESS_FILE, STOP_FILE
from workbench.work_folder import WorkFolder

WORK = WorkFolder("batch", LOCK_FILE, PROCESS_FILE, LOG_FILE, (STOP_FILE, PAUSE_FILE))


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
    make_folder(out)
    WORK.start(out, *arguments, prepare=lambda: plan.write(out))


def ask_to_stop(out: Path) -> None:
    """Let no other micrograph begin, and those that are worked on be left; what is complete stays.

    Raises
    ------
    ComputeError
        If the folder cannot be written.
    """
    WORK.ask(out, STOP_FILE)


def ask_to_pause(out: Path) -> None:
    """Let no other micrograph begin until `resume`; those that are worked on are finished.

    Raises
    ------
    ComputeError
        If the folder cannot be written.
    """
    WORK.ask(out, PAUSE_FILE)


def resume(out: Path) -> None:
    """Let a batch that was asked to pause go on.

    Raises
    ------
    ComputeError
        If the folder cannot be written.
    """
    WORK.take_back(out, PAUSE_FILE)


def held_folder(out: Path) -> AbstractContextManager[None]:
    """Make or reopen the folder of a batch and hold it, so that no two processes work on it.

    Raises
    ------
    ComputeError
        If another process holds it, or it cannot be written.
    """
    make_folder(out)
    return WORK.held(out)
