"""A run is a folder: recipe, events, checkpoints, state, environment."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import psutil

from workbench.errors import ComputeError, RecipeError
from workbench.networks.checkpoint import write_whole
from workbench.training.recipe import Recipe
from workbench.training.recipe_file import read_recipe, write_recipe

Status = Literal["running", "finished", "stopped", "failed", "interrupted"]


@dataclass(frozen=True)
class Run:
    """A training run on disk.

    Parameters
    ----------
    folder : Path
        Holds ``recipe.toml`` as it was given, ``recipe.json`` with every default, ``events.jsonl``, TensorBoard's
        files, ``environment.json``, ``state/``, ``best.safetensors`` and ``last.safetensors``.
    """

    folder: Path

    @classmethod
    def create(cls, recipe: Recipe, runs: Path, text: str | None = None) -> Run:
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
                toml.write_text(write_recipe(recipe) if text is None else text, encoding="utf-8")
            (run.folder / "recipe.json").write_text(recipe.model_dump_json(indent=1), encoding="utf-8")
            (run.folder / "environment.json").write_text(json.dumps(environment, indent=1), encoding="utf-8")
        except OSError as error:
            raise ComputeError(
                f"{run.folder}: the run cannot be written ({error.strerror or error}); choose another folder of runs."
            ) from error
        return run

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> Run:
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
    def checkpoint(self) -> Path:
        """The network with the best validation score so far."""
        return self.folder / "best.safetensors"

    @property
    def state_file(self) -> Path:
        """What a resume needs."""
        return self.folder / "state" / "last.pt"

    @property
    def status(self) -> Status:
        """Whether it runs, and else how it ended; ``interrupted``: without a word, such as by a loss of power."""
        if self._process() is not None:
            return "running"
        last = next((one["event"] for one in reversed(self.events()) if one.get("event") in _ENDS), None)
        return _ENDS.get(last, "interrupted") if last else "interrupted"

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
        line = json.dumps({"time": round(time.time(), 3), "event": event, **values})
        try:
            with (self.folder / "events.jsonl").open("a", encoding="utf-8") as log:
                log.write(line + "\n")
        except OSError as error:
            raise ComputeError(
                f"{self.folder}: events cannot be written ({error.strerror or error}); make room and resume."
            ) from error

    def events(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Return what was logged; a last line cut short by a crash is left out.

        Parameters
        ----------
        kind : str, optional
            Only events of this kind: ``epoch`` (with epoch, loss, dice_hard, threshold, seconds, idle_s: those in
            which the device waited for crops), ``halved``, ``resumed``, ``stopped``,
            ``failed``, ``finished``, ``note``.
        """
        path = self.folder / "events.jsonl"
        if not path.exists():
            return []
        events = []
        for line in path.read_text(encoding="utf-8").splitlines():
            with suppress(json.JSONDecodeError):
                events.append(json.loads(line))
        return [event for event in events if kind is None or event.get("event") == kind]

    def forget(self, epoch: int) -> None:
        """Take out what was logged of an epoch and later ones: they are done again after a resume."""
        events = self.events()
        kept = [event for event in events if event.get("event") != "epoch" or event["epoch"] < epoch]
        if len(kept) < len(events):
            text = "".join(json.dumps(event) + "\n" for event in kept)
            write_whole(self.folder / "events.jsonl", text.encode())

    def stop(self) -> None:
        """Ask the run to stop after its current step; its state is kept."""
        (self.folder / "stop").touch()

    def resume(self, *, wait: bool = True) -> Run:
        """Go on where the run was interrupted; one that is finished is returned as it is.

        Parameters
        ----------
        wait : bool
            Train here and return when done, or at once, with a process of its own at work.
        """
        from workbench.training.loop import train

        return train(self.recipe(), runs=self.folder.parent, wait=wait)

    def wait(self, timeout: float | None = None) -> Run:
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

    def claim(self, pid: int) -> None:
        """Write down which process trains this run."""
        started = psutil.Process(pid).create_time()
        (self.folder / "state" / "process.json").write_text(json.dumps([pid, started]), encoding="utf-8")

    def release(self) -> None:
        """Write down that none does."""
        with suppress(OSError):
            (self.folder / "state" / "process.json").unlink()

    def _process(self) -> psutil.Process | None:
        try:
            text = (self.folder / "state" / "process.json").read_text(encoding="utf-8")
            pid, started = json.loads(text)
            process = psutil.Process(pid)
            # Numbers of processes come again: one that began at another time is a stranger.
            same = abs(process.create_time() - started) < 1 and process.status() != psutil.STATUS_ZOMBIE
            return process if same else None
        except (OSError, ValueError, TypeError, psutil.Error):
            return None


_ENDS: dict[str, Status] = {
    "finished": "finished",
    "stopped": "stopped",
    "failed": "failed",
    "resumed": "interrupted",
}


def read_text(path: str | os.PathLike[str]) -> tuple[Recipe, str]:
    """Return the recipe of a TOML file, and the file's text word for word.

    Raises
    ------
    RecipeError
        As `read_recipe`.
    """
    return read_recipe(path), Path(path).read_text(encoding="utf-8")
