"""A recipe is one TOML file: what is wrong in it is said with its line, what is right survives a round trip."""

import pytest
from example_recipe import LEAST

from workbench.errors import RecipeError
from workbench.training.recipe import Recipe
from workbench.training.recipe_file import (
    line_of,
    parse_recipe,
    read_recipe,
    read_recipe_and_text,
    toml_value,
    write_recipe,
)

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


def test_a_key_inside_a_string_or_comment_is_not_taken_for_the_key():
    text = '# crop = 1\ntitle = """\ncrop = 2\n"""\ncrop = 3\n'
    assert line_of(text, ["crop"]) == 5
    assert line_of(text, ["batch"]) is None


@pytest.mark.parametrize("text", [LEAST, FULL])
def test_a_recipe_survives_being_written(text):
    recipe = parse_recipe(text, "r.toml")
    assert parse_recipe(write_recipe(recipe), "w.toml") == recipe
    assert Recipe.model_validate_json(recipe.model_dump_json()) == recipe


def test_a_recipe_comes_with_its_text_word_for_word(tmp_path):
    path = tmp_path / "r.toml"
    path.write_text(LEAST)
    assert read_recipe_and_text(path) == (parse_recipe(LEAST, "r.toml"), LEAST)


def test_a_recipe_in_another_encoding_is_no_text(tmp_path):
    path = tmp_path / "r.toml"
    path.write_bytes('title = "Größe"'.encode("latin-1"))
    with pytest.raises(RecipeError, match=r"the recipe cannot be read \(it is no text\)"):
        read_recipe(path)


@pytest.mark.parametrize(
    "update",
    [
        {"title": "a\x7fb"},
        {"title": 'quoted "so"\n\tin two lines \\ and \u2028 more'},
        {"trained_on": "粒子"},
        {"options": {"a b": {"of": [1, {"c": True}]}, "": 1e-10}},
        {"rates": {"downs.0": 1e22}},
    ],
    ids=str,
)
def test_whatever_stands_in_a_recipe_survives_being_written(update):
    recipe = parse_recipe(LEAST, "r.toml").model_copy(update=update)
    assert parse_recipe(write_recipe(recipe), "w.toml") == recipe


def test_a_table_is_written_without_what_is_none():
    assert toml_value({"a": None, "b": [True, 2, 0.5, "c"]}) == '{ "b" = [true, 2, 0.5, "c"] }'


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("clip = inf", "line 9: clip: .*finite number, not inf"),
        ('rates = { "a." = nan }', "line 9: rates.a.: .*finite number, not nan"),
        ("augmentation.scale = [0.5, inf]", "line 9: augmentation.scale.1: .*finite number, not inf"),
    ],
)
def test_what_is_infinite_or_no_number_is_refused_since_no_run_could_be_resumed_with_it(line, said):
    with pytest.raises(RecipeError, match=said):
        parse_recipe(LEAST + line + "\n", "r.toml")


def test_of_many_mistakes_three_are_said_in_the_order_of_their_lines():
    text = LEAST + "".join(f"nonsense_{number} = 1\n" for number in range(5))
    said = r"^r: line 9: nonsense_0 .*; line 10: nonsense_1 .*; line 11: nonsense_2 .*; and 2 more\.$"
    with pytest.raises(RecipeError, match=said):
        parse_recipe(text, "r")


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x85"])
def test_lines_are_counted_as_an_editor_does(character):
    text = f'title = "one{character}line"\n# a comment\r\ncrop = 3\n'
    assert line_of(text, ["crop"]) == 3
    assert line_of(text, ["title"]) == 1


def test_a_value_of_several_lines_is_on_the_line_where_it_starts():
    text = "crop = 3\n\n# where from\nsets = [\n  1,\n  2,\n]\n[loss]\nkind = 1\n"
    assert line_of(text, ["sets", 1]) == 4
    assert line_of(text, ["loss", "kind"]) == 9
    assert line_of(text, ["loss", "kin"]) == 8  # the table that lacks it
    assert line_of(text, ["crop", 0]) == 1
