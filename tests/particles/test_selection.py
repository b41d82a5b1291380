"""Which particles count, and why others do not."""

import numpy as np
import pandas as pd
import pytest

from workbench.errors import WorkbenchError
from workbench.particles.selection import Selection, left_out_counts, unit_of


def table(unit: str = "nm") -> pd.DataFrame:
    found = pd.DataFrame(
        {
            "label": [1, 2, 3, 4, 5, 6],
            f"diameter_{unit}": [1.0, 4.0, 5.0, 6.0, 20.0, 5.0],
            f"feret_min_{unit}": [0.9, 3.0, 4.5, 5.5, 19.0, 4.5],
            f"feret_max_{unit}": [1.1, 5.0, 5.5, 6.5, 21.0, 5.5],
            "circularity": [0.9, 0.9, 0.3, 0.9, 0.9, 0.9],
            "confidence": [0.9, 0.4, 0.9, 0.9, 0.9, 0.9],
            "touches_edge": [False, False, False, True, False, False],
        }
    )
    found.attrs["unit"] = unit
    return found


def reasons(**rules) -> list[str]:
    return Selection(**rules).apply(table())["left_out"].tolist()


def test_all_count_but_those_at_the_edge():
    assert reasons() == ["", "", "", "edge", "", ""]
    assert reasons(edge="leave_out") == reasons()
    assert reasons(edge="keep") == [""] * 6


def test_each_rule_gives_its_reason():
    assert reasons(smallest=2, largest=10) == ["size", "", "", "edge", "size", ""]
    assert reasons(min_confidence=0.5) == ["", "confidence", "", "edge", "", ""]
    assert reasons(min_circularity=0.5) == ["", "", "circularity", "edge", "", ""]


def test_bounds_are_of_the_diameter_that_is_asked_for():
    assert reasons(diameter="feret_min", smallest=4)[1] == "size"
    assert reasons(diameter="feret_max", smallest=4)[1] == ""


def test_a_size_on_the_bound_counts():
    assert reasons(smallest=1.0, largest=20.0) == ["", "", "", "edge", "", ""]


def test_the_hand_comes_first_and_overrules_all_but_the_edge():
    found = Selection(smallest=2, min_circularity=0.5).apply(table(), out=[6, 4], kept=[1, 3])
    assert found["left_out"].tolist() == ["", "", "", "hand", "", "hand"]
    kept_at_edge = Selection().apply(table(), kept=[4])
    assert kept_at_edge["left_out"][3] == "edge"


def test_included_and_left_out_say_the_same_and_the_table_stays():
    before = table()
    found = Selection(smallest=2).apply(before)
    assert found["included"].tolist() == [not reason for reason in found["left_out"]]
    assert found.attrs["unit"] == "nm"
    assert "included" not in before
    assert left_out_counts(found) == {"size": 1, "edge": 1}


def test_without_confidence_that_rule_is_not_looked_at():
    assert Selection(min_confidence=0.9).apply(table().drop(columns="confidence"))["included"].sum() == 5


def test_no_particle():
    found = Selection(smallest=1).apply(table().iloc[:0])
    assert len(found) == 0
    assert found["included"].dtype == np.bool_


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"diameter": "radius"}, "equal_circle"),
        ({"edge": "cut"}, "leave_out"),
        ({"smallest": 3, "largest": 2}, "No "),
    ],
)
def test_rules_that_are_none_are_refused(rules, said):
    with pytest.raises(WorkbenchError, match=said):
        Selection(**rules)


def test_the_unit_of_a_table():
    assert unit_of(table()) == "nm"
    assert unit_of(table("px")) == "px"
    with pytest.raises(WorkbenchError, match="nm and in px"):
        unit_of(table().assign(diameter_px=1.0))
    with pytest.raises(WorkbenchError, match="no column"):
        unit_of(pd.DataFrame({"a": [1]}))


def test_rules_in_words():
    said = Selection(smallest=1.2, largest=9, min_confidence=0.5).said("nm")
    assert said == (
        "equal-circle diameter 1.2 to 9 nm, confidence at least 0.5, at the edge: left out, the others weighted for it"
    )
