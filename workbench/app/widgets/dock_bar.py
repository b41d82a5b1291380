"""The head of the dock: an edge that is dragged, tabs by name, and a button that folds what is below them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from workbench.app.widgets.es_module import es_module

_HERE = Path(__file__).parent


class DockBar(anywidget.AnyWidget):
    """Tabs of which one is raised; its JavaScript is dock_bar.js.

    Parameters
    ----------
    tabs : list of dict
        ``key`` and ``title`` of each.

    Attributes
    ----------
    tab : str
        The key of the one that is raised.
    folded : bool
        Whether only the tabs are shown.
    height : int
        Of the dock in px, as a person dragged its edge; 0: as its content asks for.
    """

    _esm = es_module(_HERE / "dock_bar.js")

    tabs: traitlets.List[Any] = traitlets.List().tag(sync=True)
    tab = traitlets.Unicode().tag(sync=True)
    folded = traitlets.Bool(False).tag(sync=True)
    height = traitlets.Int(0).tag(sync=True)

    def __init__(self, tabs: list[dict[str, str]]) -> None:
        super().__init__(tabs=tabs)

    def __repr__(self) -> str:
        return f"DockBar({self.tab!r})"
