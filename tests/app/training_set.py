"""A small set to learn from, and a recipe that is done in a moment."""

from pathlib import Path

import numpy as np

from workbench.micrographs.datasets.labelled_dataset import LabelledDataset
from workbench.micrographs.writing import write_tiff

QUICK = 'threads = 1\nworkers = 0\nprecision = "32"\ndevice = "cpu"'


def write_discs(folder: Path, count: int = 5, edge: int = 64) -> None:
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[:edge, :edge]
    for part in ("images", "labels"):
        (folder / part).mkdir(parents=True)
    for number in range(count):
        mask = np.hypot(rows - rng.uniform(20, edge - 20), columns - edge / 2) < 12
        pixels = (100 - 30 * mask + 5 * rng.normal(size=mask.shape)).astype(np.float32)
        write_tiff(folder / "images" / f"m{number}.tif", pixels, 0.05)
        write_tiff(folder / "labels" / f"m{number}.tif", mask, 0.05)
    LabelledDataset.write_description(folder, name=folder.name)
