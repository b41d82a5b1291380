"""A spectrum travels as 8 bits beside a message, and again for each page that is ready."""

import numpy as np
from widget_doings import Told

from workbench.app.widgets.spectrum_view import DrawnRing, DrawnSpot, SpectrumView

GREY = np.arange(9, dtype=np.uint8).reshape(3, 3)


def test_it_is_sent_when_it_is_shown_and_to_a_page_that_comes_later():
    view = SpectrumView()
    told = Told(view)
    view.show(np.asfortranarray(GREY), 0.01, None, [DrawnRing("Au 111", 0.2)], [DrawnSpot(0.1, 30.0)])
    told.say(kind="ready")
    first, again = told
    assert first == again
    message, buffers = first
    assert buffers == [GREY.tobytes()]
    assert message == {
        "kind": "spectrum",
        "edge": 3,
        "step": 0.01,
        "nm_per_px": None,
        "rings": [{"name": "Au 111", "per_px": 0.2}],
        "spots": [{"per_px": 0.1, "angle_deg": 30.0}],
    }
    assert repr(view) == "SpectrumView(3 px)"


def test_what_is_cleared_is_empty_for_a_page_that_comes_later():
    view = SpectrumView()
    view.show(GREY, 0.01, 0.04, [], [])
    view.clear()
    told = Told(view)
    told.say(kind="ready")
    told.say(kind="something else")
    assert told == [({"kind": "spectrum", "edge": 0}, [])]
