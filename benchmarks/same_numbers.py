"""A run that is killed and resumed, and one shared by two processes, against one that nothing disturbed.

    python benchmarks/same_numbers.py [--kills 20]     # writes docs/same-numbers.md

Each way is a process of its own on the CPU, as `workbench train` starts it. Kills are SIGKILL at random moments,
each followed by `workbench train --resume`. Two processes share each batch under `torchrun` with gloo; there the
network has no batch normalisation, which torch synchronises on GPUs only, and the optimiser is plain SGD, since Adam
would hide a gradient of another length.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from training import write_sets

ROOT = Path(__file__).parents[1]
SEED = 7


def recipe(folder: Path, name: str, **changed: Any) -> Path:
    from workbench.training.recipe import Recipe
    from workbench.training.recipe_file import write_recipe

    plain = Recipe(
        name=name,
        training_sets=[str(folder / "training")],
        validation_sets=[str(folder / "validation")],
        architecture="unet",
        options={"base": 8, "depth": 3},
        crop=128,
        batch=4,
        steps_per_epoch=25,
        epochs=4,
        precision="32",
        device="cpu",
        threads=1,
        ema=0.9,
    )
    path = folder / f"{name}.toml"
    path.write_text(write_recipe(plain.model_copy(update=changed)))
    return path


def train(*arguments: str | Path) -> subprocess.Popen[bytes]:
    """Start training in a process; its workers end with it."""
    command = [sys.executable, *(() if arguments[0] == "-m" else ("-m", "workbench", "train")), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)  # type: ignore[arg-type]


def whole(process: subprocess.Popen[bytes]) -> None:
    if process.wait() != 0:
        raise SystemExit("a run failed; see above")


def killed(path: Path, runs: Path, kills: int, seconds: float) -> int:
    """Kill a run at random moments, resume it each time, and return how many kills met it alive."""
    rng = np.random.default_rng(SEED)
    met = 0
    process = train(path, "--runs", runs)
    folder = runs / path.stem
    for _ in range(kills):
        until = time.monotonic() + rng.uniform(0.5, seconds)
        while process.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        met += process.poll() is None
        process.kill()
        process.wait()
        process = train("--resume", folder) if folder.is_dir() else train(path, "--runs", runs)
    whole(process)
    return met


def apart(one: Path, other: Path) -> tuple[float, float, float]:
    """Return the largest difference of any weight, and that of the first and the last epoch's loss, of two runs."""
    from safetensors.numpy import load_file

    from workbench.training.run_folder import RunFolder

    first, second = (load_file(folder / "last.safetensors") for folder in (one, other))
    weights = max(float(np.abs(first[key].astype(float) - second[key]).max()) for key in first)
    pairs = zip(RunFolder(one).events("epoch"), RunFolder(other).events("epoch"), strict=True)
    losses = [abs(mine["loss"] - theirs["loss"]) for mine, theirs in pairs]
    return weights, losses[0], losses[-1]


def row(differences: tuple[float, ...]) -> str:
    return " | ".join(f"{one:.2g}" for one in differences)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=20)
    given = parser.parse_args()
    import torch

    from workbench.training.recipe import Optimiser

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_sets(folder)
        began = time.monotonic()
        whole(train(recipe(folder, "undisturbed"), "--runs", folder / "runs"))
        lasted = time.monotonic() - began
        met = killed(recipe(folder, "killed"), folder / "runs", given.kills, lasted / 4)
        resumed = apart(folder / "runs" / "undisturbed", folder / "runs" / "killed")
        plain = {
            "options": {"base": 8, "depth": 3, "norm": "none"},
            "optimiser": Optimiser(kind="sgd"),
            "learning_rate": 0.05,
        }
        whole(train(recipe(folder, "one", **plain), "--runs", folder / "runs"))
        two = recipe(folder, "two", **plain)
        torchrun = ("-m", "torch.distributed.run", "--nproc-per-node", "2", "--standalone")
        whole(train(*torchrun, "-m", "workbench", "train", two, "--runs", folder / "runs"))
        shared = apart(folder / "runs" / "one", folder / "runs" / "two")
    text = f"""# The same numbers

`unet` base 8, 100 steps of 4 crops of 128 px on the CPU at 32 bits, torch {torch.__version__}. From `python
benchmarks/same_numbers.py`, which says what is done.

| against an undisturbed run of one process | weight, at most | loss, first 25 steps | loss, last 25 steps |
|---|---|---|---|
| killed {given.kills} times ({met} while it ran), each time resumed | {row(resumed)} |
| two processes under `torchrun`, the same batch | {row(shared)} |

Two processes add the same numbers in another order; from step to step the rounding grows.
"""
    (ROOT / "docs" / "same-numbers.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
