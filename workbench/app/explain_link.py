"""A click in a pane becomes what is explained, and what is explained is marked in the panes."""

from __future__ import annotations

from typing import Any

from workbench.app.outlines import Lines, outlines
from workbench.app.session import Session
from workbench.app.viewer import Viewer


class ExplainLink:
    """The link between what a session explains and a viewer.

    Parameters
    ----------
    session : Session
    viewer : Viewer
    """

    def __init__(self, session: Session, viewer: Viewer) -> None:
        self._explain, self._viewer = session.explain, viewer
        self._lines: dict[str, Lines] = {}
        viewer.observe(self._clicked, names="clicked")
        viewer.on("escape", self._escaped)
        self._explain.observe(self._mark, names=["aims", "at", "active"])

    def _clicked(self, change: dict[str, Any]) -> None:
        if self._explain.active and len(change["new"]) == 2:
            row, column = change["new"]
            self._explain.choose(int(row // 1), int(column // 1))

    def _escaped(self, _message: dict[str, Any]) -> None:
        if self._explain.active:
            self._explain.clear()
            self._viewer.clicked = []  # the same pixel may be clicked again

    def _mark(self, _change: object = None) -> None:
        explain = self._explain
        at = (explain.at[0], explain.at[1]) if explain.at else None
        if not explain.active:
            self._viewer.show_targets({}, None)
            return
        known = self._lines
        self._lines = {}
        marked: dict[str, Lines] = {"micrograph": []} if at else {}
        for name, aim in explain.aims.items():
            key = aim.packed.digest
            if key not in self._lines:
                self._lines[key] = known[key] if key in known else outlines(aim.target.selected)
            marked[name] = self._lines[key]
        self._viewer.show_targets(marked, at)
