"""What can be concluded from a map, by its figures alone."""

import pytest
from trust_examples import BY_CHANCE, SAME_MAP, curve, figures

from workbench.explanation.trust_figures import Curves
from workbench.explanation.verdict import verdict

GOOD = (curve("deletion", 0.1, 0.5, 0.4), curve("insertion", 0.9, 0.5, 0.6))
CHANCE = (curve("deletion", 0.5, 0.5, 0.4), curve("insertion", 0.5, 0.5, 0.4))


def test_the_curves_of_this_test_are_what_they_are_called():
    assert all(isinstance(one, Curves) and one.better_than_random for one in GOOD)
    assert all(one.better_than_intensity for one in GOOD)
    assert not any(one.better_than_random for one in CHANCE)


@pytest.mark.parametrize(
    ("trust", "level", "said"),
    [
        (figures(curves=GOOD), "good", "better than chance and than plain intensity"),
        (
            figures(curves=CHANCE),
            "bad",
            "no better than chance at finding what the network used: do not show it",
        ),
        (figures(SAME_MAP, curves=GOOD), "bad", "stays the same with random weights"),
        (figures(curves=GOOD, empty=True), "bad", "is empty"),
        (figures(BY_CHANCE, curves=GOOD), "unsure", "so smooth"),
        (figures(BY_CHANCE, curves=CHANCE), "bad", "no better than chance"),  # the graver one is said
        (figures(curves=(None, None)), "unsure", "cannot be checked"),
        (figures(curves=(GOOD[0], CHANCE[1])), "unsure", "in one of two tests only"),
        (
            figures(curves=(GOOD[0], curve("insertion", 0.9, 0.5, 0.95))),
            "unsure",
            "plain intensity finds it",
        ),
    ],
)
def test_a_map_is_judged_by_its_gravest_fault(trust, level, said):
    found = verdict(trust)
    assert found.level == level
    assert said in found.sentence
    assert found.sentence.endswith(".")
