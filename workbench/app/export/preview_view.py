"""A picture of the figure as it will be written; its JavaScript is preview_view.js."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from workbench.app.widgets.es_module import es_module

_HERE = Path(__file__).parent


class PreviewView(anywidget.AnyWidget):
    """Shows a PNG, which travels as a message, so that no notebook saves it. Any thread may call the methods.

    Attributes
    ----------
    stale : bool
        Whether it is grey: it is of what was set before.
    alt : str
        What the picture shows, in words.
    """

    _esm = es_module(_HERE / "preview_view.js")

    stale = traitlets.Bool(False).tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)

    def __init__(self) -> None:
        super().__init__()
        self._png = b""
        self.on_msg(self._heard)

    def show(self, png: bytes) -> None:
        """Show a picture in place of the one before; without bytes there is none."""
        self._png = png
        self._tell()

    def _tell(self) -> None:
        self.send({"kind": "picture"}, buffers=[self._png] if self._png else [])

    def _heard(self, _widget: object, message: dict[str, Any], _buffers: list[memoryview]) -> None:
        if message.get("kind") == "ready":
            self._tell()

    def __repr__(self) -> str:
        return f"PreviewView({len(self._png)} bytes)"
