"""A pane draws no answer that the page has put away."""

from __future__ import annotations

import numpy as np
import pytest
from changed_cards import change_cards, one_output
from fake_compute import FakeCompute

from workbench.app.core.data_folder import DataFolder
from workbench.app.session import Session
from workbench.app.viewer.panes import STALE, Panes
from workbench.app.viewer.viewer import Viewer
from workbench.figures.palette import PARTICLES, colour_of
from workbench.micrographs.micrograph import Micrograph


@pytest.fixture
def session(tmp_path):
    made = Session(data=DataFolder(tmp_path), compute=FakeCompute())
    made.selected = ["unet"]
    one_output(made, "unet")
    return made


@pytest.fixture
def drawn(session):
    """What the viewer has of each network; where the panes are asked."""
    viewer = Viewer()
    session.viewer, viewer.kept = viewer, Panes(session, viewer)
    return lambda: {slot for slot in viewer._sent if slot != "micrograph"}


def shown(session):
    pixels = np.random.default_rng(0).normal(size=(24, 32)).astype(np.float32)
    session.show(Micrograph(pixels, 0.05, "noise"))
    session.compute.work()


@pytest.mark.parametrize(
    "change",
    [
        lambda session: session.set_nm_per_px(0.1),
        lambda session: session.set_nm_per_px(None),
        lambda session: session.leave_out_marks(False),
        lambda session: session.set_nm_per_px(0.1) or session.stop(),
    ],
)
@pytest.mark.parametrize("split", [False, True])
def test_no_mask_of_another_pixel_size_or_of_other_marks_is_drawn(session, drawn, change, split):
    session.split_touching = split
    shown(session)
    assert "probability unet" in drawn()
    change(session)
    assert ("unet" in session.segmentations) == bool(drawn())
    session.retry()
    session.compute.work()
    assert drawn() == {"probability unet", *(["mask unet"] if split else [])}


def mask_of(session):
    """Return the bytes of the mask that the viewer has, and the palette they are numbers in."""
    message, (content,) = session.viewer._sent["mask unet"]
    return np.frombuffer(content, np.uint8).reshape(24, 32), message["palette"]


@pytest.mark.parametrize(
    ("split", "asked", "coloured"),
    [(False, "auto", False), (True, "auto", True), (True, "networks", False), (False, "particles", True)],
)
def test_particles_are_drawn_in_colours_where_parted_or_as_asked(session, drawn, split, asked, coloured):
    session.split_touching, session.overlay_colours = split, asked
    shown(session)
    assert ("mask unet" in drawn()) == (split or coloured)  # else the browser draws the threshold by itself
    session.overlay_colours = "particles"
    made = session.postprocessed["unet"]
    content, palette = mask_of(session)
    assert palette == list(PARTICLES)
    assert np.array_equal(content > 127, made.mask)
    assert np.array_equal(255 - content[made.mask], made.colours[made.labels[made.mask]])
    assert len(np.unique(content[made.mask])) == min(len(made.particles), len(PARTICLES)) > 1
    session.overlay_colours = "networks"
    if split:
        content, palette = mask_of(session)
        assert palette == []
        assert np.array_equal(content, 255 * made.mask)
    else:
        assert "mask unet" not in drawn()


def test_panes_have_the_colours_of_their_networks_and_stand_in_the_order_of_the_list(session, drawn):
    session.selected = ["unet", "otsu"]
    shown(session)

    def panes():
        return [(one["key"], one["color"]) for one in session.viewer.panes[1:]]

    assert panes() == [("unet", colour_of("unet")), ("otsu", colour_of("otsu"))]
    session.set_colour("unet", colour_of("otsu"))
    assert panes() == [("unet", colour_of("otsu")), ("otsu", colour_of("unet"))]
    session.move_to("otsu", 0)
    assert panes() == [("otsu", colour_of("unet")), ("unet", colour_of("otsu"))]


def test_the_mask_follows_the_threshold_where_specks_are_left_out_and_the_count_is_said_to_wait(
    session, drawn
):
    change_cards(session, "unet", smallest_diameter_px=3.0)
    shown(session)

    def pane():
        return next(one for one in session.viewer.panes if one["key"] == "unet")

    assert (pane()["color"], pane()["stale"]) == (colour_of("unet"), "")
    for value in (0.6, 0.65):
        session.set_threshold("unet", value)
        assert (pane()["threshold"], pane()["color"], pane()["stale"]) == (
            value,
            colour_of("unet"),
            "not counted yet",
        )
    session.fill_holes = True  # no browser fills them
    assert (pane()["color"], pane()["stale"]) == (STALE, "not as set yet")
    session.fill_holes = False
    session.stop()
    assert (pane()["color"], pane()["stale"]) == (colour_of("unet"), "not counted")
    session.retry()
    session.compute.work()
    assert (pane()["color"], pane()["stale"]) == (colour_of("unet"), "")
