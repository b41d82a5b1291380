"""What keeps a run from starting, as far as that is known without torch."""

import pytest
from training_set import write_discs
from watched_page import make_run

from workbench.app.train.start_check import check_start
from workbench.errors import DatasetError, RecipeError
from workbench.networks.loading import runs_folder
from workbench.training.recipe import Recipe
from workbench.training.recipe_file import write_recipe
from workbench.training.run_folder import RunFolder


@pytest.fixture
def discs(tmp_path):
    write_discs(tmp_path / "discs")
    return str(tmp_path / "discs")


@pytest.fixture
def recipe(discs):
    def made(**changes):
        whole = {
            "name": "mine",
            "training_sets": [discs],
            "split": {"validation": 0.2},
            "architecture": "unet",
        }
        return Recipe.model_validate({**whole, "crop": 32, **changes})

    return made


def test_a_run_that_can_start_is_not_complained_about(recipe):
    assert check_start(recipe()) is None


def test_a_run_that_is_under_way_cannot_be_started_once_more(recipe):
    make_run("mine")
    with pytest.raises(RecipeError, match="mine is being trained already; give this run another name"):
        check_start(recipe())


def begun(recipe):
    """Lay out the folder of a run that was stopped."""
    run = RunFolder(runs_folder() / recipe.name)
    run.state_file.parent.mkdir(parents=True)
    run.state_file.write_bytes(b"state")
    (run.folder / "recipe.toml").write_text(write_recipe(recipe))
    (run.folder / "recipe.json").write_text(recipe.model_dump_json())
    return run


def test_a_run_that_was_begun_goes_on_with_its_own_recipe_only(recipe):
    begun(recipe())
    check_start(recipe())
    with pytest.raises(RecipeError, match="There is a run mine with another recipe"):
        check_start(recipe(learning_rate=0.5))


def test_the_name_of_a_network_is_taken(recipe):
    with pytest.raises(RecipeError, match="There is a network unet already"):
        check_start(recipe(name="unet"))


def test_weights_of_another_architecture_fit_no_network_of_this_one(recipe):
    check_start(recipe(start_from="unet"))
    with pytest.raises(RecipeError, match="fcn8s is a fcn8s, and its weights fit no unet; choose others"):
        check_start(recipe(start_from="fcn8s"))


def test_a_crop_is_no_larger_than_the_micrographs(recipe):
    with pytest.raises(
        (RecipeError, DatasetError), match="crop 128 is larger than the smallest micrograph, 64 px"
    ):
        check_start(recipe(crop=128))
