"""Those who watch a run see what it does, stop it and pause it; of several processes one speaks."""

import errno
import json
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from workbench.errors import ComputeError, Stopped
from workbench.networks.loading import load_network
from workbench.training import run_monitor
from workbench.training.loop import Run, train
from workbench.training.recipe import Recipe
from workbench.training.run_folder import RunFolder
from workbench.training.run_monitor import RunMonitor

RECIPE = Recipe(
    name="watched",
    training_sets=["gold"],
    validation_sets=["silver"],
    architecture="unet",
    steps_per_epoch=10,
    epochs=2,
)


@pytest.fixture
def run(tmp_path):
    return RunFolder.create(RECIPE, tmp_path)


def monitor(run, *, first=True, alone=True, stop=None):
    return RunMonitor(run, RECIPE, first, alone, stop)


def kinds(run):
    return [event["event"] for event in run.events()]


def not_saved():
    raise AssertionError("nobody asked for a pause")


def during_a_pause(monkeypatch, *acts):
    """Do one thing at each look that a paused run takes; fail if it looks more often."""
    left = list(acts)
    sleep = SimpleNamespace(sleep=lambda _seconds: left.pop(0)())  # in which no other thread sleeps
    monkeypatch.setattr(run_monitor, "time", sleep)
    return left


def test_what_is_said_is_logged_and_on_stderr(run, capsys):
    monitor(run).say("note", "labels are masks")
    (event,) = run.events("note")
    assert event["message"] == "labels are masks"
    assert capsys.readouterr().err == "watched: labels are masks.\n"


def test_after_each_step_it_says_how_far_it_is(run):
    watch = monitor(run)
    assert not watch.after_step(10, not_saved)
    beat = run.beat
    assert (beat.phase, beat.step, beat.steps, beat.said) == ("training", 10, 20, "epoch 1")
    assert not monitor(run).after_step(11, not_saved)
    assert run.beat.said == "epoch 2"
    assert kinds(run) == []


def test_a_stop_is_asked_of_the_folder_and_of_who_began_it(run):
    assert not monitor(run).asked_to_stop()
    assert monitor(run, stop=lambda: True).asked_to_stop()
    run.stop()
    assert monitor(run, stop=lambda: False).asked_to_stop()


def test_of_several_processes_only_the_first_does_anything(run, capsys):
    run.pause()
    second = monitor(run, first=False, alone=False, stop=lambda: True)
    second.say("note", "twice")
    second.beat("training", 1, "twice")
    assert not second.asked_to_stop()
    assert not second.after_step(1, not_saved)
    assert run.asked("pause")
    second.began_with(sets(run.folder))
    assert (kinds(run), run.beat, capsys.readouterr().err) == ([], None, "")
    assert not (run.folder / "sets.json").exists()


def test_a_pause_writes_the_state_and_lasts_until_it_is_taken_back(run, monkeypatch):
    saved = []

    def look():
        assert (saved, run.beat.phase, run.beat.step) == ([True], "paused", 7)

    left = during_a_pause(monkeypatch, look, look, run.take_back_wishes)
    run.pause()
    assert not monitor(run).after_step(7, lambda: saved.append(True))
    assert left == []
    assert [(event["event"], event["step"]) for event in run.events()] == [("paused", 7), ("continued", 7)]


@pytest.mark.parametrize("by", ["folder", "who began it"])
def test_a_stop_ends_a_pause(run, monkeypatch, by):
    asked = []
    during_a_pause(monkeypatch, run.stop if by == "folder" else lambda: asked.append(True))
    run.pause()
    assert monitor(run, stop=lambda: bool(asked)).after_step(7, lambda: None)
    assert kinds(run) == ["paused"]


def test_a_run_that_is_to_pause_and_to_stop_does_not_pause(run):
    run.pause()
    run.stop()
    assert not monitor(run).after_step(7, not_saved)
    assert kinds(run) == []


def test_a_run_on_several_devices_stops_instead_of_pausing_and_says_so(run):
    run.pause()
    watch = monitor(run, alone=False)
    assert not watch.after_step(7, not_saved)
    assert (run.asked("pause"), watch.asked_to_stop()) == (False, True)
    assert "cannot pause; it stops instead" in run.events("note")[0]["message"]


def test_a_run_that_was_deleted_ends_after_its_step_and_in_a_pause(run, monkeypatch):
    away = run.folder.with_name("bin")
    during_a_pause(monkeypatch, lambda: run.folder.rename(away))
    run.pause()
    with pytest.raises(ComputeError, match="was deleted while the run was at work"):
        monitor(run).after_step(7, lambda: None)
    assert not run.folder.exists()
    with pytest.raises(ComputeError, match="was deleted while the run was at work"):
        monitor(run).after_step(8, not_saved)


def sets(folder, value=0.0):
    """Return what was read of a set: pixels of one value, and where the set lies."""
    pairs = [(np.full((2, 2), value, np.float32), np.ones((2, 2), bool))]
    return SimpleNamespace(
        training=pairs, validation=pairs, names="gold", opened=[SimpleNamespace(folder=folder)]
    )


def test_a_set_that_changed_since_the_run_began_is_said_and_on_the_card(run, tmp_path):
    monitor(run).began_with(sets(tmp_path))
    again = monitor(run)
    again.began_with(sets(tmp_path))
    assert (again.remark, kinds(run)) == ("", [])
    other = monitor(run)
    other.began_with(sets(tmp_path, 1.0))
    assert other.remark == "gold changed during the run"
    assert "gold has changed since the run began" in run.events("set_changed")[0]["message"]


@pytest.fixture
def watched(run, tmp_path):
    """Return what watches over a run on a set of one file, and that file."""
    (tmp_path / "gold" / "images").mkdir(parents=True)
    image = tmp_path / "gold" / "images" / "m.tif"
    image.write_text("m")
    watch = monitor(run)
    watch.began_with(sets(tmp_path / "gold"))
    return watch, image


def test_files_that_change_under_a_run_are_said_once(run, watched):
    watch, image = watched
    watch.check_sets()
    assert (watch.remark, kinds(run)) == ("", [])
    image.write_text("mm")
    for _epoch in range(2):
        watch.check_sets()
    assert watch.remark == "gold changed during the run, which went on with what it had read"
    assert kinds(run) == ["set_changed"]


@pytest.mark.parametrize("act", ["iterdir", "stat"])
def test_a_drive_that_is_away_for_a_while_ends_no_run_and_is_no_change(run, watched, monkeypatch, act):
    watch, image = watched

    def away(*_given, **_named):
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))

    with monkeypatch.context() as patched:
        patched.setattr(Path, act, away)
        watch.check_sets()
    assert (watch.remark, kinds(run)) == ("", [])
    image.write_text("mm")
    watch.check_sets()
    assert kinds(run) == ["set_changed"]


def test_a_set_that_changes_while_it_is_trained_is_said_and_the_hash_is_kept(recipe, tmp_path):
    label = Path(recipe.training_sets[0]) / "labels" / "m0.tif"
    changed = []

    def change(_done: float, _text: str) -> None:
        if not changed:
            changed.append(True)
            shutil.copy(label.with_name("m1.tif"), label)

    whole = recipe.model_copy(update={"epochs": 2, "steps_per_epoch": 3})
    run = train(whole, runs=tmp_path / "runs", progress=change)
    (said,) = run.events("set_changed")
    began = json.loads((run.folder / "sets.json").read_text())["sha256"]
    assert f"it goes on with the micrographs that it read (SHA-256 {began[:12]}…)" in said["message"]
    assert "changed during the run" in load_network(run.folder).card.trained_on


def test_a_run_resumed_on_another_set_says_so_and_keeps_the_hash_it_began_with(short, tmp_path):
    calls = []
    with pytest.raises(Stopped):
        train(short, runs=tmp_path / "runs", stop=lambda: calls.append(True) or len(calls) == 2)
    run = Run(tmp_path / "runs" / "tiny")
    began = json.loads((run.folder / "sets.json").read_text())["sha256"]
    label = Path(short.training_sets[0]) / "labels" / "m0.tif"
    shutil.copy(label.with_name("m1.tif"), label)
    run.resume()
    assert "has changed since the run began" in run.events("set_changed")[0]["message"]
    assert json.loads((run.folder / "sets.json").read_text())["sha256"] == began
