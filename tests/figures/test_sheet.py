"""How a figure lies on paper."""

import pytest

from workbench.errors import WorkbenchError
from workbench.figures.sheet import check_bar, check_letters, check_width, folded, joined, sheet_for


@pytest.mark.parametrize(
    ("panes", "columns", "width_mm", "across", "down"),
    [
        (3, None, None, 3, 1),
        (5, None, None, 4, 2),
        (5, 2, None, 2, 3),
        (3, None, 85, 2, 2),
        (3, None, 120, 3, 1),
        (5, None, 180, 4, 2),
        (3, None, 30, 1, 3),
        (3, 3, 85, 3, 1),
    ],
)
def test_a_row_holds_no_more_panes_than_are_wide_enough_for_a_title(panes, columns, width_mm, across, down):
    sheet = sheet_for(panes, columns, width_mm)
    assert (sheet.across, sheet.down) == (across, down)
    assert sheet.exact == (width_mm is not None)


@pytest.mark.parametrize("width_mm", [-85, 0, 19.9, 1001, float("nan"), float("inf"), "wide", [85]])
def test_a_width_that_no_paper_has_is_refused(width_mm):
    with pytest.raises(WorkbenchError, match="20 to 1000 mm wide on paper"):
        check_width(width_mm)
    assert check_width(85) == 85.0


@pytest.mark.parametrize("letters", ["b", "", None, 1, ["a"], "aA"])
def test_letters_that_are_none_of_the_ways_are_refused(letters):
    with pytest.raises(WorkbenchError, match="Panes are lettered"):
        check_letters(letters)
    assert check_letters("(a)") == "(a)"


@pytest.mark.parametrize("bar_nm", [0, -1, float("nan"), float("inf"), "long", [2]])
def test_a_bar_without_a_length_is_refused(bar_nm):
    with pytest.raises(WorkbenchError, match="positive number of nm"):
        check_bar(bar_nm)
    assert check_bar("20") == 20.0
    assert check_bar(None) is None


def test_a_text_is_broken_between_words_and_its_own_lines_stay():
    assert folded("gold on carbon", 9) == "gold on\ncarbon"
    assert folded("gold\non carbon", 20) == "gold\non carbon"
    assert folded("x" * 12, 5) == "xxxxx\nxxxxx\nxx"
    assert folded("", 5) == ""


def test_two_parts_stand_in_one_line_where_they_fit_else_each_in_its_own():
    assert joined("U-Net", "threshold 0.5", 30) == "U-Net, threshold 0.5"
    assert joined("U-Net", "threshold 0.5", 15) == "U-Net,\nthreshold 0.5"
    assert (
        joined("Lattice band-pass + Otsu", "threshold 0.5", 22) == "Lattice band-pass +\nOtsu, threshold 0.5"
    )
