"""A run is a folder: recipe, events, checkpoints, state, environment."""

from __future__ import annotations

import json
import os
import platform
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, Self

import psutil

from workbench.errors import ComputeError, RecipeError
from workbench.networks.checkpoint import write_whole
from workbench.process_files import forget_process, read_process, write_process
from workbench.training.events import append_event, forget_epochs, read_events
from workbench.training.heartbeat import Heartbeat, read_beat
from workbench.training.recipe import Recipe
from workbench.training.recipe_file import read_recipe, write_recipe

Status = Literal["queued", "running", "paused", "finished", "stopped", "failed", "interrupted"]
Wish = Literal["stop", "pause"]
LAST_WORDS_BYTES = 4096

PROCESS_FILE = "process.json"


@dataclass(frozen=True)
class RunFolder:
    """A training run on disk; `workbench.training.loop.Run` can resume it, too.

    Parameters
    ----------
    folder : Path
        Holds ``recipe.toml`` as it was given, ``recipe.json`` with every default, ``events.jsonl``, TensorBoard's
        files, ``curve.csv``, ``environment.json``, ``state/``, ``best.safetensors`` and ``last.safetensors``.
    """

    folder: Path

    @classmethod
    def create(cls, recipe: Recipe, runs: Path, text: str | None = None) -> Self:
        """Make the folder of a new run, or return the one of this name, to be resumed.

        Parameters
        ----------
        recipe : Recipe
        runs : Path
            Folder of runs.
        text : str, optional
            The recipe as it was given, kept word for word.

        Raises
        ------
        ComputeError
            If the folder cannot be written, or another process trains this run.
        RecipeError
            If a run of this name was begun with another recipe.
        """
        run = cls(runs / recipe.name)
        if run.state_file.exists() and not recipe.same_numbers(run.recipe()):
            raise RecipeError(
                f"{run.folder} holds a run with another recipe; give this one another name, or delete that folder."
            )
        process = run._process()
        if process is not None and process.pid != os.getpid():
            raise ComputeError(
                f"{run.folder} is being trained by process {process.pid}; wait, or stop it first."
            )
        environment = {
            "python": sys.version,
            "platform": platform.platform(),
            **{name: version(name) for name in ("torch", "lightning-fabric", "numpy", "hrtem-workbench")},
        }
        try:
            (run.folder / "state").mkdir(parents=True, exist_ok=True)
            toml = run.folder / "recipe.toml"
            if text is not None or not toml.exists():
                write_whole(toml, (write_recipe(recipe) if text is None else text).encode())
            write_whole(run.folder / "recipe.json", recipe.model_dump_json(indent=1).encode())
            write_whole(run.folder / "environment.json", json.dumps(environment, indent=1).encode())
        except OSError as error:
            raise ComputeError(
                f"{run.folder}: the run cannot be written ({error.strerror or error}); choose another folder of runs."
            ) from error
        return run

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> Self:
        """Return a run that was begun.

        Raises
        ------
        ComputeError
            If the folder holds none.
        """
        if not (Path(folder) / "recipe.toml").is_file():
            raise ComputeError(f"{folder} is not the folder of a run: there is no recipe.toml in it.")
        return cls(Path(folder))

    @property
    def name(self) -> str:
        """Of the run and of its network."""
        return self.folder.name

    @property
    def checkpoint(self) -> Path:
        """The network with the best validation score so far."""
        return self.folder / "best.safetensors"

    @property
    def state_file(self) -> Path:
        """What a resume needs."""
        return self.folder / "state" / "last.pt"

    @property
    def status(self) -> Status:
        """Whether it waits, runs or is paused, and else how it ended.

        ``interrupted``: its process died without a word, such as by a loss of power; see `last_words`.
        """
        if self._process() is not None:
            beat = self.beat
            return beat.phase if beat is not None and beat.phase in ("queued", "paused") else "running"
        last = next((one["event"] for one in reversed(self.events()) if one.get("event") in _ENDS), None)
        return _ENDS.get(last, "interrupted") if last else "interrupted"

    @property
    def beat(self) -> Heartbeat | None:
        """Its last sign of life."""
        return read_beat(self.folder)

    @property
    def exists(self) -> bool:
        """Whether its folder is still there."""
        return (self.folder / "recipe.json").is_file()

    def check_exists(self) -> None:
        """Raise ComputeError if the folder was deleted while the run was at work in it."""
        if not self.exists:
            raise ComputeError(
                f"{self.folder} was deleted while the run was at work in it; nothing is left to resume."
            )

    def recipe(self) -> Recipe:
        """Return the recipe, with the values that its defaults had when it was begun."""
        path = self.folder / "recipe.json"
        try:
            return Recipe.model_validate_json(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return read_recipe(self.folder / "recipe.toml")

    def log(self, event: str, **values: Any) -> None:
        """Append one event, with the time, and flush it.

        Raises
        ------
        ComputeError
            If there is no room for it.
        """
        append_event(self.folder / "events.jsonl", event, **values)

    def events(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Return what was logged; a line cut short by a crash is left out.

        Parameters
        ----------
        kind : str, optional
            Only events of this kind: ``epoch`` (with epoch, loss, dice_hard, threshold, seconds, idle_s: those in
            which the device waited for crops), ``halved``, ``resumed``, ``paused``, ``continued``, ``set_changed``,
            ``stopped``, ``failed``, ``finished``, ``note``.
        """
        events = read_events(self.folder / "events.jsonl")
        return [event for event in events if kind is None or event.get("event") == kind]

    def forget(self, epoch: int) -> None:
        """Take out what was logged of an epoch and later ones: they are done again after a resume."""
        forget_epochs(self.folder / "events.jsonl", epoch)

    def stop(self) -> None:
        """Ask the run to stop after its current step, or to leave the queue; its state is kept."""
        self._wish("stop")

    def pause(self) -> None:
        """Ask the run to pause after its current step: it writes its state and keeps its memory and its device."""
        self._wish("pause")

    def asked(self, wish: Wish) -> bool:
        """Say whether somebody asked the run to ``stop`` or to ``pause``."""
        return (self.folder / wish).exists()

    def take_back_wishes(self) -> None:
        """Let a run go on that was asked to stop or to pause."""
        for wish in ("stop", "pause"):
            (self.folder / wish).unlink(missing_ok=True)

    def last_words(self, lines: int = 5) -> list[str]:
        """Return the last lines that its process said; none for a run that was not in a process of its own."""
        try:
            with (self.folder / "log.txt").open("rb") as log:
                log.seek(max(log.seek(0, os.SEEK_END) - LAST_WORDS_BYTES, 0))
                said = log.read().decode("utf-8", "replace")
        except OSError:
            return []
        return [line for line in said.splitlines() if line.strip()][-lines:]

    def wait(self, timeout: float | None = None) -> Self:
        """Return when no process trains this run any more.

        Parameters
        ----------
        timeout : float, optional
            Most seconds to wait.

        Raises
        ------
        ComputeError
            If the run failed (with its own words), or did not end in time.
        """
        process = self._process()
        if process is not None and process.pid != os.getpid():
            try:
                process.wait(timeout)
            except psutil.TimeoutExpired as error:
                raise ComputeError(
                    f"{self.folder} still runs after {timeout} s; wait longer or stop it."
                ) from error
        if self.status == "failed":
            raise ComputeError(str(self.events("failed")[-1]["message"]))
        return self

    def result(self, timeout: float | None = None) -> Self:
        """Wait as `wait` does: everything that a script starts has a ``result()``."""
        return self.wait(timeout)

    def claim(self, pid: int) -> None:
        """Write down which process trains this run."""
        write_process(self.folder / "state" / PROCESS_FILE, pid)

    def release(self) -> None:
        """Write down that none does."""
        forget_process(self.folder / "state" / PROCESS_FILE)

    def _process(self) -> psutil.Process | None:
        return read_process(self.folder / "state" / PROCESS_FILE)

    def _wish(self, wish: Wish) -> None:
        try:
            (self.folder / wish).touch()
        except OSError as error:
            raise ComputeError(
                f"{self.folder} cannot be written ({error.strerror or error}), so the run does not hear of it."
            ) from error


_ENDS: dict[str, Status] = {
    "finished": "finished",
    "stopped": "stopped",
    "failed": "failed",
    "resumed": "interrupted",
}
