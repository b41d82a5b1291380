"""The figure is drawn while somebody looks, anew when something of it changes, and is grey until then."""

import io
import threading

import numpy as np
import pytest
from PIL import Image

from workbench.app.export import preview as module
from workbench.app.export.page_figure import page_figure
from workbench.app.export.preview import LARGEST_PX, WIDTH_PX
from workbench.micrographs.micrograph import Micrograph


@pytest.fixture
def preview(session):
    return session.figure_preview


def picture(png):
    return Image.open(io.BytesIO(png))


def test_nothing_is_drawn_while_nobody_looks(session, preview, drawn):
    session.gamma = 2.0
    assert drawn(session) == b""
    preview.active = True
    assert picture(drawn(session)).width == pytest.approx(WIDTH_PX, abs=1)
    assert (preview.stale, preview.said) == (False, "")


def test_it_is_the_figure_that_is_written(session, preview, drawn):
    session.export.set_title("unet", "Ours")
    preview.active = True
    found = np.asarray(picture(drawn(session)).convert("RGB"), int)
    made, buffer = page_figure(session), io.BytesIO()  # no larger than what is drawn small
    assert max(session.micrograph.shape) <= LARGEST_PX
    made.savefig(buffer, format="png", dpi=WIDTH_PX / made.get_size_inches()[0])
    assert np.array_equal(found, np.asarray(Image.open(buffer).convert("RGB"), int))


def gated(monkeypatch):
    """Hold back drawings until they are let go; how many have begun."""
    gate, begun = threading.Event(), []

    def slow(session, **more):
        begun.append(session.export.letters)
        assert gate.wait(60)
        return page_figure(session, **more)

    monkeypatch.setattr(module, "page_figure", slow)
    return gate, begun


def test_what_changes_while_it_is_drawn_is_drawn_next_and_of_several_changes_the_last(
    session, preview, drawn, monkeypatch
):
    preview.active = True
    first = drawn(session)
    gate, begun = gated(monkeypatch)
    for letters in ("a", "A", "(a)"):
        session.export.letters = letters
    assert (preview.stale, preview.said, preview.png) == (True, "is being drawn", first)
    gate.set()
    assert drawn(session) != first
    assert begun[-1] == "(a)"
    assert len(begun) <= 2  # the first change, and what held when that was done
    assert (preview.stale, preview.said) == (False, "")


def test_what_changed_while_nobody_looked_is_drawn_when_somebody_does(session, preview, drawn):
    preview.active = True
    first = drawn(session)
    preview.active = False
    session.set_colour("unet", "#553399")
    assert preview.stale
    assert drawn(session) == first
    preview.active = True
    assert drawn(session) != first


def test_it_waits_for_a_mask_that_is_being_made(session, preview, drawn, compute):
    preview.active = True
    session.split_touching = True
    before = drawn(session)
    assert (preview.stale, preview.said) == (True, "waits for U-Net")
    compute.work()
    assert drawn(session) != before
    assert (preview.stale, preview.said) == (False, "")


def test_particles_that_are_cut_by_hand_are_drawn_as_two(session, preview, drawn):
    session.overlay_colours = "particles"
    preview.active = True
    first = drawn(session)
    session.particles.correct("cut", [(20, 46), (76, 46)])
    assert drawn(session) != first


def test_why_it_cannot_be_drawn_is_said_once_and_it_comes_back(session, preview, drawn):
    preview.active = True
    first = drawn(session)
    session.export.bar_nm = 900
    assert drawn(session) == b""
    assert preview.said.endswith("too little for a bar of 900 nm.")
    assert not preview.stale
    session.undo()
    assert drawn(session) == first
    assert preview.said == ""


def test_that_of_another_micrograph_is_taken_away_at_once(session, preview, drawn, monkeypatch):
    preview.active = True
    assert drawn(session)
    gate, _begun = gated(monkeypatch)
    session.show(Micrograph(np.eye(64, dtype=np.float32), 0.05, "other", marks=()))
    assert preview.png == b""
    gate.set()
    assert drawn(session)
