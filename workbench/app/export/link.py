"""Tells the export of a session what the panes show, while somebody looks at the figure that it would write."""

from __future__ import annotations

from typing import Any

from workbench.app.core.context import Context
from workbench.app.export.preview import FigurePreview
from workbench.app.export.state import ExportState
from workbench.app.viewer.viewer import Viewer


class ExportLink:
    """The link between what a session exports and a viewer.

    Parameters
    ----------
    session : Context
    viewer : Viewer
    """

    def __init__(self, session: Context, viewer: Viewer) -> None:
        self._state, self._viewer = session.subject(ExportState), viewer
        self._preview = session.subject(FigurePreview)
        viewer.on("view", self._moved)
        self._preview.observe(self._show, names="active")
        session.observe(self._opened, names="micrograph")
        self._show()

    def _moved(self, message: dict[str, Any]) -> None:
        self._state.view = tuple(int(edge) for edge in message["box"])

    def _opened(self, _change: object) -> None:
        self._state.view = ()  # of another micrograph; the browser says so anew

    def _show(self, _change: object = None) -> None:
        self._viewer.tell_view("export", self._preview.active)
