"""The slider that gives a network larger or smaller pixels, and what is said beside it."""

import numpy as np
from waiting import rest

from workbench.app.core.session_reading import parse_session
from workbench.app.dilation.scale_controls import ScaleControls
from workbench.app.export.script import script


def test_the_scale_slider_gives_the_network_other_pixels_and_going_back_runs_nothing(session, fake):
    made: dict = {}
    shown = ScaleControls(session, made)
    before = session.segmentations["unet"].probability
    made["scale"].value = 1.5
    assert session.scales == {"unet": 1.5}
    assert f"at {1.5 * session.card('unet').input.nm_per_px:.3g} nm/px" in shown.note.value
    rest(fake)
    after = session.segmentations["unet"]
    assert after.network.shown == "U-Net (pixels x 1.5)"
    assert fake.all("segment")[-1].options["scale"] == 1.5
    assert 'wb.at_scale(wb.load_network("unet"), 1.5)' in script(session)
    assert parse_session(session.state().model_dump_json()).scales == {"unet": 1.5}
    calls = len(fake.all("segment"))
    session.undo()
    assert session.scales == {}
    assert made["scale"].value == 1.0
    np.testing.assert_array_equal(session.segmentations["unet"].probability, before)
    assert len(fake.all("segment")) == calls
    session.selected = ["otsu"]
    assert made["scale"].disabled
    assert "measures in nm" in shown.note.value


def test_on_which_pixels_the_network_was_trained_is_said_beside_those_that_it_sees(session):
    shown = ScaleControls(session, {})
    low, high = session.card("unet").nm_per_px
    assert shown.note.value.endswith(f"nm/px; trained on {low:.3g} to {high:.3g} nm/px")


def test_without_a_pixel_size_the_pixels_are_counted_in_pixels(session):
    shown = ScaleControls(session, {})
    session.set_nm_per_px(None)
    session.dilation_cache.set_scale("unet", 2.0)
    assert shown.note.value == "given 2 px of the micrograph as one; its pixel size is not known"


def test_a_scale_beyond_the_slider_leaves_it_at_its_end_and_is_kept(session):
    shown = ScaleControls(session, {})
    session.dilation_cache.set_scale("unet", 4.0)
    assert shown.slider.value == 2.0
    assert session.scales == {"unet": 4.0}


def test_without_a_network_there_is_nothing_to_say(session):
    shown = ScaleControls(session, {})
    session.selected = []
    assert (shown.slider.disabled, shown.note.value) == (True, "")
