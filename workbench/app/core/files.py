"""The files beside the open one: which is it of how many, and the one before and after it."""

from __future__ import annotations

import os
from bisect import bisect_left
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from traitlets import Enum, Instance, Unicode

from workbench.app.core.context import Context, Subject
from workbench.app.core.data_folder import Entry
from workbench.app.core.file_marks import MARKS, FileMark
from workbench.app.core.marked_files import MarkedFiles
from workbench.app.core.opening import Opening
from workbench.app.core.polling import Background
from workbench.app.core.subjects import subject
from workbench.app.core.uploads import upload_folder
from workbench.errors import WorkbenchError
from workbench.file_names import natural_key

ALL, NOT_DONE, FLAGGED = "all", "not done", "flagged"
WHICH = (ALL, NOT_DONE, FLAGGED)
"""Which files are shown, by their marks."""


class Listing(NamedTuple):
    """What the list shows of one folder."""

    folder: str = ""
    """Inside the data folder; empty: the data folder."""
    entries: tuple[Entry, ...] = ()
    """Its folders, and those of its files that are looked for."""
    files: int = 0
    """How many files there are, those that are not looked for among them."""


class Place(NamedTuple):
    """Where the open file stands among those of its folder."""

    number: int
    """From 1; 0: it is not among them, as it was taken away or is not looked for."""
    total: int
    has_previous: bool
    has_next: bool


class Counts(NamedTuple):
    """How many files of a folder have which mark, of those whose name is looked for."""

    files: int
    done: int
    flagged: int

    @property
    def said(self) -> str:
        """Such as ``7 done, 2 flagged``; empty where none is marked."""
        counted = {"done": self.done, "flagged": self.flagged}
        return ", ".join(f"{count} {mark}" for mark, count in counted.items() if count)


@subject("files", order=31)
class Files(Subject):
    """Goes through the files of a folder in the order of the list, one after the other.

    A folder is read when somebody steps, looks again or goes to another one, not whenever something changes.

    Attributes
    ----------
    words : str
        What is looked for: the files whose name contains all of these words, in capitals or not; empty: all.
    which : {"all", "not done", "flagged"}
        Which of these are shown and gone through, by their marks. A file that is flagged is not done.
    listing : Listing
        What the list shows.
    here : str
        The file that was asked for last, as the list names it: it is open, is being read, or could not be read. Empty:
        what is open is no file of the data folder.
    where : Place or None
        Which of the files in its folder that is; None: it is none.

    Parameters
    ----------
    session : Context

    Examples
    --------
    ``session.files.next()`` opens the next file, ``session.files.previous()`` the one before.
    ``session.files.mark("done")`` marks the open one, ``session.files.next_not_done()`` opens the next without.
    """

    words = Unicode("")
    which = Enum(WHICH, ALL)
    listing = Instance(Listing, args=())
    here = Unicode("")
    where = Instance(Place, allow_none=True)

    def __init__(self, session: Context) -> None:
        super().__init__(session)
        self._session, self._marked = session, session.subject(MarkedFiles)
        self._read: dict[str, tuple[Entry, ...]] = {}  # folder -> what was in it when it was read last

    def begin(self) -> None:
        """Follow what is open."""
        self._session.observe(self._follow, names="origin")
        self._session.subject(Opening).observe(self._follow, names="asked")
        self.observe(self._filter, names=["words", "which"])
        self._marked.observe(self._filter, names="marks")

    # -- what a hand does

    def next(self) -> Background | None:
        """Open the next file of the folder; the first one of the list where none is open.

        Returns
        -------
        Background or None
            Ends when it is shown, or something else was clicked; None where there is none, or ``message`` says why.
        """
        return self._step(forward=True)

    def previous(self) -> Background | None:
        """Open the file before, as `next` does; the last one of the list where none is open."""
        return self._step(forward=False)

    def next_not_done(self) -> Background | None:
        """Open the next file that is not marked as done; behind the last one, the first of the folder that is not."""
        return self._step(forward=True, not_done=True)

    def mark(self, mark: FileMark) -> None:
        """Mark the file that was asked for last, in place of the mark that it has; take the same one off.

        Parameters
        ----------
        mark : {"done", "flagged"}

        Raises
        ------
        WorkbenchError
            If it is another one.
        """
        if mark not in MARKS:
            raise WorkbenchError(f"A file is marked as {' or '.join(MARKS)}, not {mark!r}.")
        if self.here:
            self._marked.set(self.here, None if self._marked.of(self.here) == mark else mark)

    @property
    def folder(self) -> str:
        """The folder that is gone through: that of the file that was asked for last, else that of the list."""
        return _parent(self.here) if self.here else self.listing.folder

    @property
    def here_is(self) -> str:
        """The mark of the file that was asked for last; empty where it has none."""
        return self._marked.of(self.here)

    @property
    def others_not_done(self) -> bool:
        """Whether `next_not_done` has a file to go to."""
        return any(entry.path != self.here for entry in self._not_done(self._files(self.folder)))

    def counts(self, folder: str) -> Counts:
        """Count the files whose name is looked for, by their marks; the folder is that of the list or of ``here``."""
        marks = [self._marked.of(entry.path) for entry in self._named(folder)]
        return Counts(len(marks), marks.count("done"), marks.count("flagged"))

    def look(self) -> None:
        """Read the folder again that the list shows, and that of the open file."""
        self._marked.look()
        folder, beside = self.listing.folder, _parent(self.here)
        if self.here and beside != folder and (entries := self._entries(beside)) is not None:
            with self._session.lock:
                self._read[beside] = entries
        self._show(folder, self._entries(folder) or ())

    def go_to(self, folder: str) -> None:
        """Let the list show another folder inside the data folder; where it cannot be read, the data folder."""
        self._marked.look()
        entries = self._entries(folder)
        if entries is None:
            folder = ""
        self._show(folder, entries or ())

    # -- what follows

    def _step(self, *, forward: bool, not_done: bool = False) -> Background | None:
        folder = self.folder
        self._marked.look()
        entries = self._entries(folder)
        if entries is None:
            return None
        with self._session.lock:
            self._show(folder, entries)
            files = self._files(folder)
            if not_done:
                files = [entry for entry in self._not_done(files) if entry.path != self.here]
            before, after = _beside(files, self.here) if self.here else (len(files) - 1, 0)
        index = after if forward else before
        if not_done and index == len(files):
            index = 0
        if not 0 <= index < len(files):
            return None
        return self._session.subject(Opening).file(files[index].path, skim=True)

    def _entries(self, folder: str) -> tuple[Entry, ...] | None:
        """Read a folder; None where it cannot be read, which is said."""
        try:
            return tuple(self._session.data.entries(folder))
        except WorkbenchError as error:
            self._session.message = str(error)
            return None

    def _files(self, folder: str) -> list[Entry]:
        """Return the files of a folder that are looked for: by their name, and by their mark."""
        named = self._named(folder)
        if self.which == NOT_DONE:
            return self._not_done(named)
        return [entry for entry in named if self.which == ALL or self._marked.of(entry.path) == self.which]

    def _not_done(self, files: list[Entry]) -> list[Entry]:
        return [entry for entry in files if self._marked.of(entry.path) != "done"]

    def _named(self, folder: str) -> list[Entry]:
        """Return the files of a folder whose name is looked for."""
        words = self.words.casefold().split()
        return [
            entry
            for entry in self._read.get(folder, ())
            if not entry.folder and all(word in entry.name.casefold() for word in words)
        ]

    def _filter(self, _change: object) -> None:
        self._show(self.listing.folder)

    def _show(self, folder: str, entries: tuple[Entry, ...] | None = None) -> None:
        """Let the list show a folder, as it was read now or last."""
        with self._session.lock:
            if entries is not None:
                self._read[folder] = entries
            known = self._read.get(folder, ())
            folders = [entry for entry in known if entry.folder]
            files = self._files(folder)
            self.listing = Listing(folder, (*folders, *files), len(known) - len(folders))
            self._find_place()

    def _follow(self, _change: object) -> None:
        with self._session.lock:
            self.here = self._asked_for()
            folder = _parent(self.here)
            if self.here and all(entry.path != self.here for entry in self._read.get(folder, ())):
                # nobody has seen it there; what is wrong with the folder is said by what opens the file
                with suppress(WorkbenchError):
                    self._read[folder] = tuple(self._session.data.entries(folder))
                    if folder == self.listing.folder:
                        self._show(folder)
            self._find_place()

    def _find_place(self) -> None:
        for other in self._read.keys() - {self.listing.folder, _parent(self.here)}:
            del self._read[other]
        if not self.here:
            self.where = None
            return
        files = self._files(_parent(self.here))
        before, after = _beside(files, self.here)
        number = after if after - before == 2 else 0
        self.where = Place(number, len(files), before >= 0, after < len(files))

    def _asked_for(self) -> str:
        """Return the file of the data folder that was asked for last, as the list names it; else an empty text."""
        asked, origin = self._session.subject(Opening).asked, self._session.origin
        path = asked or (origin.path if origin is not None and origin.kind == "file" else "")
        if not path:
            return ""
        root = self._session.data.root
        full = Path(os.path.normpath(root / path))  # by the name that was chosen, which may be a link
        if not full.is_relative_to(root):
            full = Path(os.path.realpath(full))
        if not full.is_relative_to(root) or full.is_relative_to(upload_folder()):
            return ""
        return full.relative_to(root).as_posix()

    def __repr__(self) -> str:
        return f"Files({self.here!r}, {self.where})"


def _parent(path: str) -> str:
    parent = Path(path).parent.as_posix()
    return "" if parent == "." else parent


def _beside(files: list[Entry], path: str) -> tuple[int, int]:
    """Return the places of the files before and after one, which need not be among them."""
    keys = [natural_key(entry.name) for entry in files]
    key = natural_key(Path(path).name)
    at = bisect_left(keys, key)
    return at - 1, at + (keys[at : at + 1] == [key])
