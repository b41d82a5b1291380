"""The label of the open micrograph, as a page or a script draws it; part of the session's state."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from traitlets import Bool, Unicode

from workbench.app.core.context import Context, Subject
from workbench.app.core.subjects import subject
from workbench.app.label.drawing import LabelDrawing
from workbench.app.label.saved import LabelSaved
from workbench.app.label.saver import LabelSaver
from workbench.errors import WorkbenchError
from workbench.micrographs.labelling.label import NOT_SURE, PARTICLE, Label, LabelValues
from workbench.micrographs.labelling.label_file import LabelFile
from workbench.micrographs.labelling.label_paths import known_label, label_path
from workbench.micrographs.micrograph import Micrograph

Listener = Callable[[slice | None, slice | None], None]


@subject("label", order=50)
class LabelState(LabelDrawing, Subject):
    """What is drawn by hand on the open micrograph, kept on disk after every stroke.

    Points are (row, column) in whole pixels of the micrograph. Any thread may call the methods; files are written in
    the background, and what goes wrong with them is said in ``Session.message``.

    Parameters
    ----------
    session : Context
    """

    saves = LabelSaved
    kept_names = ("active",)
    script_at = "answers"
    script_names = ("label",)

    can_undo = Bool(False)
    can_redo = Bool(False)
    saved = Unicode(help="how the file stands")
    shares = Unicode(help="how much is particle and how much not sure")
    conflict = Bool(False, help="another program changed the file")

    def __init__(self, session: Context) -> None:
        super().__init__(session)
        self._session = session
        self._lock = threading.RLock()
        self._label: Label | None = None
        self._file: LabelFile | None = None
        self._micrograph: Micrograph | None = None
        self._starts: dict[str, LabelValues] = {}
        self._why_unsaved: dict[Path, str] = {}
        self._listeners: list[Listener] = []
        self._on_kept: list[Callable[[list[str]], None]] = []
        self._saver = LabelSaver(self._lock, self._saving, self._clashed, self._was_saved, self._strokes_kept)

    def begin(self) -> None:
        """Follow which micrograph is open."""
        self._session.observe(self._micrograph_changed, names="micrograph")

    # -- what there is

    @property
    def values(self) -> LabelValues | None:
        """(H, W) uint8: 0 background, 1 particle, 2 not sure; None where no micrograph is open. To be read only."""
        return None if self._label is None else self._label.values

    @property
    def path(self) -> Path | None:
        """The file that it is kept in; it exists once something was drawn."""
        return None if self._file is None else self._file.path

    @property
    def file_key(self) -> str:
        """Names the label: the file that it is kept in."""
        return "" if self._file is None else str(self._file.path)

    def listen(self, listener: Listener) -> None:
        """Call ``listener(rows, columns)`` when pixels in this box have changed; with None: anywhere."""
        self._listeners.append(listener)

    def on_kept(self, told: Callable[[list[str]], None]) -> None:
        """Call ``told(strokes)`` with the names of strokes, see `draw`, once they are on the disk."""
        self._on_kept.append(told)

    def kept(self, stroke: str) -> bool:
        """Say whether a stroke that was drawn is on the disk."""
        return not self._saver.named(stroke)

    # -- the file

    def load_theirs(self) -> None:
        """Take what another program wrote to the file; what was drawn here can be had back by undo."""
        with self._lock:
            if self._file is None or self._label is None:
                return
            values = self._file.read(self._label.shape)
            self.conflict = False
            if values is not None and self._label.replace(values):
                self._on_drawn(None, None)
            self.saved = f"loaded from {self._file.path.name}"

    def keep_mine(self) -> None:
        """Write what is drawn here over what another program wrote to the file."""
        with self._lock:
            if self._file is not None:
                self._file.accept()
                self.conflict = False
                self._save_later()

    def wait(self) -> None:
        """Wait until the last stroke is on the disk, or ``saved`` says that it is not."""
        self._saver.wait()

    # -- kept with the page

    def to_save(self) -> dict[str, Any]:
        """Return whether the tools are at hand; what is drawn has a file of its own."""
        return {"labelling": self.active}

    def restore(self, saved: LabelSaved) -> None:
        """Take the tools in hand, or put them away."""
        self.active = saved.labelling

    def script(self, _variables: Mapping[str, str]) -> list[str]:
        """Return the line that reads what is drawn."""
        path = self.path
        if path is None or not path.exists():
            return []
        return [
            "",
            "# drawn by hand: 0 background, 1 particle, 2 not sure",
            f"label = wb.open_micrograph({str(path)!r}).pixels",
        ]

    # -- for sets

    def snapshot(self) -> tuple[Micrograph, LabelValues]:
        """Return the micrograph and a copy of its label.

        Raises
        ------
        WorkbenchError
            If nothing is drawn.
        """
        with self._lock:
            if self._label is None or self._micrograph is None or not self._label.values.any():
                raise WorkbenchError(
                    "Nothing is drawn yet; draw the particles before you add the micrograph."
                )
            return self._micrograph, self._label.values.copy()

    def begin_with(self, micrograph: Micrograph, values: LabelValues) -> None:
        """Let the label of a micrograph that is about to be shown begin so, where it has no file yet."""
        self._starts[micrograph.sha256] = values

    # -- inside

    def _micrograph_changed(self, _change: object) -> None:
        micrograph = self._session.micrograph
        with self._lock:
            before, self._micrograph = self._micrograph, micrograph
            if micrograph is None:
                self._label = self._file = None
                return
            if before is not None and before.sha256 == micrograph.sha256 and self._label is not None:
                if before.nm_per_px != micrograph.nm_per_px and self._file and self._file.path.exists():
                    self._save_later()  # the same pixels, of another size
                if before.source == micrograph.source:
                    return
            path = label_path(self._session.data.root, micrograph)
            unsaved = self._saver.unsaved(path)
            if unsaved is not None and unsaved.label.shape == micrograph.shape:
                self._file, self._label, _ = unsaved  # the file holds less than was drawn
                self.conflict = self._file.changed_elsewhere()
                self.saved = "not saved"
                self._count(self._label.values)
            else:
                self._file = LabelFile(path)
                self._label = Label(self._first_values(self._file, micrograph))
                self.conflict = False
            self._show_undo()

    def _first_values(self, file: LabelFile, micrograph: Micrograph) -> LabelValues:
        start = self._starts.pop(micrograph.sha256, None)
        try:
            found = file.read(micrograph.shape)
        except WorkbenchError as error:
            found = None
            self._session.message = str(error)
        self.saved = "" if found is None else f"loaded from {file.path.name}"
        for values in (found, start if start is not None else known_label(micrograph)):
            if values is not None:
                self._count(values)
                return values
        self.shares = ""
        return np.zeros(micrograph.shape, np.uint8)

    def _on_stroke(self, stroke: str) -> None:
        if self._file is not None and not self._saver.name(self._file.path, stroke):
            self._strokes_kept([stroke])  # nothing was changed by it

    def _on_drawn(self, rows: slice | None, columns: slice | None) -> None:
        self._show_undo()
        for listener in self._listeners:
            listener(rows, columns)
        self._save_later()

    def _show_undo(self) -> None:
        label = self._label
        self.can_undo, self.can_redo = (label.can_undo, label.can_redo) if label else (False, False)

    def _count(self, values: LabelValues) -> None:
        particle, unsure = (np.count_nonzero(values == value) / values.size for value in (PARTICLE, NOT_SURE))
        self.shares = f"particle {100 * particle:.1f} %, not sure {100 * unsure:.1f} %"

    def _save_later(self) -> None:
        if self._file is not None and self._label is not None and self._micrograph is not None:
            self._saver.save(self._file, self._label, self._micrograph)

    def _saving(self, file: LabelFile, values: LabelValues) -> None:
        if file is self._file:
            self._count(values)

    def _clashed(self, file: LabelFile) -> None:
        if file is not self._file or self.conflict:
            return
        self.conflict, self.saved = True, "not saved"
        self._session.message = (
            f"{file.path.name} was changed by another page or program, so what is drawn was not saved over it; "
            "choose under Label: load theirs, or keep mine."
        )

    def _strokes_kept(self, strokes: list[str]) -> None:
        for told in self._on_kept:
            told(strokes)

    def _was_saved(self, file: LabelFile, why: str) -> None:
        if why and self._why_unsaved.get(file.path) != why:  # once, not at each try
            self._session.message = why
        before = self._why_unsaved.pop(file.path, "")
        if why:
            self._why_unsaved[file.path] = why
        elif before and self._session.message == before:
            self._session.message = ""
        if file is self._file:
            self.saved = (
                "not saved" if why else f"saved {time.strftime('%H:%M:%S')} in {file.path.parent.name}/"
            )
