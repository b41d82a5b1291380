"""A recipe is one TOML file: what is wrong in it is said with its line, what is right survives a round trip."""

import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

from workbench.errors import RecipeError
from workbench.training.recipe import Recipe
from workbench.training.recipe_file import line_of, parse_recipe, read_recipe, write_recipe

ZOO = Path(__file__).parents[2] / "workbench" / "networks" / "zoo"
LEAST = """# a comment
name = "a"
training_sets = [
  "sim/a",
  "sim/b",
]
validation_sets = ["sim/v"]
architecture = "unet"
"""
FULL = (
    LEAST
    + """
dilation = [1, 2, 4, 4, 4]
freeze = "encoder"
options = { base = 8, depth = 4 }
rates = { "downs." = 0.1 }
particle_crops = 0.5
clip = 1.0
ema = 0.99
precision = "32"
device = "cpu"
devices = 2
workers = 3
input_nm_per_px = 0.04

[optimiser]
kind = "adamw"
weight_decay = 0.01

[schedule]
kind = "step"
warm_up_steps = 20

[loss]
kind = "border+dice"
particle_weight = "balanced"

[augmentation]
rotate = 1
scale = [0.5, 2]
poisson = 0.3
dose_per_px = [0.5, 20]

[early_stopping]
patience = 2
"""
)


def test_every_table_is_read():
    recipe = parse_recipe(FULL, "r.toml")
    assert recipe.training_sets == ["sim/a", "sim/b"]
    assert recipe.augmentation.scale == (0.5, 2)
    assert recipe.augmentation.dose_per_px == (0.5, 20)
    assert (recipe.optimiser.kind, recipe.schedule.kind, recipe.loss.kind) == ("adamw", "step", "border+dice")
    assert (recipe.loss.particle_weight, recipe.early_stopping.patience) == ("balanced", 2)
    assert recipe.all_options == {"base": 8, "depth": 4, "dilation": [1, 2, 4, 4, 4]}


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


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ("\nepoch = 3\n", r"line 10: epoch is not a key of a recipe \(did you mean epochs\?\)"),
        ('epochs = "three"\n', r"line 9: epochs: .*integer, not 'three'"),
        ('crop = "256"\n', r"line 9: crop: .*integer"),
        ("crop = true\n", r"line 9: crop: .*integer"),
        ("batch = 0\n", r"line 9: batch: .*greater than or equal to 1, not 0"),
        ("seed = 1.5\n", r"line 9: seed: .*integer"),
        ("[augmentation]\n# blurred\n\nblurr = 0.1\n", r"line 12: augmentation.blurr .*mean blur\?"),
        ("augmentation.blur = 2\n", r"line 9: augmentation.blur: .*less than or equal to 1"),
        ("[augmentation]\nscale = [2, 1]\n", r"line 9: augmentation: scale is a range"),
        ("options = { base = 4 }\nrates = { 'a.' = 'x' }\n", r"line 10: rates.a.: .*number, not 'x'"),
        ('[optimiser]\nkind = "adm"\n', r"line 10: optimiser.kind: .*'adam', 'adamw' or 'sgd'"),
        ("nm_per_px = [\n0.01,\n'x',\n]\n", r"line 9: nm_per_px.1: .*number"),
        ("[split]\nvalidation = 0.2\n", "either validation_sets or a split"),
        ("dilation = 2\noptions = { dilation = 1 }\n", "dilation stands twice"),
        ("[loss]\nparticle_weight = -1\n", r"line 9: loss: particle_weight"),
    ],
)
def test_a_mistake_is_one_sentence_with_its_line(tmp_path, added, said):
    path = tmp_path / "r.toml"
    path.write_text(LEAST + added)
    with pytest.raises(RecipeError, match=said) as error:
        read_recipe(path)
    assert "\n" not in str(error.value)
    assert str(error.value).startswith(str(path))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "not TOML"),
        ('name = "a"\nepoch = 3', "line 2: epoch .*training_sets is missing"),
        ("", "name"),
        ('name = "my network/1"', "name: has neither / nor .* not 'my network/1'"),
    ],
)
def test_a_recipe_that_is_not_one_says_what_is_missing(tmp_path, text, said):
    (tmp_path / "r.toml").write_text(text)
    with pytest.raises(RecipeError, match=said):
        read_recipe(tmp_path / "r.toml")


def test_a_recipe_that_is_not_there_is_named(tmp_path):
    with pytest.raises(RecipeError, match=r"nosuch\.toml: the recipe cannot be read"):
        read_recipe(tmp_path / "nosuch.toml")


@pytest.mark.parametrize("name", ["a/b", "../a", "", ".a", " a"])
def test_the_name_of_a_run_is_the_name_of_a_folder(name):
    given = {"name": name, "training_sets": ["a"], "validation_sets": ["b"], "architecture": "unet"}
    with pytest.raises(ValidationError):
        Recipe.model_validate(given)


def test_a_key_inside_a_string_or_comment_is_not_taken_for_the_key():
    text = '# crop = 1\ntitle = """\ncrop = 2\n"""\ncrop = 3\n'
    assert line_of(text, ["crop"]) == 5
    assert line_of(text, ["batch"]) is None


@pytest.mark.parametrize("text", [LEAST, FULL])
def test_a_recipe_survives_being_written(text):
    recipe = parse_recipe(text, "r.toml")
    assert parse_recipe(write_recipe(recipe), "w.toml") == recipe
    assert Recipe.model_validate_json(recipe.model_dump_json()) == recipe


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
