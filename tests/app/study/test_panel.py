"""The Study panel: fields, buttons that say why they are off, and what the study is."""

from dataclasses import replace

import pytest
from fake_compute import FakeCompute
from study_plan import write_study
from study_standing import HALF, OVERVIEW, cells
from waiting import wait_for

from workbench.app.core.data_folder import DataFolder
from workbench.app.session import Session
from workbench.app.study.panel import StudyPanel, about
from workbench.app.widgets.browser import Browser
from workbench.study.overview import Overview
from workbench.study.status import CellStatus, StudyStatus

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # bqplot's


@pytest.fixture
def fake():
    return FakeCompute()


@pytest.fixture
def session(fake, tmp_path):
    write_study(tmp_path)
    return Session(data=DataFolder(tmp_path), compute=fake)


@pytest.fixture
def panel(session):
    made = StudyPanel(session, Browser())
    made.was_shown()
    wait_for(lambda: session.study.plans)
    return made


def choose(session, fake, answer, workers=None):
    """Choose the plan, and let the worker say what it asks for, or why it cannot."""
    reading = session.study.choose("studies/tiny.toml", workers=workers)
    wait_for(lambda: fake.waiting("overview"))
    (job,) = fake.waiting("overview")
    job.fail(answer) if isinstance(answer, str) else job.answer(answer)
    reading.join()


def test_what_a_study_is_is_said_before_it_begins(session, fake, panel):
    choose(session, fake, OVERVIEW, workers=2)
    make = panel.controls
    assert (make["plan"].value, make["plan_path"].value) == ("studies/tiny.toml", "studies/tiny.toml")
    assert (make["out"].value, make["workers"].value) == ("out/tiny", 2)
    assert (make["start"].disabled, make["start"].description) == (False, "Begin")
    assert (make["stop"].disabled, make["stop"].tooltip) == (True, "Nothing is under way.")
    assert make["retry"].layout.display == "none"
    assert panel._about.value.startswith("12 cells, each a training run<br>Networks: A, B &amp; C<br>")
    assert "workbench study studies/tiny.toml --out out/tiny --workers 2" in panel._state.value
    assert panel.summary == "0 of 12 cells done"


@pytest.mark.parametrize(
    "answer", ["recipe.corp is no key", Overview("o", "", (), ("t",), warnings=("recipe.corp is no key",))]
)
def test_what_cannot_begin_is_said_above_a_button_that_is_off(session, fake, panel, answer):
    choose(session, fake, answer)
    assert panel._warning.value == "Cannot begin: recipe.corp is no key"
    assert (panel.controls["start"].disabled, panel.controls["start"].tooltip) == (
        True,
        "recipe.corp is no key",
    )


def test_a_plan_is_picked_from_the_list_and_one_that_is_typed_joins_it(session, panel):
    plan = panel.controls["plan"]
    assert [path for _label, path in plan.options] == ["", "studies/tiny.toml"]
    panel.controls["plan_path"].value = "elsewhere.toml"
    assert plan.value == "elsewhere.toml"
    wait_for(lambda: "elsewhere.toml" in session.study.warning)
    plan.set_state({"index": 1, "seen": plan.edition})
    assert (session.study.plan, session.study.out) == ("studies/tiny.toml", "out/tiny")
    session.compute.close()


@pytest.mark.parametrize(
    ("standing", "label"),
    [
        (StudyStatus("new", HALF.cells), "Begin"),
        (replace(HALF, phase="open"), "Go on"),
        (replace(HALF, phase="finished"), "Write its page again"),
    ],
)
def test_the_button_says_what_it_will_do(session, panel, standing, label):
    session.study.standing = standing
    assert panel.controls["start"].description == label


def test_failures_can_be_tried_again_and_the_first_of_them_are_named(session, panel):
    failed = {f"cell-{number}": CellStatus("failed", why="It <broke>.") for number in range(7)}
    session.study.warning = ""
    session.study.standing = StudyStatus("open", failed, said="It was stopped.")
    assert panel.controls["retry"].layout.display is None
    assert not panel.controls["retry"].disabled
    lines = panel._state.value.split("<br>")
    assert lines[1] == "It was stopped."
    assert lines[2:7] == [f"cell-{number} failed: It &lt;broke&gt;." for number in range(5)]
    assert lines[7] == "and 2 more, in the table"


def test_sizes_starting_weights_and_what_is_left_out_have_their_lines():
    sizes = Overview("o", "", cells(1, 2, sizes=(48, 4)), ("t",))
    assert "48 training micrographs at dilation 1, 2<br>4 training micrographs at dilation 1" in about(sizes)
    first, second = cells(1, seeds=(0,))
    weights = tuple(replace(first, initialisation=name) for name in ("edges", "imagenet"))
    said = about(Overview("o", "A <title>", (*weights, second), ("t",), left_out=("No weights here",)))
    assert said.startswith("A &lt;title&gt;<br>3 cells")
    assert "Networks: A (weights: edges, imagenet), B &amp; C<br>Dilation: 1<br>Seeds: 0<br>" in said
    assert said.endswith("No weights here.")
