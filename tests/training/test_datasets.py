"""Which micrographs a run learns from and which it is validated on, and how they are prepared."""

import numpy as np
import pytest

from workbench.errors import DatasetError, RecipeError
from workbench.micrographs.datasets.labelled_dataset import LabelledDataset
from workbench.networks.card import Input
from workbench.training.datasets import choose, read_sets, split_set
from workbench.training.recipe import Split


def test_sets_are_prepared_as_the_network_will_see_them(recipe):
    found = read_sets(recipe, Input())
    assert (len(found.training), len(found.validation), found.validated_on) == (6, 3, "validation")
    for pixels, mask in found.training:
        assert pixels.mean() == pytest.approx(0, abs=1e-5)
        assert pixels.std() == pytest.approx(1, rel=1e-5)
        assert mask.dtype == np.bool_


def test_sets_are_resampled_to_the_pixel_size_of_the_recipe(recipe):
    found = read_sets(recipe.model_copy(update={"crop": 32}), Input(nm_per_px=0.1))
    assert found.training[0][0].shape == found.training[0][1].shape == (48, 48)


def test_a_micrograph_that_resampling_made_smaller_than_a_crop_is_mirrored_at_its_edges(recipe):
    small = read_sets(recipe.model_copy(update={"crop": 32}), Input(nm_per_px=0.1)).training[0]
    for there, mirrored in zip(
        small,
        read_sets(recipe.model_copy(update={"crop": 64}), Input(nm_per_px=0.1)).training[0],
        strict=True,
    ):
        assert mirrored.shape == (64, 64)
        np.testing.assert_array_equal(mirrored[8:56, 8:56], there)
        np.testing.assert_array_equal(mirrored[:8, 8:56], there[7::-1])


@pytest.mark.parametrize("serves_for", ["training_sets", "validation_sets"])
def test_a_set_of_boxes_is_refused_before_anything_is_read(recipe, tmp_path, serves_for):
    (tmp_path / "a.png").touch()
    (tmp_path / "a.boxes.txt").touch()
    LabelledDataset.write_description(tmp_path, name="boxed", labels="boxes")
    with pytest.raises(DatasetError, match=r"^boxed has a box round each particle and no mask"):
        choose(recipe.model_copy(update={serves_for: [str(tmp_path)]}))


def test_how_the_training_micrographs_look_is_measured_where_there_are_enough_of_them(recipe, discs):
    assert read_sets(recipe, Input()).training_range is None
    training_range = read_sets(
        recipe.model_copy(update={"training_sets": [discs("ten", 2, 10)]}), Input()
    ).training_range
    assert (training_range.sets, training_range.micrographs) == ("ten", 10)
    assert training_range.skewness.high < 0  # dark discs


def test_at_most_so_many_are_validated_on(recipe):
    assert len(read_sets(recipe.model_copy(update={"validation_at_most": 2}), Input()).validation) == 2


def test_at_most_so_many_are_trained_on_and_fewer_are_among_more(recipe):
    def names(seed, most):
        some = recipe.model_copy(update={"seed": seed, "training_at_most": most})
        return [one.name for one in choose(some).training]

    assert names(0, None) == names(0, 6) == names(0, 60) == [f"m{number}" for number in range(6)]
    assert len(names(0, 2)) == 2
    assert set(names(0, 2)) < set(names(0, 4))
    assert names(0, 4) == sorted(names(0, 4))
    assert len({tuple(names(seed, 2)) for seed in range(5)}) > 1


def test_a_crop_larger_than_the_smallest_micrograph_is_refused(recipe):
    with pytest.raises(
        RecipeError, match=r"crop 128 is larger than the smallest micrograph, 96 px; make it 96"
    ):
        read_sets(recipe.model_copy(update={"crop": 128}), Input())


def test_a_split_by_fractions_parts_by_micrograph(discs):
    whole = LabelledDataset(discs("many", 0, 10))
    learned, held = split_set(whole, Split(validation=0.2, test=0.3, seed=1))
    assert (len(learned), len(held)) == (5, 2)
    assert not {one.name for one in learned} & {one.name for one in held}
    other = split_set(whole, Split(validation=0.2, test=0.3, seed=2))[1]
    assert [one.name for one in held] != [one.name for one in other]


def test_folds_validate_every_micrograph_once(discs):
    whole = LabelledDataset(discs("many", 0, 10))
    held = []
    for fold in range(5):
        learned, one = split_set(whole, Split(folds=5, fold=fold))
        assert not {micrograph.name for micrograph in learned} & {micrograph.name for micrograph in one}
        held += [micrograph.name for micrograph in one]
    assert sorted(held) == sorted(micrograph.name for micrograph in whole.micrographs)


def test_a_recipe_with_a_split_needs_one_set_only(recipe):
    split = recipe.model_copy(update={"validation_sets": [], "split": Split(validation=0.34)})
    found = read_sets(split, Input())
    assert (len(found.training), len(found.validation), found.validated_on) == (4, 2, "train")


def test_one_micrograph_cannot_be_split(recipe, discs):
    alone = {"training_sets": [discs("alone", 0, 1)], "validation_sets": [], "split": Split(validation=0.5)}
    with pytest.raises(DatasetError, match="one micrograph only and cannot be split"):
        read_sets(recipe.model_copy(update=alone), Input())
