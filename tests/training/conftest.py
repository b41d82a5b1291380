"""A labelled set of noisy discs, and a recipe that trains on it within seconds."""

import numpy as np
import pytest

from workbench.micrographs.datasets import LabelledSet
from workbench.micrographs.writing import write_tiff
from workbench.training.recipe import Recipe


def write_discs(folder, seed: int, count: int = 6, edge: int = 96) -> str:
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:edge, :edge]
    for part in ("images", "labels"):
        (folder / part).mkdir(parents=True)
    for number in range(count):
        row, column = rng.uniform(30, edge - 30, 2)
        mask = np.hypot(rows - row, columns - column) < 18
        pixels = (100 - 30 * mask + 5 * rng.normal(size=mask.shape)).astype(np.float32)
        write_tiff(folder / "images" / f"m{number}.tif", pixels, 0.05)
        write_tiff(folder / "labels" / f"m{number}.tif", mask, 0.05)
    LabelledSet.write_description(folder, name=folder.name)
    return str(folder)


@pytest.fixture
def discs(tmp_path):
    """Write a set under a name: discs(name, seed, count=6, edge=96) returns its folder."""
    return lambda name, seed, count=6, edge=96: write_discs(tmp_path / name, seed, count, edge)


@pytest.fixture
def recipe(discs):
    return Recipe(
        name="tiny",
        title="Tiny",
        training_sets=[discs("train", 0)],
        validation_sets=[discs("validation", 1, 3)],
        architecture="unet",
        options={"base": 4, "depth": 2},
        crop=64,
        batch=4,
        steps_per_epoch=12,
        epochs=3,
        learning_rate=1e-2,
        precision="32",
        threads=1,
        workers=0,
    )


@pytest.fixture
def short(recipe):
    """Two epochs of three steps."""
    return recipe.model_copy(update={"epochs": 2, "steps_per_epoch": 3})
