"""What a run will take is counted from one crop that was tried."""

from types import SimpleNamespace

import pytest

from workbench.errors import DatasetError, RecipeError, Stopped
from workbench.networks.registry import build
from workbench.training.estimate import (
    PIXEL_BYTES,
    PROCESS_BYTES,
    RATE_BYTES,
    describe_architectures,
    estimate,
)
from workbench.training.recipe import Synthetic

WEIGHT_BYTES = 4


@pytest.fixture
def small(recipe):
    """A recipe on 6 micrographs of 96 x 96 px at 0.05 nm/px, validated on 3; two epochs of three steps."""
    update = {
        "options": {"base": 2, "depth": 1},
        "crop": 32,
        "device": "cpu",
        "epochs": 2,
        "steps_per_epoch": 3,
    }
    return recipe.model_copy(update=update)


def tried(recipe, told=None, stop=lambda: False):
    return estimate(recipe, progress=lambda *said: told.append(said) if told is not None else None, stop=stop)


@pytest.fixture
def seconds(monkeypatch):
    """Let whatever is measured take a second, which the first step takes twice."""
    ticks = iter([0, 2, *range(2, 100)])
    clock = SimpleNamespace(perf_counter=lambda: float(next(ticks)))  # which no other thread looks at
    monkeypatch.setattr("workbench.training.estimate.time", clock)


@pytest.mark.usefixtures("seconds")
def test_the_time_is_that_of_the_steps_and_of_validation_on_the_pixels_that_the_network_sees(small):
    found = tried(small)
    assert (found.step_s, found.device, found.micrographs) == (4, "cpu", (6, 3))  # a batch of four crops
    assert found.seconds == pytest.approx(6 * 4 + 2 * 3 * (96 / 32) ** 2)
    module = build("unet", **small.options)
    assert found.parameters == sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.usefixtures("seconds")
def test_micrographs_that_are_resampled_count_with_the_pixels_that_are_left(small):
    assert tried(small.model_copy(update={"input_nm_per_px": 0.1})).seconds == pytest.approx(
        6 * 4 + 2 * 3 * (48 / 32) ** 2
    )


def test_the_memory_is_that_of_the_process_the_micrographs_the_weights_and_a_batch(small):
    alone, four, coarse = (
        tried(small.model_copy(update=update))
        for update in ({"batch": 1}, {"batch": 4}, {"batch": 1, "input_nm_per_px": 0.1})
    )
    pixels = 9 * 96 * 96 * PIXEL_BYTES
    always = PROCESS_BYTES + pixels + alone.parameters * WEIGHT_BYTES * (2 + RATE_BYTES)
    crop = alone.memory_bytes - always
    assert crop > 2 * 32 * 32 * WEIGHT_BYTES  # two filters at least are kept for the gradient
    assert four.memory_bytes - always == pytest.approx(4 * crop, rel=1e-3)
    assert alone.memory_bytes - coarse.memory_bytes == pytest.approx(0.75 * pixels, abs=4)


def test_an_estimate_needs_no_training_set(small):
    every = Synthetic(share=1.0, kinds=["scattered", "array"], widths_px=(8, 30))
    found = tried(small.model_copy(update={"synthetic": every, "training_sets": []}))
    assert found.seconds > 0
    assert found.micrographs == (0, 3)


def test_both_outputs_are_tried_where_the_distance_is_learned(small):
    two = small.model_copy(update={"options": {**small.options, "distance": True}})
    one, other = tried(small), tried(two)
    assert other.parameters == one.parameters + 3  # a convolution of 1 x 1 on two features
    assert other.memory_bytes > one.memory_bytes


def test_how_far_it_is_is_told(small):
    told = []
    tried(small, told)
    assert told == [(0.2, "estimating: building the network"), (0.6, "estimating: one crop")]


@pytest.mark.parametrize("asks", [1, 2])
def test_a_stop_is_heard_between_the_parts(small, asks):
    asked, told = [], []

    def stop():
        asked.append(True)
        return len(asked) == asks

    with pytest.raises(Stopped, match="estimate was stopped"):
        tried(small, told, stop)
    assert len(told) == asks - 1


def test_what_cannot_be_trained_is_said_as_a_run_would(small):
    with pytest.raises(RecipeError, match="crop 128 is larger than the smallest micrograph, 96 px"):
        tried(small.model_copy(update={"crop": 128}))
    with pytest.raises(DatasetError, match="nowhere"):
        tried(small.model_copy(update={"training_sets": ["nowhere"]}))


def test_architectures_are_described_without_their_dilation_which_is_asked_for_elsewhere():
    found = describe_architectures(progress=lambda *_said: None, stop=lambda: False)
    unet = found["unet"]
    assert set(unet) == {"title", "summary", "options"}
    assert unet["options"]["depth"] == build("unet").options["depth"]
    assert "dilation" not in unet["options"]
