"""Rail and drawer at the left, the dock below the panes: what stands in them, as the layout says."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import ipywidgets as widgets

from workbench.app.core.context import Context
from workbench.app.layout.state import LayoutState
from workbench.app.widgets import controls
from workbench.app.widgets.dock_bar import DockBar
from workbench.app.widgets.panel import Panel
from workbench.app.widgets.rail import Rail

USUAL = "scores"
"""The tab that is raised where one is to be shown no more."""


class Frame:
    """What holds the panels of a page.

    Parameters
    ----------
    session : Context
    panels : dict of str to Panel
        By key, in their order in the rail.
    usual : dict of str to (str, Widget)
        Tabs that are of no panel, which come first: key -> title and content.
    in_notebook : bool
        Whether the page lies in a notebook: it then begins folded, and may take the whole window.

    Attributes
    ----------
    rail : Rail
    drawer, dock : Widget
    bar : DockBar
    """

    def __init__(
        self,
        session: Context,
        panels: Mapping[str, Panel],
        usual: Mapping[str, tuple[str, widgets.Widget]],
        in_notebook: bool,
    ) -> None:
        self._panels = panels
        self._layout = layout = session.subject(LayoutState)
        if in_notebook:
            layout.drawer, layout.folded = "", True
        self._contents = {key: content for key, (_title, content) in usual.items()}
        titles = {key: title for key, (title, _content) in usual.items()}
        for key, made in panels.items():
            if made.deck is not None:
                self._contents[key], titles[key] = made.deck, made.tab or made.title
            for name, (title, content) in made.more_tabs.items():
                self._contents[f"{key}:{name}"], titles[f"{key}:{name}"] = content, title
        self.rail = Rail([_item(made) for made in panels.values()], offers_window=in_notebook)
        self.bar = DockBar([{"key": key, "title": title} for key, title in titles.items()])
        self._sections = {key: self._section(made) for key, made in panels.items()}
        self.drawer = controls.column(*self._sections.values(), classes=["hw-drawer"])
        self._deck = widgets.Box([], layout=widgets.Layout(display="flex"))
        self._deck.add_class("hw-deck")
        self.dock = controls.column(self.bar, self._deck, classes=["hw-dock"])
        for name, control, trait in (
            ("drawer", self.rail, "chosen"),
            ("tab", self.bar, "tab"),
            ("folded", self.bar, "folded"),
            ("dock_px", self.bar, "height"),
        ):
            controls.bind(layout, name, control, trait)
        layout.observe(self._drawer_changed, names="drawer")
        layout.observe(self._dock_changed, names=["tab", "folded"])
        for made in panels.values():
            made.is_open = made.key == layout.drawer
            made.was_opened(made.is_open)
        self._show_drawer()
        self._dock_changed()
        for made in panels.values():
            made.was_looked_at()

    def _section(self, made: Panel) -> widgets.Widget:
        summary = controls.text("", "hw-summary")
        fold = controls.button(
            "", lambda: made.set_open(False), "Fold the drawer", "hw-icon", "hw-fold-drawer"
        )
        head = controls.row(
            controls.markup(f"<h2>{html.escape(made.title)}</h2>", "hw-section-title"),
            summary,
            fold,
            classes=["hw-section-head"],
        )
        body = controls.column(made.body, classes=["hw-body"])
        box = controls.column(head, body, classes=["hw-section", f"hw-section-{made.key}"])

        def set_open(opened: bool) -> None:
            if opened:
                self._layout.drawer = made.key
            elif self._layout.drawer == made.key:
                self._layout.drawer = ""

        def show_summary(_change: object = None) -> None:
            summary.value = html.escape(made.summary)
            self.rail.say(made.key, made.summary)

        def show_deck(change: dict[str, bool]) -> None:
            if change["new"]:
                self._layout.raise_tab(made.key)
            elif self._layout.tab == made.key:
                self._layout.tab = USUAL

        made.set_open = set_open
        made.hand_is_free = lambda: not any(one.is_open and one.takes_hand for one in self._panels.values())
        made.observe(show_summary, names="summary")
        made.observe(show_deck, names="wants_deck")
        made.observe(self._hand_changed, names="takes_hand")
        show_summary()
        return box

    def _drawer_changed(self, change: dict[str, str]) -> None:
        """Close one panel and open another; what that one brings for the dock is raised."""
        self._show_drawer()
        for key in (change["old"], change["new"]):
            made = self._panels.get(key)
            if made is None or made.is_open == (key == self._layout.drawer):
                continue
            made.is_open = not made.is_open
            if made.is_open and made.deck is not None and made.wants_deck:
                if made.unfolds:
                    self._layout.raise_tab(key)
                else:
                    self._layout.tab = key
            made.was_opened(made.is_open)
        self._hand_changed()

    def _hand_changed(self, _change: object = None) -> None:
        """Let all look whether the hand has come free, or is taken."""
        for made in self._panels.values():
            made.was_looked_at()

    def _show_drawer(self) -> None:
        key = self._layout.drawer
        controls.show(self.drawer, key in self._sections)
        for name, box in self._sections.items():
            controls.show(box, name == key)
            (box.add_class if name == key else box.remove_class)("hw-open")

    def _dock_changed(self, _change: object = None) -> None:
        tab = self._layout.tab if self._layout.tab in self._contents else USUAL
        content = None if self._layout.folded else self._contents[tab]
        controls.show(self._deck, content is not None)
        # put into what is shown already: bqplot draws a figure without a size with negative ones
        wanted = () if content is None else (content,)
        if self._deck.children != wanted:
            self._deck.children = wanted
        owner, _, further = tab.partition(":")
        made = self._panels.get(owner)
        tall = made is not None and made.tab_is_tall
        (self.dock.add_class if tall else self.dock.remove_class)("hw-tall")
        for key, panel in self._panels.items():
            seen = key == owner and content is not None and panel.deck is not None
            seen_tab = further if seen else ""
            if (panel.is_seen, panel.seen_tab) != (seen, seen_tab):
                panel.is_seen, panel.seen_tab = seen, seen_tab
                panel.was_looked_at()


def _item(made: Panel) -> dict[str, Any]:
    return {"key": made.key, "name": made.name or made.title, "title": made.title, "icon": made.icon}
