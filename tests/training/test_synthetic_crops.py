"""Crops that are drawn while training: which, the same whoever makes them, beside those of labelled sets or alone."""

import pickle

import numpy as np
import pytest
import torch

from workbench.errors import RecipeError
from workbench.micrographs.synthetic import Camera, Material, Particle, Scene, Support, render
from workbench.networks.card import Input
from workbench.training.augmentation import Window, cut, random_crop
from workbench.training.data import Crops, batches
from workbench.training.datasets import read_sets
from workbench.training.loop import train
from workbench.training.losses import border_weight
from workbench.training.recipe import Augmentation, Loss, Recipe, Synthetic
from workbench.training.recipe_file import parse_recipe, write_recipe
from workbench.training.synthetic_crops import drawn_before, drawn_particle_share, standardised

SIMPLE = Synthetic(share=0.5, kinds=["scattered", "array"], widths_px=(8, 30))


@pytest.fixture
def mixed(short):
    return short.model_copy(update={"synthetic": SIMPLE})


@pytest.fixture
def alone(short):
    every = SIMPLE.model_copy(update={"share": 1.0})
    return short.model_copy(update={"synthetic": every, "training_sets": []})


def crops_of(recipe):
    return Crops(read_sets(recipe, Input()).training, recipe)


def is_drawn(crops, number):
    return crops.labelled(number)[1].dtype == np.int32


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 0.7, 1.0])
def test_the_share_is_drawn_evenly_among_the_others(share):
    how = Synthetic(share=share)
    drawn = [drawn_before(number + 1, how) - drawn_before(number, how) for number in range(400)]
    assert set(drawn) <= {0, 1}
    assert sum(drawn) == pytest.approx(share * 400, abs=1)
    windows = np.convolve(drawn, np.ones(20, int), "valid")
    assert np.ptp(windows) <= 1
    assert drawn_before(10, None) == 0


def test_crops_of_the_sets_stay_as_they_were_and_each_micrograph_is_taken_once_a_pass(mixed):
    still = Augmentation(contrast=(1, 1), brightness=0, invert=0, noise=0, gradient=0, blur=0)
    pairs = [(np.full((64, 64), number, np.float32), np.zeros((64, 64), bool)) for number in range(6)]
    crops = Crops(pairs, mixed.model_copy(update={"augmentation": still}))
    of_sets = [number for number in range(24) if not is_drawn(crops, number)]
    assert len(of_sets) == 12
    shown = [round(float(crops[number][0].mean())) for number in of_sets]
    assert sorted(shown[:6]) == sorted(shown[6:]) == list(range(6))


def test_without_synthetic_nothing_changes(short):
    plain = crops_of(short)
    assert not any(is_drawn(plain, number) for number in range(8))


def test_a_batch_mixes_both_and_masks_are_zero_and_one(mixed):
    with batches(crops_of(mixed), 0) as source:
        images, masks = next(source)
    assert (images.shape, masks.shape) == ((4, 1, 64, 64), (4, 64, 64))
    assert images.dtype == masks.dtype == torch.float32
    assert set(masks.unique().tolist()) <= {0.0, 1.0}
    assert torch.isfinite(images).all()


def test_seed_and_number_say_what_a_drawn_crop_shows(mixed):
    first, again = crops_of(mixed), crops_of(mixed)
    other = crops_of(mixed.model_copy(update={"seed": 1}))
    for number in (5, 1, 3):
        assert is_drawn(first, number)
        for one, two in zip(first.labelled(number), again.labelled(number), strict=True):
            np.testing.assert_array_equal(one, two)
        assert not np.array_equal(first.labelled(number)[0], other.labelled(number)[0])
    assert not np.array_equal(first.labelled(1)[0], first.labelled(3)[0])


def test_labels_of_a_drawn_crop_tell_its_particles_apart(alone):
    crops = crops_of(alone)
    counts = []
    for number in range(12):
        image, labels = crops.labelled(number)
        assert image.dtype == np.float32
        assert labels.dtype == np.int32
        assert labels.min() >= 0
        np.testing.assert_array_equal(crops[number][1].numpy(), (labels > 0).astype(np.float32))
        counts.append(len(np.unique(labels[labels > 0])))
    assert max(counts) >= 5


@pytest.mark.slow
def test_workers_and_a_later_beginning_make_the_same_crops(mixed, tmp_path):
    crops = crops_of(mixed)
    with batches(crops, 0) as source:
        expected = list(source)
    with batches(crops, 4) as source:
        later = list(source)
    crops.move_to(tmp_path / "micrographs.tmp")
    with batches(crops, 0, workers=2) as source:
        found = list(source)
    for one, two in [*zip(expected, found, strict=True), *zip(expected[4:], later, strict=True)]:
        assert all(torch.equal(part, other) for part, other in zip(one, two, strict=True))


def test_without_sets_nothing_is_mapped_and_a_copy_makes_the_same_crops(alone, tmp_path):
    crops = crops_of(alone)
    crops.move_to(tmp_path / "micrographs.tmp")
    copy = pickle.loads(pickle.dumps(crops))
    for number in (0, 5):
        assert all(torch.equal(part, other) for part, other in zip(crops[number], copy[number], strict=True))


def test_drawn_crops_show_particles_where_the_recipe_wants_them(alone):
    sparse = Synthetic(share=1.0, kinds=["scattered", "empty"], widths_px=(5, 8))
    shares = []
    for chance in (0.0, 1.0):
        crops = crops_of(alone.model_copy(update={"synthetic": sparse, "particle_crops": chance}))
        shares.append(np.mean([bool(crops[number][1].any()) for number in range(60)]))
    assert shares[1] > shares[0]
    assert shares[1] > 0.95


def test_border_weights_know_particles_that_touch(alone):
    bordered = alone.model_copy(update={"loss": Loss(kind="border"), "crop": 64})
    image, mask, border = crops_of(bordered)[0]
    assert border.shape == mask.shape == image.shape[1:]
    labels = np.zeros((40, 40), np.int32)
    labels[10:30, 10:20], labels[10:30, 20:30] = 1, 3
    apart, joined = border_weight(labels), border_weight(labels > 0)
    assert apart[9, 19] > 5
    assert joined.max() == 0
    assert not apart[labels > 0].any()


def test_the_share_of_particles_counts_drawn_crops(mixed, alone):
    drawn = drawn_particle_share(alone)
    assert 0.02 < drawn < 0.6
    assert crops_of(alone).particle_share() == pytest.approx(drawn)
    of_sets = crops_of(mixed.model_copy(update={"synthetic": None})).particle_share()
    assert crops_of(mixed).particle_share() == pytest.approx((drawn + of_sets) / 2)


def test_the_card_says_how_drawn_crops_look_too(short, mixed, alone):
    plain, both, only = (read_sets(recipe, Input()).training_range for recipe in (short, mixed, alone))
    assert plain is None  # of six micrographs
    assert only.sets == "synthetic"
    assert only.micrographs > 40
    assert both.sets.endswith(", synthetic")
    assert both.micrographs > only.micrographs
    assert both.noise.high > both.noise.low


def scene(width):
    particle = Particle("cube", 32, 32, width, material=Material(width))
    return Scene((particle,), Support("vacuum"), camera=Camera(1000.0, white=1.0))


@pytest.mark.parametrize(("width", "covered"), [(30, False), (62, True)])
def test_the_inside_of_a_particle_that_fills_the_crop_stays_dark(width, covered):
    drawn = render(scene(width), (64, 64), np.random.default_rng(0))
    assert (drawn.mask.mean() > 0.6) == covered
    pixels = standardised(drawn, np.random.default_rng(1))
    inside, outside = pixels[drawn.mask].mean(), pixels[~drawn.mask].mean()
    assert inside < -0.6
    assert outside > 0.4
    if not covered:
        assert pixels.mean() == pytest.approx(0, abs=1e-3)
        assert pixels.std() == pytest.approx(1, abs=1e-3)


def test_a_flat_crop_is_no_division_by_nothing():
    drawn = render(Scene(camera=Camera(1e9, white=0.5)), (64, 64), np.random.default_rng(0))
    assert drawn.pixels.std() == 0
    assert np.abs(standardised(drawn, np.random.default_rng(0))).max() < 1e-3


def test_label_images_may_be_cropped_as_masks_are():
    labels = np.zeros((80, 80), np.int32)
    labels[20:40, 20:40], labels[20:40, 40:60], labels[60:, 60:] = 1, 2, -1
    small = cut(labels, Window(40, 40, 1.6, 0.3), 48)
    assert small.dtype == np.int32
    assert set(np.unique(small)) == {-1, 0, 1, 2}
    assert (small == 1).sum() == pytest.approx(400 / 1.6**2, rel=0.08)
    pixels = np.zeros((80, 80), np.float32)
    _image, truth = random_crop(pixels, labels, 48, Augmentation(), np.random.default_rng(0))
    assert truth.dtype == np.int32


@pytest.mark.slow
@pytest.mark.parametrize("which", ["mixed", "alone"])
def test_a_run_learns_from_drawn_crops(which, request, tmp_path):
    recipe = request.getfixturevalue(which)
    run = train(recipe, runs=tmp_path / "runs")
    assert run.status == "finished"
    resumed = train(recipe, runs=tmp_path / "runs")
    assert resumed.events("epoch")[-1]["dice_hard"] == run.events("epoch")[-1]["dice_hard"]


LEAST = 'name = "a"\narchitecture = "unet"\nvalidation_sets = ["b"]\n'


def test_a_recipe_names_sets_or_draws_or_both():
    both = parse_recipe(LEAST + 'training_sets = ["c"]\n[synthetic]\nshare = 0.25\n', "r.toml")
    assert both.synthetic.share == 0.25
    only = parse_recipe(
        LEAST + "training_sets = []\n[synthetic]\nshare = 1\nwidths_px = [20, 60]\n", "r.toml"
    )
    assert only.synthetic.widths_px == (20, 60)
    for recipe in (both, only):
        assert parse_recipe(write_recipe(recipe), "w.toml") == recipe
        assert Recipe.model_validate_json(recipe.model_dump_json()) == recipe
    assert not both.same_numbers(both.model_copy(update={"synthetic": None}))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("training_sets = []\n", "line 4: training_sets: name a set at least, or draw every crop"),
        ("training_sets = []\n[synthetic]\nshare = 0.5\n", "line 4: training_sets: name a set at least"),
        ('training_sets = ["c"]\n[synthetic]\nshare = 1\n', "line 4: training_sets: .* no crop is of them"),
        ("[synthetic]\nshare = 0.5\n", "training_sets is missing"),
        ('training_sets = ["c"]\n[synthetic]\nshare = 0\n', "line 6: synthetic.share: .* not 0"),
        (
            'training_sets = ["c"]\n[synthetic]\nkinds = ["cats"]\n',
            "line 6: synthetic.kinds: cats is none of scat",
        ),
        ('training_sets = ["c"]\n[synthetic]\nkinds = []\n', "line 6: synthetic.kinds"),
        (
            'training_sets = ["c"]\n[synthetic]\nwidths_px = [1, 9]\n',
            "line 6: synthetic.widths_px: a range within 3",
        ),
        ('training_sets = ["c"]\n[synthetic]\nshares = 1\n', "line 6: synthetic.shares .*did you mean share"),
    ],
)
def test_a_mistake_is_said_with_its_line(text, said):
    with pytest.raises(RecipeError, match=said):
        parse_recipe(LEAST + text, "r.toml")


def test_without_training_sets_there_is_nothing_to_split():
    text = 'name = "a"\narchitecture = "unet"\ntraining_sets = []\n[synthetic]\nshare = 1\n[split]\nvalidation = 0.5\n'
    with pytest.raises(RecipeError, match="line 6: split: there are no training_sets to split"):
        parse_recipe(text, "r.toml")
