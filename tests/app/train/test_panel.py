"""The Train panel: buttons that say why they are off, what is said of a run, what a closed panel does not do."""

import pytest
from fake_compute import FakeCompute
from training_set import QUICK, write_discs
from waiting import wait_for

from workbench.app.train import state
from workbench.app.train.panel import TrainPanel
from workbench.app.train.run_view import RunView
from workbench.app.workbench import Workbench

pytestmark = pytest.mark.filterwarnings("ignore")  # bqplot's, and other people's in other processes' start


@pytest.fixture
def worker():
    return FakeCompute()


@pytest.fixture
def panel(session):
    made = TrainPanel(session, None)
    made.was_shown()
    return made


@pytest.fixture
def _nobody_looks_for_runs(monkeypatch):
    """Let the runs be those that a test names, of which there are none in the folder."""
    monkeypatch.setattr(state, "keep_looking", lambda *_given: None)


@pytest.mark.slow
def test_the_panel_disables_what_makes_no_sense(session, draft):
    panel = TrainPanel(session, None)
    panel.was_shown()
    buttons = {name: panel.controls[name] for name in ("start_run", "pause", "stop", "resume")}
    draft.crop = 128
    wait_for(lambda: buttons["start_run"].disabled)
    assert "crop 128 is larger" in panel._warning.value
    draft.crop = 32
    wait_for(lambda: not buttons["start_run"].disabled)
    draft.epochs, draft.steps_per_epoch = 1, 100_000
    wait_for(lambda: not draft.warning)
    run = session.trainings.start()
    wait_for(lambda: not buttons["pause"].disabled)
    assert buttons["resume"].disabled
    buttons["pause"].click()
    wait_for(lambda: not buttons["resume"].disabled)
    assert buttons["pause"].disabled
    buttons["stop"].click()
    run.wait(timeout=120)
    wait_for(lambda: buttons["stop"].disabled and not buttons["resume"].disabled)


def test_a_page_whose_train_panel_is_closed_tries_no_training_step(tmp_path):
    write_discs(tmp_path / "data" / "discs")
    compute = FakeCompute(stops_at_once=False)
    page = Workbench(data=tmp_path / "data", compute=compute)
    panel, draft = page.panels["train"], page.session.trainings.draft
    assert compute.all("segment")  # Figure 1
    # whatever fills the draft, such as a session that was kept
    with draft.hold_trait_notifications():
        draft.training_set, draft.crop, draft.more = "discs", 32, QUICK
    wait_for(lambda: not draft.warning)
    draft.list_sets()
    wait_for(lambda: draft.sets)
    with draft._lock:
        assert (compute.all("estimate"), draft.estimated) == ([], "")
    panel.set_open(True)
    wait_for(lambda: compute.all("estimate"))
    for job in compute.all("estimate"):
        assert job.options["needs_device"]  # not beside a network
        assert not job.options["urgent"]  # nor before one
    wait_for(lambda: draft.estimated.startswith("estimating"))
    panel.set_open(False)
    assert compute.all("estimate")[-1].stop_asked
    assert draft.estimated == ""


@pytest.mark.usefixtures("_nobody_looks_for_runs")
@pytest.mark.parametrize(
    ("status", "on"),
    [
        ("running", {"pause", "stop"}),
        ("queued", {"stop"}),
        ("paused", {"stop", "resume"}),
        ("stopped", {"resume"}),
        ("failed", {"resume"}),
        ("interrupted", {"resume"}),
        ("finished", set()),
    ],
)
def test_what_can_be_done_with_a_run_depends_on_how_it_stands(session, panel, status, on):
    trainings = session.trainings
    trainings.runs, trainings.chosen = [RunView("one", status, 3, 12)], "one"
    assert {name for name in ("pause", "stop", "resume") if not panel.controls[name].disabled} == on


@pytest.mark.usefixtures("_nobody_looks_for_runs")
def test_what_is_known_of_a_run_is_said_in_lines(session, panel):
    view = RunView("one", "running", 3, 12, 1, 4, 0.5, 0.7, "on <cpu>", ("fewer workers",), left_s=90.0)
    session.trainings.runs, session.trainings.chosen = [view], "one"
    assert panel._about.value.split("<br>") == [
        "training, step 3 of 12, about 90 s left",
        "best hard Dice on validation 0.700",
        "on &lt;cpu&gt;",
        "fewer workers",
        "workbench train runs/one/recipe.toml",
    ]
    assert panel.summary == "training, 25 %"


@pytest.mark.usefixtures("_nobody_looks_for_runs")
def test_other_runs_can_be_compared_with_the_chosen_one(session, panel):
    trainings, compared = session.trainings, panel.controls["compared"]
    assert panel._runs_part.layout.display == "none"
    trainings.runs, trainings.chosen = [RunView("one", "finished")], "one"
    assert panel._runs_part.layout.display is None
    assert panel._others.layout.display == "none"
    trainings.runs = [RunView("one", "finished"), RunView("two", "stopped")]
    assert compared.options == ("two",)
    compared.value = ("two",)
    assert trainings.compared == ["two"]
    trainings.chosen = "two"
    assert compared.options == ("one",)


def test_the_network_that_is_tuned_can_be_trained_further_and_a_classical_method_cannot(session, panel):
    tune = panel.controls["tune"]
    assert tune.disabled
    assert "classical methods learn nothing" in tune.tooltip
    session.selected = ["unet"]
    assert (tune.disabled, tune.description) == (False, "fine-tune U-Net")
    tune.click()
    assert session.trainings.draft.start_from == "unet"


def test_a_draft_that_was_made_elsewhere_opens_the_panel(session, panel):
    opened = []
    panel.set_open = opened.append
    session.trainings.train_at("unet")
    assert opened == [True]
