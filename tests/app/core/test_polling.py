"""What the page watches: no look that fails ends it, what cannot be read is said once and shown as old."""

import gc
import os
import shutil
import threading

import pytest
from waiting import wait_for
from watched_page import Page, make_run, unreadable

from workbench.app.core.polling import in_background, keep_looking
from workbench.app.explain.state import ExplainState
from workbench.app.study import state as chosen_study
from workbench.app.study.box import say_progress
from workbench.app.study.panel import _state
from workbench.app.study.state import StudyState
from workbench.app.train import state as trainings
from workbench.app.train.draft import Draft
from workbench.app.train.state import TrainState
from workbench.errors import ComputeError
from workbench.networks.loading import runs_folder
from workbench.process_files import write_process
from workbench.study.overview import Overview, PlannedCell
from workbench.study.status import Watcher

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # bqplot's


@pytest.fixture
def page(tmp_path):
    (tmp_path / "data").mkdir()
    return Page(tmp_path / "data")


FILES = ("events.jsonl", "state/heartbeat.json", "state/process.json")


# -- the thread


def test_a_look_that_fails_ends_nothing_and_the_same_is_told_once():
    class Owner:
        def __init__(self):
            self.looks, self.told, self.done = 0, [], threading.Event()

        def look(self):
            self.looks += 1
            if self.looks == 6:
                self.done.set()
            errors = {
                1: OSError(5, "Input/output error", "a"),
                2: OSError(5, "Input/output error", "a"),
                3: ValueError(),
            }
            if self.looks in errors:
                raise errors[self.looks]
            if self.looks == 5:
                raise OSError(5, "Input/output error", "a")

        def could_not_look(self, why):
            self.told.append(why)
            raise RuntimeError("nor can it be told")

    owner = Owner()
    keep_looking(owner, 0.001, "test")
    assert owner.done.wait(60)
    assert owner.told == ["a: Input/output error", "ValueError: no reason given", "a: Input/output error"]


def test_who_is_watched_is_not_kept_alive_by_a_look_that_failed():
    class Owner:
        told = threading.Event()

        def look(self):
            raise OSError(5, "Input/output error")

        def could_not_look(self, why):
            Owner.told.set()

    name = "watches one that goes"
    owner = Owner()
    keep_looking(owner, 0.001, name)
    assert Owner.told.wait(60)
    del owner
    gc.collect()
    wait_for(lambda: name not in [thread.name for thread in threading.enumerate()])


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ComputeError("Make room."), "Make room."),
        (MemoryError(), "Reading failed: there is not enough memory; close other programs."),
        (OSError(5, "Input/output error", "a.toml"), "Reading failed: a.toml: Input/output error."),
        (KeyError("x"), "Reading failed: KeyError: 'x'."),
    ],
)
def test_what_is_done_aside_tells_whatever_goes_wrong(error, said):
    told = []

    def act():
        raise error

    in_background(act, "reader", "reading", told.append).join(60)
    assert told == [said]


# -- runs


@pytest.mark.parametrize("name", FILES)
def test_a_run_that_cannot_be_read_is_shown_as_it_was_and_so_marked_until_it_can(page, name):
    run, other = make_run("one"), make_run("two")
    watched = TrainState(page)
    watched.look()
    assert [view.word for view in watched.runs] == ["training", "training"]
    back = unreadable(run.folder / name)
    other.log("epoch", epoch=1, loss=1.0, dice_hard=0.7, validation_loss=1.0, seconds=1.0)
    for _ in range(3):
        watched.look()
    view = watched.view_of("one")
    assert (view.dice, view.left_s) == (0.5, None)
    assert "cannot be read" in view.word
    assert view.as_of in view.word
    assert (watched.view_of("two").dice, watched.view_of("two").word) == (0.7, "training")
    (said,) = page.said
    assert "The run one cannot be read now" in said
    assert name.rpartition("/")[2] in said
    back()
    watched.look()
    assert (watched.view_of("one").word, watched.view_of("one").unread) == ("training", "")
    unreadable(run.folder / name)
    watched.look()
    assert len(page.said) == 2  # it is another time


def test_an_event_that_makes_no_sense_is_no_other_runs_concern(page):
    odd, other = make_run("one"), make_run("two")
    watched = TrainState(page)
    with (odd.folder / "events.jsonl").open("ab") as log:
        log.write(b'3\n"epoch"\n\xff\xfe\n{"event": "epoch"}\n')
    watched.look()
    assert [view.name for view in watched.runs] == ["two"]
    assert "The run one cannot be read now" in page.said[0]
    other.log("epoch", epoch=1, loss=1.0, dice_hard=0.7, validation_loss=1.0, seconds=1.0)
    watched.look()
    assert watched.view_of("two").dice == 0.7


def test_a_folder_of_runs_that_cannot_be_read_says_so_and_deletes_no_run(page):
    make_run("one")
    watched = TrainState(page)
    watched.look()
    away = runs_folder().with_name("away")
    runs_folder().rename(away)
    runs_folder().write_text("")  # what is no folder cannot be listed
    for _ in range(2):
        watched.look()
    assert "cannot be read" in watched.view_of("one").word
    (said,) = page.said
    assert "The runs cannot be read now" in said
    assert "deleted" not in said
    runs_folder().unlink()
    away.rename(runs_folder())
    watched.look()
    assert watched.view_of("one").word == "training"


def test_a_run_whose_recipe_cannot_be_read_any_more_is_not_said_to_be_deleted(page):
    run = make_run("one")
    watched = TrainState(page)
    watched.look()
    unreadable(run.folder / "recipe.json")
    (run.folder / "recipe.toml").write_text("= broken")
    watched.look()
    assert "cannot be read" in watched.view_of("one").word
    shutil.rmtree(run.folder)
    watched.look()
    assert watched.runs == []
    assert "was deleted" in page.said[-1]


def test_the_page_goes_on_watching_runs_after_whatever_a_look_met(page, monkeypatch):
    make_run("one")
    watched, real = TrainState(page), trainings._folders
    failing = threading.Event()
    looks = []

    def folders(runs):
        looks.append(runs)
        if failing.is_set():
            raise RuntimeError("what nobody thought of")
        return real(runs)

    monkeypatch.setattr(trainings, "_folders", folders)
    monkeypatch.setattr(trainings, "LOOK_EVERY_S", 0.001)
    watched.watch()
    wait_for(lambda: watched.runs)
    failing.set()
    wait_for(lambda: watched.runs[0].unread)
    seen = len(looks)
    wait_for(lambda: len(looks) > seen + 5)
    assert len(page.said) == 1
    failing.clear()
    wait_for(lambda: watched.runs[0].word == "training")


# -- studies


CELL = PlannedCell("unet-d1-s0", "U-Net", "none", "U-Net", "1", None, 0)


@pytest.fixture
def study(page):
    """A study that this process works on, on a page that has read its plan."""
    (page.data.root / "p.toml").write_text("plan")
    out = page.data.root / "out" / "p"
    (out / "cells").mkdir(parents=True)
    write_process(out / "process.json", os.getpid())
    made = StudyState(page)
    with made._lock:
        made._choosing, made.plan, made.out, made._text = True, "p.toml", "out/p", "plan"
        made._choosing = False
    made._on_overview(made._asked, Overview("p", "", (CELL,), ("test",)), "")
    assert made.standing.phase == "starting"
    return made


STUDY_FILES = ("process.json", "runs/unet-d1-s0/state/heartbeat.json", "cells/unet-d1-s0.json")


@pytest.mark.parametrize("name", STUDY_FILES)
def test_a_study_that_cannot_be_read_is_shown_as_it_was_and_so_marked_until_it_can(study, page, name):
    path = page.data.root / "out" / "p" / name
    back = unreadable(path)
    for _ in range(3):
        study.look()
    assert study.standing.phase == "starting"
    assert "cannot be read" in say_progress(study.standing)
    assert path.name in _state(study)
    assert "cannot be read now" in study.why_not_start()
    (said,) = page.said
    assert "The study cannot be read now" in said
    back()
    study.look()
    assert (study.standing.unread, study.standing.phase) == ("", "starting")


def test_a_study_whose_folder_cannot_be_read_at_first_is_told_not_waited_for(study, page):
    unreadable(page.data.root / "out" / "p" / "process.json")
    study.standing = None
    study._on_overview(study._asked, Overview("p", "", (CELL,), ("test",)), "")
    assert study.warning == ""
    assert "process.json" in study.standing.unread


def test_a_plan_that_cannot_be_read_for_a_while_takes_no_study_from_the_page(study, page):
    back = unreadable(page.data.root / "p.toml")
    study.look()
    assert study.standing is not None
    assert study.warning == ""
    back()
    study.look()
    assert study.standing.phase == "starting"


def test_a_plan_that_could_not_be_read_is_read_once_it_can_be(page, monkeypatch):
    made = StudyState(page)
    back = unreadable(page.data.root / "p.toml")
    made.choose("p.toml", "out/p").join(60)
    assert "cannot be read" in made.warning
    asked = []
    monkeypatch.setattr(made, "check", lambda: asked.append(made.plan))
    made.look()
    assert asked == []
    back()
    (page.data.root / "p.toml").write_text("plan")
    made.look()
    assert asked == ["p.toml"]


def test_the_page_goes_on_watching_a_study_after_whatever_a_look_met(study, page, monkeypatch):
    real, failing, looks = Watcher.look, threading.Event(), []

    def look(watcher):
        looks.append(watcher)
        if failing.is_set():
            raise RuntimeError("what nobody thought of")
        return real(watcher)

    monkeypatch.setattr(Watcher, "look", look)
    monkeypatch.setattr(chosen_study, "LOOK_EVERY_S", 0.001)
    failing.set()
    study.watch()
    wait_for(lambda: study.standing.unread)
    seen = len(looks)
    wait_for(lambda: len(looks) > seen + 5)
    assert len(page.said) == 1
    failing.clear()
    wait_for(lambda: not study.standing.unread)


# -- other threads of the page


def test_plans_that_cannot_be_looked_for_are_told(page, monkeypatch):
    def broken(_data):
        raise OSError(5, "Input/output error", "studies")

    monkeypatch.setattr(chosen_study, "find_plans", broken)
    StudyState(page).list_plans().join(60)
    assert page.said == ["Reading the study failed: studies: Input/output error."]


def test_a_draft_that_cannot_be_looked_over_cannot_start(page, monkeypatch):
    draft = Draft(page.data, page.compute)

    def broken(_recipe):
        raise OSError(5, "Input/output error", "set.toml")

    monkeypatch.setattr("workbench.app.train.draft.check_start", broken)
    monkeypatch.setattr(draft, "recipe", lambda: None)
    draft.warning = ""
    draft.check()
    wait_for(lambda: draft.warning)
    assert draft.warning == "Looking over the run failed: set.toml: Input/output error."


def test_a_target_that_cannot_be_chosen_for_any_reason_leaves_nothing_busy(monkeypatch):
    from workbench.app.explain import targets

    def broken(*_arguments):
        raise IndexError("out of bounds")

    class Queue:
        planned = False

        def latest(self, _request):
            return True

        def plan(self):
            self.planned = True

    class Bare(ExplainState):
        def __init__(self):
            self._lock, self._queue, self._session = threading.RLock(), Queue(), None

    monkeypatch.setattr(targets, "choose_target", broken)
    bare = Bare()
    bare._choose_targets(1, ["unet"])
    assert bare.refusals == {"unet": "Nothing can be chosen here: IndexError: out of bounds."}
    assert bare._queue.planned
