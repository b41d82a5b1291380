"""The dilation sweep below the panes: pictures, their curve, and what its buttons do."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from workbench.app.dilation.sweep import DilationSweep, Frame
from workbench.app.dilation.sweep_box import DilationSweepBox

BITS = np.zeros((1, 8), np.uint8)


class Browser:
    """Takes what a page would download."""

    def __init__(self):
        self.taken = {}

    def download(self, name, content, mime):
        self.taken[name] = (content, mime)


@pytest.fixture
def browser():
    return Browser()


@pytest.fixture
def box(session, browser):
    return DilationSweepBox(session, browser)


@pytest.fixture
def sweep(session):
    found = session.subject(DilationSweep)
    found.network = "unet"
    return found


def frame(session, dilation, dice=None):
    scores = {} if dice is None else {"dice_hard": dice}
    return Frame(
        dilation, session.card("unet"), session.settings("unet"), scores, b"picture", BITS.shape, BITS
    )


def test_each_frame_is_a_picture_that_says_its_dilation_and_its_score(session, sweep, box):
    sweep.frames = [frame(session, 1, 0.98765), frame(session, 2)]
    first, second = box.pictures._items
    assert (first.key, first.name, first.text, first.png) == ("1", "dilation 1", "Dice 0.988", b"picture")
    assert second.text == ""
    assert first.title.startswith(session.card("unet").shown)


def test_the_curve_stands_there_once_there_is_a_score(session, sweep, box):
    sweep.frames = [frame(session, 1)]
    assert "truth is known" in box._beside.children[0].value
    sweep.frames = [frame(session, 1, 0.9)]
    assert box._beside.children == (box.curve.box,)


def test_the_title_names_the_network_and_how_its_masks_are_made(session, sweep, box):
    sweep.frames = [frame(session, 1)]
    threshold = session.settings("unet").threshold
    assert box._title.value == f"U-Net at every dilation, trained at 1; threshold {threshold:g}"


def test_the_picture_of_what_the_pane_shows_is_marked_and_a_click_shows_another(session, sweep, box):
    sweep.frames = [frame(session, 1), frame(session, 3)]
    assert box.pictures.chosen == "1"
    box.pictures._heard(None, {"kind": "chosen", "key": "3"}, [])
    assert session.dilations == {"unet": 3}
    assert box.pictures.chosen == "3"


def test_it_can_be_stopped_only_while_it_runs_and_drawn_only_when_there_are_pictures(session, sweep, box):
    assert (box.stop.layout.display, box.paper.disabled) == ("none", True)
    sweep.busy, sweep.status = True, "dilation 2 of 8 <"
    sweep.frames = [frame(session, 1)]
    assert (box.stop.layout.display, box.paper.disabled) == (None, False)
    assert box._status.value == "dilation 2 of 8 &lt;"


def test_the_figure_is_downloaded_under_the_names_of_micrograph_and_network(
    session, sweep, box, browser, monkeypatch
):
    sweep.frames = [frame(session, 1)]
    monkeypatch.setattr(
        sweep, "figure", lambda: Figure(figsize=(1, 1))
    )  # `test_sweep.py` looks at the real one
    box.paper.click()
    ((name, (content, mime)),) = browser.taken.items()
    assert (name, mime) == ("noise.unet.dilations.png", "image/png")
    assert content.startswith(b"\x89PNG")


def test_why_there_is_no_figure_is_said(session, box, browser):
    box._figure()
    assert "All dilations" in session.message
    assert browser.taken == {}


def test_before_anything_is_asked_it_says_where_to_ask(session, browser):
    empty = DilationSweepBox(session, browser)
    assert empty._title.value.startswith("None yet: All dilations, under Mask")
    assert "hw-empty" in empty.box._dom_classes
    assert [part.layout.display for part in (empty.paper, empty.close, empty._body)] == ["none"] * 3
    session.subject(DilationSweep).network = "unet"
    assert "hw-empty" not in empty.box._dom_classes
    assert empty.close.layout.display is None
