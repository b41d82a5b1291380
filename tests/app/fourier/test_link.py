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
