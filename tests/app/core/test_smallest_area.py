"""The smallest area of a particle, in the unit in which it was typed."""

import pytest

from workbench.app.core.smallest_area import as_argument, in_other_unit, read_area, why_unused
from workbench.errors import WorkbenchError


@pytest.mark.parametrize(
    ("area", "unit", "nm_per_px", "argument"),
    [
        (None, "", 0.1, None),  # what the card of each network says
        (0, "nm2", 0.1, 0),
        (1.0, "nm2", 0.1, 1.0),
        (1.0, "nm2", 3372.0, 1.0),
        (30, "px2", None, 30),
        (30, "px2", 0.1, 0.3),
        (1.0, "nm2", None, 0),
        (30, "", None, 30),
        (30, "", 0.1, 30),
    ],
)
def test_an_area_is_used_in_its_own_unit(area, unit, nm_per_px, argument):
    found = as_argument(area, unit, nm_per_px)
    assert found == (argument if argument is None else pytest.approx(argument))
    assert bool(why_unused(area, unit, nm_per_px)) == (bool(area) and argument == 0)


def test_an_area_that_cannot_be_used_says_why():
    assert why_unused(1.0, "nm2", None) == (
        "1 nm² needs the size of a pixel, which is not known here: nothing is dropped."
    )


def test_the_other_unit_is_the_same_area():
    assert in_other_unit(30, "px2", 0.1) == (pytest.approx(0.3), "nm2")
    assert in_other_unit(0.3, "nm2", 0.1) == (pytest.approx(30), "px2")
    assert in_other_unit(0.3, "nm2", None) == (0.0, "px2")


@pytest.mark.parametrize(
    ("text", "area", "unit"),
    [
        ("2.5", 2.5, "nm2"),
        (" 50 nm² ", 50.0, "nm2"),
        ("300 px2", 300.0, "px2"),
        ("12px^2", 12.0, "px2"),
        ("0", 0.0, "nm2"),
        ("0,4", 0.4, "nm2"),
        ("1e3", 1000.0, "nm2"),
    ],
)
def test_an_area_is_read_as_people_write_it(text, area, unit):
    assert read_area(text, "nm2") == (area, unit)


@pytest.mark.parametrize("text", ["", "many", "7 nm", "-3", "1..2", "inf", "nan", "5 furlong", "1e999"])
def test_what_is_no_area_is_refused_in_one_sentence(text):
    with pytest.raises(WorkbenchError, match="is no smallest area; type a number of px²") as refused:
        read_area(text, "px2")
    assert "\n" not in str(refused.value)
