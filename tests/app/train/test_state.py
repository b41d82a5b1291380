"""Runs as the page shows them, and the draft of the next one, without a browser."""

import pytest
from waiting import wait_for

from workbench.app.export.script import script
from workbench.app.session import Session
from workbench.app.train.run_view import look_at

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]  # other people's, in other processes' start


def test_a_run_is_started_watched_and_its_network_runs(session, draft):
    trainings = session.trainings
    run = trainings.start()
    assert (trainings.chosen, trainings.view_of(run.name).alive) == (run.name, True)
    assert draft.name == f"{run.name}-2"
    run.wait(timeout=120)
    trainings.look()
    view = trainings.view_of(run.name)
    assert (view.word, view.epoch, view.step, view.has_network) == ("finished", 2, 6, True)
    session.select(run.name)
    session.open_sample("easy")
    wait_for(lambda: run.name in session.segmentations)
    assert f"wb.train({str(run.folder / 'recipe.toml')!r}" in script(session)


def test_a_page_that_is_opened_later_finds_the_run(session, draft, compute):
    run = session.trainings.start()
    later = Session(data=session.data, compute=compute).trainings
    later.look()
    assert later.chosen == run.name
    run.wait(timeout=120)
    later.look()
    assert later.view_of(run.name).status == "finished"


def test_an_estimate_comes_from_the_worker(draft):
    wait_for(lambda: draft.estimated.startswith("Estimate from one crop tried on"))
    assert "learns from 4 micrographs, validated on 1" in draft.estimated
    assert "6 steps" in draft.estimated


def test_a_run_that_is_under_way_cannot_be_started_once_more(session, draft):
    draft.epochs, draft.steps_per_epoch = 1, 100_000
    wait_for(lambda: not draft.warning)
    run = session.trainings.start()
    draft.name = run.name
    wait_for(lambda: "is being trained already" in draft.warning)
    session.trainings.stop()
    assert run.wait(timeout=120).status == "stopped"


def test_a_run_folder_that_is_deleted_is_said_and_leaves_the_list(session, draft, tmp_path):
    draft.epochs, draft.steps_per_epoch = 1, 100_000
    wait_for(lambda: not draft.warning)
    run = session.trainings.start()
    wait_for(lambda: (run.beat and run.beat.phase) == "training")
    session.trainings.look()
    run.folder.rename(tmp_path / "bin")
    session.trainings.look()
    assert session.trainings.runs == []
    assert f"The folder of the run {run.name} was deleted" in session.message


def test_the_prediction_follows_the_last_epoch(session, draft):
    draft.epochs, draft.steps_per_epoch = 100_000, 3
    wait_for(lambda: not draft.warning)
    trainings = session.trainings
    run = trainings.start()
    wait_for(lambda: run.checkpoint.exists())
    trainings.look()
    trainings.open_validation()
    wait_for(lambda: session.micrograph is not None and session.truth is not None)
    opened = session.micrograph
    trainings.following = True
    wait_for(
        lambda: trainings.look() or run.name in session.segmentations
    )  # though an epoch ends many times meanwhile
    assert session.micrograph is opened  # a pane more, and nothing taken away
    assert opened.shape == (64, 64)
    assert run.name in session.selected
    first = trainings.epochs_shown[run.name]
    assert trainings.weights(run.name).endswith("last.safetensors")
    wait_for(lambda: trainings.look() or trainings.epochs_shown.get(run.name, 0) > first)
    trainings.stop()
    run.wait(timeout=120)
    trainings.look()
    assert trainings.weights(run.name) == run.name


def test_a_run_is_shown_as_it_was_left(tmp_path, session, draft):
    run = session.trainings.start()
    run.wait(timeout=120)
    run.log("failed", message="no room")
    assert (look_at(run).word, look_at(run).said) == ("failed", "no room")
