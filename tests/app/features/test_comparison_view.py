"""How two networks beside each other are drawn and put into words."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from workbench.app.features.comparison_view import cka_svg, say_tuning, shade, tuning_svg
from workbench.compute.network_comparison import ComparisonFound, TuningFound


def tuning(frequencies=(2.0, 4.0, 6.0), selectivities=(0.1, 0.6, 0.9), angles=(0.0, 90.0, 45.0)):
    return TuningFound(
        "first", np.array(angles), np.array(frequencies), np.array(selectivities), 5, "1/nm", 12.5
    )


def test_a_square_for_each_pair_of_layers_is_darker_the_more_alike_they_are():
    cka = np.array([[1.0, 0.0, 0.5], [np.nan, 0.25, 1.2]])
    found = ComparisonFound(cka, ("a", "b<i>"), ("c", "d", "e"), 100, True, (tuning(), tuning()))
    drawn = ElementTree.fromstring(cka_svg(found, "One & two", "Other"))
    squares = drawn.findall("rect")
    assert [one.get("fill") for one in squares] == [shade(value) for value in cka.ravel()]
    assert squares[3].findtext("title") == "b<i> and c: CKA not defined"
    assert squares[4].findtext("title") == "b<i> and d: CKA 0.25"
    assert "One & two ↓" in [text.text for text in drawn.findall("text")]


@pytest.mark.parametrize(("value", "colour"), [(0, "#ffffff"), (1, "#1976d2"), (1.01, "#1976d2")])
def test_white_is_nothing_in_common_and_blue_the_same(value, colour):
    assert shade(value) == colour


def test_a_half_circle_is_drawn_in_the_colour_of_its_network():
    dots = ElementTree.fromstring(tuning_svg(tuning(), "#553399")).findall("circle")
    assert {dot.get("fill") for dot in dots} == {"rgba(85,51,153,0.65)"}


def test_a_filter_lies_in_the_direction_across_its_fringes():
    drawn = ElementTree.fromstring(tuning_svg(tuning(), "#E69F00"))
    along, down, _across = [(float(dot.get("cx")), float(dot.get("cy"))) for dot in drawn.findall("circle")]
    middle = 104
    assert along[0] > middle
    assert along[1] == middle
    assert down[0] == pytest.approx(middle, abs=0.1)
    assert middle - down[1] == pytest.approx(2 * (along[0] - middle), abs=0.2)  # twice the frequency
    sizes = [float(dot.get("r")) for dot in drawn.findall("circle")]
    assert sizes == sorted(sizes)


def test_the_filters_are_put_into_words():
    assert re.search(
        r"3 of 5 filters answer to fringes.*4 1/nm.*2 of them to one orientation", say_tuning(tuning())
    )
    assert "no filter answers" in say_tuning(tuning((), (), ()))
