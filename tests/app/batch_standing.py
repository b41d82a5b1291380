"""A batch of four small micrographs: its folder, how it stands, and what works on it in place of a process."""

import os
from pathlib import Path

import numpy as np

from workbench.batch.plan import BatchPlan
from workbench.batch.status import (
    LOCK_FILE,
    PAUSE_FILE,
    PROCESS_FILE,
    STOP_FILE,
    BatchStatus,
    FoundOfNetwork,
    MicrographStatus,
    WrittenStatus,
)
from workbench.micrographs.writing import write_tiff
from workbench.process_files import write_process

NAMES = ("a", "b", "c", "d")
OUTSIDE = "Its pixels are of 0.5 nm."


def write_folder(folder: Path) -> Path:
    """Write four micrographs of noise and a file that is none."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed, name in enumerate(NAMES):
        noise = np.random.default_rng(seed).normal(size=(32, 32)).astype(np.float32)
        write_tiff(folder / f"{name}.tif", noise, 0.05)
    (folder / "notes.txt").write_text("none")
    return folder


def done(folder: Path, name: str, *, median: float | None = 4.25, unit="nm", **outside) -> MicrographStatus:
    """A micrograph in which two networks found something."""
    found = tuple(
        FoundOfNetwork(network=one, particles=12, area=0.25, median=median, outside=outside.get(one, ()))
        for one in ("fcn8s", "unet")
    )
    return MicrographStatus(
        title=name, file=str(folder / f"{name}.tif"), state="done", unit=unit, found=found
    )


def failed(folder: Path, name: str) -> MicrographStatus:
    why = f"{name}.tif is <damaged>."
    return MicrographStatus(title=name, file=str(folder / f"{name}.tif"), state="failed", why=why)


def waits(folder: Path, name: str) -> MicrographStatus:
    return MicrographStatus(title=name, file=str(folder / f"{name}.tif"))


def micrographs(folder: Path) -> list[MicrographStatus]:
    """Done, done and unlike the training of one network, failed, waits."""
    return [
        done(folder, "a"),
        done(folder, "b", unet=(OUTSIDE,)),
        failed(folder, "c"),
        waits(folder, "d"),
    ]


def standing(folder: Path, phase="works", left_s: float | None = 240.0, **more) -> BatchStatus:
    return BatchStatus(phase, tuple(micrographs(folder)), left_s=left_s, **more)


class StandIn:
    """What takes the place of `start_process`: this process is the one that works, until a test ends it."""

    def __init__(self) -> None:
        self.started: list[tuple[BatchPlan, Path]] = []
        self.follows = False

    def __call__(self, plan: BatchPlan, out: Path, *, follow: bool = False) -> None:
        self.follows = follow
        out.mkdir(parents=True, exist_ok=True)
        plan.write(out)
        for name in (STOP_FILE, PAUSE_FILE):
            (out / name).unlink(missing_ok=True)
        self.started.append((plan, out))
        self.write()
        write_process(out / PROCESS_FILE, os.getpid())

    @property
    def out(self) -> Path:
        return self.started[-1][1]

    def write(self, **how) -> None:
        """Write down how it stands."""
        folder = Path(self.started[-1][0].inputs[0])
        WrittenStatus(**({"micrographs": micrographs(folder), "left_s": 240.0} | how)).write(self.out)

    def end(self, *, leave: bool = True, **how) -> None:
        """End it; ``leave``: in good order."""
        self.write(**how)
        if leave:
            (self.out / PROCESS_FILE).unlink()
        else:
            (self.out / PROCESS_FILE).write_text("[1, 0.0]")
        assert not (self.out / LOCK_FILE).exists()
