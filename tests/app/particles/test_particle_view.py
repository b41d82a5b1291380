"""A particle travels as 8 bits beside a message, and again for each page that is ready."""

import numpy as np
from widget_doings import Told

from workbench.app.particles.particle_view import ParticleView

GREY = np.arange(6, dtype=np.uint8).reshape(2, 3)


def test_it_is_sent_when_it_is_shown_and_to_a_page_that_comes_later():
    view = ParticleView()
    told = Told(view)
    view.show(np.asfortranarray(GREY), [[0.0, 0.0, 1.0, 0.0, 1.0, 1.0]], 0.05, True, "Particle 3")
    told.say(kind="ready")
    first, again = told
    assert first == again
    message, buffers = first
    assert buffers == [GREY.tobytes()]
    assert message == {
        "kind": "particle",
        "width": 3,
        "height": 2,
        "lines": [[0.0, 0.0, 1.0, 0.0, 1.0, 1.0]],
        "pixel": 0.05,
        "in_nm": True,
        "name": "Particle 3",
    }
    assert repr(view) == "ParticleView(3 px)"


def test_what_is_cleared_is_empty_for_a_page_that_comes_later():
    view = ParticleView()
    view.show(GREY, [], 1.0, False, "Particle 3")
    view.clear()
    told = Told(view)
    told.say(kind="ready")
    told.say(kind="something else")
    assert told == [({"kind": "particle", "width": 0}, [])]
