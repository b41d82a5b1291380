"""Keeps the viewer's label as the session's is: strokes go down, boxes of pixels come up."""

from __future__ import annotations

import zlib
from collections import OrderedDict
from typing import Any

import numpy as np
from traitlets import link

from workbench.app.core.context import Context
from workbench.app.core.polling import in_background
from workbench.app.label.state import LabelState
from workbench.app.viewer.viewer import Viewer
from workbench.errors import WorkbenchError

TRAITS = {
    "active": "label_on",
    "shown": "label_shown",
    "tool": "label_tool",
    "value": "label_value",
    "brush_px": "brush_px",
}

MOST_REMEMBERED = 10_000
"""Names of strokes, so that one that is sent again is known."""


class LabelLink:
    """The link between a session's label and a viewer.

    The browser paints a stroke at once, by the same arithmetic as Python does when it hears of it. A box of pixels is
    sent back only where the two may differ: when the browser had not yet seen the last message from here, when it drew
    at reduced size, or when the checksums of the stroke's box are not the same.

    Parameters
    ----------
    session : Context
    viewer : Viewer
    """

    def __init__(self, session: Context, viewer: Viewer) -> None:
        self._session, self._viewer = session, viewer
        self._shown = session.subject(LabelState).file_key
        self._since = 0
        self._stroke = False
        self._drawn: OrderedDict[str, None] = OrderedDict()  # a stroke that is sent again is not drawn twice
        self._late = 0
        viewer.label_name = session.subject(LabelState).file_key
        for own, seen in TRAITS.items():
            link((session.subject(LabelState), own), (viewer, seen))
        session.subject(LabelState).listen(self._changed)
        session.subject(LabelState).on_kept(viewer.keep_strokes)
        session.observe(self._micrograph, names="micrograph")
        session.subject(LabelState).observe(self._needed, names="active")
        viewer.on("ready", self._ready)
        viewer.on("stroke", self._heard_stroke)
        viewer.on("flood", self._heard_flood)

    def _micrograph(self, _change: object = None) -> None:
        if self._session.subject(LabelState).file_key != self._shown:
            self._shown = self._viewer.label_name = self._session.subject(LabelState).file_key
            self._late = 0
            self._send(fresh=True)
            self._since = self._viewer.labels_sent

    def _needed(self, _change: object = None) -> None:
        self._send()

    def _ready(self, _message: dict[str, Any]) -> None:
        self._send()

    def _send(self, fresh: bool = False) -> None:
        label = self._session.subject(LabelState)
        values = label.values
        # 16 MB in the browser are not taken by a label that nobody drew or wants to draw
        wanted = values is not None and (label.active or label.can_redo or bool(values.any()))
        self._viewer.set_label(values if wanted else None, fresh=fresh)

    def _changed(self, rows: slice | None, columns: slice | None) -> None:
        if self._stroke:
            return
        if rows is None:
            self._send()
        else:
            self._viewer.set_label(self._session.subject(LabelState).values, rows, columns)

    def _heard_stroke(self, message: dict[str, Any]) -> None:
        label = self._session.subject(LabelState)
        points = np.asarray(message["points"], np.int64).reshape(-1, 2)
        size, value = int(message["size"]), int(message["value"])
        seen = message["seen"] == self._viewer.labels_sent
        name = str(message.get("id", ""))
        if message["seen"] < self._since or message.get("of", label.file_key) != label.file_key:
            return  # drawn on the micrograph before this one; the browser holds it until that is shown again
        if name in self._drawn:
            if label.kept(name):
                self._viewer.keep_strokes([name])
            return
        self._stroke = True
        try:
            box = label.draw(message["tool"], points, size, value, name)
        except WorkbenchError as error:
            self._session.message = str(error)
            self._viewer.keep_strokes([name])  # it can not be drawn at another time either
            self._send()
            return
        finally:
            self._stroke = False
        if box is None or label.values is None:
            return
        self._remember(name, message)
        part = np.ascontiguousarray(label.values[box])
        if not seen or message["sum"] is None or message["sum"] != zlib.adler32(part.tobytes()):
            self._viewer.set_label(label.values, *box)

    def _remember(self, name: str, message: dict[str, Any]) -> None:
        if name:
            self._drawn[name] = None
        while len(self._drawn) > MOST_REMEMBERED:
            self._drawn.popitem(last=False)
        if message.get("earlier"):
            self._late += 1
            strokes, them = ("1 stroke", "is") if self._late == 1 else (f"{self._late} strokes", "are")
            self._session.message = (
                f"{strokes} that this browser had kept {them} in the label again; undo takes back one by one."
            )

    def _heard_flood(self, message: dict[str, Any]) -> None:
        if message["seen"] < self._since:
            return
        row, column = (int(place) for place in message["at"])

        def work() -> None:
            self._session.subject(LabelState).flood(row, column, value=int(message["value"]))

        # on a large region it takes longer than a blink
        in_background(work, "flood", "filling the region", lambda why: setattr(self._session, "message", why))
