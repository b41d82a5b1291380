"""The keys of a recipe as tables of a page: what each is, its kind of value, and what it is where it is left out."""

from __future__ import annotations

from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from workbench.training.recipe import Recipe

_COLLECTIONS: dict[Any, str] = {dict: "table", list: "list", tuple: "two numbers"}


def keys_table() -> str:
    """Return the keys of a recipe in Markdown: one table for the recipe, and one for each table inside it.

    Examples
    --------
    >>> print(keys_table().splitlines()[2])
    | `name` | str | required | of the run and of the network |
    """
    parts = [_table(Recipe)]
    for key, field in Recipe.model_fields.items():
        inner = _inner(field)
        if inner is not None:
            about = (inner.__doc__ or "").partition("\n")[0].replace("``", "`")
            parts.append(f"### `[{key}]`\n\n{about}\n\n{_table(inner)}")
    return "\n\n".join(parts)


def _table(model: type[BaseModel]) -> str:
    rows = [
        f"| `{key}` | {_kind(field.annotation)} | {_default(field)} | {field.description or ''} |"
        for key, field in model.model_fields.items()
    ]
    return "\n".join(["| key | kind | default | |", "|---|---|---|---|", *rows])


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, BaseModel):
        return "as below"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return "" if value in (None, "", [], {}) else f"`{list(value) if isinstance(value, tuple) else value}`"


def _inner(field: FieldInfo) -> type[BaseModel] | None:
    kinds = [field.annotation, *get_args(field.annotation)]
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def _kind(annotation: Any) -> str:
    if isinstance(annotation, type) and not get_args(annotation):
        return "table" if issubclass(annotation, BaseModel) else annotation.__name__
    inside = get_args(annotation)
    if any(isinstance(value, str) for value in inside):  # a choice of words
        return ", ".join(f"`{value}`" for value in inside)
    if get_origin(annotation) in _COLLECTIONS:
        return _COLLECTIONS[get_origin(annotation)]
    return " or ".join(
        _kind(kind)
        for kind in inside
        if get_args(kind) or (isinstance(kind, type) and kind is not type(None))
    )
