"""A list of small pictures to choose from; its JavaScript is thumbnails.js."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from workbench.app.widgets.es_module import es_module

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Thumbnail:
    """A picture (PNG) with a name, a few words below it, and more of them when the mouse rests on it."""

    key: str
    name: str
    text: str
    title: str
    png: bytes


class Thumbnails(anywidget.AnyWidget):
    """Pictures that are buttons; they travel as messages, so that no notebook saves them.

    Parameters
    ----------
    choose : callable(key), optional
        Called when one is clicked, or Enter is pressed on it; without it they are pictures only.
    """

    _esm = es_module(_HERE / "thumbnails.js")

    fixed = traitlets.Bool(False, help="whether they are only looked at").tag(sync=True)
    chosen = traitlets.Unicode(help="key of the one that is marked").tag(sync=True)

    def __init__(self, choose: Callable[[str], None] | None = None) -> None:
        super().__init__(fixed=choose is None)
        self._choose = choose
        self._items: list[Thumbnail] = []
        self.on_msg(self._heard)

    def show(self, items: Sequence[Thumbnail]) -> None:
        """Show these in place of those before."""
        self._items = list(items)
        self._tell()

    def _tell(self) -> None:
        items = [
            {"key": item.key, "name": item.name, "text": item.text, "title": item.title}
            for item in self._items
        ]
        self.send({"kind": "items", "items": items}, buffers=[item.png for item in self._items])

    def _heard(self, _widget: object, message: dict[str, Any], _buffers: list[memoryview]) -> None:
        if message.get("kind") == "ready":
            self._tell()
        elif message.get("kind") == "chosen" and self._choose is not None:
            self._choose(str(message.get("key")))

    def __repr__(self) -> str:
        return f"Thumbnails({len(self._items)})"
