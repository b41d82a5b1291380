"""Below the panes: one row a micrograph of the folder that is run, as they come, and what a person takes home."""

from __future__ import annotations

import html
from functools import partial

import ipywidgets as widgets

from workbench.app.core.context import Context
from workbench.app.core.polling import in_background
from workbench.app.folder.paths import file_of, results_folder
from workbench.app.folder.rows import Rows, rows_of
from workbench.app.folder.state import FolderState
from workbench.app.folder.words import fraction_of, phase_of, progress_of
from workbench.app.widgets import controls
from workbench.app.widgets.browser import Browser
from workbench.app.widgets.table import Table

FILTERS = {"": "all", "out": "failed"}


class FolderBox:
    """A view on `Session.folder`.

    Parameters
    ----------
    session : Context
    browser : Browser
        Saves the files that are taken home.

    Attributes
    ----------
    box : Widget
    table : Table
    """

    def __init__(self, session: Context, browser: Browser) -> None:
        self._session, self._browser = session, browser
        self._state = state = session.subject(FolderState)
        self._title = controls.text("", "hw-text")
        self.bar = widgets.FloatProgress(min=0.0, max=1.0)
        self.links: dict[str, widgets.Button] = {}
        self._aside = controls.row(self.bar, classes=["hw-buttons"])
        self._head = controls.row(self._title, self._aside, classes=["hw-box-head"])
        self.table = Table(opened=state.open, label="Micrographs", filters=FILTERS)
        self.table.add_class("hw-folder-table")
        self.table.empty = "The micrographs are looked through."
        self.box = controls.column(self._head, classes=["hw-box", "hw-folder"])
        self._rows, self._shown = Rows(), list[tuple[str, int]]()
        state.observe(self._draw, names=["standing", "files", "folder", "out", "unread"])
        session.observe(self._choose_open, names="origin")
        self._draw()

    def _draw(self, _change: object = None) -> None:
        state, standing = self._state, self._state.standing
        if standing is None:
            nothing = "Nothing was begun yet: a row for each micrograph will stand here"
            unread = f"{state.out} cannot be read now: {state.unread}"
            self._title.value = html.escape(unread if state.unread else nothing)
            self._put(self._head)
            self.box.add_class("hw-empty")
            self._aside.children = (self.bar,)
            controls.show(self.bar, False)
            return
        self.box.remove_class("hw-empty")
        phase = phase_of(standing, state.unread, state.as_of)
        self._title.value = html.escape(f"{state.out}: {phase} · {progress_of(standing)}")
        self.bar.value = fraction_of(standing)
        controls.show(self.bar, standing.alive)
        self._show_links()
        self.table.stale = bool(state.unread)
        rows = rows_of(standing, {card.name: card.label for card in self._session.cards})
        if rows != self._rows:
            self._rows = rows
            self.table.show(rows.columns, rows.numbers, rows.cells, rows.failed)
        shown = [(one.file, one.frame) for one in standing.micrographs]
        if shown != self._shown:
            self._shown = shown
            self._choose_open()
        self._put(self._head, self.table)

    def _show_links(self) -> None:
        for name in self._state.files:
            if name not in self.links:
                take = partial(self._take_home, name)
                self.links[name] = controls.button(name, take, f"Save {name}", "hw-link")
        wanted = (self.bar, *(self.links[name] for name in self._state.files))
        if self._aside.children != wanted:
            self._aside.children = wanted

    def _choose_open(self, _change: object = None) -> None:
        self.table.chosen = self._state.number_of_open()

    def _put(self, *parts: widgets.Widget) -> None:
        if self.box.children != parts:
            self.box.children = parts

    def _take_home(self, name: str) -> None:
        """Let the browser save a file of the results."""
        link = self.links[name]
        link.disabled = True

        def read() -> None:
            out = results_folder(self._session.data, self._state.out)
            self._browser.download(*file_of(out, name))

        def ended() -> None:
            link.disabled = False

        in_background(read, f"results {name}", f"reading {name}", self._say, ended)

    def _say(self, why: str) -> None:
        self._session.message = why
