"""Everything that a training run depends on, as one TOML file."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workbench.errors import RecipeError


class Augmentation(BaseModel):
    """How a crop is changed before the network sees it; chances are per crop."""

    model_config = ConfigDict(extra="forbid")

    scale: tuple[float, float] = Field((0.65, 1.6), description="factor on the pixel size, log-uniform")
    invert: float = Field(0.1, ge=0, le=1, description="chance of inverted contrast")
    noise: float = Field(
        0.35, ge=0, le=1, description="chance of Gaussian noise of up to one standard deviation"
    )
    blur: float = Field(0.25, ge=0, le=1, description="chance of a Gaussian blur of up to 1.5 px")
    gradient: float = Field(0.4, ge=0, le=1, description="chance of a linear background")


class Recipe(BaseModel):
    """A training run. Paths are relative to the working folder."""

    model_config = ConfigDict(extra="forbid")

    name: str
    title: str = ""
    training_sets: list[str] = Field(min_length=1)
    validation_sets: list[str] = Field(min_length=1, description="other specimens than the training sets")
    architecture: str
    options: dict[str, Any] = Field(default_factory=dict)
    start_from: str | None = Field(
        None, description="checkpoint of the same architecture whose weights training starts from"
    )
    validation_at_most: int = Field(
        32, ge=1, description="micrographs validated on after each epoch, the first by name"
    )
    crop: int = Field(256, ge=32)
    batch: int = Field(8, ge=1)
    steps_per_epoch: int = Field(50, ge=1)
    epochs: int = Field(20, ge=1)
    learning_rate: float = Field(1e-3, gt=0)
    rates: dict[str, float] = Field(
        default_factory=dict,
        description="prefix of parameter names -> factor on the learning rate; 0 freezes",
    )
    dice_weight: float = Field(0.5, ge=0, le=1, description="loss = (1 - w) cross-entropy + w soft Dice")
    augmentation: Augmentation = Field(default_factory=Augmentation)
    seed: int = 0
    threads: int | None = Field(None, ge=1, description="CPU threads; None: as torch decides")
    input_nm_per_px: float | None = Field(
        None, gt=0, description="pixel size that micrographs are resampled to where theirs is known"
    )
    nm_per_px: tuple[float, float] | None = Field(
        None, description="range of pixel sizes that it is trained on, for the card"
    )
    trained_on: str = ""
    licence: str = ""
    attribution: str = ""


def read_recipe(path: str | os.PathLike[str]) -> Recipe:
    """Read a recipe from TOML.

    Raises
    ------
    RecipeError
        If it cannot be read, has a key that no recipe has, or a value of the wrong kind; the key is named.
    """
    try:
        data = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path}: the recipe cannot be read ({error}).") from error
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"{path} is not TOML: {error}.") from error
    try:
        return Recipe.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise RecipeError(f"{path}: {key}: {first['msg']}.") from error
