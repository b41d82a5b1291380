"""Curve of hard Dice against dilation, beside the pictures of the dilation sweep."""

from __future__ import annotations

import bqplot
import numpy as np

from workbench.app.core.context import Context
from workbench.app.dilation.cache import LARGEST, DilationCache
from workbench.app.dilation.sweep import DilationSweep
from workbench.app.widgets import chart, controls
from workbench.app.widgets.chart import INK, NO_POINTS
from workbench.app.widgets.ticks import round_ticks


class DiceCurve:
    """A point for each dilation that has a score; the one that the pane shows is filled.

    Parameters
    ----------
    session : Context
    """

    def __init__(self, session: Context) -> None:
        self._session, self._strip = session, session.subject(DilationSweep)
        self._x = bqplot.LinearScale(min=0.5, max=LARGEST + 0.5)
        self._y = bqplot.LinearScale(min=0.0, max=1.0)
        scales = {"x": self._x, "y": self._y}
        self.line = bqplot.Lines(
            x=NO_POINTS, y=NO_POINTS, scales=scales, stroke_width=1.5, marker="circle", marker_size=36
        )
        self.here = bqplot.Scatter(
            x=NO_POINTS, y=NO_POINTS, scales=scales, default_size=120, stroke=INK, stroke_width=2
        )
        self._up = chart.axis(self._y, upright=True, tick_format=".2~f")
        across = chart.axis(self._x, tick_values=np.arange(1, LARGEST + 1), tick_format="d")
        self.figure = chart.figure([self.line, self.here], [across, self._up], left=40, right=8)
        self.box = controls.column(
            controls.text("Hard Dice on this micrograph, by dilation", "hw-note"),
            self.figure,
            classes=["hw-curve"],
        )
        self._strip.observe(self._draw, names=["frames", "network"])
        session.observe(self._draw, names=["dilations", "colours"])
        self._draw()

    def _draw(self, _change: object = None) -> None:
        x, y = points(self._strip)
        colour = self._session.colour_of(self._strip.network)
        with self.line.hold_sync():
            self.line.x, self.line.y, self.line.colors = x, y, [colour]
        shown = self._session.subject(DilationCache).of(self._strip.network) if self._strip.network else 0
        here = x == (shown if isinstance(shown, int) else 0)
        with self.here.hold_sync():
            self.here.x, self.here.y, self.here.colors = x[here], y[here], [colour]
        if len(y):
            low, high = max(float(y.min()) - 0.02, 0.0), min(float(y.max()) + 0.02, 1.0)
            if high - low > 0.4:
                low, high = 0.0, 1.0
            self._y.min, self._y.max, self._up.tick_values = low, high, round_ticks(low, high, 3)


def points(strip: DilationSweep) -> tuple[np.ndarray, np.ndarray]:
    """Return dilations and hard Dice of the frames that have one, in the order of the dilations."""
    known = sorted((frame.dilation, frame.dice) for frame in strip.frames if frame.dice is not None)
    table = np.array(known, float).reshape(-1, 2)
    return table[:, 0], table[:, 1]
