"""What a batch does: a plan that can be kept, and what is wrong with one in a sentence."""

import pytest

from workbench.batch.plan import PLAN_FILE, BatchPlan, PlannedNetwork
from workbench.errors import WorkbenchError


def test_a_plan_comes_back_from_its_folder_as_it_was(tmp_path):
    plan = BatchPlan.of(
        ["a", "b"], ["otsu", PlannedNetwork(network="unet", threshold=0.3)], 0.6, min_area=2.5
    )
    plan.write(tmp_path)
    assert BatchPlan.read(tmp_path) == plan
    assert [one.threshold for one in plan.networks] == [0.6, 0.3]


def test_without_a_plan_there_is_none(tmp_path):
    assert BatchPlan.read(tmp_path) is None


def test_the_settings_of_a_mask_are_those_that_segment_writes():
    plan = BatchPlan.of(["a"], ["otsu"], fill_holes=True)
    cleaning = {"min_area": None, "fill_holes": True, "split_touching": False}
    assert plan.settings_of(0.4) == {"threshold": 0.4, **cleaning}
    assert BatchPlan.of(["a"], ["otsu"], particle_px=30).settings_of(0.4)["particle_px"] == 30


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (([], ["otsu"]), "inputs"),
        ((["a"], []), "networks"),
        ((["a"], ["otsu", "otsu"]), "otsu is named twice"),
        ((["a"], ["otsu"], 1.5), "threshold"),
    ],
)
def test_what_cannot_be_is_one_sentence(given, said):
    with pytest.raises(WorkbenchError, match=said):
        BatchPlan.of(*given)


def test_a_pixel_size_of_nothing_is_refused():
    with pytest.raises(WorkbenchError, match="nm_per_px"):
        BatchPlan.of(["a"], ["otsu"], nm_per_px=0)


def test_a_file_that_is_no_plan_says_so(tmp_path):
    (tmp_path / PLAN_FILE).write_text('{"inputs": ["a"], "colour": 3}')
    with pytest.raises(WorkbenchError, match=r"batch\.json cannot be used"):
        BatchPlan.read(tmp_path)


def test_a_shell_can_do_it_again(tmp_path):
    plan = BatchPlan.of(["my films"], ["otsu", "bandpass"], 0.4, min_area=2, rois=True, frames="all")
    assert plan.command(tmp_path / "out") == (
        "workbench batch 'my films' --network otsu --network bandpass --threshold 0.4 --min-area 2.0 "
        f"--out {tmp_path / 'out'} --rois --all-frames"
    )
    differ = [
        PlannedNetwork(network="otsu", threshold=0.2),
        PlannedNetwork(network="bandpass", threshold=0.3),
    ]
    by_plan = f"workbench batch --plan {tmp_path}"
    assert BatchPlan.of(["a"], differ).command(tmp_path) == by_plan
    assert BatchPlan.of(["a"], ["otsu"], sizes={"/a/b.tif": 0.1}).command(tmp_path) == by_plan
