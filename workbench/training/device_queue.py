"""One run a device at a time; the next ones wait in queues of files, one a device, in the order in which they came.

There is no daemon: each waiting run is a process of its own that holds a numbered ticket, which names the devices that
would do, and looks twice a second whether it is its turn on one of them. Locks and tickets end with their process, so
that nothing has to be cleared up after a crash. The folder of both may go while they are needed, as a runtime folder
does when its person logs out: then they move to the one that new runs find.
Nothing here imports torch: a run that waits is small.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from workbench.errors import ComputeError
from workbench.locks import NOT_SURE, Lock
from workbench.private_folders import runtime_folder
from workbench.process_files import forget_process, read_process, write_process
from workbench.training.recipe import Recipe

LOOK_EVERY_S = 0.5
CHECK_LOCKS_EVERY_S = 1.0
SETTLED_AFTER = 5
"""So many checks after a move of the folder, whoever holds a device holds it there, too."""
FOLDER_VARIABLE = "WORKBENCH_TURNS"
BESIDE_VARIABLE = "WORKBENCH_TURNS_BESIDE"
"""A folder in it, for those who take turns by themselves."""


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
    """Return the folder of locks and tickets of this person and machine: ``WORKBENCH_TURNS``, or a private one.

    Raises
    ------
    ComputeError
        If no private one can be made.
    """
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named)
    try:
        return runtime_folder() / os.environ.get(BESIDE_VARIABLE, "")
    except ComputeError as error:
        raise ComputeError(
            f"Runs cannot take turns, for no folder can be made that only you can enter; name one in "
            f"{FOLDER_VARIABLE}. {error}"
        ) from error


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
        If the folder of locks cannot be written, or somebody has put something else there.
    """
    places = choices(recipe)  # as the ticket says, whatever becomes of the environment while the run waits
    ticket = turns_folder() / f"{time.time_ns():020d}-{os.getpid()}.{_wanted(places)}.ticket"
    _queue(ticket)
    with ExitStack() as held:
        try:
            mine, settled = None, 0.0
            while mine is None:
                before = _before(ticket)
                if time.monotonic() >= settled:
                    mine = _take(places, who, before, held)
                if mine is None:
                    if stop is not None and stop():
                        break
                    if waits is not None:
                        waits(_why(places, before))
                    time.sleep(LOOK_EVERY_S)
                    moved = _queued_still(ticket)
                    if moved != ticket:
                        ticket, settled = moved, time.monotonic() + SETTLED_AFTER * CHECK_LOCKS_EVERY_S
        finally:
            forget_process(ticket)
        yield mine


def _queued_still(ticket: Path) -> Path:
    folder = turns_folder()
    if ticket.parent == folder and ticket.exists():
        return ticket
    forget_process(ticket)
    _queue(folder / ticket.name)
    return folder / ticket.name


def _queue(ticket: Path) -> None:
    folder = ticket.parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_process(ticket, os.getpid())
    except OSError as error:
        raise ComputeError(
            f"{folder} cannot be written ({error.strerror or error}), so runs cannot take turns; "
            f"name another folder in {FOLDER_VARIABLE}."
        ) from error


def _take(places: Sequence[Turn], who: str, before: list[Path], held: ExitStack) -> Turn | None:
    """Take the first choice that is free and that nobody who came earlier waits for."""
    awaited = [_devices_of(ticket) for ticket in before]
    for choice in places:
        if any(wanted is None or wanted & {_plain(name) for name in choice.names} for wanted in awaited):
            continue
        with ExitStack() as taken:
            if all(_hold(name, who, taken) for name in choice.names):
                held.push(taken.pop_all())
                return choice
    return None


def _hold(name: str, who: str, taken: ExitStack) -> bool:
    """Take the lock of a device, and give it back when ``taken`` is closed."""
    path = _file(name)
    holder = path.with_suffix(".process.json")
    if read_process(holder) is not None:  # only there where the file system keeps no locks
        return False
    said = json.dumps(who)
    try:
        lock = Lock.take(path, said)
    except OSError as error:
        raise ComputeError(
            f"{path} cannot be used ({error.strerror or error}), so runs cannot take turns; "
            f"delete it, or name another folder in {FOLDER_VARIABLE}."
        ) from error
    if lock is None:
        return False
    if lock.sure:
        taken.enter_context(_kept(lock, name, path, said))
        return True
    # safe on one machine, for only the first in the queue comes here
    taken.callback(lock.close)
    print(f"{path.parent}: {NOT_SURE}.", file=sys.stderr)
    write_process(holder, os.getpid())
    taken.callback(forget_process, holder)
    return True


@contextmanager
def _kept(lock: Lock, name: str, path: Path, said: str) -> Iterator[None]:
    """Hold a lock, and take it again where those who come later look for it elsewhere, or its file was removed."""
    over = threading.Event()

    def keep() -> None:
        nonlocal lock, path
        while not over.wait(CHECK_LOCKS_EVERY_S):
            with suppress(OSError, ComputeError):
                now = _file(name)
                if now == path and path.exists():
                    continue
                now.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                again = Lock.take(now, said)
                if again is not None:
                    lock.close()
                    lock, path = again, now

    keeper = threading.Thread(target=keep, name=f"lock {path.stem}", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()
        lock.close()


def _before(ticket: Path) -> list[Path]:
    """Return the earlier tickets for a device of this one's; those of processes that ended are thrown away."""
    mine, found = _devices_of(ticket), []
    for other in sorted(ticket.parent.glob("*.ticket")):
        if other.name >= ticket.name:
            break
        wanted = _devices_of(other)
        if wanted is not None and mine is not None and not wanted & mine:
            continue
        if _waits(other):
            found.append(other)
        else:
            forget_process(other)
    return found


def _waits(ticket: Path) -> bool:
    """Return whether the process of a ticket lives; of one that cannot be read, its name tells the number."""
    try:
        return read_process(ticket) is not None
    except ComputeError:
        number = ticket.name.partition(".")[0].rpartition("-")[2]
        return number.isdecimal() and psutil.pid_exists(int(number))


def _wanted(places: Sequence[Turn]) -> str:
    names = dict.fromkeys(name for choice in places for name in choice.names)
    return "+".join(_plain(name) for name in names)


def _devices_of(ticket: Path) -> set[str] | None:
    """Return the devices that a ticket waits for; None: any, of a version that did not write it down."""
    _number, dot, wanted = ticket.name.removesuffix(".ticket").partition(".")
    return set(wanted.split("+")) if dot else None


def _plain(name: str) -> str:
    """Return a device's name as part of a file's: short, whatever CUDA_VISIBLE_DEVICES says."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", name)
    return plain if len(plain) <= 12 else hashlib.sha256(name.encode()).hexdigest()[:12]


def _why(places: Sequence[Turn], before: list[Path]) -> str:
    named = ", ".join(dict.fromkeys(name for choice in places for name in choice.names))
    holders = []
    for choice in places:
        for name in choice.names:
            with suppress(OSError, ValueError):
                holders.append(str(json.loads(_file(name).read_text(encoding="utf-8"))))
    at_work = f", where {', '.join(dict.fromkeys(holders))} is trained" if holders else ""
    ahead = f"; {len(before)} before it in the queue" if before else ""
    return f"waits for {named}{at_work}{ahead}"


def _file(name: str) -> Path:
    return turns_folder() / f"{_plain(name)}.lock"
