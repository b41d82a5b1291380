"""Turns a click or a line drawn in a pane into what is explained, and outlines that in the panes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from workbench.app.core.context import Context
from workbench.app.explain.state import ExplainState
from workbench.app.explain.targets import WITHOUT_CLICK
from workbench.app.viewer.viewer import Viewer
from workbench.app.widgets.outlines import Lines, outlines


class ExplainLink:
    """The link between what a session explains and a viewer.

    Parameters
    ----------
    session : Context
    viewer : Viewer
    """

    def __init__(self, session: Context, viewer: Viewer) -> None:
        self._explain, self._viewer = session.subject(ExplainState), viewer
        self._lines: dict[str, Lines] = {}
        viewer.on("click", self._clicked)
        viewer.on("lasso", self._drawn)
        viewer.on("escape", self._escaped)
        self._explain.observe(self._mark, names=["targets", "at", "kind", "active"])
        self._explain.observe(self._taken, names=["kind", "active"])
        self._taken()

    def _clicked(self, message: dict[str, Any]) -> None:
        if self._explain.active:
            row, column = (math.floor(place) for place in message["at"])
            self._explain.choose(row, column)

    def _drawn(self, message: dict[str, Any]) -> None:
        if self._explain.active:
            self._explain.draw(np.asarray(message["points"], np.int64).reshape(-1, 2))

    def _taken(self, _change: object = None) -> None:
        """Put the lasso into the hand, or take it away."""
        self._viewer.lasso_on = self._explain.active and self._explain.kind == "region"

    def _escaped(self, _message: dict[str, Any]) -> None:
        if self._explain.active:
            self._explain.clear()

    def _mark(self, _change: object = None) -> None:
        explain = self._explain
        clicked = explain.at and explain.kind not in (*WITHOUT_CLICK, "region")
        at = (explain.at[0], explain.at[1]) if clicked else None
        if not explain.active:
            self._viewer.show_targets({}, None)
            return
        known = self._lines
        self._lines = {}
        marked: dict[str, Lines] = {"micrograph": []} if at else {}
        for name, target in explain.targets.items():
            key = target.packed.digest
            if key not in self._lines:
                self._lines[key] = known[key] if key in known else outlines(target.target.selected)
            marked[name] = self._lines[key]
            if explain.kind == "region":
                marked["micrograph"] = self._lines[key]
        self._viewer.show_targets(marked, at)
