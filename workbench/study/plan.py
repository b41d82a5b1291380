"""The plan of a study: a base recipe and a grid of what differs, as one TOML file."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Hashable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from workbench.errors import NetworkError, RecipeError
from workbench.training.recipe import Part, Recipe
from workbench.training.recipe_file import Mistake, mistakes, parse_toml, said_with_lines
from workbench.whole_files import why_unread

Initialisation = Literal["none", "edges", "imagenet"]
Dilation = int | list[int]
OF_THE_GRID = {
    "name": "the study",
    "title": "the study",
    "architecture": "architectures",
    "options": "architectures",
    "dilation": "dilations",
    "seed": "seeds",
    "training_at_most": "training_sizes",
}
"""Keys of a recipe that the grid sets, and where in the plan they stand."""


def _named(value: Any) -> Any:
    """Give the base recipe what each cell replaces, so that it is a recipe."""
    return {**value, "name": "cell", "architecture": "cell"} if isinstance(value, dict) else value


class GridArchitecture(Part):
    """One architecture of the grid.

    One that stands twice, with other options, needs labels to be told apart.
    """

    name: str = Field(description="of the registry, such as unet")
    label: str = Field("", pattern=r"^[\w.+]*$", description="in names and figures; the name where empty")
    options: dict[str, Any] = Field(default_factory=dict)
    dilations: list[Dilation] | None = Field(None, min_length=1, description="instead of the study's")
    recipe: dict[str, Any] = Field(default_factory=dict, description="what differs from the base recipe")

    @property
    def shown(self) -> str:
        """What it is called in the names of cells."""
        return self.label or self.name


class StudyPlan(Part):
    """A study. Paths are relative to the working folder, as in a recipe."""

    name: str = Field(pattern=r"^[^/\\\s.][^/\\]*$")
    title: str = ""
    architectures: list[GridArchitecture] = Field(min_length=1)
    dilations: list[Dilation] = Field(default=[1], min_length=1)
    initialisations: list[Initialisation] = Field(
        default=["none"], min_length=1, description="of a trunk; architectures without one start from none"
    )
    seeds: list[Annotated[int, Field(ge=0)]] = Field(default=[0, 1, 2], min_length=1)
    training_sizes: list[Annotated[int, Field(ge=1)]] = Field(
        default_factory=list, description="micrographs trained on; all where left out"
    )
    small_sets_at: list[Dilation] | None = Field(
        None, description="dilations at which fewer micrographs than the most are tried; all where left out"
    )
    test_sets: list[str] = Field(min_length=1, description="scored once, with a threshold from validation")
    doses_e_per_A2: list[Annotated[float, Field(ge=0)]] = Field(
        default_factory=list, description="limits of the bins of dose, by the truth of the test micrographs"
    )
    figure: list[str] = Field(
        default_factory=list, description="test micrographs of Figure 1; the first of each bin where left out"
    )
    recipe: Annotated[Recipe, BeforeValidator(_named)]

    @model_validator(mode="after")
    def _each_once(self) -> StudyPlan:
        for name in ("dilations", "initialisations", "seeds", "training_sizes", "test_sets", "figure"):
            twice = _twice(str(value) for value in getattr(self, name))
            if twice is not None:
                raise ValueError(f"{name}: {twice} stands twice")
        twice = _twice(one.shown for one in self.architectures)
        if twice is not None:
            raise ValueError(f"architectures: {twice} stands twice; give one of them a label")
        if self.small_sets_at is not None and not self.training_sizes:
            raise ValueError(
                "small_sets_at says where fewer micrographs are tried, but there are no training_sizes"
            )
        return self

    @model_validator(mode="after")
    def _bins(self) -> StudyPlan:
        limits = self.doses_e_per_A2
        if len(limits) == 1 or any(low >= high for low, high in pairwise(limits)):
            raise ValueError("doses_e_per_A2 are the limits of bins: at least two numbers, the smaller first")
        return self

    @property
    def bins(self) -> list[tuple[float, float]]:
        """Bins of dose: from, and up to but without."""
        return list(pairwise(self.doses_e_per_A2))


def read_plan(path: str | os.PathLike[str]) -> tuple[StudyPlan, str]:
    """Read a plan from TOML; return it and the text word for word.

    Raises
    ------
    RecipeError
        If it cannot be read, or asks for what does not exist: the line and the key of each mistake.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(
            f"{path}: the plan of the study cannot be read ({why_unread(error)}); check the name."
        ) from error
    return parse_plan(text, str(path)), text


def parse_plan(text: str, name: str) -> StudyPlan:
    """Return the plan that a text in TOML describes; ``name`` is what an error calls it."""
    plan = parse_toml(text, name, StudyPlan, "a study")
    found = _of_the_grid(tomllib.loads(text)) or _wrong_architectures(plan)
    if found:
        raise said_with_lines(text, name, found)
    return plan


def recipe_for(plan: StudyPlan, architecture: GridArchitecture, **of_the_cell: Any) -> Recipe:
    """Return the base recipe with what an architecture changes in it, and with what a cell sets.

    A table of the architecture's recipe, such as ``augmentation``, changes what it names and leaves the rest.
    """
    base = plan.recipe.model_dump()
    for key, value in architecture.recipe.items():
        table = isinstance(value, dict) and isinstance(base.get(key), dict)
        base[key] = {**base[key], **value} if table else value
    return Recipe.model_validate({**base, "architecture": architecture.name, **of_the_cell})


def _of_the_grid(data: dict[str, Any]) -> list[Mistake]:
    """Find keys of a recipe that the grid sets."""
    places: list[tuple[tuple[int | str, ...], Any]] = [(("recipe",), data["recipe"])]
    for number, one in enumerate(data["architectures"]):
        places.append((("architectures", number, "recipe"), one.get("recipe", {})))
    found: list[Mistake] = []
    for keys, table in places:
        for key in table.keys() & OF_THE_GRID.keys():
            shown = ".".join(map(str, (*keys, key)))
            found.append(((*keys, key), f"{shown} is set for each cell by {OF_THE_GRID[key]}; take it out"))
    for number, one in enumerate(data["architectures"]):
        if "dilation" in one.get("options", {}):
            keys = ("architectures", number, "options", "dilation")
            found.append((keys, "dilation is set for each cell by dilations; take it out of options"))
    return found


def _wrong_architectures(plan: StudyPlan) -> list[Mistake]:
    """Find architectures, options, dilations and recipes that do not exist."""
    import torch

    from workbench.networks.registry import build, describe

    found: list[Mistake] = []
    for number, one in enumerate(plan.architectures):
        keys: tuple[int | str, ...] = ("architectures", number)
        try:
            recipe_for(plan, one)
        except ValidationError as error:
            found += mistakes(error, Recipe, "a recipe", (*keys, "recipe"))
        try:
            if "weights" in one.options and "weights" in describe(one.name).options:
                found.append(
                    (
                        (*keys, "options", "weights"),
                        "weights are set by initialisations; take them out of options",
                    )
                )
                continue
            for dilation in one.dilations or plan.dilations:
                with torch.device("meta"):
                    build(one.name, **one.options, dilation=dilation)
        except NetworkError as error:
            found.append(((*keys, "name"), f"architectures.{number}: {str(error).removesuffix('.')}"))
    return found


def _twice(values: Iterable[Hashable]) -> Hashable | None:
    seen: set[Hashable] = set()
    for value in values:
        if value in seen:
            return value
        seen.add(value)
    return None
