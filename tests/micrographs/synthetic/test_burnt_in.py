"""What is burnt in: where it lies, and that it is never particle."""

import numpy as np
import pytest

from workbench.micrographs.synthetic import BurntIn, Camera, Particle, Scene, render
from workbench.micrographs.synthetic.burnt_in import FONTS, burn

MARKS = {
    "letters": BurntIn("letters", 5, 5, 24, "(a)", 255),
    "letters on a ground": BurntIn("letters", 5, 5, 24, "(a)", 0, 255),
    "bar": BurntIn("scale bar", 150, 30, 20, "100 nm", 0, length_px=80),
    "bar on a ground": BurntIn("scale bar", 150, 30, 20, "100 nm", 255, 0, length_px=80),
    "ticks": BurntIn("scale bar", 150, 30, 20, "", 0, length_px=80, style="ticks"),
    "arrows": BurntIn("scale bar", 150, 30, 20, "1 µm", 255, length_px=80, style="arrows"),
    "data bar": BurntIn("data bar", 200, 4, 26, "HV=200.0kV\nMag 50000x", 255, 0, 50),
    "arrow": BurntIn("arrow", 100, 100, 16, tone=255, length_px=50, angle=0.6),
}
FULL = (Particle("cube", 100, 100, 600),)
"""A particle that fills the frame."""


@pytest.mark.parametrize("name", MARKS)
def test_all_that_a_mark_changes_is_said_to_be_no_specimen(name):
    grey = np.full((200, 200), 120, np.float32)
    covered = burn(grey, (MARKS[name],))
    assert (np.abs(grey - 120) > 5).any()
    assert not (np.abs(grey - 120) > 5)[~covered].any()
    assert covered.any()
    assert covered.mean() < 0.5
    assert (grey[covered] == MARKS[name].tone).any()


@pytest.mark.parametrize("name", MARKS)
def test_nothing_burnt_in_is_particle(name):
    drawn = render(Scene(FULL, marks=(MARKS[name],)), (200, 200), np.random.default_rng(0))
    assert drawn.burnt_in.any()
    np.testing.assert_array_equal(drawn.labels == 1, ~drawn.burnt_in)
    np.testing.assert_array_equal(drawn.masks()[0], ~drawn.burnt_in)


def test_a_particle_beneath_a_data_bar_is_none():
    bar = BurntIn("data bar", 200, 4, 40, "text", 255, 0, 0)
    hidden, cut = Particle("sphere", 180, 60, 30), Particle("sphere", 160, 140, 40)
    drawn = render(Scene((hidden, cut), marks=(bar,)), (200, 200), np.random.default_rng(0))
    assert [one.particle for one in drawn.instances] == [cut]
    assert drawn.instances[0].box[0].stop == 160
    assert (drawn.pixels[160:] <= 255).all()
    assert np.isin(drawn.pixels[165:195, 180:], (0, 255)).mean() > 0.8


def test_a_scale_bar_is_as_long_as_asked():
    grey = np.full((200, 200), 120, np.float32)
    covered = burn(grey, (BurntIn("scale bar", 150, 30, 20, "", 0, length_px=80),))
    assert np.flatnonzero(covered[151]).tolist() == list(range(30, 111))
    assert np.flatnonzero(covered[:, 60]).tolist() == list(range(150, 155))


@pytest.mark.parametrize("font", FONTS)
def test_every_font_writes(font):
    grey = np.zeros((60, 200), np.float32)
    covered = burn(grey, (BurntIn("letters", 5, 5, 30, "20 nm", 255, font=font),))
    columns = np.flatnonzero(covered.any(0))
    assert 50 < np.ptp(columns) < 150
    assert grey.max() > 200


def test_later_marks_lie_on_top_and_none_changes_nothing():
    grey = np.full((100, 100), 9, np.float32)
    assert not burn(grey, ()).any()
    assert (grey == 9).all()
    burn(
        grey, (BurntIn("data bar", 100, 4, 50, "", 0, 255, 0), BurntIn("data bar", 100, 4, 20, "", 0, 70, 0))
    )
    assert grey[60, 50] == 255
    assert grey[90, 50] == 70


def test_marks_have_the_tone_of_the_file():
    scene = Scene(marks=(MARKS["bar on a ground"],), camera=Camera(jpeg=90))
    drawn = render(scene, (200, 200), np.random.default_rng(0))
    assert drawn.pixels[drawn.burnt_in].min() < 10
    assert drawn.pixels[drawn.burnt_in].max() > 245
