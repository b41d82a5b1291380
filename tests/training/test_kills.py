"""kill -9 at any moment leaves a run that resumes, and in the end nobody can tell."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.training.recipe_file import write_recipe

HERE = Path(__file__).parent


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_twenty_random_kills_leave_the_weights_of_an_undisturbed_run(recipe, tmp_path):
    update = {
        "epochs": 40,
        "steps_per_epoch": 4,
        "crop": 32,
        "options": {"base": 2, "depth": 1, "dropout": 0.2},
    }
    path = tmp_path / "r.toml"
    path.write_text(write_recipe(recipe.model_copy(update={**update, "device": "cpu", "ema": 0.9})))
    environment = {**os.environ, "PYTHONPATH": str(HERE.parents[1]), "OMP_NUM_THREADS": "1"}
    ended = subprocess.run(
        [sys.executable, str(HERE / "killing.py"), str(path), str(tmp_path), "7", "20"],
        capture_output=True,
        text=True,
        env=environment,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    told = json.loads(ended.stdout.splitlines()[-1])
    assert all(kill["alive"] and kill["status"] in ("interrupted", "failed") for kill in told["kills"])
    kept = [kill["kept"] for kill in told["kills"]]
    assert kept == sorted(kept)  # never further back than before
    assert kept[-1] > 0
    assert told["same_weights"]
    assert told["same_epochs"]
    assert told["epochs"] == 40
    assert set(told["left"]) <= {"last.pt", "lock", "heartbeat.json"}
