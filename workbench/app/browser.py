"""What only a browser can do for the page: save a file, hear Ctrl-Z, remember the session over a reload."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

_HERE = Path(__file__).parent
_SCRIPTS = ("keys.js", "browser.js")
"""One module in two files: joined here, so that no build step is needed."""


class Browser(anywidget.AnyWidget):
    """An invisible widget; its JavaScript is browser.js and it carries the style of the whole page.

    Parameters
    ----------
    keeps : bool
        Whether the browser remembers the session for the next load of the same address: in a dashboard, where every
        load is a new kernel. In JupyterLab the kernel itself remembers.
    """

    _esm = "\n".join((_HERE / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    _css = (_HERE / "page.css").read_text(encoding="utf-8")

    keeps = traitlets.Bool(False).tag(sync=True)
    kept = traitlets.Unicode("").tag(sync=True)

    def __init__(self, keeps: bool = False) -> None:
        super().__init__(keeps=keeps)
        self._answers: dict[str, Callable[[dict[str, Any]], None]] = {}
        self.on_msg(self._heard)

    def on(self, kind: str, answer: Callable[[dict[str, Any]], None]) -> None:
        """Call ``answer(message)`` when the browser says ``kind``: hello, undo or redo."""
        self._answers[kind] = answer

    def download(self, name: str, data: bytes, mime: str = "application/octet-stream") -> None:
        """Let the person's browser save bytes as a file."""
        self.send({"kind": "download", "name": name, "mime": mime}, buffers=[data])

    def reveal(self, key: str) -> None:
        """Scroll a panel into view; nothing moves where all of it can be seen."""
        self.send({"kind": "reveal", "key": key})

    def _heard(self, _widget: object, message: dict[str, Any], _buffers: list[memoryview]) -> None:
        answer = self._answers.get(message.get("kind", ""))
        if answer is not None:
            answer(message)

    def __repr__(self) -> str:
        return "Browser()"
