"""The label of the open micrograph, as a page or a script draws it; part of the session's state."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from traitlets import Bool, Float, HasTraits, Int, Unicode

from workbench.app.label.saver import LabelSaver
from workbench.errors import DatasetError, WorkbenchError
from workbench.micrographs.labelling.grey import like
from workbench.micrographs.labelling.label import BACKGROUND, NAMES, NOT_SURE, PARTICLE, Label, LabelValues
from workbench.micrographs.labelling.label_file import LabelFile
from workbench.micrographs.labelling.label_paths import known_label, label_path
from workbench.micrographs.labelling.shapes import Points, Region, brush, flood, polygon
from workbench.micrographs.micrograph import BoolImage, Micrograph

if TYPE_CHECKING:
    from workbench.app.session import Session

GREY = "grey"
LARGEST_BRUSH_PX = 999
TOOLS = ("move", "brush", "eraser", "lasso", "polygon", "flood")

Listener = Callable[[slice | None, slice | None], None]


class LabelState(HasTraits):
    """What is drawn by hand on the open micrograph, kept on disk after every stroke.

    Points are (row, column) in whole pixels of the micrograph. Any thread may call the methods; files are written in
    the background, and what goes wrong with them is said in ``Session.message``.

    Parameters
    ----------
    session : Session
    """

    active = Bool(False, help="whether the hand labels: the panel is open")
    shown = Bool(True)
    tool = Unicode("brush", help="one of TOOLS")
    value = Int(PARTICLE, min=BACKGROUND, max=NOT_SURE, help="what is drawn: 0, 1 or 2")
    brush_px = Int(24, min=1, max=LARGEST_BRUSH_PX, help="diameter in px of the micrograph")
    source = Unicode("", help="what a flood looks at: the name of a network, or grey; empty: not chosen yet")
    tolerance = Float(10.0, min=0.0, max=100.0, help="of grey, in percent of the contrast shown")

    can_undo = Bool(False)
    can_redo = Bool(False)
    saved = Unicode(help="how the file stands")
    shares = Unicode(help="how much is particle and how much not sure")
    conflict = Bool(False, help="another program changed the file")

    def __init__(self, session: Session) -> None:
        super().__init__()
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
        session.observe(self._micrograph_changed, names="micrograph")

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
    def key(self) -> str:
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

    # -- what a hand does

    def paint(self, points: Points, size_px: int | None = None, value: int | None = None) -> None:
        """Draw along a path with a round brush.

        Parameters
        ----------
        points : (N, 2) whole numbers
            Rows and columns.
        size_px : int, optional
            Diameter of the brush; by default as it is set.
        value : int, optional
            0 background, 1 particle, 2 not sure; by default as it is set.
        """
        self._draw(lambda shape: brush(shape, points, size_px or self.brush_px), value)

    def erase(self, points: Points, size_px: int | None = None) -> None:
        """Take away along a path what was drawn."""
        self.paint(points, size_px, BACKGROUND)

    def enclose(self, points: Points, value: int | None = None) -> None:
        """Fill what a closed line encloses, as lasso and polygon do."""
        self._draw(lambda shape: polygon(shape, points), value)

    def fill(self, region: Region, value: int) -> None:
        """Give the pixels of a region a value: 0 background, 1 particle, 2 not sure."""
        self._draw(lambda _shape: region, value)

    def draw(
        self, tool: str, points: Points, size_px: int, value: int, stroke: str = ""
    ) -> tuple[slice, slice] | None:
        """Draw as a tool of the page does; return the box that the stroke lies in.

        A stroke that has a name is told to those that asked by `on_kept` once it is on the disk.

        Raises
        ------
        WorkbenchError
            If there is no such tool, or the value is none of 0, 1 and 2.
        """
        shapes = {
            "brush": lambda shape: brush(shape, points, size_px),
            "eraser": lambda shape: brush(shape, points, size_px),
            "lasso": lambda shape: polygon(shape, points),
            "polygon": lambda shape: polygon(shape, points),
        }
        if tool not in shapes or not len(points) or not 1 <= size_px <= LARGEST_BRUSH_PX:
            raise WorkbenchError(
                f"There is no stroke of {len(points)} points with the tool {tool!r} of {size_px} px."
            )
        region = self._draw(shapes[tool], value, stroke)
        return None if region is None else (region.rows, region.columns)

    def flood(self, row: int, column: int, source: str | None = None, value: int | None = None) -> None:
        """Fill the region around a pixel in which a network is above its threshold, or the grey like that of the pixel.

        Parameters
        ----------
        row, column : int
        source : str, optional
            Name of a network, or ``grey``: smoothed by 2 px, within ``tolerance`` percent of the contrast shown.
        value : int, optional
            As in `paint`.

        Raises
        ------
        WorkbenchError
            If the network has not answered yet, or there is nothing above the threshold at the pixel.
        """
        chosen = source or self.source or GREY
        passes = self._passes(chosen, row, column)
        found = self._draw(lambda shape: flood(shape, (row, column), passes), value)
        if found is not None and not found.mask.any():
            raise WorkbenchError(
                f"Nothing was filled: at row {row}, column {column} {chosen} is not above its threshold."
            )

    def accept(self, network: str) -> None:
        """Take the mask of a network, cleaned as the page says, in place of what is drawn.

        Raises
        ------
        WorkbenchError
            If it has not answered yet.
        """
        postprocessed = self._session.postprocessed.get(network)
        if postprocessed is None or not self._session.results.settled(network):
            raise WorkbenchError(
                f"{self._session.card(network).label} has no mask yet that is of what is set; "
                "wait for it, tick it, or press Run again."
            )
        self.replace(postprocessed.mask.astype(np.uint8))

    def replace(self, values: LabelValues) -> None:
        """Take other values for the whole label, as one step that can be taken back.

        Raises
        ------
        DatasetError
            If they are of another shape, or others than 0, 1 and 2.
        """
        with self._lock:
            if self._label is None:
                return
            if values.shape != self._label.shape or values.max(initial=0) > NOT_SURE:
                raise DatasetError(
                    f"A label here has shape {self._label.shape} and values 0, 1 and 2, unlike the one given."
                )
            if self._label.replace(values):
                self._changed(None, None)

    def undo(self) -> None:
        """Take back the last stroke; nothing happens where there is none."""
        with self._lock:
            box = self._label.undo() if self._label else None
            if box:
                self._changed(*box)

    def redo(self) -> None:
        """Draw the stroke again that was taken back last."""
        with self._lock:
            box = self._label.redo() if self._label else None
            if box:
                self._changed(*box)

    # -- the file

    def load_theirs(self) -> None:
        """Take what another program wrote to the file; what was drawn here can be had back by undo."""
        with self._lock:
            if self._file is None or self._label is None:
                return
            values = self._file.read(self._label.shape)
            self.conflict = False
            if values is not None and self._label.replace(values):
                self._changed(None, None)
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

    def _draw(
        self, region_of: Callable[[tuple[int, int]], Region], value: int | None, stroke: str = ""
    ) -> Region | None:
        wanted = self.value if value is None else value
        if wanted not in NAMES:
            raise WorkbenchError(f"A label is 0, 1 or 2 (background, particle, not sure), not {wanted!r}.")
        with self._lock:
            if self._label is None:
                return None
            region = region_of(self._label.shape)
            if self._label.set(region, wanted):
                self._changed(region.rows, region.columns)
            if stroke and self._file is not None and not self._saver.name(self._file.path, stroke):
                self._strokes_kept([stroke])  # nothing was changed by it
            return region

    def _passes(self, source: str, row: int, column: int) -> Callable[[slice, slice], BoolImage]:
        micrograph = self._micrograph
        if micrograph is None:
            raise WorkbenchError("No micrograph is open; open one to draw on.")
        if source != GREY:
            found = self._session.segmentations.get(source)
            if found is None or not self._session.results.current(source):
                raise WorkbenchError(
                    f"{self._session.card(source).label} has not answered yet to what is set; "
                    "wait for it, tick it, or press Run again."
                )
            probability, threshold = found.probability, np.float32(self._session.threshold(source))
            return lambda rows, columns: np.asarray(probability[rows, columns] > threshold)
        pixels = micrograph.pixels
        step = max(int(np.sqrt(pixels.size / 1e6)), 1)
        low, high = np.percentile(pixels[::step, ::step], self._session.contrast)
        return like(pixels, row, column, float(high - low) * self.tolerance / 100)

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

    def _changed(self, rows: slice | None, columns: slice | None) -> None:
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
            f"{file.path.name} was changed by another program, so what is drawn was not saved over it; "
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
