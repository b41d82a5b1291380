"""Maps side by side: a row a network, a column a method; its JavaScript is map_grid.js."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import numpy.typing as npt
import traitlets

from workbench.app.widgets.es_module import es_module
from workbench.app.widgets.outlines import Lines
from workbench.micrographs.micrograph import FloatImage

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Row:
    """A network: its name, colour, what is explained of it, a remark, or why there are no maps; lines of the target."""

    key: str
    label: str
    color: str
    target: str = ""
    remark: str = ""
    refusal: str = ""
    lines: Lines = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Ground:
    """What lies below the maps: the micrograph in grey, 8 bits; a scale bar, as a share of its width, and its text."""

    grey: npt.NDArray[np.uint8]
    bar: float
    bar_text: str


@dataclass(frozen=True)
class Curve:
    """A spectrum: frequencies, two profiles of at most 1, the lines of the lattice by name, and the unit."""

    x: list[float]
    used: list[float]
    micrograph: list[float]
    lines: dict[str, float]
    unit: str
    limit: float | None = None


@dataclass(frozen=True, eq=False)
class Cell:
    """One map and what is said of it.

    Parameters
    ----------
    row, column : str
        Keys of a network and a method.
    title : str
        Of the method.
    state : str
        ``waiting``, ``running``, ``done`` or ``failed``.
    said : sequence of str
        Lines beside the map.
    mark : str
        A warning on the map; empty: none.
    map : (h, w) float32 array, optional
        Of the same shape as the ground.
    curve : Curve, optional
    scale : str
        Which maps share its scale of colour, for a tooltip.
    verdict : (str, str)
        ``good``, ``unsure`` or ``bad``, and the sentence that stands above the lines; empty: none yet.
    """

    row: str
    column: str
    title: str
    state: str
    said: Sequence[str] = ()
    mark: str = ""
    map: FloatImage | None = None
    curve: Curve | None = None
    scale: str = ""
    verdict: tuple[str, str] | tuple[()] = ()


class MapGrid(anywidget.AnyWidget):
    """Draws maps over their micrograph; opacity and limits are numbers, so a slider sends no pixel.

    Pixels travel as messages, so that no notebook saves them. Any thread may call the methods.
    """

    _esm = es_module(_HERE / "map_grid.js")

    opacity = traitlets.Float(0.75).tag(sync=True)
    limits = traitlets.Dict(help="row and column -> attribution drawn in full colour").tag(sync=True)

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.RLock()
        self._grid: tuple[dict[str, Any], list[bytes]] = ({"kind": "grid", "rows": [], "columns": []}, [])
        self._cells: dict[tuple[str, str], tuple[dict[str, Any], list[bytes]]] = {}
        self.on_msg(self._heard)

    def show(self, rows: Sequence[Row], columns: Sequence[str], ground: Ground | None) -> None:
        """Show these rows and columns, all cells empty."""
        with self._lock:
            self._cells.clear()
            message: dict[str, Any] = {
                "kind": "grid",
                "rows": [asdict(row) for row in rows],
                "columns": [*columns],
            }
            buffers = []
            if ground is not None:
                height, width = ground.grey.shape
                message |= {"height": height, "width": width, "bar": ground.bar, "bar_text": ground.bar_text}
                buffers = [np.ascontiguousarray(ground.grey).tobytes()]
            self._grid = (message, buffers)
            self.send(message, buffers=buffers)

    def fill(self, cell: Cell) -> None:
        """Show a cell of the grid."""
        with self._lock:
            message = {name: value for name, value in vars(cell).items() if name not in ("map", "curve")}
            message |= {"kind": "cell", "said": list(cell.said)}
            message["curve"] = None if cell.curve is None else asdict(cell.curve)
            buffers = [] if cell.map is None else [np.ascontiguousarray(cell.map, np.float32).tobytes()]
            self._cells[cell.row, cell.column] = (message, buffers)
            self.send(message, buffers=buffers)

    def _heard(self, _widget: object, message: dict[str, Any], _buffers: list[memoryview]) -> None:
        if message.get("kind") != "ready":
            return
        with self._lock:
            for sent, buffers in (self._grid, *self._cells.values()):
                self.send(sent, buffers=buffers)

    def __repr__(self) -> str:
        return f"MapGrid({len(self._cells)} cells)"
