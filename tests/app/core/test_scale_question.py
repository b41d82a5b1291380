"""A doubtful pixel size is asked about before networks run for long, once; else they run at once, as ever."""

import numpy as np
import pytest
from fake_compute import FakeCompute

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.pixel_sizes import PixelSizes
from workbench.app.core.scale_question import HELD
from workbench.app.core.session_reading import parse_session
from workbench.app.session import Session
from workbench.compute.particle_width import WidthFound
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.writing import write_tiff

FAR = 3.2
"""nm/px: a hundred times what the networks know."""
SLOW, FAST = 1e5, 1e9
"""Pixels per second."""


def noise(edge=1100, seed=0):
    return np.random.default_rng(seed).normal(size=(edge, edge)).astype(np.float32)


@pytest.fixture
def fake():
    """A worker whose networks find nothing, so that masks are made at once."""
    return FakeCompute(probability=lambda micrograph, *_how: np.zeros(micrograph.shape, np.float32))


@pytest.fixture
def session(fake, tmp_path):
    made = Session(data=DataFolder(tmp_path), compute=fake)
    made.selected = ["fcn8s", "unet"]
    pace(made, SLOW)
    return made


def pace(session, px_per_s):
    session.scale_question.pace._reached = dict.fromkeys(("fcn8s", "unet", "residual_unet"), px_per_s)


def show(session, nm_per_px, edge=1100, seed=0):
    session.show(Micrograph(noise(edge, seed), nm_per_px, "m"))


def networks(fake):
    """The networks that run or wait for their turn."""
    return [job.network for job in fake.waiting("segment")]


def test_a_pixel_size_far_from_the_training_is_asked_about_and_nothing_runs(session, fake):
    show(session, FAR)
    assert networks(fake) == []
    assert session.scale_question.sentence == (
        "m has 3.2 nm/px, far from the 0.015 to 0.08 nm/px that FCN8s and U-Net learned from; "
        "computing takes about 2 min."
    )
    assert session.micrograph.name == "m"
    assert session.failures == {"fcn8s": HELD, "unet": HELD}
    assert not session.can_run_again
    assert not session.busy


def test_as_it_is_runs_all_of_them_and_is_remembered_for_this_micrograph(session, fake):
    show(session, FAR)
    session.scale_question.compute()
    assert networks(fake) == ["fcn8s", "unet"]
    assert (session.scale_question.sentence, session.failures) == ("", {})
    fake.work()
    assert set(session.postprocessed) == {"fcn8s", "unet"}
    pace(session, SLOW)  # the stand-in for the worker is fast
    show(session, FAR, seed=1)
    assert session.scale_question.sentence
    show(session, FAR)
    assert (session.scale_question.sentence, networks(fake)) == ("", ["fcn8s", "unet"])


def test_a_pixel_size_that_is_set_runs_them_and_undo_does_not_ask_again(session, fake):
    show(session, FAR)
    session.set_nm_per_px(0.032)
    assert networks(fake) == ["fcn8s", "unet"]
    assert {job.micrograph.nm_per_px for job in fake.waiting("segment")} == {0.032}
    assert session.scale_question.sentence == ""
    session.undo()
    assert session.micrograph.nm_per_px == FAR
    assert {job.micrograph.nm_per_px for job in fake.waiting("segment")} == {FAR}


def test_what_is_quick_runs_at_once(session, fake):
    pace(session, FAST)
    show(session, FAR)
    assert (networks(fake), session.scale_question.sentence) == (["fcn8s", "unet"], "")
    pace(session, SLOW)
    show(session, FAR, edge=300)
    assert (networks(fake), session.scale_question.sentence) == (["fcn8s", "unet"], "")


def test_a_pixel_size_that_nothing_speaks_against_is_computed_however_long_it_takes(session, fake):
    show(session, 0.03)
    assert (networks(fake), session.scale_question.sentence) == (["fcn8s", "unet"], "")


def test_a_size_that_a_person_typed_is_not_doubted(session, fake, tmp_path):
    write_tiff(tmp_path / "a.tif", noise(), 0.03)
    PixelSizes(session.data.root).write(tmp_path / "a.tif", FAR)
    session.open_file("a.tif").result()
    assert session.micrograph.nm_per_px == FAR
    assert (networks(fake), session.scale_question.sentence) == (["fcn8s", "unet"], "")


def test_a_network_that_is_ticked_or_not_changes_whether_it_takes_long(session, fake):
    pace(session, 3e5)
    session.selected = ["unet"]
    show(session, FAR, edge=700)  # 2 million pixels as the network sees it
    assert networks(fake) == ["unet"]
    session.selected = ["unet", "fcn8s"]
    assert networks(fake) == ["unet", "fcn8s"]
    fake.work()
    pace(session, 3e5)
    show(session, FAR, edge=900)
    assert (networks(fake), session.failures) == ([], {"unet": HELD, "fcn8s": HELD})
    pace(session, 5e5)
    session.selected = ["fcn8s"]
    assert (networks(fake), session.scale_question.sentence, session.failures) == (["fcn8s"], "", {})


def test_answers_that_are_there_are_no_reason_to_ask(session, fake):
    show(session, FAR)
    session.scale_question.compute()
    fake.work()
    session.scale_question.answered = []
    session.set_nm_per_px(0.03)
    fake.work()
    session.undo()
    assert session.micrograph.nm_per_px == FAR
    assert session.scale_question.sentence == ""
    fake.work()
    assert set(session.postprocessed) == {"fcn8s", "unet"}


def test_without_a_pixel_size_the_width_is_found_first_and_a_sure_one_is_not_doubted(session, fake):
    show(session, None)
    assert networks(fake) == []  # the other network waits, too: nobody knows yet whether it will be asked
    assert (session.scale_question.sentence, session.failures) == ("", {})
    (width,) = fake.waiting("find_particle_width")
    width.answer(WidthFound(40.0, "Particles are about 40 px wide."))
    assert (networks(fake), session.scale_question.sentence) == (["fcn8s", "unet"], "")


def test_without_a_pixel_size_a_width_that_could_not_be_found_is_asked_about(session, fake):
    show(session, None)
    (width,) = fake.waiting("find_particle_width")
    width.answer(WidthFound(None, "How wide particles are could not be found."))
    assert networks(fake) == []
    assert session.scale_question.sentence == (
        "The pixel size of m is not known and the width of its particles could not be found, so FCN8s and U-Net "
        "may see it at a wrong scale; computing takes about 20 s."
    )
    session.particle_widths = {session.micrograph.sha256: 30.0}
    assert (networks(fake), session.scale_question.sentence) == (["fcn8s", "unet"], "")


def test_networks_that_find_no_width_are_asked_about_at_once_and_classical_methods_never(session, fake):
    session.selected = ["otsu"]
    show(session, None)
    assert (networks(fake), session.scale_question.sentence) == (["otsu"], "")
    fake.work()
    session.selected = ["otsu", "unet"]
    assert session.scale_question.sentence.startswith(
        "The pixel size of m is not known, so U-Net may see it at a wrong scale; computing takes "
    )
    assert networks(fake) == []
    assert set(session.postprocessed) == {"otsu"}


def test_another_micrograph_is_not_asked_about_with_the_question_of_this_one(session, fake):
    show(session, FAR)
    session.open_sample("easy")
    assert session.scale_question.sentence == ""
    assert networks(fake) == ["fcn8s", "unet"]


def test_run_again_asks_again_and_a_script_can_answer(session, fake):
    show(session, FAR)
    before = session.scale_question.sentence
    session.retry()
    assert (session.scale_question.sentence, networks(fake)) == (before, [])
    session.run()
    assert networks(fake) == []
    session.scale_question.compute()
    assert networks(fake) == ["fcn8s", "unet"]


def test_what_was_answered_is_kept_with_the_session(session, fake):
    show(session, FAR)
    session.scale_question.compute()
    later = Session(data=DataFolder(session.data.root), compute=FakeCompute())
    later.restore(parse_session(session.state().model_dump_json()))
    pace(later, SLOW)
    show(later, FAR)
    assert (later.scale_question.answered, later.scale_question.sentence) == (
        [session.micrograph.sha256],
        "",
    )


def test_a_device_that_is_known_late_to_be_fast_takes_the_question_back(session, fake):
    session.device, session.scale_question.pace._reached = "", {}
    show(session, FAR)
    assert session.scale_question.sentence
    session.device = "cuda:0 H100"
    assert (networks(fake), session.scale_question.sentence) == (["fcn8s", "unet"], "")


def test_what_a_network_took_counts_for_the_next_micrograph(session, fake):
    session.scale_question.pace._reached = {}
    show(session, 0.03, edge=512)
    fake.work()
    assert set(session.scale_question.pace._reached) == {"fcn8s", "unet"}
