"""What is shown is the answer to what is set, whatever comes in whichever order; over a stand-in for the worker."""

from __future__ import annotations

import numpy as np
import pytest
from changed_cards import one_output
from fake_compute import FakeCompute, answer_of

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.session_file import SessionState
from workbench.app.session import Session
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card
from workbench.networks.checkpoint import save_checkpoint
from workbench.networks.loading import runs_folder, user_folder
from workbench.networks.registry import build


@pytest.fixture
def compute():
    return FakeCompute()


@pytest.fixture
def noise():
    return Micrograph(np.random.default_rng(0).normal(size=(24, 32)).astype(np.float32), 0.05, "noise")


@pytest.fixture
def session(compute, tmp_path):
    made = Session(data=DataFolder(tmp_path), compute=compute)
    one_output(made, "unet")
    made.selected = ["unet"]
    return made


def shows_what_is_set(session, *names):
    """Whether each network's probability and mask are those of all that is set."""
    for name in names or session.selected:
        found, postprocessed = session.segmentations[name], session.postprocessed[name]
        asked = session.dilations.get(name), session.scales.get(name, 1.0)
        right = answer_of(session.micrograph, session.version(name).network, *asked)
        assert np.array_equal(found.probability, right)
        assert found.micrograph.nm_per_px == session.micrograph.nm_per_px
        assert postprocessed.settings == session.settings(name)
        assert postprocessed.segmentation is found
        if not (session.min_area or session.fill_holes or session.split_touching):
            assert np.array_equal(postprocessed.mask, right > session.threshold(name))
    return session.stale == {}


def change_dilation(session):
    session.dilation_cache.set("unet", 3)


def change_scale(session):
    session.dilation_cache.set_scale("unet", 1.5)


def change_size(session):
    session.set_nm_per_px(0.1)


def forget_size(session):
    session.set_nm_per_px(None)


def change_pixels(session):
    session.show(Micrograph(1 - session.micrograph.pixels, 0.05, "other"))


CHANGES = [change_size, forget_size, change_dilation, change_scale, change_pixels]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("stops_at_once", [True, False])
def test_an_answer_to_what_was_set_before_is_not_shown(session, compute, noise, change, stops_at_once):
    compute.stops_at_once = stops_at_once
    session.show(noise)
    (early,) = compute.waiting("segment")
    change(session)
    early.answer(early.segmentation())
    assert "unet" not in session.segmentations
    compute.work()
    assert shows_what_is_set(session)


@pytest.mark.parametrize("change", CHANGES)
def test_a_mask_of_what_was_set_before_is_not_shown(session, compute, noise, change):
    compute.stops_at_once = False
    session.show(noise)
    compute.work("segment")
    (early,) = compute.waiting("post_process")
    change(session)
    early.run()
    assert "unet" not in session.postprocessed
    compute.work()
    assert shows_what_is_set(session)


def test_what_was_changed_and_changed_back_is_asked_once_more_at_most(session, compute, noise):
    session.show(noise)
    compute.work()
    asked = len(compute.all("segment"))
    session.set_nm_per_px(0.1)
    session.set_nm_per_px(0.05)
    compute.work()
    assert len(compute.all("segment")) <= asked + 2
    assert shows_what_is_set(session)


def test_a_dilation_there_and_back_before_it_has_come_shows_what_is_there(session, compute, noise):
    session.show(noise)
    compute.work()
    session.dilation_cache.set("unet", 3)
    (early,) = compute.waiting("segment")
    session.dilation_cache.set("unet", 1)
    assert early.stop_asked
    assert not session.busy
    assert shows_what_is_set(session)


def test_a_saved_sample_with_a_typed_pixel_size_is_computed_at_that_size_alone(session, compute):
    session.restore(
        SessionState.model_validate(
            {
                "origin": {"kind": "sample", "path": "easy", "nm_per_px": 0.1},
                "selected": ["unet"],
                "current": "unet",
            }
        )
    )
    assert session.micrograph.nm_per_px == 0.1
    assert [job.micrograph.nm_per_px for job in compute.waiting("segment")] == [0.1]
    assert len(compute.all("segment")) == 1
    compute.work("segment")
    assert np.array_equal(session.segmentations["unet"].probability, answer_of(session.micrograph, "unet"))


def test_weights_that_are_written_anew_while_they_run_are_run_again(session, compute, noise):
    path = user_folder() / "mine.safetensors"
    card = Card(name="mine", architecture="unet")
    save_checkpoint(path, build("unet", base=4, depth=2), card)
    session.refresh_networks()
    session.selected = ["mine"]
    session.show(noise)
    (early,) = compute.waiting("segment")
    save_checkpoint(path, build("unet", base=6, depth=2), card)
    early.answer(early.segmentation())
    assert "mine" not in session.segmentations
    assert len(compute.waiting("segment")) == 1
    compute.work()
    first = session.version("mine")
    assert session.results.settled("mine")
    save_checkpoint(path, build("unet", base=8, depth=2), card)
    session.refresh_networks()
    assert session.version("mine") != first
    assert "mine" in session.stale
    assert len(compute.waiting("segment")) == 1


def test_an_answer_of_an_earlier_epoch_is_not_shown(session, compute, noise):
    last = runs_folder() / "unet" / "last.safetensors"
    last.parent.mkdir(parents=True)
    save_checkpoint(last, build("unet", base=4, depth=2), Card(name="unet", architecture="unet"))
    compute.stops_at_once = False
    session.show(noise)
    for epoch in (1, 2):
        session.trainings.epochs_shown = {"unet": epoch}
    trained, first, second = compute.waiting("segment")
    for early in (trained, first):
        early.answer(early.segmentation())
        assert "unet" not in session.segmentations
    second.answer(second.segmentation())
    compute.work()
    assert shows_what_is_set(session)
    session.trainings.epochs_shown = {}
    compute.work()
    assert shows_what_is_set(session)


def test_weights_that_never_rest_do_not_keep_the_page_busy_for_ever(session, compute, noise):
    path = user_folder() / "mine.safetensors"
    card = Card(name="mine", architecture="unet")
    save_checkpoint(path, build("unet", base=4, depth=2), card)
    session.refresh_networks()
    session.selected = ["mine"]
    session.show(noise)
    for attempt in range(10):
        (job,) = compute.waiting("segment")
        save_checkpoint(path, build("unet", base=5 + attempt, depth=2), card)
        job.answer(job.segmentation())
        if "mine" in session.segmentations:
            break
    assert attempt < 5


def test_a_network_that_is_gone_is_ticked_no_more_and_undo_does_not_bring_it_back(session, compute, noise):
    path = user_folder() / "mine.safetensors"
    save_checkpoint(path, build("unet", base=4, depth=2), Card(name="mine", architecture="unet"))
    session.refresh_networks()
    session.selected = ["unet", "mine"]
    session.selected = ["mine"]
    session.show(noise)
    path.unlink()
    session.refresh_networks()
    assert session.selected == []
    assert "mine" in session.message
    session.undo()
    assert session.selected == ["unet"]


# -- stale, stopped, run again


def test_a_mask_that_is_being_made_anew_is_said_to_be_of_the_settings_before(session, compute, noise):
    session.show(noise)
    compute.work()
    before = session.postprocessed["unet"]
    session.split_touching = True
    assert session.postprocessed["unet"] is before
    assert before.settings.said(session.card("unet"), None) in session.stale["unet"]
    compute.work()
    assert session.stale == {}
    assert session.postprocessed["unet"].settings.split_touching
    session.set_threshold("unet", 0.9)
    assert "threshold" in session.stale["unet"]
    session.undo()
    assert session.stale == {}  # what is shown is what is set again
    assert not compute.waiting("post_process")


@pytest.mark.parametrize(
    "change",
    [
        lambda session: session.set_threshold("unet", 0.9),
        lambda session: setattr(session, "min_area", 0.01),
        lambda session: setattr(session, "fill_holes", True),
        lambda session: setattr(session, "split_touching", True),
        lambda session: setattr(session, "truth", session.micrograph.pixels > 0),
        change_dilation,
        change_scale,
        change_size,
    ],
)
def test_after_stop_everything_can_be_run_again(session, compute, noise, change):
    session.show(noise)
    compute.work()
    assert not session.can_run_again
    change(session)
    session.stop()
    assert not session.busy
    assert not compute.waiting("segment")
    assert not compute.waiting("post_process")
    assert session.can_run_again
    assert ("unet" in session.stale) == ("unet" in session.postprocessed)
    session.retry()
    compute.work()
    assert shows_what_is_set(session)
    assert not session.can_run_again
    assert session.failures == {}


def test_scores_are_of_the_truth_that_is_set(session, compute, noise):
    session.show(noise)
    compute.work()
    assert session.postprocessed["unet"].scores == {}
    session.truth = noise.pixels > 0
    compute.work()
    assert 0 < session.postprocessed["unet"].scores["dice_hard"] < 1
    session.truth = session.postprocessed["unet"].mask
    assert "unet" in session.stale
    compute.work()
    assert session.postprocessed["unet"].scores["dice_hard"] == 1


def test_a_mask_that_cannot_be_made_says_why_and_can_be_run_again(session, compute, noise):
    session.show(noise)
    compute.work("segment")
    compute.waiting("post_process")[0].fail("no memory")
    assert session.failures == {"unet": "no memory"}
    assert session.can_run_again
    session.retry()
    compute.work()
    assert shows_what_is_set(session)


def test_why_a_mask_could_not_be_made_is_not_said_of_the_next_one(session, compute, noise):
    session.show(noise)
    compute.work("segment")
    compute.waiting("post_process")[0].fail("no memory")
    session.set_threshold("unet", 0.9)
    compute.work()
    assert shows_what_is_set(session)
    assert session.failures == {}


@pytest.mark.parametrize("end", [lambda job, session: job.fail(), lambda job, session: session.stop()])
def test_what_failed_is_not_said_any_more_once_what_is_there_is_what_is_set_again(
    session, compute, noise, end
):
    session.show(noise)
    compute.work()
    session.dilation_cache.set("unet", 3)
    end(compute.waiting("segment")[0], session)
    assert session.failures != {}
    session.undo()
    assert shows_what_is_set(session)
    assert session.failures == {}


def test_all_parts_that_were_stopped_go_on(session, compute, noise):
    session.show(noise)
    compute.work()
    session.dilation_sweep.run()
    assert session.dilation_sweep.busy
    session.stop()
    assert not session.dilation_sweep.busy
    assert session.can_run_again
    session.retry()
    assert session.dilation_sweep.busy
    compute.work()
    assert len(session.dilation_sweep.frames) == 8
    assert not session.can_run_again


def test_frames_of_another_scale_or_pixel_size_are_not_kept_for_this_one(session, compute, noise):
    compute.stops_at_once = False
    session.show(noise)
    compute.work()
    session.dilation_sweep.run()
    (early,) = compute.waiting("segment")
    session.dilation_cache.set_scale("unet", 2.0)
    early.answer(early.segmentation())
    assert session.dilation_sweep.frames == []
    session.dilation_cache.set("unet", early.options["dilation"])
    compute.work()
    assert shows_what_is_set(session)


def test_what_is_computed_ahead_is_of_what_it_is_shown_as(session, compute, noise):
    compute.stops_at_once = False
    session.show(noise)
    compute.work()
    session.dilation_cache.set("unet", 2)
    for function in ("segment", "post_process"):
        compute.waiting(function)[0].run()
    ahead = [job for job in compute.waiting("segment") if not job.options["urgent"]]
    assert ahead
    session.set_nm_per_px(0.1)
    for job in ahead:
        job.answer(job.segmentation())
    compute.work()
    session.dilation_cache.set("unet", ahead[0].options["dilation"])
    compute.work()
    assert shows_what_is_set(session)
