"""Which files of a data folder are done, and which are flagged for a second look: one small file beside the data."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal, get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from workbench.app.core.beside_data import alone, login
from workbench.errors import MicrographError
from workbench.whole_files import why_unread, written_whole

NAME = "file-marks.json"
LOCK_NAME = ".file-marks.lock"
FileMark = Literal["done", "flagged"]
"""Somebody is through with a file, or wants to look at it a second time; a file has one of them, or none."""
MARKS: tuple[FileMark, ...] = get_args(FileMark)


class MarkedFile(BaseModel):
    """The mark of a file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mark: FileMark
    by: str = Field("", description="login name of who set it")
    at: AwareDatetime


class _Marked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: Literal[1] = 1
    files: dict[str, MarkedFile] = Field(
        default_factory=dict, description="path of a file relative to this one -> its mark"
    )


class FileMarks:
    """The file ``file-marks.json`` of a data folder.

    Parameters
    ----------
    root : Path
        The data folder.
    """

    def __init__(self, root: Path) -> None:
        self._path = root / NAME
        self._lock = threading.RLock()
        self._known: dict[str, FileMark] = {}
        self._stamp: tuple[int, int] | None = None

    def read(self) -> dict[str, FileMark]:
        """Return path of a file, inside the data folder, -> its mark.

        Raises
        ------
        MicrographError
            If the file of marks is there and is not one, or cannot be read.
        """
        with self._lock:
            try:
                found = self._path.stat()
                stamp = (found.st_mtime_ns, found.st_size)
                if stamp != self._stamp:
                    self._take(_read(self._path))
                    self._stamp = stamp
            except (FileNotFoundError, NotADirectoryError):
                self._known, self._stamp = {}, None
            except OSError as error:
                raise MicrographError(
                    f"{self._path} cannot be read ({why_unread(error)}), so nobody knows which files are done; "
                    "look at its permissions."
                ) from error
            return dict(self._known)

    def write(self, changed: Mapping[str, FileMark | None]) -> dict[str, FileMark]:
        """Mark files, or take their marks off; what other pages marked meanwhile stays. Returns what `read` does.

        Parameters
        ----------
        changed : mapping of str to {"done", "flagged"} or None
            Path inside the data folder, with forward slashes -> its mark; None: neither.

        Raises
        ------
        MicrographError
            If the data folder cannot be written, or the file of marks is damaged, which is not written over.
        """
        try:
            with self._lock, alone(self._path.with_name(LOCK_NAME)):
                marked = _read(self._path) if self._path.exists() else _Marked()
                now, by = datetime.now().astimezone(), login()
                for path, mark in changed.items():
                    marked.files.pop(path, None)
                    if mark is not None:
                        marked.files[path] = MarkedFile(mark=mark, by=by, at=now)
                whole = _Marked(files=dict(sorted(marked.files.items())))
                with written_whole(self._path, sync=True) as half:
                    half.write_text(whole.model_dump_json(indent=1) + "\n", "utf-8")
                self._take(whole)
                self._stamp = None  # somebody else may write as soon as the lock is given up
                return dict(self._known)
        except OSError as error:
            raise MicrographError(
                f"Marks of files hold for this page only, as {self._path.parent} cannot be written "
                f"({why_unread(error)}); ask for the right to write there, or open a copy of the folder."
            ) from error

    def _take(self, marked: _Marked) -> None:
        self._known = {path: one.mark for path, one in marked.files.items()}


def _read(path: Path) -> _Marked:
    try:
        return _Marked.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise MicrographError(
            f"{path} is damaged, so marks of files hold for this page only; mend it or move it away."
        ) from error
