"""A plan of two cells on noisy discs, with its sets, in a data folder."""

from pathlib import Path

import numpy as np

from workbench.micrographs.datasets.labelled_dataset import LabelledDataset
from workbench.micrographs.writing import write_tiff

PLAN = """name = "tiny"
title = "Two seeds on discs"
seeds = [0, 1]
test_sets = ["sets/test"]

[[architectures]]
name = "unet"
options = { base = 2, depth = 1 }

[recipe]
training_sets = ["sets/train"]
validation_sets = ["sets/validation"]
crop = 32
batch = 2
steps_per_epoch = 3
epochs = 60
learning_rate = 1e-2
precision = "32"
device = "cpu"
threads = 1
workers = 0
"""


def write_study(data: Path, *replaced: tuple[str, str], name: str = "studies/tiny.toml") -> str:
    """Write the plan, with some of its text replaced, and its sets where they are not there; return its path."""
    text = PLAN
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    (data / name).parent.mkdir(parents=True, exist_ok=True)
    (data / name).write_text(text)
    for number, (part, count) in enumerate((("train", 4), ("validation", 2), ("test", 2))):
        if not (data / "sets" / part).exists():
            _write_discs(data / "sets" / part, count, number)
    return name


def _write_discs(folder: Path, count: int, seed: int, edge: int = 64) -> None:
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:edge, :edge]
    for part in ("images", "labels"):
        (folder / part).mkdir(parents=True)
    for number in range(count):
        mask = np.hypot(rows - rng.uniform(20, edge - 20), columns - edge / 2) < 12
        pixels = (100 - 30 * mask + 5 * rng.normal(size=mask.shape)).astype(np.float32)
        write_tiff(folder / "images" / f"m{number}.tif", pixels, 0.05)
        write_tiff(folder / "labels" / f"m{number}.tif", mask, 0.05)
    LabelledDataset.write_description(folder, name=folder.name)
