"""Charts: the same axes and the same frame around all of them."""

import bqplot

from workbench.app.widgets import chart


def test_a_figure_has_the_margins_asked_for_and_does_not_move():
    across, up = chart.axis(bqplot.LinearScale()), chart.axis(bqplot.LinearScale(), upright=True)
    drawn = chart.figure([], [across, up], left=48, min_height=120)
    assert drawn.fig_margin == {"top": 8, "bottom": 24, "left": 48, "right": 12}
    assert drawn.layout.min_height == "120px"
    assert drawn.animation_duration == 0
    assert [axis.orientation for axis in drawn.axes] == ["horizontal", "vertical"]
    assert {axis.grid_lines for axis in drawn.axes} == {"none"}
