"""All dilations side by side, their curve and what follows from them; `test_cache.py` dilates on a real worker."""

import numpy as np
import pytest
from fake_answers import ASIDE
from fake_compute import FakeCompute
from waiting import rest

from workbench.app.core.data_folder import DataFolder
from workbench.app.dilation.cache import LARGEST
from workbench.app.export.script import script
from workbench.app.session import Session
from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.segmentation.metrics import dice_hard


def seen(micrograph, _network, dilation, _scale):
    """A disc that is the larger the more a network is dilated."""
    rows, columns = np.mgrid[: micrograph.shape[0], : micrograph.shape[1]]
    radius = 50 + 5 * (dilation or 1)
    return np.clip(1 - np.hypot(rows - 80, columns - 90) / radius, 0, 1).astype(np.float32)


@pytest.fixture
def fake():
    return FakeCompute(instead=ASIDE, probability=seen)


@pytest.fixture
def session(fake, tmp_path, disc):
    made = Session(data=DataFolder(tmp_path), compute=fake)
    made.selected = ["unet"]
    made.show(*disc)
    rest(fake)
    return made


def whole(session):
    session.dilation_sweep.run()
    rest(session.compute)
    assert not session.dilation_sweep.busy
    return session.dilation_sweep.frames


def dilations_run(fake):
    """The dilation of every job that a network got."""
    return [job.options["dilation"] for job in fake.all("segment")]


def test_every_dilation_is_computed_once_and_going_to_any_of_them_runs_no_network(session, fake):
    asked = session.dilation_sweep.run()
    rest(fake)
    frames = asked.result(60)
    assert [frame.dilation for frame in frames] == list(range(1, LARGEST + 1))
    assert [frame.card.dilation for frame in frames] == list(range(1, LARGEST + 1))
    assert dilations_run(fake) == [None, *range(2, LARGEST + 1)]  # dilation 1 stood in the pane
    session.dilation_sweep.choose(5)
    assert session.dilations == {"unet": 5}
    assert session.segmentations["unet"].network.dilation == 5
    rest(fake)
    assert session.postprocessed["unet"].settings == session.settings("unet")
    assert (session.postprocessed["unet"].mask == frames[4].mask).all()
    assert len(dilations_run(fake)) == LARGEST


def test_scores_are_those_of_the_masks_against_the_truth(session):
    for frame in whole(session):
        assert frame.dice == pytest.approx(dice_hard(frame.mask, session.truth))


def test_without_a_truth_there_are_pictures_and_no_scores(session, fake, disc):
    session.show(disc[0])
    rest(fake)
    assert all(frame.dice is None for frame in whole(session))


def test_it_stops_when_asked_and_keeps_what_is_there(session, fake):
    strip = session.dilation_sweep
    strip.observe(lambda change: strip.stop() if len(change["new"]) == 2 else None, names="frames")
    strip.run()
    rest(fake)
    assert not strip.busy
    assert [frame.dilation for frame in strip.frames] == [1, 2]
    assert strip.status == "stopped after 2 of 8"
    # the slider computes its neighbours ahead again; nothing beyond them was begun
    assert set(dilations_run(fake)) <= {None, 2, 3}
    strip.unobserve_all("frames")
    assert len(whole(session)) == LARGEST


def test_an_answer_that_comes_after_stop_is_not_shown(session, fake):
    fake.stops_at_once = False
    strip = session.dilation_sweep
    strip.run()
    (late,) = (job for job in fake.waiting("segment") if job.options["dilation"] == 2)
    strip.stop()
    late.run()
    rest(fake)
    assert [frame.dilation for frame in strip.frames] == [1]
    assert strip.status == "stopped after 1 of 8"


def test_a_dilation_that_is_lost_with_its_worker_is_said_and_the_others_come(session, fake):
    strip = session.dilation_sweep
    strip.run()
    fake.waiting("segment")[0].fail("its worker died")
    rest(fake)
    assert [frame.dilation for frame in strip.frames] == [1, *range(3, LARGEST + 1)]
    assert (strip.busy, strip.status) == (False, "dilation 2: its worker died")


def test_its_masks_follow_the_threshold_without_running_a_network(session, fake):
    before, calls = whole(session), dilations_run(fake)
    session.set_threshold("unet", 0.9)
    rest(fake)
    after = session.dilation_sweep.frames
    assert not session.dilation_sweep.busy
    assert all(frame.settings.threshold == 0.9 for frame in after)
    assert [frame.dilation for frame in after] == list(range(1, LARGEST + 1))
    assert all(new.mask.sum() <= old.mask.sum() for new, old in zip(after, before, strict=True))
    assert any(new.mask.sum() < old.mask.sum() for new, old in zip(after, before, strict=True))
    for frame in after:
        assert frame.dice == pytest.approx(dice_hard(frame.mask, session.truth))
    assert dilations_run(fake) == calls


def test_another_micrograph_ends_it(session):
    session.dilation_sweep.run()
    session.show(Micrograph(np.random.default_rng(0).normal(size=(96, 96)).astype(np.float32), 0.04, "noise"))
    assert not session.dilation_sweep.busy
    assert (session.dilation_sweep.frames, session.dilation_sweep.shown) == ([], False)


def test_a_classical_method_has_none_and_says_why(session):
    session.selected = ["otsu"]
    with pytest.raises(WorkbenchError, match="no convolutions"):
        session.dilation_sweep.run()
    assert not session.dilation_sweep.busy


def test_all_of_them_make_one_figure_and_a_script_that_makes_it_too(session):
    with pytest.raises(WorkbenchError, match="All dilations"):
        session.dilation_sweep.figure()
    whole(session)
    titles = [
        axis.get_title("left") for axis in session.dilation_sweep.figure().axes if axis.get_title("left")
    ]
    assert len(titles) == 1 + LARGEST
    assert titles[2].startswith("c) U-Net (trained at 1, shown at 2),\nthreshold")
    written = script(session)
    assert "for d in [1, 2, 3, 4, 5, 6, 7, 8]]" in written
    compile(written, "script", "exec")


def test_all_of_them_are_drawn_in_the_colour_that_the_network_is_given(session):
    before = [frame.png for frame in whole(session)]
    session.set_colour("unet", "#553399")
    now = session.dilation_sweep.frames
    assert [frame.dilation for frame in now] == list(range(1, LARGEST + 1))
    assert all(frame.png != was for frame, was in zip(now, before, strict=True))
    titles = {axis._left_title.get_color() for axis in session.dilation_sweep.figure().axes[1:9]}
    assert titles == {"#553399"}
    assert "columns=3, colours=['#553399'] * len(strip))" in script(session)
