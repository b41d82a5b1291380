"""All dilations side by side, their curve and what follows from them, without a browser."""

import io

import numpy as np
import pytest
from PIL import Image
from waiting import wait_for

from workbench.app.core.data_folder import DataFolder
from workbench.app.dilation.cache import LARGEST
from workbench.app.dilation.dice_curve import DiceCurve, points
from workbench.app.dilation.sweep import picture
from workbench.app.export.script import script
from workbench.app.session import Session
from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.segmentation.metrics import dice_hard

pytestmark = pytest.mark.filterwarnings("ignore")  # other people's, in other processes' start


@pytest.fixture
def session(compute, tmp_path, disc):
    micrograph, truth = disc
    made = Session(data=DataFolder(tmp_path), compute=compute)
    made.selected = ["unet"]
    made.show(micrograph, truth)
    wait_for(lambda: made.dilation_cache.shown("unet") and "unet" in made.postprocessed and not made.busy)
    return made


def whole(session):
    session.dilation_sweep.run()
    wait_for(lambda: not session.dilation_sweep.busy)
    return session.dilation_sweep.frames


def segment_calls(session, monkeypatch):
    """A list that grows by the dilation of every job that a network gets from now on."""
    calls, original = [], session.compute.segment

    def segment(*arguments, **options):
        calls.append(options.get("dilation"))
        return original(*arguments, **options)

    monkeypatch.setattr(session.compute, "segment", segment)
    return calls


def test_every_dilation_is_computed_once_and_going_to_any_of_them_runs_no_network(session, monkeypatch):
    calls = segment_calls(session, monkeypatch)
    frames = whole(session)
    assert [frame.dilation for frame in frames] == list(range(1, LARGEST + 1))
    assert calls == list(range(2, LARGEST + 1))  # dilation 1 stood in the pane
    session.dilation_sweep.choose(5)
    assert session.dilations == {"unet": 5}
    assert session.segmentations["unet"].network.dilation == 5
    wait_for(lambda: session.postprocessed["unet"].settings == session.settings("unet") and not session.busy)
    assert (session.postprocessed["unet"].mask == frames[4].mask).all()
    assert calls == list(range(2, LARGEST + 1))


def test_scores_are_those_of_the_masks_against_the_truth_and_make_the_curve(session):
    frames = whole(session)
    for frame in frames:
        assert frame.dice == pytest.approx(dice_hard(frame.mask, session.truth))
    curve = DiceCurve(session)
    x, y = points(session.dilation_sweep)
    assert list(x) == list(range(1, LARGEST + 1))
    assert list(curve.line.y) == pytest.approx([frame.dice for frame in frames])
    assert list(curve.here.x) == [1]
    session.dilation_sweep.choose(3)
    assert list(curve.here.x) == [3]
    assert list(curve.here.y) == [y[2]]


def test_without_a_truth_there_are_pictures_and_no_scores(session, disc):
    session.show(disc[0])
    wait_for(lambda: "unet" in session.postprocessed and not session.busy)
    assert all(frame.dice is None for frame in whole(session))
    assert len(points(session.dilation_sweep)[0]) == 0


def test_it_stops_when_asked_and_keeps_what_is_there(session, monkeypatch):
    strip = session.dilation_sweep
    calls = segment_calls(session, monkeypatch)
    strip.observe(lambda change: strip.stop() if len(change["new"]) == 2 else None, names="frames")
    strip.run()
    wait_for(lambda: not strip.busy and strip.status.startswith("stopped"))  # said a moment after it stopped
    assert [frame.dilation for frame in strip.frames] == [1, 2]
    assert strip.status == "stopped after 2 of 8"
    # the slider computes its neighbours ahead again; nothing beyond them was begun
    assert set(calls) <= {2, 3}
    strip.unobserve_all("frames")
    assert len(whole(session)) == LARGEST


def test_its_masks_follow_the_threshold_without_running_a_network(session, monkeypatch):
    before = whole(session)
    calls = segment_calls(session, monkeypatch)
    session.set_threshold("unet", 0.9)
    wait_for(lambda: all(frame.settings.threshold == 0.9 for frame in session.dilation_sweep.frames))
    wait_for(lambda: not session.dilation_sweep.busy)
    after = session.dilation_sweep.frames
    assert [frame.dilation for frame in after] == list(range(1, LARGEST + 1))
    assert all(new.mask.sum() <= old.mask.sum() for new, old in zip(after, before, strict=True))
    assert any(new.mask.sum() < old.mask.sum() for new, old in zip(after, before, strict=True))
    for frame in after:
        assert frame.dice == pytest.approx(dice_hard(frame.mask, session.truth))
    assert calls == []


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


def test_a_picture_shows_the_mask_in_colour_over_grey(disc):
    micrograph, mask = disc
    image = np.asarray(Image.open(io.BytesIO(picture(micrograph, mask, "#0072B2")))).astype(int)
    assert max(image.shape[:2]) == 160
    inside, outside = image[64, 72], image[5, 5]  # 160 x 200 px are drawn 128 x 160
    assert inside[2] > inside[0] + 40
    assert outside.max() - outside.min() <= 1


def test_train_at_this_dilation_fills_the_draft(session):
    draft = session.trainings.draft
    session.dilation_cache.set("unet", 4)
    session.trainings.train_at("unet")
    card = session.card("unet")
    assert (draft.architecture, draft.dilation, draft.start_from) == ("unet", "4", "")
    assert draft.options == card.options
    assert draft.name == "unet-dilation-4"
    assert f"input_nm_per_px = {card.input.nm_per_px}" in draft.more
    assert session.trainings.brought == 1
    session.dilation_cache.set("unet", [1, 1, 2, 2, 4])
    session.trainings.train_at("unet")
    assert (draft.dilation, draft.name) == ("1, 1, 2, 2, 4", "unet-dilation-1-1-2-2-4")
    with pytest.raises(WorkbenchError, match="no convolutions"):
        session.trainings.train_at("otsu")
