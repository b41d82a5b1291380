"""The curves below the panes while Train is open: loss, Dice and learning rate of a run, with others for comparison."""

from __future__ import annotations

import html

import bqplot
import ipywidgets as widgets
import numpy as np

from workbench.app import controls
from workbench.app.histogram import INK
from workbench.app.palette import colour_of
from workbench.app.run_view import Points, RunView, points_of
from workbench.app.trainings import Trainings

FIGURES = {
    "loss": "Loss; dashed: on validation",
    "dice": "Hard Dice on validation",
    "rate": "Learning rate",
}
NOTHING = np.zeros(0)


class RunCurves:
    """Three figures that share their horizontal axis, epochs.

    Parameters
    ----------
    trainings : Trainings
    """

    def __init__(self, trainings: Trainings) -> None:
        self._trainings = trainings
        self._drawn: dict[str, object] = {}
        self._marks: dict[str, dict[str, list[bqplot.Lines]]] = {}
        self._title = controls.text("", "hw-text")
        self._legend = controls.markup("", "hw-note")
        self._x = bqplot.LinearScale(min=0.0, max=1.0)
        self._y = {name: bqplot.LinearScale() for name in FIGURES}
        self._y["dice"].min, self._y["dice"].max, self._y["rate"].min = 0.0, 1.0, 0.0
        self.figures = {name: self._figure(name) for name in FIGURES}
        boxes = [
            controls.column(controls.text(title, "hw-note"), self.figures[name], classes=["hw-curve"])
            for name, title in FIGURES.items()
        ]
        head = controls.row(self._title, self._legend, classes=["hw-box-head"])
        self.box = controls.column(
            head, controls.row(*boxes, classes=["hw-curve-row"]), classes=["hw-box", "hw-curves"]
        )
        trainings.observe(self._draw, names=["runs", "chosen", "compared", "smoothing"])
        self._draw()

    def _figure(self, name: str) -> bqplot.Figure:
        form = {"loss": ".2~g", "dice": ".1f", "rate": ".0~e"}[name]
        axes = [
            bqplot.Axis(scale=self._x, grid_lines="none", color=INK, num_ticks=5, tick_format="~g"),
            bqplot.Axis(
                scale=self._y[name],
                orientation="vertical",
                grid_lines="none",
                color=INK,
                num_ticks=4,
                tick_format=form,
            ),
        ]
        return bqplot.Figure(
            marks=[],
            axes=axes,
            fig_margin={"top": 8, "bottom": 24, "left": 44, "right": 10},
            layout=widgets.Layout(
                width="100%", height="100%", min_width="80px", min_height="120px", overflow="hidden"
            ),
            animation_duration=0,
            padding_x=0.0,
            padding_y=0.05,
        )

    def _draw(self, _change: object = None) -> None:
        trainings = self._trainings
        names = [name for name in trainings.compared if name != trainings.chosen]
        names = [name for name in [*names, trainings.chosen] if trainings.view_of(name) is not None]
        if set(names) != set(self._marks):
            self._marks = {name: self._marks.get(name) or self._lines(name) for name in names}
            self._drawn = {name: what for name, what in self._drawn.items() if name in self._marks}
            for figure in FIGURES:
                self.figures[figure].marks = [line for name in names for line in self._marks[name][figure]]
        for name in names:
            view = trainings.view_of(name)
            state = (view, trainings.smoothing, name == trainings.chosen)
            if view is not None and self._drawn.get(name) != state:
                self._drawn[name] = state
                self._fill(name, view)
        ends = [float(line.x[-1]) for lines in self._marks.values() for line in lines["loss"] if len(line.x)]
        self._x.max = max([1.0, *ends])
        self._tell(names)

    def _lines(self, name: str) -> dict[str, list[bqplot.Lines]]:
        def line(figure: str, **how: object) -> bqplot.Lines:
            scales = {"x": self._x, "y": self._y[figure]}
            return bqplot.Lines(
                x=NOTHING, y=NOTHING, scales=scales, colors=[colour_of(name)], stroke_width=1.5, **how
            )

        return {
            "loss": [line("loss", opacities=[0.3]), line("loss"), line("loss", line_style="dashed")],
            "dice": [line("dice", marker="circle", marker_size=24)],
            "rate": [line("rate")],
        }

    def _fill(self, name: str, view: RunView) -> None:
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
                line.x, line.y = getattr(points, x), getattr(points, y)
        marks["loss"][0].visible = chosen and self._trainings.smoothing > 0
        for line in (marks["loss"][1], marks["dice"][0], marks["rate"][0]):
            line.opacities = [1.0 if chosen else 0.6]
        del view

    def _tell(self, names: list[str]) -> None:
        view = self._trainings.view_of(self._trainings.chosen)
        if view is None:
            self._title.value = "No run yet: its curves will stand here"
        else:
            told = [view.name, view.word, f"step {view.step} of {view.steps}"]
            if view.dice is not None:
                told.append(
                    f"epoch {view.epoch} of {view.epochs}: Dice {view.dice:.3f}, best {view.best:.3f}"
                )
            self._title.value = html.escape(" · ".join(told))
        self._legend.value = " ".join(
            f'<span class="hw-swatch" style="background:{colour_of(name)}"></span> {html.escape(name)}'
            for name in names
            if len(names) > 1
        )
