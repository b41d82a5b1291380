"""A run as the page shows it, read from its folder."""

import json
import os
import time

import numpy as np
import pytest
from watched_page import make_run

from workbench.app.train.run_view import MOST_POINTS, RunView, look_at, points_of, smoothed, stamp_of
from workbench.networks.loading import runs_folder
from workbench.training.run_folder import RunFolder


@pytest.fixture
def run():
    return make_run("one")


def test_smoothing_is_that_of_tensorboard():
    # by hand: 0.5 * 1 / 0.5; (0.5 * 0.5 + 0.5 * 3) / 0.75
    assert smoothed(np.array([1.0, 3.0]), 0.5) == pytest.approx([1.0, 1.75 / 0.75])


def test_a_run_at_work_says_how_far_it_is(run):
    view = look_at(run)
    assert (view.word, view.alive, view.epoch, view.dice, view.best) == ("training", True, 1, 0.5, 0.5)
    assert view.step == run.recipe().steps_per_epoch  # an epoch was scored, the beat is of before
    assert (view.steps, view.epochs) == (run.recipe().steps, run.recipe().epochs)
    assert not view.has_network


def test_the_best_of_the_epochs_is_told_beside_the_last(run):
    for epoch, dice in enumerate((0.9, 0.7), start=1):
        run.log("epoch", epoch=epoch, loss=1.0, dice_hard=dice, validation_loss=1.0, seconds=1.0)
    view = look_at(run)
    assert (view.dice, view.best) == (0.7, 0.9)


def test_a_run_without_a_recipe_is_none():
    folder = runs_folder() / "empty"
    folder.mkdir(parents=True)
    assert look_at(RunFolder(folder)) is None


def test_why_a_run_failed_is_said_and_what_happened_on_the_way(run):
    run.log("note", message="fewer workers")
    run.log("failed", message="no room")
    run.release()
    view = look_at(run)
    assert (view.word, view.said, view.remarks) == ("failed", "no room", ("fewer workers",))


def test_a_run_whose_process_is_gone_has_died(run):
    run.release()
    view = look_at(run)
    assert (view.status, view.word, view.alive) == ("interrupted", "died", False)
    assert view.said == "its process ended without a word"


def test_a_run_that_gives_no_sign_of_life_is_said_to_give_none(run):
    beat = run.folder / "state" / "heartbeat.json"
    told = json.loads(beat.read_text())
    told["time"] = time.time() - 90
    beat.write_text(json.dumps(told))
    os.utime(beat, (time.time() - 90,) * 2)
    assert "no sign of life for 90 s" in look_at(run).said


def epochs_that_took(run, seconds, between):
    """Score two more epochs, ``between`` seconds apart, which took ``seconds`` each."""
    events = run.folder / "events.jsonl"
    lines = [json.loads(line) for line in events.read_text().splitlines()]
    first = next(line for line in lines if line["event"] == "epoch")
    made = [
        first | {"epoch": number, "time": 1000 + number * between, "seconds": seconds} for number in (1, 2)
    ]
    events.write_text("".join(json.dumps(line) + "\n" for line in [*lines, *made]))


def test_the_time_that_is_left_is_that_of_the_last_epoch_for_each_that_is_left(run):
    epochs_that_took(run, seconds=10.0, between=12.0)
    assert look_at(run).left_s == pytest.approx(12.0 * (run.recipe().epochs - 3))


def test_an_epoch_before_which_the_run_stood_still_tells_no_time(run):
    epochs_that_took(run, seconds=10.0, between=500.0)
    assert look_at(run).left_s is None


def test_a_run_that_cannot_be_read_says_of_when_its_word_is():
    assert (
        RunView("one", "running", unread="torn", as_of="12:00:00").word
        == "training at 12:00:00, cannot be read"
    )


def test_curves_have_few_points_and_end_at_the_last_step(run):
    steps = 3 * MOST_POINTS
    lines = [f"{step},{step / 10},0.1\n" for step in range(1, steps + 1)]
    (run.folder / "curve.csv").write_text("step,loss,learning_rate\n" + "".join(lines))
    points = points_of(run)
    assert len(points.step_x) <= MOST_POINTS + 1
    assert points.step_x[-1] == steps / run.recipe().steps_per_epoch
    assert points.loss[-1] == steps / 10
    assert (list(points.epoch_x), list(points.dice)) == ([1.0], [0.5])


def test_a_run_before_its_first_step_has_curves_without_points(run):
    points = points_of(run, 0.9)
    assert len(points.step_x) == len(points.loss) == len(points.rate) == 0


def test_the_stamp_changes_with_what_a_view_is_read_from(run):
    before = stamp_of(run.folder)
    os.utime(run.folder / "events.jsonl", (1, 1))
    assert stamp_of(run.folder) != before
    run.folder.joinpath("notes.txt").write_text("of somebody")
    after = stamp_of(run.folder)
    assert after == stamp_of(run.folder)
    assert len(stamp_of(runs_folder() / "gone")) == len(after)
