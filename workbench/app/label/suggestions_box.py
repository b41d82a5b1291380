"""The box "Next to label" below the panes: look, stop, and the regions as thumbnails."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as widgets

from workbench.app.core.context import Context
from workbench.app.label.active_learning import ActiveLearning
from workbench.app.label.suggestion import Suggestion
from workbench.app.widgets import controls
from workbench.app.widgets.thumbnails import Thumbnail, Thumbnails
from workbench.errors import WorkbenchError

SAYS = "Where the selected networks disagree or are not sure; a click goes there."


class SuggestionsBox:
    """A view on `Session.active_learning`.

    Parameters
    ----------
    session : Context

    Attributes
    ----------
    box : Widget
    """

    def __init__(self, session: Context) -> None:
        self._session = session
        chosen = session.subject(ActiveLearning)
        self.here = self._button("Look here", chosen.search_here, "Look through the open micrograph")
        self.folder = self._button("Look in folder", chosen.search_folder, "")
        self.stop = self._button("Stop", chosen.stop, "Stop looking; what was found stays")
        self.rest = self._button(
            "Leave the rest out",
            chosen.leave_rest_out,
            "Mark all background outside the regions opened from here as not sure: training learns from these only",
            "hw-link",
        )
        self.status = controls.text(SAYS, "hw-note")
        self.list = Thumbnails(lambda key: self._guarded(lambda: chosen.open(key)))
        self.box = controls.column(
            controls.row(
                controls.text("Next to label", "hw-text"),
                controls.row(self.here, self.folder, self.stop, classes=["hw-buttons"]),
                classes=["hw-box-head"],
            ),
            controls.row(self.status, self.rest, classes=["hw-said"]),
            self.list,
            classes=["hw-box"],
        )
        chosen.observe(self._show_status, names=["busy", "status", "fraction", "opened", "outdated"])
        chosen.observe(self._show_list, names="proposals")
        chosen.observe(self._mark_opened, names="opened")
        session.observe(self._show_status, names=["selected", "origin", "micrograph"])
        self._show_status()
        self._show_list()

    def _show_status(self, _change: object = None) -> None:
        session, chosen = self._session, self._session.subject(ActiveLearning)
        for button in (self.here, self.folder):
            controls.show(button, not chosen.busy)
            button.disabled = not session.selected
        self.here.tooltip = (
            "Look through the open micrograph" if session.selected else "Tick a network under Networks first"
        )
        self.folder.tooltip = (
            f"Look through every micrograph of {chosen.folder or 'the data folder'}, one after the other"
            if session.selected
            else "Tick a network under Networks first"
        )
        controls.show(self.stop, chosen.busy)
        controls.show(self.rest, chosen.opened is not None)
        said = f"looking at {chosen.status}: {100 * chosen.fraction:.0f} %" if chosen.busy else chosen.status
        if chosen.outdated and not chosen.busy:
            said += "; with other networks, thresholds or pixel sizes than are set now: look again"
        self.status.value = controls.text(said or SAYS).value

    def _show_list(self, _change: object = None) -> None:
        self.list.show([_thumbnail(listed) for listed in self._session.subject(ActiveLearning).proposals])

    def _mark_opened(self, _change: object = None) -> None:
        opened = self._session.subject(ActiveLearning).opened
        self.list.chosen = opened.key if opened is not None else ""

    def _button(self, text: str, act: Callable[[], object], tooltip: str, *classes: str) -> widgets.Button:
        return controls.button(text, lambda: self._guarded(act), tooltip, *classes)

    def _guarded(self, act: Callable[[], object]) -> None:
        try:
            act()
        except WorkbenchError as error:
            self._session.message = str(error)


def _thumbnail(suggestion: Suggestion) -> Thumbnail:
    region = suggestion.region
    said = (
        f"{suggestion.name}, rows {region.top} to {region.top + region.height}, columns "
        f"{region.left} to {region.left + region.width} px: {suggestion.why}"
    )
    if region.unsure:
        said += f"; doubt {region.score:.2f} bit/px"
    return Thumbnail(suggestion.key, suggestion.name, suggestion.why, said, suggestion.png)
