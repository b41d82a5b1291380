"""Hard Dice against dilation, a line a network, from the cells of a study that are done."""

from __future__ import annotations

from statistics import fmean

import bqplot
import numpy as np

from workbench.app.study.grid import Column, columns_of, kinds_of, squares
from workbench.app.widgets import chart, controls
from workbench.app.widgets.chart import NO_POINTS
from workbench.app.widgets.ticks import round_ticks
from workbench.study.overview import Overview
from workbench.study.status import StudyStatus


class StudyCurve:
    """Means as lines, every seed as a point; against the number of micrographs where there is one dilation only.

    Attributes
    ----------
    box : Widget
    """

    def __init__(self) -> None:
        self._x = bqplot.OrdinalScale(domain=["1"])
        self._y = bqplot.LinearScale(min=0.0, max=1.0)
        self._up = chart.axis(self._y, upright=True, tick_format=".3~f")
        across = chart.axis(self._x)
        self.figure = chart.figure([], [across, self._up], left=44, padding=(0.05, 0.05))
        self._title = controls.text("", "hw-note")
        self.box = controls.column(self._title, self.figure, classes=["hw-curve"])
        self._lines: dict[str, tuple[bqplot.Lines, bqplot.Scatter]] = {}

    def show(self, overview: Overview, standing: StudyStatus, colours: dict[str, str]) -> None:
        """Draw what is done."""
        columns, title = across(overview)
        labels = [label for _column, label in columns]
        self._title.value = title
        if list(self._x.domain) != labels:
            self._x.domain = labels
        if list(self._lines) != kinds_of(overview):
            self._lines = {kind: self._marks() for kind in kinds_of(overview)}
            self.figure.marks = [mark for marks in self._lines.values() for mark in marks]
        found, values = squares(overview, standing), []
        for kind, (line, dots) in self._lines.items():
            seeds = [
                (label, dice)
                for column, label in columns
                if (kind, column) in found
                for dice in found[kind, column].dices
            ]
            values += [dice for _label, dice in seeds]
            means = [
                (label, fmean(dices))
                for column, label in columns
                if (kind, column) in found and (dices := found[kind, column].dices)
            ]
            _fill(line, means, colours[kind])
            _fill(dots, seeds, colours[kind])
        if values:
            low, high = max(min(values) - 0.02, 0.0), min(max(values) + 0.02, 1.0)
            self._y.min, self._y.max, self._up.tick_values = low, high, round_ticks(low, high, 3)

    def _marks(self) -> tuple[bqplot.Lines, bqplot.Scatter]:
        scales = {"x": self._x, "y": self._y}
        line = bqplot.Lines(
            x=NO_POINTS,
            y=NO_POINTS,
            scales=scales,
            stroke_width=1.5,
            marker="circle",
            marker_size=36,
        )
        dots = bqplot.Scatter(x=NO_POINTS, y=NO_POINTS, scales=scales, default_size=16, opacities=[0.6])
        return line, dots


def across(overview: Overview) -> tuple[list[tuple[Column, str]], str]:
    """Return the columns that the curve goes over, each with its label, and what it is called."""
    columns = columns_of(overview)
    most = columns[0].training_size
    dilated = [column for column in columns if column.training_size == most]
    sizes = [column for column in columns if column.rates == columns[0].rates]
    if len(dilated) == 1 and len(sizes) > 1:
        return [
            (column, str(column.training_size)) for column in reversed(sizes)
        ], "Hard Dice by number of training micrographs; small points: seeds"
    of = "" if most is None else f", {most} training micrographs"
    return [(column, column.rates) for column in dilated], f"Hard Dice by dilation{of}; small points: seeds"


def _fill(mark: bqplot.Mark, points: list[tuple[str, float]], colour: str) -> None:
    with mark.hold_sync():
        mark.colors = [colour]
        mark.x = np.array([label for label, _dice in points], dtype=str) if points else NO_POINTS
        mark.y = np.array([dice for _label, dice in points], float)
