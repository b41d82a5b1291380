"""The Label panel: tools and what they draw, whose mask is taken, the file, and the training set."""

import numpy as np
import pytest
from fake_compute import FakeCompute

from workbench.app.core.data_folder import DataFolder
from workbench.app.label.drawing import GREY
from workbench.app.label.panel import TOOLS, LabelPanel
from workbench.app.session import Session
from workbench.micrographs.labelling.label import NOT_SURE
from workbench.micrographs.micrograph import Micrograph


class Quiet:
    """Stands in for the browser."""


@pytest.fixture
def fake():
    def left_half(micrograph, *_asked):
        height, width = micrograph.shape
        return np.tile(np.arange(width) < width / 2, (height, 1)).astype(np.float32)

    return FakeCompute(probability=left_half)


@pytest.fixture
def session(fake, tmp_path):
    made = Session(data=DataFolder(tmp_path), compute=fake)
    made.selected = ["otsu"]
    made.show(Micrograph(np.random.default_rng(0).normal(size=(40, 60)).astype(np.float32), 0.05, "noise"))
    return made


@pytest.fixture
def panel(session):
    return LabelPanel(session, Quiet())


def visible(widget):
    return widget.layout.display != "none"


def test_tools_and_what_they_draw_are_those_of_the_label(session, panel):
    label, make = session.label, panel.controls
    for tool, _tooltip in TOOLS.values():
        make["tool"].value = tool
        assert label.tool == tool
    make["value"].value = NOT_SURE
    assert label.value == NOT_SURE
    label.tool = "brush"
    assert make["tool"].value == "brush"


def test_keys_go_further_than_the_slider_of_the_brush(session, panel):
    brush = panel.controls["brush"]
    brush.value = 17
    assert session.label.brush_px == 17
    session.label.brush_px = 300
    assert (brush.value, brush.max) == (300, 300)
    session.label.brush_px = 5
    assert (brush.value, brush.max) == (5, 200)


def test_the_mask_of_a_network_can_be_taken_once_it_is_there(session, panel, fake):
    accept = panel.controls["accept"]
    session.label.source = "otsu"
    assert (visible(accept), accept.disabled, accept.tooltip) == (
        True,
        True,
        "It has none of what is set yet",
    )
    fake.work()
    assert not accept.disabled
    accept.click()
    assert (session.label.values == session.postprocessed["otsu"].mask).all()
    session.label.wait()
    assert panel._state.value.startswith("particle 50.0 %")
    assert panel.summary == panel._state.value.split(",")[0]


def test_a_flood_by_grey_has_a_tolerance_and_no_mask(session, panel):
    session.label.source = GREY
    assert visible(panel.controls["tolerance"])
    assert not visible(panel.controls["accept"])


def test_a_flood_by_grey_is_no_network_that_a_width_of_particles_would_be_asked_of(session, panel):
    session.show(
        Micrograph(np.random.default_rng(1).normal(size=(40, 60)).astype(np.float32), None, "sizeless")
    )
    session.label.source = GREY
    session.particle_width.set(48)
    assert session.particle_px == 48
    panel._sources_shown()
    assert not visible(panel.controls["accept"])
    session.history.undo()
    assert session.particle_px is None


def test_a_network_that_is_selected_no_more_is_no_source(session, panel):
    session.label.source = "otsu"
    session.selected = ["bandpass"]
    assert session.label.source == panel.controls["source"].value == "bandpass"
    session.selected = []
    assert session.label.source == panel.controls["source"].value == GREY


def test_what_cannot_be_added_is_said(session, panel):
    panel.controls["add"].click()
    assert "Nothing is drawn" in session.message


def test_the_members_of_a_set_are_listed_and_counted(session, panel):
    members = panel.controls["members"]
    assert not visible(members)
    assert "nothing in it yet" in panel._listed.value
    session.training_set.members = ["a"]
    assert panel._listed.value == "1 micrograph; choose one to correct its label"
    session.training_set.members = ["a", "b"]
    assert list(members._options_labels) == ["a", "b"]
    assert visible(members)
    assert panel._listed.value.startswith("2 micrographs;")


def test_a_label_that_somebody_else_wrote_can_be_taken_or_kept(session, panel):
    assert not visible(panel._clash)
    session.label.conflict = True
    assert visible(panel._clash)


def test_an_open_panel_has_the_tools_in_hand_and_knows_the_sets_of_the_folder(session, panel, tmp_path):
    for part in ("images", "labels"):
        (tmp_path / "mine" / part).mkdir(parents=True)
    panel.is_open = True
    panel.was_opened(True)
    panel.was_looked_at()
    assert session.label.active
    assert "mine" in panel.controls["set"].options
    panel.is_open = False
    panel.was_looked_at()
    assert not session.label.active
