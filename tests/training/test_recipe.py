"""What a recipe is where nothing is said, and what it refuses."""

import tomllib
from pathlib import Path

import pytest
from example_recipe import LEAST
from pydantic import ValidationError

from workbench.errors import RecipeError
from workbench.training.recipe import Recipe
from workbench.training.recipe_file import parse_recipe, read_recipe

ZOO = Path(__file__).parents[2] / "workbench" / "networks" / "zoo"


def test_what_is_left_out_stays_as_calibrated():
    recipe = parse_recipe(LEAST, "r.toml")
    assert (recipe.loss.kind, recipe.dice_weight, recipe.clip) == ("bce+dice", 0.5, 5.0)
    assert (recipe.optimiser.kind, recipe.schedule.kind, recipe.schedule.minimum) == ("adam", "cosine", 1e-6)
    assert (recipe.early_stopping, recipe.ema, recipe.freeze) == (None, 0, None)


@pytest.mark.parametrize("path", sorted((ZOO / "recipes").glob("*.toml")), ids=lambda path: path.stem)
def test_recipes_that_ship_are_read(path):
    recipe = read_recipe(path)
    assert recipe.name == path.stem
    assert recipe.architecture == path.stem.split("-")[0]


def test_each_network_that_ships_has_recipes():
    shipped = {path.stem for path in ZOO.glob("*.safetensors")}
    recipes = {path.stem for path in (ZOO / "recipes").glob("*.toml")}
    made = {name if name in shipped else name.rpartition("-")[0] for name in recipes}  # stages are numbered
    assert shipped == made


@pytest.mark.parametrize("name", ["a/b", "../a", "", ".a", " a"])
def test_the_name_of_a_run_is_the_name_of_a_folder(name):
    given = {"name": name, "training_sets": ["a"], "validation_sets": ["b"], "architecture": "unet"}
    with pytest.raises(ValidationError):
        Recipe.model_validate(given)


def test_where_it_runs_is_not_part_of_what_it_gives():
    recipe = parse_recipe(LEAST, "r.toml")
    assert recipe.same_numbers(recipe.model_copy(update={"workers": 3, "devices": 2}))
    assert not recipe.same_numbers(recipe.model_copy(update={"batch": 3}))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("folds = 3\nfold = 3", "the last of 3 is 2"),
        ("validation = 0.6\ntest = 0.4", "leave nothing"),
        ("seed = 1", "either validation"),
        ("validation = 0.2\nfolds = 3", "either validation"),
    ],
)
def test_a_split_that_cannot_be_made_is_refused(table, said):
    text = LEAST.replace('validation_sets = ["sim/v"]\n', "") + "[split]\n" + table
    assert tomllib.loads(text)["split"]
    with pytest.raises(RecipeError, match=said):
        parse_recipe(text, "r.toml")
