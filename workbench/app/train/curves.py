"""The curves below the panes while Train is open: loss, Dice and learning rate of a run, with others for comparison."""

from __future__ import annotations

import html
import logging

import bqplot

from workbench.app.core.parameters import Parameters
from workbench.app.train.run_view import Points, points_of
from workbench.app.train.state import TrainState
from workbench.app.widgets import chart, controls
from workbench.app.widgets.chart import NO_POINTS
from workbench.app.widgets.ticks import round_ticks
from workbench.errors import WorkbenchError

LOG = logging.getLogger(__name__)

FIGURES = {
    "loss": "Loss by epoch; dashed: validation",
    "dice": "Hard Dice, validation, by epoch",
    "rate": "Learning rate by epoch",
}


class RunCurves:
    """Three figures that share their horizontal axis, epochs.

    Parameters
    ----------
    trainings : TrainState
    session : Parameters
        A run has the colour of its network, and another one than all networks of the list that are not its own.
    """

    def __init__(self, trainings: TrainState, session: Parameters) -> None:
        self._trainings, self._session = trainings, session
        self._drawn: dict[str, object] = {}
        self._marks: dict[str, dict[str, list[bqplot.Lines]]] = {}
        self._title = controls.text("", "hw-text")
        self._legend = controls.markup("", "hw-note")
        self._x = bqplot.LinearScale(min=0.0, max=1.0)
        self._y = {name: bqplot.LinearScale(min=0.0, max=1.0) for name in FIGURES}
        self._axes: dict[str, tuple[bqplot.Axis, bqplot.Axis]] = {}
        self.figures = {name: self._figure(name) for name in FIGURES}
        boxes = [
            controls.column(controls.text(title, "hw-note"), self.figures[name], classes=["hw-curve"])
            for name, title in FIGURES.items()
        ]
        self._figures = controls.row(*boxes, classes=["hw-curve-row"])
        self._head = controls.row(self._title, self._legend, classes=["hw-box-head"])
        self.box = controls.column(self._head, classes=["hw-box", "hw-curves"])
        trainings.observe(self._draw, names=["runs", "chosen", "compared", "smoothing"])
        session.observe(self._draw, names=["colours", "cards"])
        self._draw()

    def _figure(self, name: str) -> bqplot.Figure:
        form = {"loss": ".3~g", "dice": ".1f", "rate": ".1~e"}[name]
        across = chart.axis(self._x, tick_format="~g")
        up = chart.axis(self._y[name], upright=True, tick_format=form)
        self._axes[name] = (across, up)
        return chart.figure([], [across, up], left=48, min_height=120)

    def _draw(self, _change: object = None) -> None:
        trainings = self._trainings
        names = [name for name in trainings.compared if name != trainings.chosen]
        names = [name for name in [*names, trainings.chosen] if trainings.view_of(name) is not None]
        if set(names) != set(self._marks):
            self._marks = {name: self._marks.get(name) or self._lines() for name in names}
            self._drawn = {name: what for name, what in self._drawn.items() if name in self._marks}
            for figure in FIGURES:
                self.figures[figure].marks = [line for name in names for line in self._marks[name][figure]]
        colours = self._session.colours_of([trainings.chosen, *names])
        for name in names:
            state = (trainings.view_of(name), trainings.smoothing, name == trainings.chosen, colours[name])
            if self._drawn.get(name) != state:
                try:
                    self._fill(name, colours[name])
                    self._drawn[name] = state
                except (WorkbenchError, OSError, LookupError, ValueError):
                    # the line of the run says what it is
                    LOG.debug("the curves of %s stay as they are", name, exc_info=True)
        if names:
            self._set_scales()
        self._show_heading(names, colours)

    def _set_scales(self) -> None:
        """Let every line fit, with round numbers on the axes; bqplot's own choice is neither round nor short."""
        end = max([1.0, *(float(line.x[-1]) for line in self._all("loss") if len(line.x))])
        self._x.max = end
        for name, (across, up) in self._axes.items():
            values = [line.y for line in self._all(name) if len(line.y) and line.visible]
            low = 0.0 if name != "loss" or not values else min(float(y.min()) for y in values)
            high = 1.0 if name == "dice" or not values else max(float(y.max()) for y in values)
            ticks = round_ticks(low, high if high > low else low + 1.0)
            self._y[name].min, self._y[name].max = min(low, ticks[0]), max(high, ticks[-1])
            across.tick_values, up.tick_values = round_ticks(0.0, end, whole=end >= 2), ticks

    def _all(self, figure: str) -> list[bqplot.Lines]:
        return [line for lines in self._marks.values() for line in lines[figure]]

    def _lines(self) -> dict[str, list[bqplot.Lines]]:
        def line(figure: str, **how: object) -> bqplot.Lines:
            scales = {"x": self._x, "y": self._y[figure]}
            return bqplot.Lines(x=NO_POINTS, y=NO_POINTS, scales=scales, stroke_width=1.5, **how)

        return {
            "loss": [line("loss", opacities=[0.3]), line("loss"), line("loss", line_style="dashed")],
            "dice": [line("dice", marker="circle", marker_size=24)],
            "rate": [line("rate")],
        }

    def _fill(self, name: str, colour: str) -> None:
        run, marks = self._trainings.run_of(name), self._marks[name]
        raw, smooth = points_of(run), points_of(run, self._trainings.smoothing)
        chosen = name == self._trainings.chosen
        pairs: list[tuple[bqplot.Lines, Points, str, str]] = [
            (marks["loss"][0], raw, "step_x", "loss"),
            (marks["loss"][1], smooth, "step_x", "loss"),
            (marks["loss"][2], raw, "epoch_x", "validation_loss"),
            (marks["dice"][0], raw, "epoch_x", "dice"),
            (marks["rate"][0], raw, "step_x", "rate"),
        ]
        for line, points, x, y in pairs:
            with line.hold_sync():
                line.colors = [colour]
                line.x, line.y = getattr(points, x), getattr(points, y)
        marks["loss"][0].visible = chosen and self._trainings.smoothing > 0
        for line in (marks["loss"][1], marks["dice"][0], marks["rate"][0]):
            line.opacities = [1.0 if chosen else 0.6]

    def _show_heading(self, names: list[str], colours: dict[str, str]) -> None:
        view = self._trainings.view_of(self._trainings.chosen)
        # taken out, not hidden: bqplot draws a figure without a size with negative ones
        shown = (self._head,) if view is None else (self._head, self._figures)
        if self.box.children != shown:
            self.box.children = shown
        (self.box.add_class if view is None else self.box.remove_class)("hw-empty")
        if view is None:
            self._title.value = "No run yet: its curves will stand here"
        else:
            parts = [view.name, view.word, f"step {view.step} of {view.steps}"]
            if view.dice is not None:
                parts.append(
                    f"epoch {view.epoch} of {view.epochs}: Dice {view.dice:.3f}, best {view.best:.3f}"
                )
            self._title.value = html.escape(" · ".join(parts))
        self._legend.value = " ".join(
            f'<span class="hw-swatch" style="background:{colours[name]}"></span> {html.escape(name)}'
            for name in names
            if len(names) > 1
        )
