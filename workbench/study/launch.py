"""A study in a process of its own: closing the page, or a crash of it, loses nothing."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from workbench.study.folder import LOCK_FILE, LOG_FILE, PROCESS_FILE, STOP_FILE
from workbench.work_folder import WorkFolder

WORK = WorkFolder("study", LOCK_FILE, PROCESS_FILE, LOG_FILE, (STOP_FILE,))


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
    WORK.start(out, *arguments, working_folder=working_folder)


def ask_to_stop(out: Path) -> None:
    """Let each cell that is worked on stop after its step with its state, and none begin.

    Raises
    ------
    ComputeError
        If the folder cannot be written.
    """
    WORK.ask(out, STOP_FILE)


def held_folder(out: Path) -> AbstractContextManager[None]:
    """Make or reopen the folder of a study and hold it, so that no two processes work on it.

    Raises
    ------
    ComputeError
        If another process holds it, or it cannot be written.
    """
    return WORK.held(out)
