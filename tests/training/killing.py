"""Trains a small recipe undisturbed, and once more with twenty random kill -9s; prints what came of both as JSON.

A process of its own, which has loaded torch and forks: twenty imports would take a minute, and a forked process dies
of SIGKILL like any other. Its arguments: RECIPE FOLDER SEED COUNT
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import torch

from workbench.networks.checkpoint import load_checkpoint
from workbench.training.loop import Run, train
from workbench.training.recipe_file import read_recipe
from workbench.training.trainer import Trainer  # noqa: F401 - loaded before the forks


def begin(recipe, runs: Path) -> int:
    child = os.fork()
    if child:
        return child
    try:
        train(recipe, runs=runs)
        os._exit(0)
    finally:
        os._exit(1)


def lives(child: int) -> bool:
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


def in_training(run: Run, child: int, since: float) -> None:
    """Wait until this life of the run has done a step."""
    while lives(child):
        beat = run.beat
        if beat is not None and beat.phase in ("training", "validating") and beat.time > since:
            return
        time.sleep(0.002)


def main(path: str, folder: str, seed: str, count: str) -> None:
    recipe, rng = read_recipe(path), random.Random(int(seed))
    began = time.time()
    assert os.waitpid(begin(recipe, Path(folder) / "whole"), 0)[1] == 0
    whole = Run(Path(folder) / "whole" / recipe.name)
    trained_s = whole.events()[-1]["time"] - whole.events()[0]["time"]
    run, kills = Run(Path(folder) / "killed" / recipe.name), []
    for number in range(int(count)):
        since = time.time()
        child = begin(recipe, Path(folder) / "killed")
        if number % 4:  # three in four while it trains, validates or writes; the others while it starts
            in_training(run, child, since)
        # however slow this machine has become, the last kill leaves something to go on from
        if number == int(count) - 1:
            while lives(child) and not run.state_file.exists():
                time.sleep(0.002)
        time.sleep(rng.uniform(0, trained_s / int(count)))
        alive = lives(child)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        kept = (
            torch.load(run.state_file, weights_only=True)["progress"]["step"]
            if run.state_file.exists()
            else 0
        )
        kills.append({"alive": alive, "status": run.status, "kept": kept})
    assert os.waitpid(begin(recipe, Path(folder) / "killed"), 0)[1] == 0
    ends = []
    for one in (whole, run):
        files = [load_checkpoint(one.folder / f"{which}.safetensors").module for which in ("last", "best")]
        ends.append([module.state_dict() for module in files])
    same = all(torch.equal(v, other[k]) for one, other in zip(*ends, strict=True) for k, v in one.items())
    scored = [[(e["epoch"], e["loss"], e["dice_hard"]) for e in one.events("epoch")] for one in (whole, run)]
    told = {
        "kills": kills,
        "same_weights": same,
        "same_epochs": scored[0] == scored[1],
        "epochs": len(scored[1]),
    }
    told |= {
        "seconds": round(time.time() - began, 1),
        "left": [p.name for p in (run.folder / "state").iterdir()],
    }
    print(json.dumps(told))


main(*sys.argv[1:])
