"""What a run will take, in words."""

import pytest

from workbench.app.train.estimate_text import say_estimate, say_seconds
from workbench.training.estimate import Estimate
from workbench.training.recipe import Recipe


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.0123, "12 ms"),
        (1, "1 s"),
        (2.345, "2.3 s"),
        (99, "99 s"),
        (120, "2 min"),
        (5399, "90 min"),
        (5400, "1.5 h"),
        (36000, "10.0 h"),
    ],
)
def test_a_duration_has_the_unit_that_suits_it(seconds, said):
    assert say_seconds(seconds) == said


def test_an_estimate_says_time_memory_weights_and_micrographs():
    recipe = Recipe(
        name="a",
        training_sets=["a"],
        validation_sets=["b"],
        architecture="unet",
        epochs=10,
        steps_per_epoch=50,
    )
    assert say_estimate(Estimate(600.0, 1.2, 3 << 29, "cpu", 1234567, (40, 10)), recipe) == (
        "Estimate from one crop tried on cpu: 10 min (1.2 s a step, 500 steps), 1.5 GB of memory. "
        "1,234,567 weights; learns from 40 micrographs, validated on 10."
    )
