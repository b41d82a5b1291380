"""The reference says every key of a recipe as the recipe itself does."""

from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import Field

import workbench as wb
from workbench.training.recipe import Pair, Part
from workbench.training.recipe_keys import _table, keys_table

REFERENCE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


def test_the_reference_says_every_key_of_a_recipe():
    table = REFERENCE.partition("## Keys of a recipe")[2]
    assert keys_table() in table, "write docs/api.md anew: keys_table() of workbench/training/recipe_keys.py"
    for model in [wb.Recipe, *(type(wb_part) for wb_part in recipe_parts())]:
        assert [key for key in model.model_fields if f"| `{key}` |" not in table] == []


def recipe_parts():
    """Return the tables of a recipe, as objects."""
    recipe = wb.Recipe.model_validate(
        {
            "name": "a",
            "training_sets": ["set"],
            "architecture": "unet",
            "split": {"validation": 0.5},
            "early_stopping": {},
            "synthetic": {},
        }
    )
    parts = [value for value in vars(recipe).values() if hasattr(value, "model_fields_set")]
    assert len(parts) == 7  # synthetic, split, optimiser, schedule, loss, augmentation, early stopping
    return parts


class Inner(Part):
    """A part of it."""


class Example(Part):
    """One key of each kind."""

    name: str = Field(description="what it is called")
    count: int | None = Field(3)
    kind: Literal["a", "b"] = "a"
    weight: float | Literal["balanced"] = 0.5
    share: bool = True
    rates: dict[str, float] = Field(default_factory=dict)
    sets: list[str] = Field(default_factory=list)
    scale: Pair = (0.5, 2.0)
    inner: Inner | None = None
    whole: Inner = Field(default_factory=Inner)
    options: dict[str, Any] = Field(default_factory=lambda: {"a": 1})


ROWS = _table(Example).splitlines()


@pytest.mark.parametrize(
    "row",
    [
        "| `name` | str | required | what it is called |",
        "| `count` | int | `3` |  |",
        "| `kind` | `a`, `b` | `a` |  |",
        "| `weight` | float or `balanced` | `0.5` |  |",
        "| `share` | bool | `true` |  |",
        "| `rates` | table |  |  |",
        "| `sets` | list |  |  |",
        "| `scale` | two numbers | `[0.5, 2.0]` |  |",
        "| `inner` | table |  |  |",
        "| `whole` | table | as below |  |",
        "| `options` | table | `{'a': 1}` |  |",
    ],
)
def test_a_row_says_the_kind_of_value_and_what_it_is_where_it_is_left_out(row):
    assert row in ROWS


def test_each_table_of_a_recipe_has_a_heading_and_its_first_line():
    lines = keys_table().splitlines()
    place = lines.index("### `[optimiser]`")
    assert lines[place + 2] == "How a gradient becomes a step."
    assert "| `momentum` | float | `0.9` | of sgd |" in lines[place:]
