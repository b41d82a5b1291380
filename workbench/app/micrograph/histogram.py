"""The histogram below the panes: probability with its threshold to drag, or intensity with black and white."""

from __future__ import annotations

import html

import bqplot
import ipywidgets as widgets
import numpy as np

from workbench.app.core.context import Context
from workbench.app.core.results import Results
from workbench.app.widgets import chart, controls
from workbench.app.widgets.chart import INK
from workbench.particles.post_processing import HISTOGRAM_BINS

AUTOMATIC = [1.0, 99.0]
"""Percentiles of intensity that are shown as black and white where nobody set others."""

CLOSEST = 0.1
"""Percentiles that black and white stay apart."""

STALE = "#8a949e"
"""Colour of bars that are not of what is set."""


class Histogram:
    """A bqplot histogram of the active network's probability, or of the micrograph's intensity.

    Parameters
    ----------
    session : Context
    """

    def __init__(self, session: Context) -> None:
        self._session = session
        self._title = controls.text("", "hw-text")
        self.which = widgets.ToggleButtons(
            options=["probability", "intensity"], layout=widgets.Layout(width="auto")
        )
        self.which.style.button_width = "96px"
        centres = (np.arange(HISTOGRAM_BINS) + 0.5) / HISTOGRAM_BINS
        self._x, self._y = bqplot.LinearScale(min=0.0, max=1.0), bqplot.LinearScale(min=0.0, max=1.0)
        self.bars = bqplot.Bars(
            x=centres,
            y=np.zeros(HISTOGRAM_BINS),
            scales={"x": self._x, "y": self._y},
            padding=0.1,
        )
        self.line = bqplot.Lines(
            x=[0.5, 0.5], y=[0.0, 1.0], scales={"x": self._x, "y": self._y}, colors=[INK]
        )
        self.handle = bqplot.Scatter(
            x=[0.5],
            y=[0.94],
            scales={"x": self._x, "y": self._y},
            colors=[INK],
            default_size=140,
            enable_move=True,
            restrict_x=True,
            update_on_move=True,
        )
        self.ends = bqplot.Scatter(
            x=[0.0, 1.0],
            y=[0.94, 0.94],
            scales={"x": self._x, "y": self._y},
            colors=["#000000", "#ffffff"],
            stroke=INK,
            default_size=140,
            enable_move=True,
            restrict_x=True,
            update_on_move=True,
            visible=False,
        )
        self.automatic = controls.button(
            "automatic contrast",
            self._automatic,
            "Darkest and lightest hundredth as black and white",
            "hw-link",
        )
        self._sample = np.zeros(1)
        self._axis = chart.axis(self._x)
        self.figure = chart.figure(
            [self.bars, self.line, self.handle, self.ends],
            [self._axis],
            left=12,
            top=4,
            bottom=26,
            padding=(0.0, 0.025),
            layout=widgets.Layout(
                flex="1 1 0", height="auto", min_height="96px", width="100%", min_width="0"
            ),
            background_style={"fill": "transparent"},
        )
        self.box = controls.column(
            controls.row(
                self._title,
                controls.row(self.automatic, self.which, classes=["hw-buttons"]),
                classes=["hw-box-head"],
            ),
            self.figure,
            classes=["hw-box"],
        )
        self._moving = False
        self.handle.observe(self._dragged, names="x")
        self.ends.observe(self._ends_dragged, names="x")
        self.which.observe(self._draw, names="value")
        session.observe(self._ends_shown, names="contrast")
        session.observe(self._draw, names=["postprocessed", "current", "micrograph", "colours"])
        session.observe(self._stale_shown, names=["stale", "failures"])
        session.observe(self._threshold_shown, names=["thresholds", "current"])
        self._draw()

    def _draw(self, _change: object = None) -> None:
        session = self._session
        probability = self.which.value == "probability"
        self.line.visible = self.handle.visible = probability
        self.ends.visible = not probability
        controls.show(self.automatic, not probability)
        if probability:
            shown = session.subject(Results).shown(session.current)
            postprocessed = None if shown is None else shown[1]
            current = session.subject(Results).masked(session.current)
            counts = (
                np.zeros(HISTOGRAM_BINS) if postprocessed is None else postprocessed.histogram.astype(float)
            )
            # the background is nine tenths of most micrographs: on a square-root scale the particles show too
            heights = np.sqrt(counts / max(counts.max(), 1.0))
            low, high, colour = 0.0, 1.0, session.colour_of(session.current) if current else STALE
            name = session.card(session.current).label if session.current else ""
            if shown is not None:
                name = shown[0].network.shown
            why = session.failures.get(session.current, "waiting")
            self._title.value = html.escape(
                name if current else f"{name}: {'not as set' if postprocessed else why}"
            )
        else:
            pixels = np.zeros((1, 1)) if session.micrograph is None else session.micrograph.specimen
            step = max(int(np.sqrt(pixels.size / 1e6)), 1)
            sample = self._sample = np.sort(pixels[::step, ::step], axis=None)
            low, high = (float(value) for value in np.percentile(sample, [0.1, 99.9]))
            high = high if high > low else low + 1.0
            counts = np.histogram(sample, bins=HISTOGRAM_BINS, range=(low, high))[0].astype(float)
            heights, colour = counts / max(counts.max(), 1.0), STALE
            self._title.value = "Intensity, counts; drag what is shown as black and as white"
        self._x.min, self._x.max = low, high
        if probability:
            self._axis.tick_values, self._axis.tick_format = np.linspace(0, 1, 6), ".1f"
        else:
            self._axis.tick_values, self._axis.tick_format = np.linspace(low, high, 5), ".4~g"
        with self.bars.hold_sync():
            self.bars.x = low + (high - low) * (np.arange(HISTOGRAM_BINS) + 0.5) / HISTOGRAM_BINS
            self.bars.y = heights
            self.bars.colors = [colour]
        self._threshold_shown()
        self._ends_shown()

    def _stale_shown(self, _change: object) -> None:
        if self.which.value == "probability":
            self._draw()

    def _dragged(self, change: dict[str, np.ndarray]) -> None:
        if self._moving or not self._session.current:
            return
        self._session.set_threshold(self._session.current, float(change["new"][0]))
        self._threshold_shown()  # dragged beyond the axis, the handle comes back

    def _ends_dragged(self, change: dict[str, np.ndarray]) -> None:
        """Show other intensities as black and white: those of the handles."""
        if self._moving or self.which.value == "probability":
            return
        low, high = sorted(float(place) for place in change["new"])
        shares = np.searchsorted(self._sample, [low, high]) * 100.0 / max(self._sample.size, 1)
        black = min(round(float(shares[0]), 2), 100.0 - CLOSEST)
        self._session.contrast = [black, max(round(float(shares[1]), 2), black + CLOSEST)]

    def _automatic(self) -> None:
        self._session.contrast = list(AUTOMATIC)

    def _ends_shown(self, _change: object = None) -> None:
        if self.which.value == "probability":
            return
        places = np.clip(np.percentile(self._sample, self._session.contrast), self._x.min, self._x.max)
        if np.abs(np.sort(self.ends.x) - places).max() > 1e-3 * (self._x.max - self._x.min):
            self._moving = True
            try:
                self.ends.x = places
            finally:
                self._moving = False

    def _threshold_shown(self, _change: object = None) -> None:
        if not self._session.current:
            return
        value = self._session.threshold(self._session.current)
        self.line.x = np.array([value, value])
        if abs(float(self.handle.x[0]) - value) > 1e-6:
            self._moving = True
            try:
                self.handle.x = np.array([value])
            finally:
                self._moving = False
