"""The distance to the rim is learned from numbered labels: target, loss, parts, doubt, and a run that parts discs."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from lightning_fabric import Fabric

from workbench.errors import RecipeError
from workbench.micrographs.datasets.labelled_dataset import LabelledDataset, open_dataset
from workbench.micrographs.datasets.labels import LabelMeaning
from workbench.micrographs.datasets.pairs import numbered_readings
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.writing import write_tiff
from workbench.networks.card import Input
from workbench.networks.loading import load_network
from workbench.networks.registry import build
from workbench.segmentation.masks import label_particles
from workbench.segmentation.rim_distance import rim_distance
from workbench.segmentation.segmenting import segment
from workbench.training.data import Crops
from workbench.training.datasets import IGNORED, read_sets
from workbench.training.loop import train
from workbench.training.losses import SUMS, batch_sums, loss_of
from workbench.training.recipe import Augmentation, Loss, Synthetic
from workbench.training.recipe_file import parse_recipe, write_recipe
from workbench.training.step import Stepper, parts_that_fit

ROWS, COLUMNS = np.mgrid[:96, :96].astype(float)
STILL = Augmentation(
    dihedral=False,
    scale=(1, 1),
    contrast=(1, 1),
    brightness=0,
    invert=0,
    noise=0,
    gradient=0,
    blur=0,
)


def spheres_in_contact(seed):
    """Return a micrograph of spheres on a square grid, some missing, and one number for each."""
    rng = np.random.default_rng(seed)
    radius, angle = rng.uniform(8, 13), rng.uniform(0, np.pi)
    labels, thickness = np.zeros(ROWS.shape, np.uint16), np.zeros(ROWS.shape)
    for i in range(-5, 6):
        for j in range(-5, 6):
            y = 48 + 1.9 * radius * (i * np.cos(angle) + j * np.sin(angle))
            x = 48 + 1.9 * radius * (j * np.cos(angle) - i * np.sin(angle))
            if max(abs(y - 48), abs(x - 48)) > 46 - radius or rng.random() < 0.25:
                continue
            away = np.hypot(ROWS - y, COLUMNS - x) / radius
            labels[(away <= 1) & (labels == 0)] = labels.max() + 1
            thickness = np.maximum(thickness, np.sqrt(np.maximum(0, 1 - away**2)))
    pixels = 100 - 30 * (labels > 0) - 30 * thickness + 5 * rng.normal(size=labels.shape)
    return Micrograph(pixels.astype(np.float32), 0.05, f"spheres {seed}"), labels


def write_spheres(folder: Path, seed: int, count: int) -> str:
    for part in ("images", "labels"):
        (folder / part).mkdir(parents=True)
    for number in range(count):
        micrograph, labels = spheres_in_contact(100 * seed + number)
        write_tiff(folder / "images" / f"m{number}.tif", micrograph.pixels, 0.05)
        write_tiff(folder / "labels" / f"m{number}.tif", labels, 0.05)
    LabelledDataset.write_description(folder, name=folder.name, labels="particles")
    return str(folder)


@pytest.fixture
def touching(recipe, tmp_path):
    """A recipe that learns to part the spheres of a set that numbers them."""
    more = {
        "training_sets": [write_spheres(tmp_path / "spheres", 1, 8)],
        "options": {"base": 8, "depth": 2, "distance": True},
    }
    return recipe.model_copy(update=more)


@pytest.fixture
def from_masks(recipe):
    return recipe.model_copy(update={"options": {**recipe.options, "distance": True}})


def test_of_particles_that_overlap_one_a_pixel_is_learned_and_the_run_says_so(recipe, tmp_path):
    folder = tmp_path / "soot"
    folder.mkdir()
    for name in "ab":
        micrograph, labels = spheres_in_contact(ord(name))
        masks = np.stack([labels > 0, labels == 1])  # the first is larger and covers the second
        write_tiff(folder / f"{name}.tif", micrograph.pixels, 0.05)
        np.savez_compressed(folder / f"{name}.masks.npz", M1=masks)
    LabelledDataset.write_description(folder, name="soot", labels="overlapping")
    options = {**recipe.options, "distance": True}
    more = {"training_sets": [str(folder)], "options": options, "epochs": 1, "steps_per_epoch": 1}
    overlapping = recipe.model_copy(update=more)
    sets = read_sets(overlapping, Input())
    assert (sets.overlapping, sets.unnumbered) == ("soot", "")
    assert [set(np.unique(truth)) for _pixels, truth in sets.training] == [{0, 1, 2}] * 2
    run = train(overlapping)
    (said,) = [event["message"] for event in run.events("note")]
    assert said.startswith("particles of soot overlap: a pixel of several is learned as the smallest one's")


def test_labels_with_a_number_for_each_particle_are_told_from_masks():
    label = np.array([[0, 7, 7, 3], [9, 0, 3, 3]])
    particles = LabelMeaning.of("set", {"labels": "particles", "not_sure": 9})
    assert particles.numbers(label, "m").tolist() == [[0, 2, 2, 1], [0, 0, 1, 1]]
    for other in ({}, {"labels": "particles", "particle": [7]}, {"particle_above": 3.5}):
        assert LabelMeaning.of("set", other).numbers(label, "m") is None


def test_numbers_of_a_set_reach_the_crops_and_masks_are_numbered_by_what_is_connected(touching, from_masks):
    sets = read_sets(touching, Input())
    assert sets.unnumbered == ""
    for number, (_pixels, truth) in enumerate(sets.training):
        assert truth.dtype == np.int32
        assert np.array_equal(truth, spheres_in_contact(100 + number)[1])
    masked = read_sets(from_masks, Input())
    assert masked.unnumbered == "train"
    for _pixels, truth in masked.training:
        assert np.array_equal(truth, label_particles(truth > 0)[0])
        assert truth.max() == 1
    assert all(truth.dtype == np.bool_ for _pixels, truth in masked.validation)


def test_numbers_survive_another_pixel_size(touching):
    for (_, coarse), (_, fine) in zip(
        read_sets(touching.model_copy(update={"crop": 32}), Input(nm_per_px=0.1)).training,
        read_sets(touching, Input()).training,
        strict=True,
    ):
        assert coarse.shape == (48, 48)
        assert set(np.unique(coarse)) == set(np.unique(fine))
        assert (coarse > 0).mean() == pytest.approx((fine > 0).mean(), abs=0.02)
        assert np.array_equal(coarse, fine[1::2, 1::2])


def test_the_target_is_made_after_the_augmentation_from_the_numbers_that_the_crop_shows(touching, tmp_path):
    crops = Crops(read_sets(touching, Input()).training, touching)
    before = [crops[number] for number in range(6)]
    for number, (image, mask, distance) in enumerate(before):
        _pixels, labels = crops.labelled(number)
        assert labels.dtype == np.int32
        assert distance.shape == mask.shape == image.shape[1:] == (64, 64)
        assert np.array_equal(distance.numpy(), rim_distance(labels))
        assert distance.max() == 1
        assert not distance[mask < 1].any()
    crops.move_to(tmp_path / "shared.tmp")
    for number, made in enumerate(before):
        assert all(torch.equal(one, other) for one, other in zip(made, crops[number], strict=True))
    wide = touching.model_copy(update={"loss": Loss(kind="border", distance_widest_px=3)})
    image, _mask, border, distance = Crops(crops._opened(), wide)[0]
    assert border.max() > 0
    assert np.array_equal(distance.numpy(), rim_distance(crops.labelled(0)[1], 3))
    assert torch.equal(image, before[0][0])


def test_crops_that_are_drawn_bring_numbers_of_their_own(touching):
    drawn = touching.model_copy(
        update={
            "training_sets": [],
            "synthetic": Synthetic(share=1.0, kinds=["array"], widths_px=(8, 20)),
        }
    )
    crops = Crops([], drawn)
    _image, _mask, distance = crops[0]
    assert np.array_equal(distance.numpy(), rim_distance(crops.labelled(0)[1]))


def doubtful(folder):
    for index, member in enumerate(open_dataset(folder).micrographs):
        label = member.load()[1].astype(np.uint16)
        label[:, :32] = 99
        write_tiff(folder / "labels" / f"m{index}.tif", label, 0.05)
    LabelledDataset.write_description(folder, name="doubtful", labels="particles", not_sure=99)


def test_where_nobody_is_sure_no_distance_is_learned(touching, tmp_path):
    doubtful(tmp_path / "spheres")
    given = [
        ignored
        for _micrograph, _numbers, ignored in numbered_readings(
            open_dataset(tmp_path / "spheres").micrographs
        )
    ]
    assert all(ignored[:, :32].all() and not ignored[:, 32:].any() for ignored in given)
    pairs = read_sets(touching, Input()).training
    assert all((truth[:, :32] == IGNORED).all() and (truth[:, 32:] >= 0).all() for _pixels, truth in pairs)
    crops = Crops(pairs, touching.model_copy(update={"augmentation": STILL}))
    made = [crops[number] for number in range(8)]
    assert any((mask < 0).any() for _image, mask, _distance in made)
    masks, target = torch.stack([one[1] for one in made]), torch.stack([one[2] for one in made])
    logits = torch.zeros(8, 1, 64, 64)
    answer = torch.zeros(8, 64, 64, requires_grad=True)
    loss_of(batch_sums(logits, masks, Loss(), rim=(answer, target + 1)), Loss(), 0.5).backward()
    assert not answer.grad[masks < 0].any()
    assert answer.grad[masks >= 0].all()


def test_the_loss_is_the_mean_squared_error_in_particles_and_in_the_background_half_of_each():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(3, 1, 8, 8, generator=generator)
    masks = (torch.rand(3, 8, 8, generator=generator) < 0.3).float()
    masks[0, :3] = IGNORED
    answer, target = torch.rand(2, 3, 8, 8, generator=generator)
    how = Loss(distance_weight=3.0)
    plain = batch_sums(logits, masks, how)
    sums = batch_sums(logits, masks, how, rim=(answer, target))
    assert len(plain) == SUMS
    assert torch.equal(sums[:SUMS], plain)
    error = (answer - target) ** 2
    wanted = (error[masks == 1].mean() + error[masks == 0].mean()) / 2
    found = loss_of(sums, how, 0.5) - loss_of(plain, how, 0.5)
    assert found.item() == pytest.approx(3 * wanted.item(), rel=1e-5)
    parts = [
        batch_sums(logits[k : k + 1], masks[k : k + 1], how, rim=(answer[k : k + 1], target[k : k + 1]))
        for k in range(3)
    ]
    assert torch.allclose(sum(parts), sums, rtol=1e-5)
    none = torch.full_like(masks, IGNORED)
    assert torch.isfinite(loss_of(batch_sums(logits, none, how, rim=(answer, target)), how, 0.5))


def stepper(recipe, parts=1):
    torch.manual_seed(0)
    fabric = Fabric(accelerator="cpu", devices=1)
    model = fabric.setup(build("unet", base=4, depth=2, norm="none", distance=True))
    return Stepper(fabric, model, recipe, (1.0, 2.0), parts, print)


def gradient(step):
    return torch.cat([parameter.grad.flatten() for parameter in step.model.parameters()])


def test_parts_have_the_gradient_of_the_whole_and_both_outputs_have_one(touching):
    crops = Crops(read_sets(touching, Input()).training, touching)
    batch = tuple(torch.stack(one) for one in zip(*(crops[number] for number in range(4)), strict=True))
    whole, parts = stepper(touching), stepper(touching, 3)
    one, other = whole(batch, 0), parts(batch, 0)
    assert other[0].item() == pytest.approx(one[0].item(), abs=1e-6)
    assert torch.allclose(gradient(whole), gradient(parts), atol=1e-6)
    assert all(parameter.grad.abs().max() > 0 for parameter in whole.model.parameters())
    weightless = stepper(touching.model_copy(update={"loss": Loss(distance_weight=0)}))
    assert weightless(batch, 0)[0] < one[0]
    assert not weightless.model.distance_head.weight.grad.any()


def test_what_fits_is_tried_with_both_outputs(touching):
    module = build("unet", base=2, depth=1, distance=True)
    assert parts_that_fit(module, touching, Fabric(accelerator="cpu", devices=1)) == 1


def test_the_keys_of_a_recipe_are_written_read_and_refused_with_their_line(touching):
    recipe = touching.model_copy(update={"loss": Loss(distance_weight=2.5, distance_widest_px=9)})
    assert parse_recipe(write_recipe(recipe), "r.toml") == recipe
    assert recipe.distance
    text = write_recipe(recipe).replace("distance_weight = 2.5", "distance_weight = -1")
    line = text.splitlines().index("distance_weight = -1") + 1
    with pytest.raises(RecipeError, match=rf"line {line}: loss\.distance_weight"):
        parse_recipe(text, "r.toml")
    with pytest.raises(
        RecipeError, match=r"loss\.distance_wieght is not a key .*did you mean distance_weight"
    ):
        parse_recipe(write_recipe(recipe).replace("distance_weight", "distance_wieght"), "r.toml")


@pytest.mark.slow
def test_a_run_on_masks_says_that_touching_particles_count_as_one_and_where_it_began(
    from_masks, short, capsys
):
    first = train(short)
    more = {"epochs": 1, "steps_per_epoch": 2, "name": "second", "start_from": str(first.checkpoint)}
    run = train(from_masks.model_copy(update=more))
    said = [event["message"] for event in run.events("note")]
    assert any("labels of train are masks" in one and "count as one" in one for one in said)
    assert any("has one output" in one and "distance_head.weight" in one for one in said)
    assert all(one in capsys.readouterr().err for one in said[:1])
    card = load_network(run.checkpoint).card
    assert card.distance
    assert card.recipe["loss"]["distance_weight"] == 5.0
    assert json.loads((run.folder / "recipe.json").read_text())["options"]["distance"] is True


@pytest.mark.slow
def test_a_run_that_goes_on_gives_the_numbers_of_one_that_was_not_stopped(touching):
    short = touching.model_copy(update={"epochs": 2, "steps_per_epoch": 2})
    whole = train(short.model_copy(update={"name": "whole"}))
    asked = []

    def stop():
        asked.append(True)
        return len(asked) > 1

    from workbench.errors import Stopped

    with pytest.raises(Stopped):
        train(short.model_copy(update={"name": "stopped"}), stop=stop)
    again = train(short.model_copy(update={"name": "stopped"}))
    states = [load_network(run.folder / "last.safetensors").module.state_dict() for run in (whole, again)]
    assert all(torch.equal(states[0][key], states[1][key]) for key in states[0])


@pytest.mark.slow
def test_a_small_network_learns_to_part_spheres_that_touch(touching):
    still = STILL.model_copy(update={"dihedral": True, "scale": (0.8, 1.25), "contrast": (0.9, 1.1)})
    run = train(touching.model_copy(update={"augmentation": still, "epochs": 8, "steps_per_epoch": 20}))
    network = load_network(run.checkpoint)
    pictures = [spheres_in_contact(seed) for seed in range(900, 906)]
    true = np.array([labels.max() for _micrograph, labels in pictures])
    found = [segment(micrograph, network, "cpu") for micrograph, _labels in pictures]
    by_distance, connected = (
        np.array(counts)
        for counts in (
            [one.label_image(min_area_nm2=0.1).max() for one in found],
            [label_particles(one.mask(min_area_nm2=0.1))[1] for one in found],
        )
    )
    assert np.abs(by_distance - true).sum() <= 0.1 * true.sum()
    assert np.abs(connected - true).sum() >= 0.4 * true.sum()
    lines = [label_particles(one.mask(min_area_nm2=0.1, split_touching=True))[1] for one in found]
    assert np.array_equal(lines, by_distance)


@pytest.mark.slow
def test_a_pyramid_is_learned_with_every_other_weight_frozen(touching):
    one = touching.model_copy(
        update={"name": "one", "options": {"base": 4, "depth": 2}, "epochs": 1, "steps_per_epoch": 1}
    )
    before = train(one).checkpoint
    first = load_network(before).module.state_dict()
    options = {**one.options, "distance": True, "distance_channels": 4}
    more = {"name": "two", "start_from": str(before)}
    recipe = one.model_copy(update={**more, "options": options, "rates": {"distance": 1.0, "": 0.0}})
    fresh, run = build("unet", **options).state_dict(), train(recipe)
    second = load_network(run.checkpoint).module.state_dict()
    assert all(torch.equal(second[key], first[key]) for key in first)
    assert set(second) - set(first) == {key for key in fresh if key.startswith("distance_pyramid.")}
    assert not torch.equal(
        second["distance_pyramid.joins.0.1.bias"], fresh["distance_pyramid.joins.0.1.bias"]
    )
