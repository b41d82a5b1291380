"""The Mask panel shows what the session says and sets what a hand says, for the network whose turn it is."""

from types import SimpleNamespace

import numpy as np
import pytest
from changed_cards import one_output
from fake_compute import FakeCompute

from workbench.app.core.data_folder import DataFolder
from workbench.app.dilation.sweep import DilationSweep
from workbench.app.mask.panel import MaskPanel
from workbench.app.session import Session
from workbench.micrographs.micrograph import Micrograph

pytestmark = pytest.mark.filterwarnings("ignore:Passing unrecognized arguments")  # of bqplot


@pytest.fixture
def session(tmp_path):
    made = Session(data=DataFolder(tmp_path), compute=FakeCompute())
    one_output(made, "unet")
    made.selected = ["unet", "otsu"]
    made.current = "unet"
    made.show(Micrograph(np.eye(32, dtype=np.float32), 0.05, "m", marks=()))
    return made


@pytest.fixture
def panel(session):
    return MaskPanel(session, None)


def test_the_slider_is_the_threshold_of_the_network_that_is_chosen(session, panel):
    make, before = panel.controls, session.threshold("otsu")
    assert make["threshold"].value == pytest.approx(session.card("unet").threshold)
    assert make["card"].disabled
    make["threshold"].value = 0.8
    assert (session.threshold("unet"), session.threshold("otsu")) == (0.8, before)
    assert panel.summary == "0.80"
    make["network"].value = "otsu"
    assert session.current == "otsu"
    assert make["threshold"].value == pytest.approx(before)
    assert session.thresholds == {"unet": 0.8}  # to show one is not to set it
    session.set_threshold("otsu", 0.3)
    assert make["threshold"].value == 0.3


def test_the_threshold_goes_back_to_that_of_the_card_and_leaves_others_as_they_are(session, panel):
    session.set_threshold("unet", 0.8)
    session.set_threshold("otsu", 0.3)
    assert not panel.controls["card"].disabled
    panel.controls["card"].click()
    assert session.thresholds == {"otsu": 0.3}
    assert panel.controls["threshold"].value == pytest.approx(session.card("unet").threshold)
    assert panel.controls["card"].disabled


def test_two_networks_can_be_compared_and_one_cannot(session, panel):
    disagreement = panel.controls["disagreement"]
    assert (disagreement.disabled, disagreement.tooltip) == (False, "")
    session.selected = ["otsu"]
    assert disagreement.disabled
    assert "Tick two networks" in disagreement.tooltip
    assert panel.controls["network"].options == ((session.card("otsu").shown, "otsu"),)


def test_without_a_network_there_is_no_threshold_to_move_or_to_show(session, panel):
    session.set_threshold("unet", 0.8)
    session.selected = []
    assert session.current == ""
    assert panel.controls["threshold"].disabled
    assert panel.controls["card"].disabled
    assert panel.summary == ""


def test_a_network_that_parts_particles_by_itself_is_said_to(session, panel):
    assert panel._parted.layout.display == "none"
    session.selected = ["otsu", "unet-generalist"]
    session.current = "unet-generalist"
    assert panel._parted.layout.display is None
    assert session.card("unet-generalist").label in panel._parted.value
    session.current = "otsu"
    assert panel._parted.layout.display == "none"


def test_what_is_of_one_network_bears_its_colour_and_what_is_of_all_names_them(session, panel):
    def own():
        return panel._own.layout.border_left

    def everyones():
        return panel._everyones.value if panel._everyones.layout.display != "none" else ""

    assert own() == f"4px solid {session.colour_of('unet')}"
    assert everyones() == "the same for U-Net and Blur + Otsu"
    session.current = "otsu"
    assert own() == f"4px solid {session.colour_of('otsu')}"
    session.set_colour("otsu", "#553399")
    assert own() == "4px solid #553399"
    session.selected = ["otsu"]
    assert everyones() == "the same for Blur + Otsu and whatever is shown next"
    session.selected = []
    assert (own(), everyones()) == (None, "")
    held = [set(walk(box)) for box in (panel._own, panel._everyones_box)]
    make = panel.controls
    assert {make["threshold"], make["dilation"], make["scale"]} <= held[0]
    assert {make["min_area"], make["fill_holes"], make["split_touching"]} <= held[1]
    assert not held[0] & held[1]


def walk(box):
    """All that a box holds."""
    for child in getattr(box, "children", ()):
        yield child
        yield from walk(child)


def test_what_is_unlike_the_training_is_said_of_the_network_that_is_chosen(session, panel):
    said = [SimpleNamespace(sentence=text) for text in ("noisier & darker", "coarser")]
    session.domain_warnings = {"otsu": said}
    assert panel._outside.layout.display == "none"
    session.current = "otsu"
    assert panel._outside.layout.display is None
    assert panel._outside.value == "Unlike its training: noisier &amp; darker; coarser"


@pytest.mark.parametrize(
    ("control", "trait", "value"),
    [
        ("fill_holes", "fill_holes", True),
        ("split_touching", "split_touching", True),
        ("opacity", "overlay_opacity", 0.25),
        ("mode", "overlay_mode", "outline"),
        ("overlay_colours", "overlay_colours", "particles"),
        ("colormap", "colormap", "viridis"),
        ("gamma", "gamma", 1.5),
        ("invert", "invert", True),
        ("disagreement", "show_disagreement", True),
    ],
)
def test_a_control_and_what_it_sets_say_the_same(session, panel, control, trait, value):
    before = getattr(session, trait)
    assert panel.controls[control].value == before != value
    panel.controls[control].value = value
    assert getattr(session, trait) == value
    setattr(session, trait, before)
    assert panel.controls[control].value == before


def test_the_contrast_goes_both_ways(session, panel):
    panel.controls["contrast"].value = (5.0, 90.0)
    assert session.contrast == [5.0, 90.0]
    session.contrast = [1.0, 99.0]
    assert panel.controls["contrast"].value == (1.0, 99.0)


def test_the_dilation_sweep_takes_the_place_below_the_panes_while_it_is_shown(session, panel):
    assert not panel.wants_deck
    session.subject(DilationSweep).shown = True
    assert panel.wants_deck
    session.subject(DilationSweep).shown = False
    assert not panel.wants_deck
