"""Tells a session what the panes show and which box is drawn in them, while somebody looks at its Fourier transform."""

from __future__ import annotations

from typing import Any

from workbench.app.core.context import Context
from workbench.app.fourier.state import FourierState
from workbench.app.viewer.viewer import Viewer


class FourierLink:
    """The link between what a session transforms and a viewer.

    Parameters
    ----------
    session : Context
    viewer : Viewer
    """

    def __init__(self, session: Context, viewer: Viewer) -> None:
        self._state, self._viewer = session.subject(FourierState), viewer
        viewer.on("view", self._moved)
        viewer.on("box", self._drawn)
        viewer.on("escape", self._escaped)
        self._state.observe(self._show, names=["active", "has_hand", "of", "box"])
        self._show()

    def _moved(self, message: dict[str, Any]) -> None:
        self._state.view = tuple(int(edge) for edge in message["box"])

    def _drawn(self, message: dict[str, Any]) -> None:
        if self._takes_drags():
            self._state.set_box(*(int(edge) for edge in message["box"]))

    def _escaped(self, _message: dict[str, Any]) -> None:
        if self._takes_drags():
            self._state.of = "view"

    def _takes_drags(self) -> bool:
        return self._state.has_hand and self._state.of == "box"

    def _show(self, _change: object = None) -> None:
        state = self._state
        self._viewer.tell_view("fourier", state.active)
        self._viewer.box_on = self._takes_drags()
        self._viewer.box = list(state.box) if state.active and state.boxed else []
