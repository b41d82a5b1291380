"""The panel: nothing is computed while it is closed, and rings are drawn as they are typed."""

import pytest

from workbench.app.fourier.panel import FourierPanel
from workbench.app.widgets.browser import Browser

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # bqplot's


@pytest.fixture
def panel(session):
    return FourierPanel(session, Browser())


def test_it_transforms_while_it_is_open(panel, session):
    panel.is_open = True
    panel.was_looked_at()
    session.wait(60)
    assert session.fourier.spectrum is not None
    panel.is_open = False
    panel.was_looked_at()
    assert not session.fourier.active


def test_rings_that_are_typed_are_drawn(panel, session):
    panel.controls["rings"].value = "Pt, 0.335"
    assert [ring.name for ring in session.fourier.rings][:2] == ["0.335 nm", "Pt 111"]


def test_what_is_no_ring_is_said_and_the_field_has_what_it_had(panel, session):
    panel.controls["rings"].value = "kryptonite"
    assert "kryptonite is not known here" in session.message
    assert panel.controls["rings"].value == "Au"


def test_rings_of_a_session_that_is_opened_stand_in_the_field(panel, session):
    session.fourier.set_rings("Ag")
    assert panel.controls["rings"].value == "Ag"


def test_a_drag_is_meant_for_a_box_only_while_one_is_asked_for(panel, session):
    panel.is_open = True
    panel.was_looked_at()
    assert not panel.takes_hand
    panel.controls["of"].value = "box"
    assert (panel.takes_hand, session.fourier.of, session.fourier.has_hand) == (True, "box", True)
    assert "Drag a box" in panel._said.value
    session.undo()
    assert (panel.takes_hand, panel.controls["of"].value) == (False, "view")
