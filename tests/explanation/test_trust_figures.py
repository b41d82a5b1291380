"""Figures of trust by hand: areas under curves, verdicts at the edge of a threshold."""

import json

import numpy as np
import pytest

from workbench.explanation.trust_figures import AGREEMENT, Curves, Pointing, Randomised, TrustFigures

FRACTIONS = np.array([0.0, 0.25, 1.0])
FAST, EVEN, SLOW = np.array([1.0, 0.0, 0.0]), np.array([1.0, 0.75, 0.0]), np.array([1.0, 1.0, 0.0])


def test_areas_are_those_of_the_trapezium_rule():
    curves = Curves("deletion", FRACTIONS, FAST, EVEN, SLOW)
    assert curves.area == pytest.approx(0.125)
    assert curves.random_area == pytest.approx(0.25 * 0.875 + 0.75 * 0.375)
    assert curves.intensity_area == pytest.approx(0.25 + 0.375)


def test_low_is_good_for_deletion_and_high_for_insertion():
    for kind, good in (("deletion", FAST), ("insertion", SLOW)):
        bad = FAST if good is SLOW else SLOW
        found = Curves(kind, FRACTIONS, good, EVEN, bad)
        assert found.better_than_random
        assert found.better_than_intensity
        worse = Curves(kind, FRACTIONS, bad, EVEN, good)
        assert not worse.better_than_random
        assert not worse.better_than_intensity
        same = Curves(kind, FRACTIONS, EVEN, EVEN, EVEN)
        assert not same.better_than_random


def randomised(rank: float, similarity: float, by_chance: tuple[float, float] = (0.0, 0.0)) -> Randomised:
    stages = np.array([0.99, rank]), np.zeros(2), np.array([0.99, similarity])
    return Randomised(("top", "all"), *stages, *by_chance)


@pytest.mark.parametrize(
    ("found", "depends", "same"),
    [
        (randomised(0.1, 0.2), True, False),
        (randomised(AGREEMENT, AGREEMENT), True, False),
        (randomised(0.6, 0.2), False, True),
        (randomised(0.2, 0.6), False, True),
        (randomised(0.6, 0.6, (0.7, 0.7)), False, False),
        (randomised(0.6, 0.6, (0.7, 0.0)), False, True),
        (randomised(-0.9, 0.2), True, False),
    ],
)
def test_only_the_last_stage_decides_and_only_what_chance_does_not_reach(found, depends, same):
    assert found.depends_on_weights is depends
    assert found.same_map is same
    figures = TrustFigures("Gradient", None, None, None, None, found, None)
    assert (figures.depends_on_weights, figures.failed) == (depends, same)
    assert not TrustFigures("Gradient", None, None, None, None, found, None, empty=True).failed


def test_all_figures_are_plain_for_json():
    curves = Curves("deletion", FRACTIONS, FAST, EVEN, SLOW).to_dict()
    assert json.loads(json.dumps(curves)) == curves
    assert (curves["by_map"], curves["area"], curves["better_than_random"]) == ([1.0, 0.0, 0.0], 0.125, True)
    stages = randomised(0.1, 0.2, (0.3, 0.4)).to_dict()
    assert stages == {
        "layers": ["top", "all"],
        "rank_correlation": [0.99, 0.1],
        "absolute_rank_correlation": [0.0, 0.0],
        "similarity": [0.99, 0.2],
        "rank_by_chance": 0.3,
        "similarity_by_chance": 0.4,
    }
    assert json.loads(json.dumps(stages)) == stages
    pointing = Pointing(True, 0.0, 2.0, 0.4, 0.1)
    assert pointing.to_dict() == vars(pointing)
