"""kill -9 at any moment leaves a run that resumes, and in the end nobody can tell."""

import json
import os
import sys
from pathlib import Path

import pytest
from forked_process import run_forked

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
    code = (HERE / "killing.py").read_text()
    ended = run_forked([sys.executable, "-c", code, str(path), str(tmp_path), "7", "20"])
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
