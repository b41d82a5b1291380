"""What the panes show is known while somebody looks at the figure, whoever else wishes to know it."""

from widget_doings import Told

from workbench.app.export.link import ExportLink
from workbench.app.fourier.link import FourierLink
from workbench.app.viewer.viewer import Viewer


def test_the_browser_says_what_the_panes_show_while_anybody_wishes_to_know_it(session):
    viewer = Viewer()
    links = FourierLink(session, viewer), ExportLink(session, viewer)
    assert not viewer.tells_view
    session.figure_preview.active = session.fourier.active = True
    assert viewer.tells_view
    Told(viewer).say(kind="view", box=[1, 2, 30.0, 40])
    assert session.export.view == session.fourier.view == (1, 2, 30, 40)
    session.fourier.active = False
    assert viewer.tells_view
    session.figure_preview.active = False
    assert not viewer.tells_view
    assert links


def test_what_was_shown_of_another_micrograph_is_forgotten(session):
    viewer = Viewer()
    link = ExportLink(session, viewer)
    session.export.view = (1, 2, 30, 40)
    session.set_nm_per_px(0.1)  # the same pixels, but nobody knows before the browser says so
    assert session.export.view == ()
    assert link
