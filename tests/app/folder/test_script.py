"""A batch as a line of Python, which asks what the plan asks."""

import inspect
from pathlib import Path

import pytest

import workbench as wb
from workbench.app.folder.script import line_of
from workbench.batch.plan import BatchPlan, PlannedNetwork

OUT = Path("/data/my results")


@pytest.mark.parametrize(
    "plan",
    [
        BatchPlan.of(["/data/a"], ["unet"]),
        BatchPlan.of(["/data/a", "/data/b"], ["unet", "otsu"], threshold=0.45, min_area=0, fill_holes=True),
        BatchPlan.of(["/data/a"], ["otsu"], 0.5, nm_per_px=0.05, frames="all", rois=True, keep_marks=True),
    ],
)
def test_the_line_asks_for_what_the_plan_says(plan):
    asked = {}

    class Workbench:
        @staticmethod
        def batch(*arguments, **keywords):
            asked.update(inspect.signature(wb.batch).bind(*arguments, **keywords).arguments)

    exec(line_of(plan, OUT), {"wb": Workbench})
    assert asked.pop("out") == str(OUT)
    assert BatchPlan.of(asked.pop("inputs"), asked.pop("networks"), **asked) == plan


def test_thresholds_that_differ_are_a_command_in_a_comment():
    networks = [PlannedNetwork(network=name, threshold=at) for name, at in (("unet", 0.4), ("otsu", 0.5))]
    line = line_of(BatchPlan.of(["/data/a"], networks), OUT)
    assert line == "# /data/a was run by: workbench batch --plan '/data/my results'"
