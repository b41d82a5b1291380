"""Training in a process of its own: closing the page, or a crash of it, loses nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from workbench.detached_process import inherited_lock, start_detached
from workbench.errors import ComputeError
from workbench.locks import NOT_SURE, Lock
from workbench.process_files import read_process
from workbench.training.heartbeat import HeartbeatWriter
from workbench.training.recipe import Recipe
from workbench.training.run_folder import PROCESS_FILE, RunFolder

SILENT_S = 30.0
"""A run that no process of this machine trains may be under way on another for so long after its last sign of life."""


def start_process(recipe: Recipe, runs: Path, text: str | None = None) -> RunFolder:
    """Start or resume a run in a process that outlives this one; what it says goes to ``log.txt`` in its folder.

    Parameters
    ----------
    recipe : Recipe
    runs : Path
        Folder of runs.
    text : str, optional
        The recipe as it was given.

    Returns
    -------
    RunFolder
        At once: its ``events`` and ``status`` tell how it goes, ``stop`` ends it, ``wait`` waits.

    Raises
    ------
    ComputeError, RecipeError
        As `RunFolder.create`, and if the run is under way already.
    """
    with begun(recipe, runs, text) as (run, lock):
        arguments = "train", "--resume", str(run.folder)
        run.claim(start_detached(*arguments, lock=lock, log=run.folder / "log.txt"))
    return run


@contextmanager
def begun(recipe: Recipe, runs: Path, text: str | None = None) -> Iterator[tuple[RunFolder, Lock]]:
    """Make or reopen the folder of a run and hold it: one process trains a run, whoever else presses start.

    Raises
    ------
    ComputeError
        If another process holds it, or the folder cannot be written.
    RecipeError
        If a run of this name was begun with another recipe.
    """
    run = RunFolder(runs / recipe.name)
    try:
        (run.folder / "state").mkdir(parents=True, exist_ok=True)
        path = run.folder / "state" / "lock"
        lock = inherited_lock(path)
        handed_over = lock is not None
        lock = lock or Lock.take(path)
    except OSError as error:
        raise ComputeError(
            f"{run.folder}: the run cannot be written ({error.strerror or error}); choose another folder of runs."
        ) from error
    if lock is None:
        raise ComputeError(f"{run.folder} is being trained already; wait, or stop it first.")
    try:
        if not lock.sure and not handed_over:
            _check_nobody(run)
        _clear_up(run.folder)
        run = RunFolder.create(recipe, runs, text)
        if not lock.sure and not any(NOT_SURE in str(note.get("message")) for note in run.events("note")):
            run.log("note", message=NOT_SURE)
        if (
            not handed_over
        ):  # else who started this process has done so, and a stop may have been asked for since
            run.take_back_wishes()
        HeartbeatWriter(run.folder).beat("preparing", said="starting")
        yield run, lock
    finally:
        lock.close()


def _check_nobody(run: RunFolder) -> None:
    """Find out without a lock whether a run is trained: on this machine by its process file, on another by its beat.

    Raises
    ------
    ComputeError
        If it is, or may be.
    """
    process, beat = read_process(run.folder / "state" / PROCESS_FILE), run.beat
    if process is not None and process.pid == os.getpid():
        return  # this very process was started for it
    if process is not None:
        raise ComputeError(f"{run.folder} is being trained already; wait, or stop it first.")
    if beat is not None and beat.age_s < SILENT_S and run.status == "interrupted":
        raise ComputeError(
            f"{run.folder} gave a sign of life {beat.age_s:.0f} s ago and may be trained on another machine, "
            f"for its file system keeps no locks; wait {SILENT_S:.0f} s, or stop it there."
        )


def _clear_up(folder: Path) -> None:
    """Throw away what a killed process left half written; whoever holds the lock may.

    Which process it is, whoever began it may be about to write.
    """
    for leftover in (
        *folder.glob(".*.*"),
        *(folder / "state").glob(".*.*"),
        *(folder / "state").glob("*.tmp"),
    ):
        with suppress(OSError):
            if not leftover.name.startswith(f".{PROCESS_FILE}."):
                leftover.unlink()
