"""Turns a line drawn in a pane into the scale bar that lies there, and draws the bar in the panes."""

from __future__ import annotations

from typing import Any

from workbench.app.core.context import Context
from workbench.app.micrograph.state import ScaleBarState
from workbench.app.viewer.viewer import Viewer


class ScaleBarLink:
    """The link between a session's scale bar and a viewer.

    Parameters
    ----------
    session : Context
    viewer : Viewer
    """

    def __init__(self, session: Context, viewer: Viewer) -> None:
        self._state, self._viewer = session.subject(ScaleBarState), viewer
        viewer.on("ruler", self._drawn)
        viewer.on("ruler end", self._ended)
        self._state.observe(self._show, names=["active", "bar"])
        self._show()

    def _drawn(self, message: dict[str, Any]) -> None:
        if self._state.active:
            (top, left), (bottom, right) = message["line"]
            clicked = bool(message["click"])
            self._state.measure((top, left), None if clicked else (bottom, right))

    def _ended(self, _message: dict[str, Any]) -> None:
        self._state.stop_measuring()

    def _show(self, _change: object = None) -> None:
        bar = self._state.bar
        self._viewer.ruler_on = self._state.active
        self._viewer.ruler_line = [] if bar is None else [*bar.start, *bar.end]
