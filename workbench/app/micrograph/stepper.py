"""In the head of the page: which of the files of its folder is open, those before and after it, and its mark."""

from __future__ import annotations

from pathlib import Path

import ipywidgets as widgets

from workbench.app.core.context import Context
from workbench.app.core.file_marks import FileMark
from workbench.app.core.files import ALL, Files
from workbench.app.core.marked_files import MarkedFiles
from workbench.app.widgets import controls

FACES: dict[FileMark, str] = {"done": "✓", "flagged": "⚑"}
TOOLTIPS: dict[FileMark, tuple[str, str]] = {
    "done": ("Mark this file as done (d)", "This file is marked as done; press to take the mark off (d)"),
    "flagged": (
        "Flag this file for a second look (s)",
        "This file is flagged for a second look; press to take the flag off (s)",
    ),
}


class Stepper:
    """‹ 12 of 40, 7 done › ✓ ⚑, where a file of the data folder is open; hidden where none is.

    Parameters
    ----------
    session : Context

    Attributes
    ----------
    previous, next, next_not_done : Button
    marks : dict of str to Button
        By mark.
    place : HTML
        The words between them.
    box : Widget
    """

    def __init__(self, session: Context) -> None:
        files = self._files = session.subject(Files)
        self.previous = controls.button("‹", files.previous, "", "hw-step")
        self.next = controls.button("›", files.next, "", "hw-step")
        self.next_not_done = controls.button(
            "Next not done",
            files.next_not_done,
            "The next file that is not marked as done (Shift-Page Down)",
            "hw-step",
        )
        self.marks = {mark: self._mark_button(mark) for mark in FACES}
        self.place = controls.text("", "hw-place")
        self.box = controls.row(
            self.previous,
            self.place,
            self.next,
            *self.marks.values(),
            self.next_not_done,
            classes=["hw-stepper"],
        )
        files.observe(self._show, names=["where", "words", "which", "here"])
        session.subject(MarkedFiles).observe(self._show, names="marks")
        self._show()

    def _show(self, _change: object = None) -> None:
        files, where = self._files, self._files.where
        controls.show(self.box, where is not None)
        if where is None:
            return
        marked = files.counts(files.folder).said
        self.place.value = ", ".join(filter(None, (f"{where.number or '–'} of {where.total}", marked)))
        if where.number:
            self.place.tooltip = f"{Path(files.here).name} in its folder"
        else:
            self.place.tooltip = f"{Path(files.here).name} is not among them"
        self._show_marks()
        among = "of this folder"
        if files.words.split() or files.which != ALL:
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

    def _mark_button(self, mark: FileMark) -> widgets.Button:
        return controls.button(
            FACES[mark], lambda: self._files.mark(mark), "", "hw-step", "hw-mark", f"hw-mark-{mark}"
        )

    def _show_marks(self) -> None:
        files = self._files
        for mark, button in self.marks.items():
            on = files.here_is == mark
            button.tooltip = TOOLTIPS[mark][on]
            (button.add_class if on else button.remove_class)("hw-on")
        self.next_not_done.disabled = not files.others_not_done
