"""A recipe as a TOML file, and any other such file: read with the line of every mistake, and written."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from workbench.errors import RecipeError
from workbench.training.recipe import Recipe
from workbench.whole_files import why_unread

MOST_SAID = 3
Model = TypeVar("Model", bound=BaseModel)
Mistake = tuple[tuple[int | str, ...], str]
"""Where a mistake is, as the keys that lead to it, and what it is."""


def read_recipe(path: str | os.PathLike[str]) -> Recipe:
    """Read a recipe from TOML.

    Raises
    ------
    RecipeError
        If it cannot be read, has a key that no recipe has, or a value of the wrong kind: the line and the key.
    """
    return read_recipe_and_text(path)[0]


def read_recipe_and_text(path: str | os.PathLike[str]) -> tuple[Recipe, str]:
    """Return the recipe of a TOML file, and the file's text word for word.

    Raises
    ------
    RecipeError
        As `read_recipe`.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(
            f"{path}: the recipe cannot be read ({why_unread(error)}); check the name."
        ) from error
    return parse_recipe(text, str(path)), text


def parse_recipe(text: str, name: str) -> Recipe:
    """Return the recipe that a text in TOML describes; ``name`` is what an error calls it."""
    return parse_toml(text, name, Recipe, "a recipe")


def parse_toml(text: str, name: str, model: type[Model], kind: str) -> Model:
    """Return what a text in TOML describes.

    Parameters
    ----------
    text : str
    name : str
        What an error calls the text, such as its path.
    model : type
        What it describes.
    kind : str
        What that is called, such as ``a recipe``.

    Raises
    ------
    RecipeError
        If the text is not TOML or not of this model: each mistake with its line.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"{name} is not TOML: {error}.") from error
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = mistakes(error, model, kind)
        raise said_with_lines(text, name, found) from error


def mistakes(
    error: ValidationError, model: type[BaseModel], kind: str, within: Sequence[int | str] = ()
) -> list[Mistake]:
    """Return each mistake that pydantic found: the keys that lead to it, after those of ``within``, and a sentence."""
    return [
        ((*within, *one["loc"]), _sentence(dict(one), model, kind, tuple(within))) for one in error.errors()
    ]


def said_with_lines(text: str, name: str, found: Sequence[Mistake]) -> RecipeError:
    """Return one error that says mistakes in a text, in the order of their lines."""
    lined = [(line_of(text, keys), what) for keys, what in found]
    lined.sort(key=lambda one: one[0] or len(text))  # what has a line first, in the order of the file
    said = "; ".join((f"line {line}: " if line else "") + what for line, what in lined[:MOST_SAID])
    more = f"; and {len(lined) - MOST_SAID} more" if len(lined) > MOST_SAID else ""
    return RecipeError(f"{name}: {said}{more}.")


def line_of(text: str, keys: Sequence[int | str]) -> int | None:
    """Return the line, from 1, on which the value at ``keys`` starts; None where the file does not hold it.

    The file is read to ever later lines until the value is there: the parser knows strings, comments, dotted keys and
    inline tables, which a search for the name would trip over.
    """
    lines = text.split("\n")  # splitlines would part a string at other characters, which TOML does not
    start = 1
    for number in range(1, len(lines) + 1):
        try:
            data: Any = tomllib.loads("\n".join(lines[:number]) + "\n")
        except tomllib.TOMLDecodeError:
            continue  # in the middle of a value of several lines
        if _holds(data, keys):
            while start < number and (
                not lines[start - 1].strip() or lines[start - 1].lstrip().startswith("#")
            ):
                start += 1
            return start
        start = number + 1
    return line_of(text, keys[:-1]) if len(keys) > 1 else None


def write_recipe(recipe: Recipe) -> str:
    """Return the recipe as TOML; values that are None are left out, the tables stand at the end."""
    data = recipe.model_dump(mode="json", exclude_none=True)
    tables = {
        key for key, value in data.items() if isinstance(value, dict) and key not in ("options", "rates")
    }
    lines = [f"{key} = {toml_value(value)}" for key, value in data.items() if key not in tables]
    for table in sorted(tables):
        lines += ["", f"[{table}]", *(f"{key} = {toml_value(value)}" for key, value in data[table].items())]
    return "\n".join(lines) + "\n"


def _holds(data: Any, keys: Sequence[int | str]) -> bool:
    for key in keys:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return False
    return bool(keys)


def _sentence(error: dict[str, Any], model: type[BaseModel], kind: str, within: tuple[int | str, ...]) -> str:
    keys = error["loc"]
    name = ".".join(str(part) for part in (*within, *keys))
    if error["type"] == "missing":
        return f"{name} is missing"
    if error["type"] == "extra_forbidden":
        near = get_close_matches(str(keys[-1]), _fields(keys[:-1], model), 1)
        return f"{name} is not a key of {kind}" + (f" (did you mean {near[0]}?)" if near else "")
    said = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "value_error":
        return f"{name}: {said}" if name else said
    if error["type"] == "string_pattern_mismatch" and "/" in error["ctx"]["pattern"]:
        said = "has neither / nor \\ in it and does not begin with a dot or a space"
    value = error["input"]
    given = f", not {value!r}" if isinstance(value, str | int | float | bool) else ""
    return f"{name}: {said[:1].lower()}{said[1:]}{given}"


def _fields(keys: Sequence[int | str], model: type[BaseModel]) -> list[str]:
    """Return the keys that may stand in the table at ``keys``."""
    for key in keys:
        if isinstance(key, int):
            continue  # one of a list of tables
        field = model.model_fields.get(key)
        inner = None if field is None else _model_in(field.annotation)
        if inner is None:
            return []
        model = inner
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model that a field holds, alone, or None, or in a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for one in get_args(annotation) if (found := _model_in(one)) is not None), None)


def toml_value(value: Any) -> str:
    """Return one value as TOML, tables inline and without what is None in them."""
    if isinstance(value, dict):
        entries = (
            f"{toml_value(str(key))} = {toml_value(one)}" for key, one in value.items() if one is not None
        )
        return "{ " + ", ".join(entries) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml_value(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
