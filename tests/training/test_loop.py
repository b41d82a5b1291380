"""Training: a run learns, and its checkpoint is a network like any other; what goes wrong is in its events."""

import pytest
import torch

from workbench.errors import RecipeError
from workbench.micrographs.datasets.labelled_dataset import LabelledDataset
from workbench.networks.loading import load_network
from workbench.segmentation.segmenting import segment
from workbench.training.loop import Run, train

pytestmark = pytest.mark.slow


def test_a_run_learns_and_its_best_network_loads(recipe, tmp_path):
    said = []
    run = train(recipe, runs=tmp_path / "runs", progress=lambda done, text: said.append((done, text)))
    events = run.events("epoch")
    assert [event["epoch"] for event in events] == [0, 1, 2]
    assert events[-1]["loss"] < events[0]["loss"]
    assert said[-1] == (1.0, f"epoch 3 of 3, loss {said[-1][1].rpartition(' ')[2]}")
    assert len(said) == 36
    network = load_network("tiny")
    (score,) = network.card.scores
    assert (score.split, score.set, score.micrographs) == ("validation", "validation", 3)
    assert score.value == max(round(event["dice_hard"], 4) for event in events)
    assert score.value > 0.8
    assert network.card.threshold in {event["threshold"] for event in events}
    micrograph, mask = LabelledDataset(tmp_path / "validation").micrographs[0].read()
    assert segment(micrograph, network).mask().mean() == pytest.approx(mask.mean(), rel=0.3)
    assert run.status == "finished"


def test_precision_that_is_not_there_is_said(short, tmp_path, monkeypatch, capsys):
    for name in ("_is_amx_tile_supported", "_is_avx512_bf16_supported"):
        monkeypatch.setattr(torch.cpu, name, lambda: False, raising=False)
    run = train(short.model_copy(update={"precision": "bf16", "epochs": 1}), runs=tmp_path / "runs")
    assert "no bf16" in run.events("note")[0]["message"]
    assert "no bf16" in capsys.readouterr().err


def test_what_is_wrong_with_a_recipe_is_in_the_events_too(short, tmp_path):
    with pytest.raises(RecipeError, match="crop 128 is larger"):
        train(short.model_copy(update={"crop": 128}), runs=tmp_path / "runs")
    run = Run(tmp_path / "runs" / "tiny")
    assert "crop 128 is larger" in run.events("failed")[0]["message"]


def test_resume_goes_on_in_this_process_and_leaves_a_finished_run_alone(short, tmp_path):
    run = train(short, runs=tmp_path / "runs")
    before = run.checkpoint.stat().st_mtime_ns
    assert run.resume() == run
    assert run.checkpoint.stat().st_mtime_ns == before
    assert len(run.events("epoch")) == 2
