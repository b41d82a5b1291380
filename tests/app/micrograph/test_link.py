"""What the viewer says of a line becomes a bar, and the bar is drawn in the panes."""

import numpy as np
import pytest
from fake_compute import FakeCompute
from waiting import wait_for

from workbench.app.core.polling import works_aside
from workbench.app.micrograph.link import ScaleBarLink
from workbench.app.session import Session
from workbench.app.viewer.viewer import Viewer
from workbench.micrographs.micrograph import Micrograph


def test_a_click_and_a_line_are_measured_only_while_the_ruler_is_in_the_hand():
    pixels = np.random.default_rng(0).normal(110, 9, (120, 300))
    pixels[80:86, 40:190] = 255
    session, viewer = Session(Micrograph(pixels), compute=FakeCompute()), Viewer()
    ScaleBarLink(session, viewer)

    def say(**message):
        viewer._heard(viewer, message, [])
        wait_for(lambda: not works_aside())

    line = [[83, 60], [83, 180]]
    say(kind="ruler", line=line, click=False)
    assert (viewer.ruler_on, viewer.ruler_line) == (False, [])
    session.scale_bar.begin_measuring()
    assert viewer.ruler_on
    for click in (False, True):
        say(kind="ruler", line=line, click=click)
        assert viewer.ruler_line == pytest.approx([83, 40, 83, 190], abs=0.2)
    say(kind="ruler end")
    assert (viewer.ruler_on, viewer.ruler_line) == (False, [])
