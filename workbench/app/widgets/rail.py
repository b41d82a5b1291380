"""The rail: an icon and a name for each subject of the page; one of them is open in the drawer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from workbench.app.widgets.es_module import es_module

_HERE = Path(__file__).parent


class Rail(anywidget.AnyWidget):
    """A column of buttons of which at most one is pressed; its JavaScript is rail.js.

    Parameters
    ----------
    items : list of dict
        ``key``, ``name`` (a word that fits below an icon), ``title`` (in full) and ``icon`` (a path of SVG in a square
        of 24) of each.
    offers_window : bool
        Whether a last button lets the page take the whole window.

    Attributes
    ----------
    chosen : str
        The key of the one that is pressed; empty: none.
    said : dict of str to str
        By key, a few words about a subject, shown when a pointer rests on its button.
    """

    _esm = es_module(_HERE / "rail.js")

    items: traitlets.List[Any] = traitlets.List().tag(sync=True)
    chosen = traitlets.Unicode().tag(sync=True)
    said: traitlets.Dict[str, str] = traitlets.Dict().tag(sync=True)
    offers_window = traitlets.Bool(False).tag(sync=True)

    def __init__(self, items: list[dict[str, str]], offers_window: bool = False) -> None:
        super().__init__(items=items, offers_window=offers_window)

    def say(self, key: str, words: str) -> None:
        """Say a few words about a subject."""
        if self.said.get(key, "") != words:
            self.said = {**self.said, key: words}

    def __repr__(self) -> str:
        return f"Rail({self.chosen!r})"
