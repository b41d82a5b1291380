"""Tells a session what the panes show, while somebody looks at its Fourier transform."""

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
        self._state.observe(self._show, names="active")
        self._show()

    def _moved(self, message: dict[str, Any]) -> None:
        self._state.view = tuple(int(edge) for edge in message["box"])

    def _show(self, _change: object = None) -> None:
        self._viewer.tell_view("fourier", self._state.active)
