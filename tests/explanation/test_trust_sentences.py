"""What figures say, from figures alone: no map, no network."""

import pytest
from trust_examples import ANOTHER_MAP, BY_CHANCE, SAME_MAP, figures

from workbench.explanation.trust_figures import Pointing
from workbench.explanation.trust_sentences import line, sentences


@pytest.mark.parametrize(
    ("randomised", "short", "long"),
    [
        (ANOTHER_MAP, "weights matter", "it shows what the network has learned"),
        (SAME_MAP, "FAILED: same map with random weights", "fails the weight-randomisation check"),
        (BY_CHANCE, "weights: map too smooth to tell", "maps as smooth as this one do so by chance"),
    ],
)
def test_the_verdict_on_the_weights_is_in_the_line_and_first_of_the_sentences(randomised, short, long):
    assert short in line(figures(randomised))
    assert long in sentences(figures(randomised))[0]


def test_a_failure_comes_before_the_curves_and_all_else_after_them():
    deleted = "deletion 0.20 (random 0.50, intensity 0.10)"
    assert line(figures(SAME_MAP)) == f"FAILED: same map with random weights · {deleted}"
    assert line(figures()) == f"{deleted} · weights matter"


def test_each_curve_is_compared_with_chance_and_with_intensity():
    deletion, insertion = sentences(figures())[1:3]
    assert "(best 0), better than random (0.50), no better than plain intensity (0.10)" in deletion
    assert "(best 1), better than random (0.50), better than plain intensity (0.40)" in insertion


def test_what_was_not_measured_is_not_told_of():
    assert len(sentences(figures())) == 3
    assert sentences(figures(curves=(None, None)))[1].endswith("nothing to take away from it.")
    told = figures(
        infidelity=0.25, sensitivity=0.5, pointing=Pointing(False, 7.0, 2.0, 0.4, 0.1), share_of_target=0.75
    )
    said = sentences(told)
    assert "leaves 25% unexplained" in said[3]
    assert "changes the map by up to 50%" in said[4]
    assert "lies 7 px from the true particle; 40% of what speaks" in said[5]
    assert "holds 75% of it" in said[6]
    assert line(told).endswith("points outside")


def test_an_empty_map_says_nothing_else():
    assert line(figures(empty=True)) == "empty map: it says nothing"
    assert len(sentences(figures(empty=True))) == 1
