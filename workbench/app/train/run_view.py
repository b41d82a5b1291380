"""A training run as the page shows it, read from its folder."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import WorkbenchError
from workbench.training.curve_file import read_curve
from workbench.training.run_folder import RunFolder, Status

ALIVE: tuple[Status, ...] = ("queued", "running", "paused")
WORDS: dict[Status, str] = {
    "queued": "waits",
    "running": "training",
    "paused": "paused",
    "finished": "finished",
    "stopped": "stopped",
    "failed": "failed",
    "interrupted": "died",
}
SILENT_S = 30.0


@dataclass(frozen=True)
class RunView:
    """What is known of a run at one moment.

    Parameters
    ----------
    name : str
    status : str
    step, steps : int
    epoch, epochs : int
        Epochs scored, and of the whole run.
    dice : float or None
        Hard Dice on validation of the last epoch.
    best : float or None
        The highest so far.
    said : str
        What it says for itself: what it waits for, why it failed, the last lines of one that died.
    remarks : tuple of str
        What happened on the way, such as a set that was changed.
    since : float
        Time of its last sign of life, seconds since 1970.
    has_network : bool
        Whether there is a checkpoint to load.
    left_s : float or None
        Seconds that the remaining epochs will take at the pace of the last one; None where it does not train, or no
        epoch tells.
    unread, as_of : str
        Why its folder cannot be read now, and at what time of the day it was like this; empty: it was read just now.
    """

    name: str
    status: Status
    step: int = 0
    steps: int = 0
    epoch: int = 0
    epochs: int = 0
    dice: float | None = None
    best: float | None = None
    said: str = ""
    remarks: tuple[str, ...] = ()
    since: float = 0.0
    has_network: bool = False
    left_s: float | None = None
    unread: str = ""
    as_of: str = ""

    @property
    def alive(self) -> bool:
        """Whether a process trains it, or waits to."""
        return self.status in ALIVE

    @property
    def word(self) -> str:
        """Its status in a word, with the time of the day where it cannot be read now."""
        return f"{WORDS[self.status]} at {self.as_of}, cannot be read" if self.unread else WORDS[self.status]


def look_at(run: RunFolder) -> RunView | None:
    """Return a run as it is now; None where its folder holds no recipe that can be read.

    Raises
    ------
    ComputeError
        If its process, beat or events cannot be read now.
    """
    try:
        recipe = run.recipe()
    except WorkbenchError:
        return None
    status, beat, events = run.status, run.beat, run.events()
    scored = [event for event in events if event.get("event") == "epoch"]
    step = max([0 if beat is None else beat.step, len(scored) * recipe.steps_per_epoch])
    said = "" if beat is None or status not in ALIVE else beat.said
    if status == "running" and beat is not None and beat.age_s > SILENT_S:
        said = f"{said}, no sign of life for {beat.age_s:.0f} s"
    if status == "failed":
        said = str(next(e["message"] for e in reversed(events) if e.get("event") == "failed"))
    if status == "interrupted":
        said = "\n".join(run.last_words()) or "its process ended without a word"
    dices = [float(event["dice_hard"]) for event in scored]
    return RunView(
        run.name,
        status,
        min(step, recipe.steps),
        recipe.steps,
        len(scored),
        recipe.epochs,
        dices[-1] if dices else None,
        max(dices, default=None),
        said,
        tuple(
            str(event["message"])
            for event in events
            if event.get("event") in ("set_changed", "note", "halved")
        ),
        _since(run.folder),
        run.checkpoint.exists(),
        _left(scored, recipe.epochs) if status == "running" else None,
    )


def _left(scored: list[dict[str, Any]], epochs: int) -> float | None:
    """Return the seconds of the epochs that are left; an epoch before which the run stood still does not count."""
    if len(scored) < 2:
        return None
    took = float(scored[-1]["time"]) - float(scored[-2]["time"])
    return None if took > 3 * float(scored[-1]["seconds"]) + 60 else took * (epochs - len(scored))


@dataclass(frozen=True)
class Points:
    """The curves of a run; x is in epochs.

    Parameters
    ----------
    step_x, loss, rate : float arrays
        One value a step, thinned where there are many.
    epoch_x, dice, validation_loss : float arrays
        One value an epoch.
    """

    step_x: npt.NDArray[np.float64]
    loss: npt.NDArray[np.float64]
    rate: npt.NDArray[np.float64]
    epoch_x: npt.NDArray[np.float64]
    dice: npt.NDArray[np.float64]
    validation_loss: npt.NDArray[np.float64]


MOST_POINTS = 400


def points_of(run: RunFolder, smoothing: float = 0.0) -> Points:
    """Read the curves of a run.

    Parameters
    ----------
    run : RunFolder
    smoothing : float
        Weight of what came before in a running mean of the loss, in [0, 1); corrected for its start, as TensorBoard
        does it.
    """
    per_epoch = run.recipe().steps_per_epoch
    table = np.array(read_curve(run.folder), float).reshape(-1, 3)
    loss = smoothed(table[:, 1], smoothing)
    thin = max(-(-len(table) // MOST_POINTS), 1)
    kept = np.unique(np.r_[np.arange(0, len(table), thin), len(table) - 1]) if len(table) else np.arange(0)
    scored = run.events("epoch")
    return Points(
        table[kept, 0] / per_epoch,
        loss[kept],
        table[kept, 2],
        np.array([event["epoch"] + 1.0 for event in scored]),
        np.array([float(event["dice_hard"]) for event in scored]),
        np.array([float(event["validation_loss"]) for event in scored]),
    )


def smoothed(values: npt.NDArray[np.float64], weight: float) -> npt.NDArray[np.float64]:
    """Return the running mean of values, each weighed ``weight`` times less than the next."""
    return pd.Series(values).ewm(alpha=1 - weight).mean().to_numpy()


def stamp_of(folder: Path) -> tuple[int, ...]:
    """Return the times of what a view is read from: while they stay, an ended run stays as it is."""
    found = []
    for name in (
        "recipe.json",
        "events.jsonl",
        "state/process.json",
        "state/heartbeat.json",
        "best.safetensors",
    ):
        try:
            found.append((folder / name).stat().st_mtime_ns)
        except OSError:
            found.append(0)
    return tuple(found)


def _since(folder: Path) -> float:
    times = [0.0]
    for name in ("state/heartbeat.json", "events.jsonl", "recipe.toml"):
        try:
            times.append((folder / name).stat().st_mtime)
        except OSError:
            continue
    return min(max(times), time.time())
