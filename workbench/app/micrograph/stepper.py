"""In the head of the page: which of the files of its folder is open, and the one before and after it."""

from __future__ import annotations

from pathlib import Path

from workbench.app.core.context import Context
from workbench.app.core.files import Files
from workbench.app.widgets import controls


class Stepper:
    """‹ 12 of 40 ›, where a file of the data folder is open; hidden where none is.

    Parameters
    ----------
    session : Context

    Attributes
    ----------
    previous, next : Button
    place : HTML
        The words between them.
    box : Widget
    """

    def __init__(self, session: Context) -> None:
        files = self._files = session.subject(Files)
        self.previous = controls.button("‹", files.previous, "", "hw-step")
        self.next = controls.button("›", files.next, "", "hw-step")
        self.place = controls.text("", "hw-place")
        self.box = controls.row(self.previous, self.place, self.next, classes=["hw-stepper"])
        files.observe(self._show, names=["where", "words"])
        self._show()

    def _show(self, _change: object = None) -> None:
        files, where = self._files, self._files.where
        controls.show(self.box, where is not None)
        if where is None:
            return
        self.place.value = f"{where.number or '–'} of {where.total}"
        if where.number:
            self.place.tooltip = f"{Path(files.here).name} in its folder"
        else:
            self.place.tooltip = f"{Path(files.here).name} is not among them"
        among = "of this folder"
        if files.words.split():
            among = "of this folder that the filter shows"
        self.previous.disabled, self.next.disabled = not where.has_previous, not where.has_next
        self.previous.tooltip = (
            "The file before this one (Page Up, or a comma)"
            if where.has_previous
            else f"There is no file before this one: it is the first {among}"
        )
        self.next.tooltip = (
            "The file after this one (Page Down, or a full stop)"
            if where.has_next
            else f"There is no file after this one: it is the last {among}"
        )
