"""A budget says what it holds and what it lacks."""

import json

import pytest

from workbench.particles.budget import Budget, Part

PARTS = (
    Part("calibration", None, "not stated"),
    Part("pixel", 0.01, "whole pixels"),
    Part("sampling", 0.10, "so many"),
)
BUDGET = Budget("median", 4.1234, "nm", PARTS, 0.1005, 0.2010, ("calibration",))


def test_it_is_told_in_one_line():
    assert BUDGET.summary() == "4.12 ± 0.20 nm (k = 2), without calibration"
    assert repr(BUDGET) == f"Budget({BUDGET.summary()})"
    assert BUDGET.interval == pytest.approx((3.9224, 4.3244))


def test_where_nothing_was_combined_it_says_so():
    empty = Budget("mean", 4.0, "nm", PARTS, None, None, ("calibration",))
    assert empty.summary() == "no uncertainty of the mean is known"
    assert empty.interval is None
    assert "expanded" not in empty._repr_html_()


def test_a_part_is_found_by_its_name():
    assert BUDGET.part("pixel").value == 0.01


def test_its_table_has_every_part_with_a_sentence():
    page = BUDGET._repr_html_()
    for said in ("not stated", "0.01 nm: whole pixels", "0.10 nm: so many", "4.12 ± 0.20 nm"):
        assert said in page


def test_it_goes_through_json():
    said = json.loads(json.dumps(BUDGET.to_dict(), allow_nan=False))
    assert said["parts"][0] == {"name": "calibration", "value": None, "said": "not stated"}
    assert (said["expanded"], said["coverage_factor"], said["without"]) == (0.201, 2.0, ["calibration"])
