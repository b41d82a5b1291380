"""Dilation on the page's state, without a browser: what runs, what is kept, what is saved."""

import numpy as np
import pytest
from waiting import wait_for

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.session_reading import parse_session
from workbench.app.dilation.controls import DilationControls
from workbench.app.dilation.scale_controls import ScaleControls
from workbench.app.export.script import script
from workbench.app.session import Session
from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import Micrograph

pytestmark = pytest.mark.filterwarnings("ignore")  # other people's, in other processes' start


@pytest.fixture
def session(compute, tmp_path):
    made = Session(data=DataFolder(tmp_path), compute=compute)
    made.selected = ["unet"]
    made.show(Micrograph(np.random.default_rng(0).normal(size=(96, 96)).astype(np.float32), 0.04, "noise"))
    wait_for(lambda: ready(made))
    return made


def ready(session):
    return session.dilation_cache.shown("unet") and "unet" in session.postprocessed and not session.busy


def segment_calls(session, monkeypatch):
    """A list that grows by the dilation of every job that a network gets from now on."""
    calls, original = [], session.compute.segment

    def segment(*arguments, **options):
        calls.append(options.get("dilation"))
        return original(*arguments, **options)

    monkeypatch.setattr(session.compute, "segment", segment)
    return calls


def test_the_pane_keeps_its_answer_until_the_dilated_one_is_there(session):
    before = session.segmentations["unet"]
    session.dilation_cache.set("unet", 3)
    assert not session.dilation_cache.shown("unet")
    assert session.segmentations["unet"] is before
    wait_for(lambda: ready(session))
    after = session.segmentations["unet"]
    assert after.network.shown == "U-Net (trained at 1, shown at 3)"
    assert np.abs(after.probability - before.probability).max() > 0.01


def test_neighbours_are_computed_ahead_and_going_there_or_back_runs_no_network(session, monkeypatch):
    session.dilation_cache.set("unet", 2)
    wait_for(lambda: ready(session) and session.dilation_cache._next("unet") == [])
    calls = segment_calls(session, monkeypatch)
    for dilation in (3, 1):
        session.dilation_cache.set("unet", dilation)
        # there in the same breath; what may start now is computed ahead, not what is shown
        assert session.segmentations["unet"].network.dilation == dilation
        assert dilation not in calls
        assert None not in calls
        wait_for(lambda: ready(session))


def test_what_is_asked_stops_what_is_computed_ahead(session, monkeypatch):
    ahead, original = [], session.compute.segment

    def segment(*arguments, **options):
        job = original(*arguments, **options)
        if not options.get("urgent", True):
            ahead.append(job)
        return job

    monkeypatch.setattr(session.compute, "segment", segment)
    session.dilation_cache.set("unet", 5)
    wait_for(lambda: ahead)
    latest = ahead[-1]
    session.dilation_cache.set("unet", 2)
    assert latest.wait(120)
    assert latest.state in ("stopped", "done")
    wait_for(lambda: ready(session))
    assert session.segmentations["unet"].network.dilation == 2


def test_undo_script_and_saved_session_know_the_dilation(session, compute, tmp_path):
    session.dilation_cache.set("unet", [1, 1, 2, 2, 4])
    assert 'wb.dilate(wb.load_network("unet"), [1, 1, 2, 2, 4])' in script(session)
    other = Session(data=DataFolder(tmp_path), compute=compute)
    other.restore(parse_session(session.state().model_dump_json()))
    assert other.dilations == {"unet": [1, 1, 2, 2, 4]}
    session.undo()
    assert session.dilations == {}
    assert "dilate" not in script(session)
    session.redo()
    assert session.dilations == {"unet": [1, 1, 2, 2, 4]}
    with pytest.raises(WorkbenchError, match="not a session"):
        parse_session('{"dilations": {"unet": 0}}')


def test_the_receptive_field_follows_the_dilation_and_is_measured_where_rings_are_shown(session):
    wait_for(lambda: "unet" in session.fields)
    assert session.fields["unet"].square_px == 200
    assert session.fields["unet"].levels == 5
    assert session.fields["unet"].half_px is None
    assert "larger than noise" in session.fields["unet"].exceeds
    session.show_rings = True
    wait_for(lambda: session.fields.get("unet") and session.fields["unet"].half_px)
    field = session.fields["unet"]
    assert 0 < field.half_px < field.most_px < 100
    assert field.rings(session.micrograph)["text"] == "field 8 nm"
    assert field.rings(session.micrograph)["used"].startswith("50 % within")


def test_a_list_of_wrong_length_names_the_right_one_and_changes_nothing(session):
    wait_for(lambda: "unet" in session.fields)
    made: dict = {}
    DilationControls(session, made)
    for typed, said in (("1, 2", "takes one dilation or 5"), ("0", "from 1 to 256"), ("1.5", "whole number")):
        made["dilation levels"].value = typed
        assert said in session.message
        assert session.dilations == {}
    made["dilation levels"].value = "1 1 1 2 2"
    assert session.dilations == {"unet": [1, 1, 1, 2, 2]}


def test_the_slider_is_off_for_a_classical_method_and_says_why(session):
    made: dict = {}
    shown = DilationControls(session, made)
    assert not made["dilation"].disabled
    session.selected = ["otsu"]
    assert made["dilation"].disabled
    assert "no convolutions" in shown.note.value
    session.dilation_cache.set("otsu", 2)
    assert session.dilations == {}


def test_the_scale_slider_gives_the_network_other_pixels_and_going_back_runs_nothing(session, monkeypatch):
    made: dict = {}
    shown = ScaleControls(session, made)
    before = session.segmentations["unet"].probability
    made["scale"].value = 1.5
    assert session.scales == {"unet": 1.5}
    assert f"sees {1.5 * session.card('unet').input.nm_per_px:.3g} nm/px" in shown.note.value
    wait_for(lambda: ready(session))
    after = session.segmentations["unet"]
    assert after.network.shown == "U-Net (pixels x 1.5)"
    assert np.abs(after.probability - before).max() > 0.01
    assert 'wb.at_scale(wb.load_network("unet"), 1.5)' in script(session)
    assert parse_session(session.state().model_dump_json()).scales == {"unet": 1.5}
    calls = segment_calls(session, monkeypatch)
    session.undo()
    assert session.scales == {}
    assert made["scale"].value == 1.0
    np.testing.assert_array_equal(session.segmentations["unet"].probability, before)
    assert calls == []
    session.selected = ["otsu"]
    assert made["scale"].disabled
    assert "measures in nm" in shown.note.value
