"""A page that does all it can do loads no torch: the worker and the processes of runs and studies have it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from study_plan import write_study

CODE = """
import json, sys, time
import numpy as np
import workbench as wb

def wait_for(condition):
    end = time.monotonic() + 200
    while not condition():
        assert time.monotonic() < end, [draft.warning, study.warning]
        time.sleep(0.05)

noise = np.random.default_rng(0).normal(size=(64, 64)).astype("float32")
page = wb.Workbench(wb.Micrograph(noise, 0.05), data=sys.argv[1])
trainings, study = page.session.trainings, page.session.study
draft = trainings.draft
page.panels["train"].set_open(True)
with draft.hold_trait_notifications():
    draft.training_set, draft.options, draft.crop, draft.batch = "sets/train", {"base": 2, "depth": 1}, 32, 2
    draft.epochs, draft.steps_per_epoch, draft.more = 1, 2, sys.argv[2]
wait_for(lambda: not draft.warning and draft.estimated.startswith("Estimate"))
run = trainings.start()
assert run is not None, page.session.message
study.choose("studies/tiny.toml").join()
study.look()
assert study.warning == "" and len(study.standing.cells) == 2, study.warning
wait_for(lambda: page.session.segmentations)
run.wait()
trainings.look()
loaded = [name for name in ("torch", "tensorboardX", "matplotlib.pyplot") if name in sys.modules]
print(json.dumps([trainings.view_of(run.name).status, loaded]))
page.session.compute.close()
"""
QUICK = 'threads = 1\nworkers = 0\nprecision = "32"\ndevice = "cpu"'


@pytest.mark.slow
def test_a_page_that_segments_trains_and_has_a_study_loads_no_torch(tmp_path):
    write_study(tmp_path / "data")
    said = subprocess.run(
        [sys.executable, "-c", CODE, str(tmp_path / "data"), QUICK],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout.splitlines()[-1]) == ["finished", []]
