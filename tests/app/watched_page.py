"""A page that watches runs and studies, as much of it as they need, and runs that this process trains."""

import os
from pathlib import Path

from workbench.app.core.data_folder import DataFolder
from workbench.networks.loading import runs_folder
from workbench.training.heartbeat import HeartbeatWriter
from workbench.training.recipe import Recipe
from workbench.training.recipe_file import write_recipe
from workbench.training.run_folder import RunFolder


class NoCompute:
    def submit(self, *_arguments, **_options):
        raise AssertionError("nothing is asked of the worker here")


class Page:
    """As much of a session as runs and studies need."""

    def __init__(self, data):
        self.data, self.compute = DataFolder(data), NoCompute()
        self.said = []
        self.cards, self.selected = [], []

    def __setattr__(self, name, value):
        if name == "message":
            self.said.append(value)
        else:
            super().__setattr__(name, value)

    def refresh_networks(self):
        pass


def make_run(name: str) -> RunFolder:
    """Write the folder of a run that this process trains."""
    run = RunFolder(runs_folder() / name)
    (run.folder / "state").mkdir(parents=True)
    recipe = Recipe(name=name, training_sets=["a"], validation_sets=["b"], architecture="unet")
    (run.folder / "recipe.toml").write_text(write_recipe(recipe))
    (run.folder / "recipe.json").write_text(recipe.model_dump_json())
    run.claim(os.getpid())
    HeartbeatWriter(run.folder).beat("training", 5, recipe.steps)
    run.log("epoch", epoch=0, loss=1.0, dice_hard=0.5, validation_loss=1.0, seconds=1.0)
    return run


def unreadable(path: Path):
    """Put something in the place of a file that cannot be read as one; returns how to put it back.

    Permissions would not do: the tests may run as root.
    """
    kept = path.with_name(path.name + ".kept")
    path.rename(kept) if path.exists() else None
    path.mkdir(parents=True)

    def back():
        path.rmdir()
        if kept.exists():
            kept.rename(path)

    return back
