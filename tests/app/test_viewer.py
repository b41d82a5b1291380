"""What travels from Python to the browser; what the browser draws of it is in tests/browser."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.app.viewer import Viewer


@pytest.fixture
def viewer():
    shown = Viewer()
    shown.set_micrograph(np.zeros((8, 8), np.float32), 0.02)
    shown.set_probability("unet", np.zeros((8, 8), np.float32))
    return shown


def asked(viewer, view):
    """Return the kinds of the messages that answer a view's question for the pixels."""
    sent = []
    viewer.send = lambda message, buffers=None: sent.append((message["kind"], message.get("pixels")))
    viewer._heard(viewer, {"kind": "ready", "view": view}, [])
    return sent


def test_a_view_that_asked_again_before_the_answer_gets_the_pixels_once(viewer):
    first = asked(viewer, "a")
    assert first == [("here", True), ("micrograph", None), ("probability", None)]
    assert asked(viewer, "a") == [("here", False)]
    # a page that was loaded again, or one whose answer got lost, has another name
    assert asked(viewer, "b") == first
