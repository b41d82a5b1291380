"""What only a GPU can show; elsewhere there is nothing to test."""

import numpy as np
import pytest
import torch

from workbench.errors import ComputeError, Stopped
from workbench.micrographs.samples import open_sample
from workbench.networks.loading import load_network
from workbench.segmentation.segmenter import Segmenter, choose_device
from workbench.training.loop import train
from workbench.training.recipe import Recipe

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no GPU")


@pytest.fixture
def recipe(discs):
    return Recipe(
        name="discs",
        architecture="unet",
        options={"base": 8, "depth": 3},
        training_sets=[discs("learn", 1, 6)],
        validation_sets=[discs("held", 2, 3)],
        crop=64,
        batch=4,
        steps_per_epoch=10,
        epochs=3,
        learning_rate=3e-3,
        workers=2,
    )


@pytest.fixture
def little_memory():
    """Let torch have a small part of the memory of the GPU: little_memory(bytes)."""

    def limit(size: int) -> None:
        torch.cuda.empty_cache()
        torch.cuda.set_per_process_memory_fraction(size / torch.cuda.mem_get_info()[1])

    yield limit
    torch.cuda.set_per_process_memory_fraction(1.0)
    torch.cuda.empty_cache()


def losses(run):
    return [event["loss"] for event in run.events("epoch")]


def test_auto_is_the_gpu():
    assert choose_device().type == "cuda"


@pytest.mark.parametrize("name", ["unet", "residual_unet", "mixed_scale", "fcn8s"])
def test_it_answers_as_the_cpu_does(name):
    network, micrograph = load_network(name), open_sample("touching")[0]
    on_cpu = Segmenter(network, "cpu").probability(micrograph)
    on_gpu = Segmenter(network, "cuda").probability(micrograph)
    assert np.abs(on_gpu - on_cpu).max() < 0.05  # convolutions multiply with 10 bits of mantissa there
    assert ((on_gpu > 0.5) != (on_cpu > 0.5)).mean() < 1e-3


def test_training_on_a_gpu_learns_and_gives_the_same_numbers_again(recipe, tmp_path):
    first = train(recipe, runs=tmp_path / "one")
    assert first.events("epoch")[-1]["dice_hard"] > 0.8
    again = train(recipe, runs=tmp_path / "two")
    assert losses(again) == pytest.approx(losses(first), rel=1e-3)


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not(recipe, tmp_path):
    whole = train(recipe, runs=tmp_path / "whole")
    asked = []

    def after_fifteen_steps() -> bool:
        asked.append(1)
        return len(asked) >= 15

    with pytest.raises(Stopped):
        train(recipe, runs=tmp_path / "parts", stop=after_fifteen_steps)
    assert losses(train(recipe, runs=tmp_path / "parts")) == pytest.approx(losses(whole), rel=1e-2)


def test_a_batch_that_does_not_fit_is_halved_and_said(recipe, tmp_path, little_memory):
    little_memory(1_000_000_000)  # room for 64 of these crops
    large = recipe.model_copy(
        update={
            "options": {"base": 32, "depth": 3},
            "batch": 512,
            "steps_per_epoch": 2,
            "epochs": 1,
            "crop": 96,
        }
    )
    run = train(large, runs=tmp_path / "runs")
    assert "do not fit the memory of cuda" in run.events("halved")[0]["message"]
    assert run.events("finished")


def test_a_network_that_does_not_fit_says_what_to_do(little_memory):
    segmenter = Segmenter(load_network("unet"), "cuda")
    little_memory(2_000_000)
    with pytest.raises(ComputeError, match=r"does not fit in the memory of cuda.*run it on the cpu"):
        segmenter.probability(open_sample("touching")[0])
