"""Training: a run learns, is logged, stopped and resumed; its checkpoint is a network like any other."""

import numpy as np
import pytest
import torch

from workbench.errors import RecipeError, Stopped
from workbench.micrographs.datasets import LabelledSet
from workbench.micrographs.writing import write_tiff
from workbench.networks.network import load_network
from workbench.segmentation.segmenter import segment
from workbench.training.loop import segmentation_loss, train
from workbench.training.recipe import Recipe, read_recipe


def labelled(folder, seed: int, count: int = 6):
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:96, :96]
    for part in ("images", "labels"):
        (folder / part).mkdir(parents=True)
    for number in range(count):
        row, column = rng.uniform(30, 66, 2)
        mask = np.hypot(rows - row, columns - column) < 18
        pixels = (100 - 30 * mask + 5 * rng.normal(size=mask.shape)).astype(np.float32)
        write_tiff(folder / "images" / f"m{number}.tif", pixels, 0.05)
        write_tiff(folder / "labels" / f"m{number}.tif", mask, 0.05)
    LabelledSet.write_description(folder, name=folder.name)
    return str(folder)


@pytest.fixture
def recipe(tmp_path):
    return Recipe(
        name="tiny",
        title="Tiny",
        training_sets=[labelled(tmp_path / "train", 0)],
        validation_sets=[labelled(tmp_path / "validation", 1, 3)],
        architecture="unet",
        options={"base": 4, "depth": 2},
        crop=64,
        batch=4,
        steps_per_epoch=12,
        epochs=3,
        learning_rate=1e-2,
        threads=1,
    )


def test_a_run_learns_and_its_best_network_loads(recipe, tmp_path):
    said = []
    run = train(recipe, runs=tmp_path / "runs", progress=lambda done, text: said.append((done, text)))
    events = run.events()
    assert [event["epoch"] for event in events] == [0, 1, 2]
    assert events[-1]["loss"] < events[0]["loss"]
    assert said[-1][0] == 1.0
    network = load_network("tiny")
    assert network.card.scores[0].split == "validation"
    assert network.card.scores[0].value == max(round(event["dice_hard"], 4) for event in events)
    assert network.card.scores[0].value > 0.8
    micrograph, mask = LabelledSet(tmp_path / "validation").micrographs[0].read()
    assert segment(micrograph, network).mask().mean() == pytest.approx(mask.mean(), rel=0.3)


def test_a_stopped_run_resumes_where_it_was(recipe, tmp_path):
    calls = []

    def stop() -> bool:
        calls.append(True)
        return len(calls) > 18  # in the second epoch

    with pytest.raises(Stopped, match="epoch 2"):
        train(recipe, runs=tmp_path / "runs", stop=stop)
    run = train(recipe, runs=tmp_path / "runs")
    assert [event["epoch"] for event in run.events()] == [0, 1, 2]


def test_the_same_seed_gives_the_same_network(recipe, tmp_path):
    short = recipe.model_copy(update={"epochs": 1, "steps_per_epoch": 3})
    losses = [train(short, runs=tmp_path / name).events()[0]["loss"] for name in ("a", "b")]
    assert losses[0] == losses[1]


def test_training_can_start_from_a_checkpoint(recipe, tmp_path):
    first = train(recipe, runs=tmp_path / "runs")
    more = {"name": "more", "epochs": 1, "steps_per_epoch": 1, "learning_rate": 1e-9}
    more["start_from"] = str(first.checkpoint)
    second = train(recipe.model_copy(update=more), runs=tmp_path / "runs")
    assert second.events()[0]["dice_hard"] == pytest.approx(
        max(event["dice_hard"] for event in first.events()), abs=0.05
    )
    wrong = recipe.model_copy(update={**more, "name": "wrong", "options": {"base": 8, "depth": 2}})
    with pytest.raises(RecipeError, match="do not fit"):
        train(wrong, runs=tmp_path / "runs")


def test_frozen_parts_stay_as_they_were(recipe, tmp_path):
    from workbench.networks.registry import build

    frozen = recipe.model_copy(update={"epochs": 1, "rates": {"downs.": 0.0}})
    run = train(frozen, runs=tmp_path / "runs")
    torch.manual_seed(frozen.seed)
    before = build("unet", base=4, depth=2).state_dict()
    after = load_network(run.folder).module.state_dict()
    weights = [key for key in after if key.startswith("downs.") and key.endswith("0.weight")]
    assert weights
    assert all(torch.equal(after[key], before[key]) for key in weights)
    assert not torch.equal(after["head.weight"], before["head.weight"])


def test_the_loss_is_zero_for_the_truth_and_high_for_its_opposite():
    masks = torch.zeros(2, 8, 8)
    masks[:, 2:6, 2:6] = 1
    right = (40 * masks - 20)[:, None]
    assert segmentation_loss(right, masks, 0.5) < 1e-3
    assert segmentation_loss(-right, masks, 0.5) > 5
    two = torch.cat([-right / 2, right / 2], 1)
    assert segmentation_loss(two, masks, 0.5) == pytest.approx(float(segmentation_loss(right, masks, 0.5)))


def test_a_crop_larger_than_the_micrographs_is_refused(recipe, tmp_path):
    with pytest.raises(RecipeError, match="crop 128 is larger"):
        train(recipe.model_copy(update={"crop": 128}), runs=tmp_path / "runs")


@pytest.mark.parametrize(
    ("text", "said"),
    [("name = ", "not TOML"), ('name = "a"\nepoch = 3', "training_sets"), ("", "name")],
)
def test_a_recipe_that_is_wrong_names_the_key(tmp_path, text, said):
    (tmp_path / "r.toml").write_text(text)
    with pytest.raises(RecipeError, match=said):
        read_recipe(tmp_path / "r.toml")
