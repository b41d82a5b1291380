"""Turns clicks and strokes in the panes into corrections of particles, and draws what is left out, made and chosen."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import ndimage

from workbench.app.core.context import Context
from workbench.app.core.results import Results
from workbench.app.particles.corrected import is_replaced
from workbench.app.particles.lattice_state import LatticeState
from workbench.app.particles.state import ParticlesState
from workbench.app.viewer.viewer import Viewer
from workbench.app.widgets.outlines import Lines, many_outlines, outlines
from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import BoolImage
from workbench.particles.correction import Kind
from workbench.particles.particle_set import ParticleSet

STROKES: dict[str, Kind] = {"cut": "cut", "join": "join", "draw": "draw"}
"""Tools that a drag is meant for."""
MANY = 1000
"""From here on particles made by hand have lines around what touches: a line each would take seconds."""


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
        self._drawn: _Drawn | None = None
        viewer.on("click", self._clicked)
        viewer.on("strike", self._struck)
        viewer.on("particle stroke", self._stroke)
        viewer.on("escape", self._escaped)
        self._state.observe(self._taken, names=["tool", "has_hand"])
        self._state.observe(self._mark, names=["found", "active"])
        self._state.observe(self._pick, names=["chosen", "pointed", "brushed"])
        self._state.observe(self._centre, names="chosen")
        session.observe(self._mark, names="selected")
        self._taken()
        self._mark()

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
            if not self._session.subject(LatticeState).active:  # else it is to be looked at
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
        if state.found is None:
            self._session.message = "There is no mask yet; draw this again once it is there."
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
        found, moved = self._state.found, not (self._clicking or self._state.renumbers)
        if not moved or found is None or not 0 < change["new"] <= len(found.table):
            return
        row = found.table.iloc[change["new"] - 1]
        self._viewer.centre(float(row["y_px"]) + 0.5, float(row["x_px"]) + 0.5)

    def _mark(self, _change: object = None) -> None:
        """Draw lines around what is left out and made by hand in the network's pane; in all what is chosen."""
        state = self._state
        found = state.found if state.active else None
        if found is not None and (self._drawn is None or self._drawn.found is not found):
            self._drawn = _Drawn.of(found, self._gone(found))  # of a thread's own find: nobody waits for it
        drawn = self._drawn
        shown = {}
        if found is not None and drawn is not None and state.of in self._session.selected:
            shown = {state.of: drawn.lines} if drawn.lines else {}
        if found is (state.found if state.active else None):  # else whoever changed that draws it
            self._viewer.show_outlined(shown)
        self._pick()

    def _gone(self, found: ParticleSet) -> BoolImage | None:
        """Return the pixels of particles of the mask that are none any more: a file has others in their place."""
        state = self._state
        shown = self._session.subject(Results).shown(state.of)
        if shown is None or not is_replaced(state.corrections_of(state.of)):
            return None
        labels = shown[1].labels
        if labels.shape != found.labels.shape:
            return None
        met = np.zeros(int(labels.max(initial=0)) + 1, np.bool_)
        met[labels[found.labels > 0]] = met[0] = True
        gone: BoolImage = ~met[labels]
        return gone

    def _pick(self, _change: object = None) -> None:
        """Draw lines around the particle that is chosen and the one that is pointed at, in all panes."""
        state, drawn = self._state, self._drawn
        if not state.active or drawn is None or drawn.found is not state.found:
            self._viewer.show_picked({})
            return
        numbers = {look: getattr(state, look) for look in ("pointed", "chosen")}
        picked = {look: lines for look, number in numbers.items() if (lines := drawn.around(number))}
        if within := self._brushed(drawn.found):
            lines = [line for number in within for line in drawn.around(number)]
            picked["pointed"] = [*picked.get("pointed", []), *lines]
        if all(getattr(state, look) == number for look, number in numbers.items()):
            self._viewer.show_picked(picked)

    def _brushed(self, found: ParticleSet) -> list[int]:
        """Return the particles that count and whose size lies where a person brushed the distribution."""
        if not self._state.brushed:
            return []
        low, high = self._state.brushed
        counted = found.counted
        sizes = self._state.selection.sizes(counted)
        return [int(number) for number in counted.loc[(sizes >= low) & (sizes <= high), "label"]]


class _Drawn:
    """Particles, and the lines that are drawn of them.

    Attributes
    ----------
    found : ParticleSet
    lines : dict of str to list
        What is left out, as one mask, and each that was made by hand: particles may touch.
    """

    def __init__(self, found: ParticleSet, boxes: list[Any]) -> None:
        self.found, self._boxes = found, boxes
        self.lines: dict[str, Lines] = {}

    @classmethod
    def of(cls, found: ParticleSet, gone: BoolImage | None) -> _Drawn:
        """Find the lines; around what is gone, too."""
        made = cls(found, ndimage.find_objects(found.labels))
        counts, table = found.table["included"], found.table
        if not counts.all() or gone is not None:
            left_out = np.zeros(len(table) + 1, np.bool_)
            left_out[table.loc[~counts, "label"]] = True
            out = left_out[found.labels] if gone is None else left_out[found.labels] | gone
            if out.any():
                made.lines["out"] = many_outlines(out)
        by_hand = table.loc[counts & table["by_hand"], "label"].to_numpy()
        if len(by_hand) > MANY:
            made.lines["made"] = many_outlines(np.isin(found.labels, by_hand))
        elif len(by_hand):
            made.lines["made"] = [line for number in by_hand for line in made.around(number)]
        return made

    def around(self, number: int) -> Lines:
        """Return lines around one particle; none where there is none of this number."""
        if not 0 < number <= len(self._boxes) or self._boxes[number - 1] is None:
            return []
        rows, columns = self._boxes[number - 1]
        corner = np.array([columns.start, rows.start])
        return [
            np.round(np.reshape(line, (-1, 2)) + corner, 1).ravel().tolist()
            for line in outlines(self.found.labels[rows, columns] == number)
        ]
