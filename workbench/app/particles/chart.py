"""The distribution as a chart to brush: histogram, cumulative curve, the fit that describes it, the median."""

from __future__ import annotations

from typing import Any

import bqplot
import ipywidgets as widgets
import numpy as np

from workbench.app.widgets import chart
from workbench.app.widgets.chart import INK, NO_POINTS
from workbench.app.widgets.ticks import round_ticks
from workbench.particles.distribution_result import Distribution

CUMULATIVE = "#b84a00"
CURVE_POINTS = 160


class DistributionChart:
    """A bqplot figure of one distribution.

    Parameters
    ----------
    brushed : callable(list of two floats, or empty)
        Called with the ends of the interval of diameters that a person drags.

    Attributes
    ----------
    figure : bqplot.Figure
    """

    def __init__(self, brushed: Any) -> None:
        self._brushed = brushed
        self._x, self._y = bqplot.LinearScale(min=0.0, max=1.0), bqplot.LinearScale(min=0.0, max=1.0)
        self._share = bqplot.LinearScale(min=0.0, max=1.0)
        scales = {"x": self._x, "y": self._y}
        shares = {"x": self._x, "y": self._share}
        self.bars = bqplot.Bars(x=NO_POINTS, y=NO_POINTS, scales=scales, padding=0.04, stroke="#ffffff")
        self.fit = bqplot.Lines(x=NO_POINTS, y=NO_POINTS, scales=scales, colors=[INK], stroke_width=2)
        self.cumulative = bqplot.Lines(
            x=NO_POINTS,
            y=NO_POINTS,
            scales=shares,
            colors=[CUMULATIVE],
            stroke_width=1.5,
            line_style="dashed",
            interpolation="step-after",
        )
        self.median = bqplot.Lines(
            x=NO_POINTS, y=NO_POINTS, scales=shares, colors=["#1b2127"], stroke_width=1.5
        )
        self.interval = bqplot.Lines(
            x=NO_POINTS,
            y=NO_POINTS,
            scales=shares,
            colors=["#8c8c8c"],
            fill="inside",
            fill_opacities=[0.35],
            opacities=[0.0],
        )
        self._across = chart.axis(self._x, tick_format=".3~g", label="diameter")
        self._up = chart.axis(self._y, upright=True, tick_format="~d", label="particles")
        self._right = chart.axis(self._share, tick_format=".0%", side="right")
        self._right.orientation = "vertical"
        self.selector = bqplot.interacts.BrushIntervalSelector(
            scale=self._x, color="#1976d2", marks=[self.bars]
        )
        self.figure = chart.figure(
            [self.interval, self.bars, self.fit, self.cumulative, self.median],
            [self._across, self._up, self._right],
            left=48,
            right=44,
            bottom=40,
            padding=(0.0, 0.02),
            interaction=self.selector,
            layout=widgets.Layout(
                flex="1 1 0", width="auto", height="100%", min_width="220px", min_height="130px"
            ),
        )
        self.selector.observe(self._selected, names="selected")

    def _selected(self, change: dict[str, Any]) -> None:
        chosen = change["new"]
        ends = [] if chosen is None or len(chosen) != 2 else [float(end) for end in chosen]
        self._brushed(ends if ends and ends[1] > ends[0] else [])

    def show(self, found: Distribution | None, colour: str) -> None:
        """Draw a distribution in the colour of its network; ``None``: an empty chart."""
        if found is None or not found.counted:
            for mark in (self.bars, self.fit, self.cumulative, self.median, self.interval):
                with mark.hold_sync():
                    mark.x, mark.y = NO_POINTS, NO_POINTS
            return
        edges, shares = found.histogram.edges, found.histogram.shares
        number = found.counted
        heights = shares * number
        low, high = float(edges[0]), float(edges[-1])
        room = 0.04 * (high - low) or 0.5
        fitted = found.fitted
        along = np.linspace(max(low - room, 1e-9), high + room, CURVE_POINTS)
        wide = float(edges[1] - edges[0])
        curve = NO_POINTS if fitted is None else fitted.density(along) * wide * number
        top = max(float(heights.max()), float(curve.max()) if len(curve) else 0.0)
        self._x.min, self._x.max = low - room, high + room
        self._y.min, self._y.max = 0.0, top * 1.05
        self._across.label = f"diameter, {found.unit}"
        self._across.tick_values = round_ticks(low - room, high + room, 7)
        self._up.tick_values = round_ticks(0.0, top * 1.05, 4, whole=top >= 2)
        self._right.tick_values = np.linspace(0, 1, 5)
        places, reached = found.cumulative()
        with self.bars.hold_sync():
            self.bars.x, self.bars.y = (edges[1:] + edges[:-1]) / 2, heights
            self.bars.colors = [colour]
        with self.fit.hold_sync():
            self.fit.x, self.fit.y = (NO_POINTS, NO_POINTS) if fitted is None else (along, curve)
        with self.cumulative.hold_sync():
            self.cumulative.x = np.concatenate([[low - room], places, [high + room]])
            self.cumulative.y = np.concatenate([[0.0], reached, [1.0]])
        with self.median.hold_sync():
            self.median.x, self.median.y = np.array([found.median, found.median]), np.array([0.0, 1.0])
        with self.interval.hold_sync():
            ends = found.median_interval
            self.interval.x = NO_POINTS if ends is None else np.array([ends[0], ends[0], ends[1], ends[1]])
            self.interval.y = NO_POINTS if ends is None else np.array([0.0, 1.0, 1.0, 0.0])
