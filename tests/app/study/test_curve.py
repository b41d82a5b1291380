"""Hard Dice of a study by dilation, or by training size where there is one dilation."""

import pytest
from study_standing import COLOURS, HALF, OVERVIEW, cells

from workbench.app.study.curve import StudyCurve, across
from workbench.app.study.grid import Column
from workbench.study.overview import Overview
from workbench.study.status import StudyStatus

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # bqplot's


def test_the_curve_goes_over_dilation_and_over_sizes_where_there_is_one_dilation():
    curve = StudyCurve()
    curve.show(OVERVIEW, HALF, COLOURS)
    line, dots = curve.figure.marks[:2]
    assert (list(line.x), list(line.y)) == (["1"], [pytest.approx(0.8)])
    assert sorted(dots.y) == [0.7, 0.9]
    assert list(dots.opacities) == [0.6]
    assert curve._title.value == "Hard Dice by dilation; small points: seeds"
    one = Overview("o", "", cells(1, sizes=(48, 4)), ("t",))
    curve.show(one, StudyStatus("new", {}), COLOURS)
    assert curve._x.domain == ["4", "48"]


def test_dilations_are_compared_at_the_most_training_micrographs():
    columns, title = across(Overview("o", "", cells(1, 2, sizes=(48, 4)), ("t",)))
    assert columns == [(Column(48, "1"), "1"), (Column(48, "2"), "2")]
    assert title == "Hard Dice by dilation, 48 training micrographs; small points: seeds"


def test_a_network_without_a_score_has_a_line_without_points_and_the_lines_stay():
    curve = StudyCurve()
    curve.show(OVERVIEW, HALF, COLOURS)
    marks = list(curve.figure.marks)
    assert [len(mark.x) for mark in marks] == [1, 2, 0, 0]
    assert [mark.colors for mark in marks] == [["#000000"]] * 2 + [["#ffffff"]] * 2
    curve.show(OVERVIEW, HALF, dict.fromkeys(COLOURS, "#123456"))
    assert list(curve.figure.marks) == marks
    assert [mark.colors for mark in marks] == [["#123456"]] * 4
    assert (curve._y.min, curve._y.max) == (pytest.approx(0.68), pytest.approx(0.92))
