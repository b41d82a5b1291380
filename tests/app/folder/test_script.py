"""A batch as a line of Python, which asks what the plan asks."""

from pathlib import Path

import pytest

import workbench as wb
from workbench.app.folder.script import line_of
from workbench.batch import run
from workbench.batch.plan import BatchPlan, PlannedNetwork

OUT = Path("/data/my results")
DIFFER = [PlannedNetwork(network=name, threshold=at) for name, at in (("unet", 0.4), ("otsu", 0.5))]


@pytest.mark.parametrize(
    "plan",
    [
        BatchPlan.of(["/data/a"], ["unet"]),
        BatchPlan.of(["/data/a", "/data/b"], ["unet", "otsu"], threshold=0.45, min_area=0, fill_holes=True),
        BatchPlan.of(["/data/a"], DIFFER, sizes={"/data/a/m.tif": 0.05}),
        BatchPlan.of(["/data/a"], ["otsu"], 0.5, nm_per_px=0.05, frames="all", rois=True, keep_marks=True),
    ],
)
def test_the_line_asks_for_what_the_plan_says(plan, monkeypatch):
    asked = {}
    monkeypatch.setattr(run, "run_batch", lambda plan, out, **options: asked.update(plan=plan, out=out))
    exec(line_of(plan, OUT), {"wb": wb})
    assert asked == {"plan": plan, "out": OUT}
