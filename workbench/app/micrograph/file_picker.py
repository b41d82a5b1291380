"""The files of the data folder: a list with a small picture and a mark each, what shortens it, and where it goes."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.app.core.context import Context
from workbench.app.core.files import WHICH, Files
from workbench.app.core.marked_files import MarkedFiles
from workbench.app.core.opening import Opening
from workbench.app.micrograph.thumbnail_maker import ThumbnailMaker
from workbench.app.widgets import controls
from workbench.app.widgets.file_list import FileList, FileRow, Kind, Shown

UP = "‹ up"


class FilePicker:
    """Opens files, and says how many there are and how many of them are done.

    Parameters
    ----------
    session : Context
    make : dict of str to Widget
        Where its controls are entered.

    Attributes
    ----------
    box : Widget
    where : HTML
        Which folder is listed, and what of it.
    """

    def __init__(self, session: Context, make: dict[str, Any]) -> None:
        self._session, self._make = session, make
        files = self._files = session.subject(Files)
        self._marked = session.subject(MarkedFiles)
        self.where = controls.text("", "hw-note")
        self._problem = controls.text("", "hw-note")
        make["filter"] = controls.typed("Filter", "words of the name")
        make["filter"].continuous_update = True
        make["filter"].tooltip = "Show only files whose name contains all of these words"
        make["which"] = controls.dropdown("Show", WHICH)
        make["which"].tooltip = "Show all files, those that are not marked as done, or those that are flagged"
        made = make["files"] = FileList("Files of this folder", self._picked, self._seen)
        made.add_class("hw-files")
        self.thumbnails = ThumbnailMaker(session, made.picture)
        make["previous"] = controls.button(
            "◂ previous", files.previous, "The file before this one", "hw-link"
        )
        make["next"] = controls.button("next ▸", files.next, "The file after this one", "hw-link")
        make["refresh"] = controls.button(
            "look for new files", files.look, "Look for new files in this folder", "hw-link"
        )
        controls.bind(files, "words", make["filter"])
        controls.bind(files, "which", make["which"])
        files.observe(self._show, names=["listing", "here", "where"])
        self._marked.observe(self._show, names=["marks", "problem"])
        self.box = controls.column(
            self.where,
            make["filter"],
            make["which"],
            made,
            self._problem,
            controls.row(make["previous"], make["next"], make["refresh"]),
        )
        files.look()
        self._show()

    def _show(self, _change: object = None) -> None:
        """Show what is in the folder, and whether there is a file before and after the open one."""
        files, make = self._files, self._make
        make["files"].show(self._read)
        listing, where = files.listing, files.where
        count = sum(not entry.folder for entry in listing.entries)
        self.where.value = html.escape(self._said(count))
        self._problem.value = html.escape(self._marked.problem)
        controls.show(self._problem, bool(self._marked.problem))
        make["previous"].disabled = not (count if where is None else where.has_previous)
        make["next"].disabled = not (count if where is None else where.has_next)

    def _said(self, count: int) -> str:
        """Say which folder is listed, how many of its files, and how many of these are marked."""
        listing = self._files.listing
        folder = f"{self._session.data.root.name}/{listing.folder}".rstrip("/")
        marked = self._files.counts(listing.folder).said
        if count < listing.files:
            shown = f"{folder}: {count} of {listing.files} files"
        elif not listing.entries:
            shown = f"{folder}: no micrographs here"
        else:
            shown = f"{folder}: {count} file{'' if count == 1 else 's'}" if marked else folder
        return ", ".join(filter(None, (shown, marked)))

    def _read(self) -> Shown:
        folder, entries, _count = self._files.listing
        rows = [FileRow("..", UP, "up")] if folder else []
        for entry in entries:
            if entry.folder:
                rows.append(FileRow(entry.path, f"{entry.name}/", "folder"))
            else:
                stamp = f"{entry.size_bytes} {entry.modified_ns}"
                rows.append(FileRow(entry.path, entry.name, "file", size_text(entry.size_bytes), stamp))
        # the file that was asked for is marked, and no other: a click on any other one is heard
        marks, paths = self._marked.marks, {entry.path for entry in entries}
        return Shown(rows, self._files.here, {path: marks[path] for path in paths & marks.keys()})

    def _picked(self, kind: Kind, path: str, hurried: bool) -> None:
        if kind == "file":
            self._session.subject(Opening).file(path, skim=hurried)
            return
        inside = str(Path(self._files.listing.folder).parent) if kind == "up" else path
        self._files.go_to("" if inside == "." else inside)

    def _seen(self, paths: Sequence[str]) -> None:
        listed = {entry.path for entry in self._files.listing.entries if not entry.folder}
        self.thumbnails.want([path for path in paths if path in listed])


def size_text(size_bytes: int) -> str:
    """Return the size of a file in a few characters, such as ``4.2 MB``."""
    return f"{size_bytes / 2**20:.1f} MB" if size_bytes >= 2**20 else f"{max(size_bytes // 1024, 1)} kB"
