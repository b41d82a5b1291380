"""What only a browser can do for the page: save a file, hear Ctrl-Z, remember the session over a reload."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets as widgets
import traitlets

from workbench.app.widgets.es_module import es_module

_HERE = Path(__file__).parent
_STYLES = (
    "page",
    "away_bar",
    "rail",
    "side",
    "networks",
    "dock",
    "deck",
    "foot",
    "toggles",
    "files",
    "thumbnails",
    "study",
    "explain",
    "verdict",
    "features",
    "export",
    "fourier",
    "table",
    "particles",
    "folder",
)
"""Style sheets, one a part of the page; where two rules weigh the same, the later one wins."""


class Browser(anywidget.AnyWidget):
    """A word or two in the status line; its JavaScript is browser.js and it carries the style of the whole page.

    Parameters
    ----------
    keeps : bool
        Whether the browser remembers the session for the next load of the same address: in a dashboard, where every
        load is a new kernel. In JupyterLab the kernel itself remembers.
    """

    _esm = es_module(_HERE / "browser.js")
    _css = "\n".join((_HERE / "styles" / f"{name}.css").read_text(encoding="utf-8") for name in _STYLES)

    keeps = traitlets.Bool(False).tag(sync=True)
    kept = traitlets.Unicode("").tag(sync=True)
    opened = traitlets.Unicode("", help="name of the open micrograph, which the browser's tab bears").tag(
        sync=True
    )
    steps = traitlets.Bool(False, help="whether keys mark the open file and go to the ones beside it").tag(
        sync=True
    )
    current = traitlets.Unicode("", help="name of the network whose threshold is tuned").tag(sync=True)
    stand_ins: traitlets.List[Any] = traitlets.List(help="see `stand_in`").tag(
        sync=True, **widgets.widget_serialization
    )

    choices: traitlets.List[Any] = traitlets.List(
        help="lists whose options change: the browser says in which edition of theirs a person chose"
    ).tag(sync=True, **widgets.widget_serialization)

    def __init__(self, keeps: bool = False) -> None:
        super().__init__(keeps=keeps)
        self._answers: dict[str, Callable[[dict[str, Any]], object]] = {}
        self.on_msg(self._heard)

    def on(self, kind: str, answer: Callable[[dict[str, Any]], object]) -> None:
        """Call ``answer(message)`` when the browser says ``kind``: hello, ping, back, undo, redo, previous, next ..."""
        self._answers[kind] = answer

    def download(self, name: str, data: bytes, mime: str = "application/octet-stream") -> None:
        """Let the person's browser save bytes as a file."""
        self.send({"kind": "download", "name": name, "mime": mime}, buffers=[data])

    def beat(self) -> None:
        """Give the browser a sign of life."""
        self.send({"kind": "beat"})

    def stand_in(
        self,
        control: widgets.DOMWidget,
        viewer: widgets.Widget,
        trait: str,
        *kept: str,
        values: Sequence[Any] = (),
    ) -> None:
        """Let the browser do what a control does to the viewer while there is no connection.

        Parameters
        ----------
        control : Widget
            Its value goes to the viewer's trait; it is sent to Python when that is back.
        viewer : Widget
        trait : str
            ``threshold``: that of the pane of the network that is tuned.
        *kept : str
            Where the value stands in the session that the browser keeps for the next kernel.
        values : sequence
            Of a choice, in the order of its options: the browser knows only which one is chosen.
        """
        control.add_class("hw-kept")
        made = {
            "control": control,
            "viewer": viewer,
            "trait": trait,
            "kept": list(kept),
            "values": list(values),
        }
        self.stand_ins = [*self.stand_ins, made]

    def _heard(self, _widget: object, message: dict[str, Any], _buffers: list[memoryview]) -> None:
        answer = self._answers.get(message.get("kind", ""))
        if answer is not None:
            answer(message)

    def __repr__(self) -> str:
        return "Browser()"
