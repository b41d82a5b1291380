"""Which files are done or flagged for a second look, as a page knows it; kept beside the data."""

from __future__ import annotations

from traitlets import Dict, Unicode

from workbench.app.core.context import Context, Subject
from workbench.app.core.file_marks import FileMark, FileMarks
from workbench.app.core.subjects import subject
from workbench.errors import WorkbenchError


@subject("marked_files", order=29)
class MarkedFiles(Subject):
    """The marks of the files in the data folder.

    Attributes
    ----------
    marks : dict of str to {"done", "flagged"}
        Path inside the data folder -> its mark; files without one are left out.
    problem : str
        One sentence that says why marks are not known, or hold for this page only; empty where all is well.

    Parameters
    ----------
    session : Context
    """

    marks = Dict()
    problem = Unicode("")

    def __init__(self, session: Context) -> None:
        super().__init__(session)
        self._session = session
        self._kept = FileMarks(session.data.root)
        self._unkept: dict[str, FileMark | None] = {}  # set here, where it could not be written

    def begin(self) -> None:
        """Know the marks from the beginning."""
        self.look()

    def of(self, path: str) -> str:
        """Return the mark of a file; empty where it has none."""
        return str(self.marks.get(path, ""))

    def set(self, path: str, mark: FileMark | None) -> None:
        """Mark a file; None takes its mark off. What cannot be kept holds for this page, and is kept with the next.

        Parameters
        ----------
        path : str
            Inside the data folder, as `Files.here` has it.
        mark : {"done", "flagged"}, optional
        """
        session = self._session
        with session.lock:
            first = not self._unkept
            changed = self._unkept = {**self._unkept, path: mark}
        try:
            kept = self._kept.write(changed)
        except WorkbenchError as error:
            with session.lock:
                self.problem = str(error)
                self._show({**self.marks, path: mark})
                if first:
                    session.message = self.problem
            return
        with session.lock:
            self._unkept = {
                one: kind for one, kind in self._unkept.items() if one not in changed or changed[one] != kind
            }
            self._take(kept)

    def look(self) -> None:
        """Read again what is marked: other pages mark files, too."""
        try:
            kept = self._kept.read()
        except WorkbenchError as error:
            self.problem = str(error)
            return
        with self._session.lock:
            self._take(kept)

    def _take(self, kept: dict[str, FileMark]) -> None:
        if not self._unkept:
            self.problem = ""
        self._show({**kept, **self._unkept})

    def _show(self, marks: dict[str, FileMark | None]) -> None:
        self.marks = {path: mark for path, mark in marks.items() if mark is not None}

    def __repr__(self) -> str:
        return f"MarkedFiles({len(self.marks)})"
