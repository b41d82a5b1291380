"""A run is a folder: recipe, events, checkpoints, environment."""

from __future__ import annotations

import json
import platform
import sys
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from workbench.errors import ComputeError
from workbench.training.recipe import Recipe


@dataclass(frozen=True)
class Run:
    """A training run on disk.

    Parameters
    ----------
    folder : Path
        Holds ``recipe.json``, ``events.jsonl``, ``environment.json``, ``state/``, ``best.safetensors`` and
        ``last.safetensors``.
    """

    folder: Path

    @classmethod
    def create(cls, recipe: Recipe, runs: Path) -> Run:
        """Make the folder of a new run, or return the one of this name, to be resumed.

        Raises
        ------
        ComputeError
            If the folder cannot be written.
        """
        folder = runs / recipe.name
        try:
            (folder / "state").mkdir(parents=True, exist_ok=True)
            (folder / "recipe.json").write_text(recipe.model_dump_json(indent=1), encoding="utf-8")
            environment = {
                "python": sys.version,
                "platform": platform.platform(),
                **{name: version(name) for name in ("torch", "numpy", "hrtem-workbench")},
            }
            (folder / "environment.json").write_text(json.dumps(environment, indent=1), encoding="utf-8")
        except OSError as error:
            raise ComputeError(f"{folder}: the run cannot be written ({error.strerror}).") from error
        return cls(folder)

    @property
    def checkpoint(self) -> Path:
        """The network with the best validation score so far."""
        return self.folder / "best.safetensors"

    def log(self, **event: Any) -> None:
        """Append one event, with the time, and flush it."""
        line = json.dumps({"time": round(time.time(), 3), **event})
        with (self.folder / "events.jsonl").open("a", encoding="utf-8") as log:
            log.write(line + "\n")

    def events(self) -> list[dict[str, Any]]:
        """Return what was logged; a last line cut short by a crash is left out."""
        path = self.folder / "events.jsonl"
        if not path.exists():
            return []
        events = []
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                events.append(json.loads(line))
            except json.JSONDecodeError:
                continue
        return events

    def stop(self) -> None:
        """Ask the run to stop after its current step; its state is kept."""
        (self.folder / "stop").touch()
