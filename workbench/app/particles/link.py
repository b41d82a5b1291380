"""Turns clicks and strokes in the panes into corrections of particles, and draws what is left out, made and chosen."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import ndimage

from workbench.app.core.context import Context
from workbench.app.particles.state import ParticlesState
from workbench.app.viewer.viewer import Viewer
from workbench.app.widgets.outlines import Lines, outlines
from workbench.errors import WorkbenchError
from workbench.particles.correction import Kind

STROKES: dict[str, Kind] = {"cut": "cut", "join": "join", "draw": "draw"}
"""Tools that a drag is meant for."""


class ParticlesLink:
    """The link between the particles of a session and a viewer.

    Parameters
    ----------
    session : Context
    viewer : Viewer
    """

    def __init__(self, session: Context, viewer: Viewer) -> None:
        self._session, self._state, self._viewer = session, session.subject(ParticlesState), viewer
        self._clicking = False
        self._drawn_of: object = None
        self._boxes: list[Any] = []
        self._lines: dict[str, Lines] = {}
        viewer.on("click", self._clicked)
        viewer.on("strike", self._struck)
        viewer.on("particle stroke", self._stroke)
        viewer.on("escape", self._escaped)
        self._state.observe(self._taken, names=["tool", "has_hand"])
        self._state.observe(self._mark, names=["found", "chosen", "pointed", "active", "brushed"])
        self._state.observe(self._centre, names="chosen")
        session.observe(self._mark, names="selected")
        self._taken()

    def _clicked(self, message: dict[str, Any]) -> None:
        state = self._state
        if state.has_hand:
            # the viewer counts from the corner of the first pixel
            row, column = (place - 0.5 for place in message["at"])
            self._clicking = True  # it lies where the hand is
            try:
                state.chosen = state.number_at(row, column)
            finally:
                self._clicking = False
            state.toggle(row, column)

    def _struck(self, message: dict[str, Any]) -> None:
        if self._state.active:
            row, column = (place - 0.5 for place in message["at"])
            self._state.toggle(row, column)

    def _stroke(self, message: dict[str, Any]) -> None:
        state = self._state
        points = np.asarray(message["points"], np.float64).reshape(-1, 2)
        kind = STROKES.get(state.tool)
        if not state.has_hand or kind is None:
            return
        try:
            state.correct(kind, [(float(row), float(column)) for row, column in points])
        except WorkbenchError as error:
            self._session.message = str(error)

    def _escaped(self, _message: dict[str, Any]) -> None:
        if self._state.has_hand:
            self._state.tool = "pick"

    def _taken(self, _change: object = None) -> None:
        """Put a tool into the hand, or take it away."""
        state = self._state
        self._viewer.stroke_tool = state.tool if state.has_hand and state.tool != "pick" else ""

    def _centre(self, change: dict[str, int]) -> None:
        """Bring the particle that is chosen in the table to the middle of the panes."""
        found = self._state.found
        if self._clicking or found is None or not 0 < change["new"] <= len(found.table):
            return
        row = found.table.iloc[change["new"] - 1]
        self._viewer.centre(float(row["y_px"]) + 0.5, float(row["x_px"]) + 0.5)

    def _mark(self, _change: object = None) -> None:
        """Draw lines around what is left out and made by hand in the network's pane, what is chosen in all."""
        state = self._state
        found = state.found
        if not state.active or found is None:
            self._drawn_of, self._lines = None, {}
            self._viewer.show_outlined({})
            return
        if self._drawn_of is not found:
            self._drawn_of = found
            self._boxes = ndimage.find_objects(found.labels)
            counts, by_hand = found.table["included"], found.table["by_hand"]
            left_out = found.table.loc[~counts, "label"].to_numpy()
            made = found.table.loc[counts & by_hand, "label"].to_numpy()
            self._lines = {"out": self._around(left_out), "made": self._each(made)}
        own = {look: lines for look, lines in self._lines.items() if lines}
        everywhere = {
            look: self._each([number])
            for look, number in (("pointed", state.pointed), ("chosen", state.chosen))
            if number
        }
        if state.brushed:
            low, high = state.brushed
            sizes = state.selection.sizes(found.counted)
            within = found.counted.loc[(sizes >= low) & (sizes <= high), "label"]
            everywhere["pointed"] = [*everywhere.get("pointed", []), *self._each(within)]
        panes = {name: dict(everywhere) for name in ("micrograph", *self._session.selected) if everywhere}
        if state.of in self._session.selected and (own or everywhere):
            panes[state.of] = {**own, **everywhere}
        self._viewer.show_outlined(panes)

    def _around(self, numbers: Any) -> Lines:
        """Return lines around the pixels of particles, as one mask."""
        if self._state.found is None or not len(numbers):
            return []
        labels = self._state.found.labels
        wanted = np.zeros(int(labels.max()) + 1, np.bool_)
        wanted[numbers] = True
        return outlines(wanted[labels])

    def _each(self, numbers: Any) -> Lines:
        """Return lines around single particles, which may touch."""
        if self._state.found is None:
            return []
        lines = []
        for number in numbers:
            if not 0 < number <= len(self._boxes) or self._boxes[number - 1] is None:
                continue
            rows, columns = self._boxes[number - 1]
            for line in outlines(self._state.found.labels[rows, columns] == number):
                moved = np.array(line).reshape(-1, 2) + np.array([columns.start, rows.start])
                lines.append(np.round(moved, 1).ravel().tolist())
        return lines
