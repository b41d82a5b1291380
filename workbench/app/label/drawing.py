"""Draws on a label: brush, lasso, flood, the mask of a network; each stroke can be taken back."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
from traitlets import Bool, Float, HasTraits, Int, Unicode

from workbench.app.core.context import Context
from workbench.app.core.results import Results
from workbench.errors import DatasetError, WorkbenchError
from workbench.micrographs.labelling.grey import like
from workbench.micrographs.labelling.label import BACKGROUND, NAMES, NOT_SURE, PARTICLE, Label, LabelValues
from workbench.micrographs.labelling.shapes import Points, Region, brush, flood, polygon
from workbench.micrographs.micrograph import BoolImage, Micrograph

GREY = "grey"
LARGEST_BRUSH_PX = 999
TOOLS = ("move", "brush", "eraser", "lasso", "polygon", "flood")


class LabelDrawing(HasTraits):
    """The tools of a label and what they draw; who keeps it on disk overrides `_on_drawn` and `_on_stroke`."""

    _session: Context
    _lock: threading.RLock
    _label: Label | None
    _micrograph: Micrograph | None

    active = Bool(False, help="whether the hand labels: the panel is open")
    shown = Bool(True)
    tool = Unicode("brush", help="one of TOOLS")
    value = Int(PARTICLE, min=BACKGROUND, max=NOT_SURE, help="what is drawn: 0, 1 or 2")
    brush_px = Int(24, min=1, max=LARGEST_BRUSH_PX, help="diameter in px of the micrograph")
    source = Unicode("", help="what a flood looks at: the name of a network, or grey; empty: not chosen yet")
    tolerance = Float(10.0, min=0.0, max=100.0, help="of grey, in percent of the contrast shown")

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
        if postprocessed is None or not self._session.subject(Results).settled(network):
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
                self._on_drawn(None, None)

    def undo(self) -> None:
        """Take back the last stroke; nothing happens where there is none."""
        with self._lock:
            box = self._label.undo() if self._label else None
            if box:
                self._on_drawn(*box)

    def redo(self) -> None:
        """Draw the stroke again that was taken back last."""
        with self._lock:
            box = self._label.redo() if self._label else None
            if box:
                self._on_drawn(*box)

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
                self._on_drawn(region.rows, region.columns)
            if stroke:
                self._on_stroke(stroke)
            return region

    def _passes(self, source: str, row: int, column: int) -> Callable[[slice, slice], BoolImage]:
        micrograph = self._micrograph
        if micrograph is None:
            raise WorkbenchError("No micrograph is open; open one to draw on.")
        if source != GREY:
            found = self._session.segmentations.get(source)
            if found is None or not self._session.subject(Results).current(source):
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

    def _on_drawn(self, rows: slice | None, columns: slice | None) -> None:
        """Pixels in this box have changed; None: anywhere."""

    def _on_stroke(self, stroke: str) -> None:
        """A stroke that has a name was drawn."""
