"""Small batches for tests: drawn micrographs, and workers that are threads of this process."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from distributed import Client, LocalCluster

from workbench.batch import loop
from workbench.batch.workers import Workers
from workbench.micrographs.writing import write_tiff

TABLES = ("particles.csv", "micrographs.csv", "particles.parquet")


def draw(path: Path, seed: int, shape: tuple[int, int] = (120, 160), nm_per_px: float | None = 0.05) -> Path:
    """Write a micrograph of three dark discs in noise."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    pixels = 1000 + 40 * random.normal(size=shape)
    for place in range(3):
        radius = 10 + 2 * place + seed % 3
        pixels -= 300 * (np.hypot(rows - 60, columns - 30 - 50 * place) < radius)
    write_tiff(path, pixels.astype(np.float32), nm_per_px)
    return path


def folder_of(path: Path, count: int) -> Path:
    """Make a folder of so many drawn micrographs."""
    path.mkdir()
    for seed in range(count):
        draw(path / f"m{seed}.tif", seed)
    return path


@pytest.fixture(scope="session")
def threads():
    """A client whose two workers are threads here: nothing is begun, and nothing has to be imported again."""
    with (
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=False,
            protocol="tcp",
            host="127.0.0.1",
            dashboard_address=None,
            scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


@pytest.fixture
def by_threads(threads, monkeypatch):
    """Let batches of this process be worked on by threads."""

    @contextmanager
    def these(_scheduler, _workers):
        with threads.as_current():
            yield Workers(threads, 2, 0)

    monkeypatch.setattr(loop, "workers_of", these)


def tables(out: Path) -> dict[str, bytes]:
    """Return the tables of a folder of results, byte for byte."""
    return {name: (out / name).read_bytes() for name in TABLES if (out / name).exists()}


def untrained(path: Path) -> Path:
    """Write a small U-Net that was never trained."""
    from workbench.networks.card import Card
    from workbench.networks.checkpoint import save_checkpoint
    from workbench.networks.registry import build

    module = build("unet", base=2, depth=1).eval()
    save_checkpoint(path, module, Card(name=path.stem, architecture="unet"))
    return path
