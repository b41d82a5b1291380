"""Below the panes: how far a study is, its table, its curve, and the page that it wrote."""

from dataclasses import replace

import pytest
from study_standing import HALF, OVERVIEW

from workbench.app.core.parameters import Parameters
from workbench.app.study.box import StudyBox, fraction, say_progress
from workbench.app.study.traits import StudyTraits
from workbench.study.status import CellStatus, StudyStatus

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # bqplot's


class Study(StudyTraits):
    """What the box shows, and what its buttons ask for."""

    asked_for = ()

    def show_page(self):
        self.asked_for = (*self.asked_for, "page")

    def close_page(self):
        self.asked_for = (*self.asked_for, "table")


@pytest.fixture
def study():
    return Study()


@pytest.fixture
def box(study):
    return StudyBox(study, Parameters())


def visible(widget):
    return widget.layout.display != "none"


def show(study, standing):
    with study.hold_trait_notifications():
        study.overview, study.standing = OVERVIEW, standing


def test_progress_is_a_line_in_words():
    assert say_progress(HALF) == (
        "under way · 2 of 12 cells done · 1 failed · 1 at work · time left is known when a cell is done"
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"left_s": 7200.0}, "under way · 2 of 12 cells done · 1 failed · 1 at work · "),
        ({"phase": "open"}, "stopped · 2 of 12 cells done · 1 failed"),
        ({"unread": "torn", "as_of": "12:00:00"}, "cannot be read; at 12:00:00: under way · 2 of 12"),
        ({"unread": "torn"}, "cannot be read · 2 of 12"),
    ],
)
def test_progress_says_the_phase_and_what_of_it_is_known(changed, said):
    assert say_progress(replace(HALF, **changed)).startswith(said)


def test_how_much_is_done_counts_cells_that_ended_and_steps_of_those_under_way():
    assert fraction(HALF) == pytest.approx((3 + 0.4) / 12)
    assert fraction(StudyStatus("new")) == 0


def test_without_a_study_there_is_a_sentence_and_nothing_to_press(study, box):
    assert "No study yet" in box._title.value
    assert not any(visible(widget) for widget in (box.bar, box.open, box.close))
    assert "hw-empty" in box.box._dom_classes


def test_a_study_under_way_shows_its_bar_its_table_and_what_is_at_work(study, box):
    show(study, HALF)
    assert box._title.value.startswith("o: under way")
    assert (visible(box.bar), box.bar.value) == (True, pytest.approx(3.4 / 12))
    assert "0.800 ± 0.141" in box.table.value
    assert "24 micrographs of dose-20, dose-80" in box._now.value
    assert box._now.value.endswith("At work: A-d1-nNone-s2 40 %.")
    assert box._beside.children == (box._curve.box,)
    assert "hw-empty" not in box.box._dom_classes


def test_the_curve_comes_with_the_first_cell_that_is_done(study, box):
    show(study, replace(HALF, cells={name: CellStatus("waits") for name in HALF.cells}))
    assert box._beside.children == (box._no_curve,)


def test_the_page_takes_the_place_of_the_table_and_gives_it_back(study, box):
    show(study, replace(HALF, phase="finished", has_page=True))
    assert (visible(box.open), visible(box.close), visible(box.bar)) == (True, False, False)
    box.open.click()
    study.page = "<h1>Its page</h1>"
    assert box.page.value == "<h1>Its page</h1>"
    assert box.box.children == (box._head, box.page)
    assert (visible(box.open), visible(box.close)) == (False, True)
    box.close.click()
    study.page = ""
    assert box.box.children == (box._head, box._now, box._parts)
    assert study.asked_for == ("page", "table")
