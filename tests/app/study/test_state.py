"""The study of a page: chosen, started, stopped, found again; what it says so far, without a browser."""

import pytest
from study_plan import write_study
from waiting import wait_for

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.session_reading import parse_session
from workbench.app.export.script import script
from workbench.app.session import Session
from workbench.app.study.panel import StudyPanel
from workbench.app.study.traits import READING
from workbench.app.widgets.browser import Browser
from workbench.locks import Lock
from workbench.training.device_queue import turns_folder
from workbench.training.run_folder import RunFolder

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]  # other people's, in other processes' start
LONGEST_S = 300


@pytest.fixture
def data(tmp_path):
    write_study(tmp_path / "data")
    return DataFolder(tmp_path / "data")


@pytest.fixture
def session(compute, data):
    made = Session(data=data, compute=compute)
    made.selected = ["otsu"]
    return made


# -- choosing, and why it cannot begin


def choose(session, plan, out=None, workers=None):
    """Choose a plan on a page that has listed its plans, and wait until it is read."""
    wait_for(lambda: session.study.plans)
    session.study.choose(plan, out, workers).join()
    wait_for(lambda: session.study.warning != READING)


@pytest.mark.parametrize(
    ("replaced", "plan", "out", "said"),
    [
        ((), "studies/nosuch.toml", None, "there is no such file"),
        ((), "../plan.toml", None, "outside the data folder"),
        ((), "studies/tiny.toml", "../elsewhere", "choose a folder inside the data folder"),
        ((), "studies/tiny.toml", " ", "Name a folder for the study"),
        ((("sets/train", "sets/gone"),), "studies/tiny.toml", None, "sets/gone is neither a folder or file"),
        ((("crop = ", "corp = "),), "studies/tiny.toml", None, "studies/tiny.toml: line 13: recipe.corp"),
    ],
)
def test_what_cannot_begin_says_why_and_does_not_begin(session, data, replaced, plan, out, said):
    write_study(data.root, *replaced)
    panel = StudyPanel(session, Browser())
    panel.was_shown()
    choose(session, plan, out)
    assert said in session.study.warning
    assert panel.controls["start"].disabled
    assert said in panel.controls["start"].tooltip
    session.study.start()
    assert said in session.message
    assert not (data.root / "out").exists()


def test_a_plan_that_is_changed_on_the_disk_is_read_again(session, data):
    study = session.study
    study.choose("studies/tiny.toml").join()
    write_study(data.root, ("seeds = [0, 1]", "seeds = [0, 1, 2]"))
    study.look()
    wait_for(lambda: study.overview is not None and len(study.overview.cells) == 3)


def test_a_set_that_came_since_is_found_when_one_looks_again(session, data):
    (data.root / "sets" / "train").rename(data.root / "sets" / "later")
    study = session.study
    study.choose("studies/tiny.toml").join()
    assert "sets/train is neither" in study.warning
    (data.root / "sets" / "later").rename(data.root / "sets" / "train")
    study.list_plans().join()
    wait_for(lambda: study.why_not_start() == "")


# -- a process of its own


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_a_study_is_started_found_by_another_page_stopped_and_goes_on_to_its_end(session, data, compute):
    write_study(data.root, ("epochs = 60", "epochs = 2"))
    turns_folder().mkdir()
    device = Lock.take(turns_folder() / "cpu.lock", '"another"')
    study = session.study
    study.choose("studies/tiny.toml").join()
    study.start()
    assert session.message == ""
    assert study.standing.alive
    assert study.why_not_start() == "It is under way."

    def trained() -> bool:
        study.look()
        return any(cell.state == "trained" and cell.fraction > 0 for cell in study.standing.cells.values())

    run = RunFolder(data.root / "out/tiny/runs/unet-d1-s0")
    wait_for(lambda: run.beat is not None and run.beat.phase == "queued", LONGEST_S)
    run.pause()  # after its first step, so that it is under way for as long as another page takes to open
    device.close()
    wait_for(trained, LONGEST_S)
    later = Session(data=data, compute=compute).study
    later.list_plans().join()
    wait_for(lambda: later.standing is not None)
    assert (later.plan, later.out, later.standing.phase) == ("studies/tiny.toml", "out/tiny", "works")
    later.stop()
    assert later.standing.phase in ("stopping", "open")

    def ended() -> bool:
        study.look()
        return not study.standing.alive

    wait_for(ended, LONGEST_S)
    assert study.standing.phase == "open"
    assert study.standing.said == "The study was stopped with 0 of 2 cells done; the same command goes on."
    study.start()
    wait_for(ended, LONGEST_S)
    assert (study.standing.phase, study.standing.count("done")) == ("finished", 2)
    study.show_page()
    assert "<h1>Two seeds on discs</h1>" in study.page
    assert study.page.count('src="data:image/png;base64,') >= 2
    assert 'wb.run_study("studies/tiny.toml", "out/tiny", workers=1)' in script(session)
    compile(script(session), "script", "exec")


def test_a_saved_session_knows_its_study(session, data, compute):
    session.study.choose("studies/tiny.toml", "out/mine", workers=3)
    saved = parse_session(session.state().model_dump_json())
    other = Session(data=data, compute=compute)
    other.restore(saved)
    assert (other.study.plan, other.study.out, other.study.workers) == ("studies/tiny.toml", "out/mine", 3)
