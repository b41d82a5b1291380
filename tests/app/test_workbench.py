"""The page: what its header, parts and status line say of the session, and what its browser may ask."""

import numpy as np
import pytest
from fake_compute import FakeCompute
from waiting import wait_for

from workbench.app.core import presence
from workbench.app.core.opening import JOB
from workbench.app.core.presence import AWAY_SECONDS
from workbench.app.dilation.sweep import DilationSweep
from workbench.app.folder.state import FolderState
from workbench.app.label.state import LabelState
from workbench.app.layout.state import LayoutState
from workbench.app.study.state import StudyState
from workbench.app.train.state import TrainState
from workbench.app.workbench import FIRST_SAMPLE, Workbench
from workbench.micrographs.micrograph import Micrograph

pytestmark = pytest.mark.filterwarnings("ignore:Passing unrecognized arguments")  # of bqplot

SMALL = Micrograph(
    np.eye(24, 32, dtype=np.float32), 0.05, "a <b>", metadata={"dose_e_per_A2": 123.4}, marks=()
)


@pytest.fixture(autouse=True)
def _nobody_looks(monkeypatch):
    monkeypatch.setattr(presence, "keep_looking", lambda *_: None)


@pytest.fixture
def compute():
    return FakeCompute()


@pytest.fixture
def page(compute, tmp_path):
    return Workbench(SMALL, data=tmp_path, compute=compute)


@pytest.fixture
def alone(monkeypatch):
    """Let pages be those of a dashboard, not of a notebook."""
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")


def shown(widget):
    return widget.layout.display != "none"


def heard(page, kind, **message):
    page.browser._heard(page.browser, {"kind": kind, **message}, [])


def test_the_header_says_what_is_open_and_escapes_what_others_wrote(page):
    about = page.children[0].children[0].value
    for fact in ("a &lt;b&gt;", "32 × 24 px", "0.05 nm/px", "123 e/Å²"):
        assert f'<span class="hw-fact">{fact}</span>' in about
    page.session.show(Micrograph(np.eye(8, dtype=np.float32), None, "c", marks=()))
    assert page.browser.opened == "c"
    assert page._facts() == ["c", "8 × 8 px", "pixel size not known"]
    assert "pixel size not known" in page.children[0].children[0].value
    assert repr(page) == f"Workbench({page.session!r})"


def test_undo_is_of_the_label_while_one_is_drawn_and_the_browser_asks_for_it_too(page):
    _about, _stepper, _scale, _device, undo, redo = page.children[0].children
    assert (undo.disabled, undo.description) == (True, "Undo")
    page.session.set_threshold("unet", 0.3)
    assert not undo.disabled
    undo.click()
    assert "unet" not in page.session.thresholds
    heard(page, "redo")
    assert page.session.thresholds == {"unet": 0.3}
    heard(page, "undo")
    assert page.session.thresholds == {}
    assert (undo.disabled, redo.disabled) == (True, False)
    page.session.subject(LabelState).active = True
    assert (undo.description, redo.disabled) == ("Undo stroke", True)  # nothing is drawn yet


def test_the_keys_of_the_browser_go_through_the_files_where_one_is_open(page, tmp_path):
    for name in ("image_1", "image_2", "image_10"):
        np.save(tmp_path / f"{name}.npy", np.eye(8))
    assert not page.browser.steps
    page.session.open_file("image_2.npy").result()
    assert page.browser.steps
    assert page.children[0].children[1] is page.stepper.box
    assert page.stepper.place.value == "2 of 3"
    for kind, name in (("next", "image_10"), ("next", "image_10"), ("previous", "image_2")):
        heard(page, kind)
        wait_for(lambda: not page.session.jobs.running(JOB))
        assert page.session.micrograph.name == name
    page.session.open_sample("easy")
    assert not page.browser.steps


def test_a_message_stands_on_the_page_until_it_is_put_away(page):
    note = page.children[1]
    page.session.message = "It is <too> large."
    said, close = note.children
    assert shown(note)
    assert said.value == "It is &lt;too&gt; large."
    close.click()
    assert not shown(note)
    assert page.session.message == ""


def test_the_status_line_says_what_runs_and_offers_to_stop_it_or_to_run_it_again(page, compute):
    assert page.session.busy
    assert shown(page.stop_button)
    assert not shown(page.retry_button)
    page.stop_button.click()
    assert not page.session.busy
    assert not shown(page.stop_button)
    assert shown(page.retry_button)
    page.retry_button.click()
    assert page.session.busy
    compute.work()
    assert not shown(page.stop_button)
    assert not shown(page.retry_button)


def test_what_has_a_stop_button_of_its_own_is_named_while_nothing_else_runs(page, compute):
    compute.work()
    sweep = page.session.subject(DilationSweep)
    assert sweep.aside
    sweep.status, sweep.busy = "3 of <9>", True
    assert page.status.value == f"{sweep.aside}: 3 of &lt;9&gt;"
    sweep.busy = False
    assert page.status.value == page.session.status


def test_the_page_holds_header_rail_drawer_panes_and_dock_and_begins_folded_in_a_notebook(page):
    _head, *_bars, rail, drawer, main, foot = page.children
    assert (rail, drawer) == (page.frame.rail, page.frame.drawer)
    assert main.children[1] is page.frame.dock
    assert page.viewer in main.children[0].children
    assert page.browser in foot.children
    assert (rail.chosen, page.frame.bar.folded, rail.offers_window) == ("", True, True)
    assert not shown(drawer)
    titles = [tab["title"] for tab in page.frame.bar.tabs]
    assert titles[:2] == ["Scores", "Probability"]
    assert {"Dilations", "Maps", "Curves", "Data set", "Folder", "Study", "Features", "Fourier"} < set(titles)
    page.session.subject(LayoutState).fills = False
    assert not page.viewer.fills
    page.viewer.fills = True
    assert page.session.layout.fills


@pytest.mark.usefixtures("alone")
def test_a_page_of_its_own_begins_with_the_networks_and_the_scores(compute, tmp_path):
    page = Workbench(data=tmp_path, compute=compute)
    frame = page.frame
    assert (frame.rail.chosen, frame.bar.tab, frame.bar.folded) == ("networks", "scores", False)
    assert not frame.rail.offers_window
    assert shown(frame.drawer)


def test_a_page_begins_with_a_sample_and_in_a_notebook_its_browser_keeps_nothing(compute, tmp_path):
    page = Workbench(data=tmp_path, compute=compute)
    assert (page.session.origin.kind, page.session.origin.path) == ("sample", FIRST_SAMPLE)
    assert not page.browser.keeps
    heard(page, "hello", kept="{}")
    page.session.set_threshold("unet", 0.3)
    assert page.browser.kept == ""


@pytest.mark.usefixtures("alone")
def test_a_page_of_its_own_comes_back_as_its_browser_kept_it(compute, tmp_path):
    first = Workbench(data=tmp_path, compute=compute)
    assert first.browser.keeps
    first.session.set_threshold("unet", 0.3)
    assert first.browser.kept == ""  # until the browser has said what it kept itself
    heard(first, "hello")
    first.session.set_threshold("unet", 0.4)
    assert '"unet":0.4' in first.browser.kept
    again = Workbench(data=tmp_path, compute=compute)
    heard(again, "hello", kept=first.browser.kept)
    assert again.session.thresholds == {"unet": 0.4}


@pytest.mark.usefixtures("alone")
def test_nothing_that_makes_widgets_in_threads_begins_before_a_browser_shows_the_page(
    compute, tmp_path, monkeypatch
):
    watched = []
    for kind in (FolderState, StudyState, TrainState):
        monkeypatch.setattr(kind, "watch", lambda state: watched.append(state.key))
    page = Workbench(data=tmp_path, compute=compute)
    assert watched == []
    heard(page, "hello")
    assert sorted(watched) == ["folder", "study", "trainings"]


@pytest.mark.usefixtures("alone")
def test_what_another_version_kept_is_passed_over_and_a_micrograph_that_was_given_stays(compute, tmp_path):
    page = Workbench(data=tmp_path, compute=compute)
    before = page.session.state()
    heard(page, "hello", kept='{"version": "of another time"}')
    assert page.session.state() == before
    assert page.session.micrograph is not None
    given = Workbench(SMALL, data=tmp_path, compute=compute)
    assert not given.browser.keeps
    heard(given, "hello", kept=page.session.state().model_dump_json())
    assert given.session.micrograph is SMALL


def test_the_browser_and_the_session_agree_on_the_network_whose_threshold_is_tuned(page):
    page.browser.current = "fcn8s"
    assert page.session.current == "fcn8s"
    page.session.current = "unet"
    assert page.browser.current == "unet"


def test_the_browser_can_do_without_python_what_is_only_seen(page):
    stand_ins = {one["trait"]: one for one in page.browser.stand_ins}
    assert {"threshold", "gamma", "colormap", "brush_px", "label_tool"} <= set(stand_ins)
    colormap = page.panels["mask"].controls["colormap"]
    assert stand_ins["colormap"]["control"] is colormap
    assert list(stand_ins["colormap"]["values"]) == list(colormap.options)
    assert page.panels["mask"].controls["network"] in page.browser.choices


def test_a_page_that_its_browser_left_holds_its_own_jobs(tmp_path):
    compute = FakeCompute()
    page = Workbench(data=tmp_path, compute=compute)
    page.presence._now = lambda: now
    page.presence.look()
    assert not compute.held  # a script, or a test: no browser ever came
    now = 0.0
    heard(page, "ping")
    now = 2 * AWAY_SECONDS
    page.presence.look()
    assert compute.held
    heard(page, "ping")
    assert not compute.held
