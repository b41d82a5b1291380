"""A list of folders and files with a small picture and a mark each; its JavaScript is file_list.js."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import anywidget
import traitlets

from workbench.app.widgets.es_module import es_module

_HERE = Path(__file__).parent
Kind = Literal["up", "folder", "file"]


@dataclass(frozen=True)
class FileRow:
    """A line of the list.

    Parameters
    ----------
    path : str
        Tells it from all others.
    name : str
    kind : {"up", "folder", "file"}
        Only a file has a picture.
    text : str
        A few characters below its name.
    stamp : str
        Another one where the file was written anew: then its picture is asked for again.
    """

    path: str
    name: str
    kind: Kind = "file"
    text: str = ""
    stamp: str = ""


@dataclass(frozen=True)
class Shown:
    """All that the list shows: its lines, the path of the one that is chosen, path -> ``done`` or ``flagged``."""

    rows: Sequence[FileRow]
    chosen: str
    marks: Mapping[str, str]


class FileList(anywidget.AnyWidget):
    """Lines to choose from: a click, or Enter, chooses one; arrow keys open one file after the other.

    Pictures travel as messages, so that no notebook saves them, and only for lines that are seen.

    Parameters
    ----------
    pick : callable(kind, path, hurried)
        Called when a person chooses; hurried: by an arrow key, and the next one may follow at once.
    seen : callable(paths)
        Called with the files that are seen and have no picture; `picture` answers.
    """

    _esm = es_module(_HERE / "file_list.js")

    rows: traitlets.List[Any] = traitlets.List(help="FileRow as dictionaries").tag(sync=True)
    chosen = traitlets.Unicode(help="path of the line that is marked as chosen").tag(sync=True)
    marks: traitlets.Dict[Any, Any] = traitlets.Dict(help="path -> done or flagged").tag(sync=True)
    label = traitlets.Unicode(help="what the list is called, for screen readers").tag(sync=True)

    def __init__(
        self,
        label: str,
        pick: Callable[[Kind, str, bool], object],
        seen: Callable[[Sequence[str]], object],
    ) -> None:
        super().__init__(label=label)
        self._pick, self._seen = pick, seen
        self._writing = threading.Lock()
        self.on_msg(self._heard)

    def show(self, read: Callable[[], Shown]) -> None:
        """Show what ``read()`` returns; where several threads do so, the last one shows what holds then."""
        with self._writing:
            shown = read()
            with self.hold_sync():
                self.rows = [asdict(row) for row in shown.rows]
                self.chosen, self.marks = shown.chosen, dict(shown.marks)

    def picture(self, path: str, png: bytes, why: str = "") -> None:
        """Show the picture of a file; where there is none, a plain mark, and the sentence that says why."""
        self.send({"kind": "picture", "path": path, "why": why}, buffers=[png] if png else [])

    def pick(self, path: str, hurried: bool = False) -> None:
        """Choose the line of a path, as a person does; nothing happens where it is in the list no more."""
        kind = next((row["kind"] for row in self.rows if row["path"] == path), None)
        if kind is not None:
            self._pick(kind, path, hurried)

    def _heard(self, _widget: object, message: dict[str, Any], _buffers: list[memoryview]) -> None:
        if message.get("kind") == "pick":
            self.pick(str(message.get("path", "")), bool(message.get("hurried")))
        elif message.get("kind") == "seen":
            self._seen([str(path) for path in message.get("paths", ())])

    def __repr__(self) -> str:
        return f"FileList({len(self.rows)})"
