"""One run a device at a time; the next ones wait in a queue of files, in the order in which they came.

There is no daemon: each waiting run is a process of its own that holds a numbered ticket and looks twice a second
whether it is its turn. Locks and tickets end with their process, so that nothing has to be cleared up after a crash.
Nothing here imports torch: a run that waits is small.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import ComputeError
from workbench.locks import Lock
from workbench.training.processes import forget_process, read_process, write_process
from workbench.training.recipe import Recipe

LOOK_EVERY_S = 0.5
FOLDER_VARIABLE = "WORKBENCH_TURNS"


@dataclass(frozen=True)
class Turn:
    """The devices that a run may use.

    Parameters
    ----------
    names : tuple of str
        Such as ``cpu`` or ``gpu 0``, as the machine counts them.
    index : int or None
        Number of the GPU among those that this process sees; None: not one of several.
    """

    names: tuple[str, ...]
    index: int | None = None


def turns_folder() -> Path:
    """Return the folder of locks and tickets of this person and machine: ``WORKBENCH_TURNS``, or a temporary one."""
    named = os.environ.get(FOLDER_VARIABLE)
    owner = os.getuid() if hasattr(os, "getuid") else 0
    return Path(named or Path(tempfile.gettempdir()) / f"hrtem-workbench-{owner}")


def visible_gpus() -> list[str]:
    """Return the NVIDIA GPUs that this process may use, by the machine's numbers, without asking torch."""
    listed = os.environ.get("CUDA_VISIBLE_DEVICES")
    if listed is not None:
        names = [name.strip() for name in listed.split(",")]
        return [name for name in names if name and name != "-1"]
    found = [re.fullmatch(r"nvidia(\d+)", path.name) for path in Path("/dev").glob("nvidia*")]
    return sorted((match.group(1) for match in found if match), key=int)


def choices(recipe: Recipe) -> list[Turn]:
    """Return what a run can train on: any one of these will do."""
    gpus = visible_gpus() if recipe.device in ("auto", "cuda") else []
    if not gpus:
        return [Turn(("mps" if recipe.device == "mps" else "cpu",))]
    if recipe.devices > 1:
        return [Turn(tuple(f"gpu {name}" for name in gpus[: recipe.devices]))]
    return [Turn((f"gpu {name}",), index if len(gpus) > 1 else None) for index, name in enumerate(gpus)]


@contextmanager
def turn(
    recipe: Recipe,
    who: str,
    *,
    waits: Callable[[str], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Iterator[Turn | None]:
    """Wait for a device and hold it.

    Parameters
    ----------
    recipe : Recipe
    who : str
        What is told to those who wait behind.
    waits : callable(text), optional
        Told each time it is not the run's turn: who is at work, and how many come first.
    stop : callable() -> bool, optional
        Asked while waiting.

    Yields
    ------
    Turn or None
        None if it was stopped.

    Raises
    ------
    ComputeError
        If the folder of locks cannot be written.
    """
    folder = turns_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        ticket = folder / f"{time.time_ns():020d}-{os.getpid()}.ticket"
        write_process(ticket, os.getpid())
    except OSError as error:
        raise ComputeError(
            f"{folder} cannot be written ({error.strerror or error}), so runs cannot take turns; "
            f"name another folder in {FOLDER_VARIABLE}."
        ) from error
    with ExitStack() as held:
        try:
            mine = None
            while mine is None:
                before = _before(ticket)
                mine = None if before else _take(recipe, who, held)
                if mine is None:
                    if stop is not None and stop():
                        break
                    if waits is not None:
                        waits(_why(recipe, before))
                    time.sleep(LOOK_EVERY_S)
        finally:
            forget_process(ticket)
        yield mine


def _take(recipe: Recipe, who: str, held: ExitStack) -> Turn | None:
    for choice in choices(recipe):
        locks: list[Lock] = []
        for name in choice.names:
            lock = Lock.take(_file(name), json.dumps(who))
            if lock is None:
                break
            locks.append(lock)
        if len(locks) == len(choice.names):
            for lock in locks:
                held.callback(lock.close)
            return choice
        for lock in locks:
            lock.close()
    return None


def _before(ticket: Path) -> int:
    """Return how many wait with an earlier ticket; tickets of processes that ended are thrown away."""
    count = 0
    for other in sorted(ticket.parent.glob("*.ticket")):
        if other.name >= ticket.name:
            break
        if read_process(other) is None:
            forget_process(other)
        else:
            count += 1
    return count


def _why(recipe: Recipe, before: int) -> str:
    places = ", ".join(dict.fromkeys(name for choice in choices(recipe) for name in choice.names))
    holders = []
    for choice in choices(recipe):
        for name in choice.names:
            with suppress(OSError, ValueError):
                holders.append(str(json.loads(_file(name).read_text(encoding="utf-8"))))
    at_work = f", where {', '.join(dict.fromkeys(holders))} is trained" if holders else ""
    ahead = f"; {before} before it in the queue" if before else ""
    return f"waits for {places}{at_work}{ahead}"


def _file(name: str) -> Path:
    return turns_folder() / f"{name.replace(' ', '-')}.lock"
