"""The controls that take the pixel size from a scale bar: a button, what it says, the length in the caption."""

from __future__ import annotations

import html
from typing import Any

from workbench.app.core.context import Context
from workbench.app.micrograph.state import ScaleBarState
from workbench.app.widgets import controls
from workbench.errors import WorkbenchError

ASKS = "Draw a line along the scale bar in a pane, or click the bar. Esc ends this."


class ScaleBarRow:
    """A button below the pixel size; while it is pressed, the bar that was found and the length that it stands for.

    Parameters
    ----------
    session : Context
    make : dict of str to Widget
        Where its controls are entered.
    """

    def __init__(self, session: Context, make: dict[str, Any]) -> None:
        self._session, self._state = session, session.subject(ScaleBarState)
        self._button = make["scale_bar"] = controls.button(
            "",
            self._clicked,
            "Measure the bar that is burnt into the picture, and type what its caption says",
            "hw-link",
        )
        self._length = make["bar_length"] = controls.typed("Its length", "as in the caption: 50 nm")
        self._note = controls.text("", "hw-note", "hw-scale-bar")
        self._writing = controls.Writing()
        self._length.observe(self._length_typed, names="value")
        self._state.observe(self._shown, names=["active", "bar"])
        session.observe(self._shown, names="micrograph")
        self.box = controls.column(self._button, self._note, self._length)
        self._shown()

    def _clicked(self) -> None:
        self._state.stop_measuring() if self._state.active else self._state.begin_measuring()

    def _length_typed(self, change: dict[str, str]) -> None:
        if self._writing or not change["new"].strip():
            return
        self._session.message = ""
        try:
            self._state.set_length(change["new"])
        except WorkbenchError as error:
            self._session.message = str(error)

    def _shown(self, _change: object = None) -> None:
        active, bar = self._state.active, self._state.bar
        self._button.description = "stop measuring" if active else "from its scale bar"
        self._button.disabled = self._session.micrograph is None
        self._note.value = html.escape(ASKS if bar is None else f"The bar is {bar.length_text} long.")
        controls.show(self._note, active)
        controls.show(self._length, active and bar is not None)
        if bar is None:
            with self._writing:
                self._length.value = ""
