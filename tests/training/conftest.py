"""A recipe that trains on noisy discs within seconds."""

import pytest

from workbench.training.recipe import Recipe


@pytest.fixture
def recipe(discs):
    return Recipe(
        name="tiny",
        title="Tiny",
        training_sets=[discs("train", 0)],
        validation_sets=[discs("validation", 1, 3)],
        architecture="unet",
        options={"base": 4, "depth": 2},
        crop=64,
        batch=4,
        steps_per_epoch=12,
        epochs=3,
        learning_rate=1e-2,
        precision="32",
        threads=1,
        workers=0,
    )


@pytest.fixture
def short(recipe):
    """Two epochs of three steps."""
    return recipe.model_copy(update={"epochs": 2, "steps_per_epoch": 3})
