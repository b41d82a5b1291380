"""The viewer tells what it shows while somebody looks at its transform."""

from workbench.app.fourier.link import FourierLink
from workbench.app.viewer.viewer import Viewer


def test_the_viewer_tells_what_it_shows_only_while_somebody_looks(session):
    viewer = Viewer()
    FourierLink(session, viewer)
    assert not viewer.tells_view
    session.fourier.active = True
    assert viewer.tells_view
    viewer._heard(viewer, {"kind": "view", "box": [1, 2, 130, 140]}, [])
    session.wait(60)
    assert session.fourier.spectrum.box == (slice(1, 130), slice(2, 140))
    session.fourier.active = False
    assert not viewer.tells_view


def test_a_box_that_is_drawn_is_transformed_while_drags_are_meant_for_it(session):
    viewer, fourier = Viewer(), session.fourier
    FourierLink(session, viewer)
    drawn = {"kind": "box", "box": [20, 30, 148, 130]}
    fourier.active, fourier.of = True, "box"
    assert not viewer.box_on  # another panel has the hand
    viewer._heard(viewer, drawn, [])
    assert fourier.box is None
    fourier.has_hand = True
    assert viewer.box_on
    viewer._heard(viewer, drawn, [])
    assert (fourier.box, viewer.box) == ((20, 30, 148, 130), [20, 30, 148, 130])
    fourier.active = False
    assert viewer.box == []  # nobody looks
    fourier.active = True
    viewer._heard(viewer, {"kind": "escape"}, [])
    assert (fourier.of, viewer.box_on, viewer.box) == ("view", False, [])
