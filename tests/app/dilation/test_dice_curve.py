"""Hard Dice against dilation: a point a frame that has a score, and the one that is shown."""

import numpy as np
import pytest

from workbench.app.dilation.dice_curve import DiceCurve, points
from workbench.app.dilation.sweep import DilationSweep, Frame
from workbench.figures.palette import colour_of

NO_BITS = np.zeros(0, np.uint8)


def frames(session, scores):
    card, settings = session.card("unet"), session.settings("unet")
    return [
        Frame(dilation, card, settings, {} if dice is None else {"dice_hard": dice}, b"", (0, 0), NO_BITS)
        for dilation, dice in scores.items()
    ]


@pytest.fixture
def sweep(session):
    found = session.subject(DilationSweep)
    found.network = "unet"
    return found


def test_points_stand_in_the_order_of_the_dilations_whichever_came_first(session, sweep):
    sweep.frames = frames(session, {3: 0.7, 1: 0.9, 2: None, 4: 0.6})
    x, y = points(sweep)
    assert list(x) == [1, 3, 4]
    assert list(y) == [0.9, 0.7, 0.6]


def test_the_curve_follows_the_frames_and_marks_the_dilation_that_the_pane_shows(session, sweep):
    curve = DiceCurve(session)
    assert len(curve.line.x) == len(curve.here.x) == 0
    sweep.frames = frames(session, {1: 0.9, 2: 0.8, 3: 0.7})
    assert list(curve.line.y) == [0.9, 0.8, 0.7]
    assert list(curve.here.x) == [1]
    session.dilation_cache.set("unet", 3)
    assert (list(curve.here.x), list(curve.here.y)) == ([3], [0.7])
    assert curve.line.colors == [colour_of("unet")]
    session.set_colour("unet", "#123456")
    assert curve.line.colors == curve.here.colors == ["#123456"]


def test_a_list_of_dilations_is_no_place_on_the_curve(session, sweep):
    curve = DiceCurve(session)
    sweep.frames = frames(session, {1: 0.9, 2: 0.8})
    session.dilation_cache.set("unet", [1, 1, 2, 2, 2])
    assert len(curve.here.x) == 0


@pytest.mark.parametrize(
    ("scores", "low", "high"),
    [
        ((0.9, 0.8), 0.78, 0.92),  # 0.02 around them
        ((0.995, 0.99), 0.97, 1.0),  # none is above 1
        ((0.95, 0.3), 0.0, 1.0),  # far apart: all there is
    ],
)
def test_the_axis_shows_what_tells_the_scores_apart(session, sweep, scores, low, high):
    curve = DiceCurve(session)
    sweep.frames = frames(session, dict(enumerate(scores, start=1)))
    assert (curve._y.min, curve._y.max) == (pytest.approx(low), pytest.approx(high))
    assert all(low <= tick <= high for tick in curve._up.tick_values)
