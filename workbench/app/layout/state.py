"""What of the page is open, and how large: one subject in the drawer, one tab in the dock below the panes."""

from __future__ import annotations

from typing import Any, get_args

from traitlets import Bool, Enum, Int, Unicode

from workbench.app.core.context import Subject
from workbench.app.core.subjects import subject
from workbench.app.layout.saved import HIGHEST_PX, Laid, LayoutSaved, ViewMode


@subject("layout", order=2)
class LayoutState(Subject):
    """What of the page is open, and how large. It comes first: what others restore finds its place open.

    Attributes
    ----------
    drawer : str
        Key of the panel in the drawer; empty: the drawer is folded.
    tab : str
        Key of the tab that is raised in the dock.
    folded : bool
        Whether the dock shows its tabs alone.
    dock_px : int
        Height of the dock in px of the page, as a person dragged it; 0: as the tab asks for.
    view_mode : str
        How the panes stand to each other: ``side`` by side, two under a curtain (``swipe``), two in turns (``blink``),
        or the ``outlines`` of all networks on the micrograph.
    fills : bool
        Whether the micrograph fills the panes at first, or is shown whole.
    """

    saves = LayoutSaved
    kept_names = ("drawer", "tab", "folded", "dock_px", "view_mode", "fills")

    drawer = Unicode("networks")
    tab = Unicode("scores")
    folded = Bool(False)
    dock_px = Int(0, min=0, max=HIGHEST_PX)
    view_mode = Enum(get_args(ViewMode), "side")
    fills = Bool(True)

    def raise_tab(self, key: str) -> None:
        """Show a tab, whatever was shown below the panes."""
        with self.hold_trait_notifications():
            self.tab, self.folded = key, False

    def to_save(self) -> dict[str, Any]:
        """Return what is open."""
        return {"layout": {name: getattr(self, name) for name in self.kept_names}}

    def restore(self, saved: LayoutSaved) -> None:
        """Open what was open, where that was saved."""
        if (laid := saved.layout) is not None:
            with self.hold_trait_notifications():
                for name in Laid.model_fields:
                    setattr(self, name, getattr(laid, name))
