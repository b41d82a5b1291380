"""Scatter plot of pixels by their last features: what is alike to the network lies together, mistakes in colours."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import bqplot
import numpy as np

from workbench.app.core.context import Context
from workbench.app.features.places import KINDS, Spot
from workbench.app.features.state import FeaturesState
from workbench.app.widgets import chart, controls
from workbench.app.widgets.chart import NO_POINTS
from workbench.app.widgets.thumbnails import Thumbnail, Thumbnails
from workbench.app.widgets.ticks import round_ticks
from workbench.errors import WorkbenchError
from workbench.figures.palette import PARTICLES

COLOURS = ("#9aa3ab", PARTICLES[0], PARTICLES[3], PARTICLES[1])
"""Of background, particle, missed, false alarm: none is that of a network, and all eyes tell them apart."""
NAMES = ("background, as the truth says", "particle, found", "particle, missed", "false alarm")
CALLED = ("called background", "called particle")


class PixelsView:
    """A view on the embedding of `Session.features`.

    Parameters
    ----------
    session : Context

    Attributes
    ----------
    box : Widget
    """

    def __init__(self, session: Context) -> None:
        self._session = session
        features = session.subject(FeaturesState)
        self._x, self._y = bqplot.LinearScale(), bqplot.LinearScale()
        scales = {"x": self._x, "y": self._y}
        self._at: list[np.ndarray] = [np.zeros(0, int) for _kind in KINDS]
        self.clouds = [
            bqplot.Scatter(
                x=NO_POINTS,
                y=NO_POINTS,
                scales=scales,
                colors=[colour],
                default_size=14,
                opacities=[0.7],
            )
            for colour in COLOURS
        ]
        for kind, cloud in enumerate(self.clouds):
            cloud.on_element_click(lambda _mark, event, kind=kind: self._clicked(kind, event))
        self.here = bqplot.Scatter(
            x=NO_POINTS,
            y=NO_POINTS,
            scales=scales,
            colors=["#ffffff"],
            default_size=110,
            stroke="#000000",
            stroke_width=2.5,
            fill=False,
            interactions={},
        )
        self._across = chart.axis(self._x, label="", label_offset="30px")
        self._up = chart.axis(self._y, upright=True, label="")
        self.figure = chart.figure(
            [self.here, *self.clouds],
            [self._across, self._up],
            left=52,
            right=8,
            bottom=44,
            min_height=160,
            padding=(0.0, 0.0),
        )
        self._legend = controls.markup("", "hw-note", "hw-kinds")
        self._plot = controls.column(self._legend, self.figure, classes=["hw-curve", "hw-pixels-plot"])
        self.label = controls.button(
            "Label here",
            lambda: self._guarded(features.label_here),
            "Open the panel Label at this place: draw what is true there and add it to a training set",
        )
        self._title = controls.text("", "hw-text")
        self._said = controls.text("", "hw-note")
        self.list = Thumbnails(lambda key: self._guarded(lambda: features.open(key)))
        self._beside = controls.column(
            controls.row(self._title, self.label, classes=["hw-box-head"]),
            self._said,
            self.list,
            classes=["hw-spots"],
        )
        self.box = controls.row(classes=["hw-pixels"])
        features.observe(self._drawn, names=["embedding", "kinds"])
        features.observe(self._listed, names="spots")
        features.observe(self._marked, names=["opened", "embedding"])
        self._drawn()
        self._listed()
        self._marked()

    def _drawn(self, _change: object = None) -> None:
        found, kinds = (
            self._session.subject(FeaturesState).embedding,
            self._session.subject(FeaturesState).kinds,
        )
        # put in, not shown: bqplot draws a figure without a size with negative ones
        wanted = () if found is None or kinds is None else (self._plot, self._beside)
        if found is None or kinds is None or len(kinds) != len(found.coordinates):
            self.box.children = ()
            return
        scored = self._session.truth is not None
        for kind, cloud in enumerate(self.clouds):
            self._at[kind] = _apart(found.coordinates, np.flatnonzero(kinds == kind))
            points = found.coordinates[self._at[kind]]
            with cloud.hold_sync():
                cloud.x, cloud.y = points[:, 0].astype(float), points[:, 1].astype(float)
        for scale, axis, values in (
            (self._x, self._across, found.coordinates[:, 0]),
            (self._y, self._up, found.coordinates[:, 1]),
        ):
            low, high = float(values.min()), float(values.max())
            room = 0.03 * (high - low) or 1.0
            scale.min, scale.max = low - room, high + room
            axis.tick_values = round_ticks(low - room, high + room, 5)
        self._across.label = f"1st component, {100 * found.explained[0]:.0f} % of the variance"
        self._up.label = f"2nd, {100 * found.explained[1]:.0f} %"
        parts = [
            f'<span><i style="background:{COLOURS[kind]}"></i>{html.escape(name)}: {int((kinds == kind).sum())}</span>'
            for kind, name in enumerate(NAMES if scored else CALLED)
        ]
        self._legend.value = "".join(parts)
        if self.box.children != wanted:
            self.box.children = wanted

    def _clicked(self, kind: int, event: dict[str, Any]) -> None:
        found, shown = self._session.subject(FeaturesState).embedding, self._at[kind]
        if found is None or not len(shown):
            return
        at = np.array([event["data"]["x"], event["data"]["y"]])
        nearest = shown[np.square(found.coordinates[shown] - at).sum(axis=1).argmin()]
        self._guarded(lambda: self._session.subject(FeaturesState).go_to(int(nearest)))

    def _listed(self, _change: object = None) -> None:
        features = self._session.subject(FeaturesState)
        spots = features.spots
        self.list.show([_thumbnail(spot) for spot in spots])
        self.label.disabled = not spots
        if spots:
            more = len(spots) - 1
            self._said.value = html.escape(
                f"{more} other {'place' if more == 1 else 'places'} of this kind that the network sees most like it; "
                "striped: mask and truth differ"
                if self._session.truth is not None
                else f"{more} other {'place' if more == 1 else 'places'} that the network sees most like it"
            )
        else:
            self._said.value = (
                "Click a point: its place opens in the panes; others that are like it to the network follow."
            )

    def _marked(self, _change: object = None) -> None:
        opened, found = (
            self._session.subject(FeaturesState).opened,
            self._session.subject(FeaturesState).embedding,
        )
        self.list.chosen = "" if opened is None else opened.key
        self._title.value = (
            "A place" if opened is None else f"{opened.name.capitalize()} at {opened.row}, {opened.column}"
        )
        point = np.zeros((0, 2))
        if opened is not None and found is not None:
            point = found.coordinates[[opened.index]].astype(float)
        with self.here.hold_sync():
            self.here.x, self.here.y = point[:, 0], point[:, 1]

    def _guarded(self, act: Callable[[], object]) -> None:
        try:
            act()
        except WorkbenchError as error:
            self._session.message = str(error)


def _thumbnail(spot: Spot) -> Thumbnail:
    place = f"{spot.row}, {spot.column}"
    said = f"row {spot.row}, column {spot.column}: {spot.name}; a click opens it in the panes"
    return Thumbnail(spot.key, spot.name, place, said, spot.png)


def _apart(coordinates: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Return those of the chosen places that differ in their coordinates: coarse features are shared by many pixels."""
    if not len(chosen):
        return chosen
    return chosen[np.sort(np.unique(coordinates[chosen], axis=0, return_index=True)[1])]
