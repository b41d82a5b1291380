"""A picture of the figure as it will be written; its JavaScript is preview_view.js."""

from __future__ import annotations

from pathlib import Path

import traitlets

from workbench.app.widgets.es_module import es_module
from workbench.app.widgets.kept_message import KeptMessage

_HERE = Path(__file__).parent


class PreviewView(KeptMessage):
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
        super().__init__({"kind": "picture"})

    def show(self, png: bytes) -> None:
        """Show a picture in place of the one before; without bytes there is none."""
        self._post({"kind": "picture"}, [png] if png else [])

    def __repr__(self) -> str:
        return f"PreviewView({sum(map(len, self._sent[1]))} bytes)"
