"""A table of numbers with thousands of rows: sorted, filtered, gone through by keys; its JavaScript is table.js."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import numpy.typing as npt
import traitlets

from workbench.app.widgets.es_module import es_module

_HERE = Path(__file__).parent
FILTERS = {"": "all", "counted": "counted", "out": "left out"}
"""Which rows are shown, and how that is called: those struck out are left out."""


@dataclass(frozen=True)
class Column:
    """A column of numbers or of words.

    Parameters
    ----------
    key : str
    title : str
        At its head, with the unit.
    about : str
        One sentence, shown where a pointer rests on the head.
    digits : int
        Behind the point; -1: words, not numbers.
    """

    key: str
    title: str
    about: str = ""
    digits: int = 2


class Table(anywidget.AnyWidget):
    """Rows that bear a number; they travel as one message of float32, so that no notebook saves them.

    Parameters
    ----------
    strike : callable(number), optional
        Called when a person asks to take a row out, or in again.
    opened : callable(number), optional
        Called when a person clicks a row, or presses Enter on it.
    label : str
        What its rows are.
    filters : dict of str to str, optional
        Buttons above it: empty, ``counted`` (not struck out) or ``out`` -> its name.

    Attributes
    ----------
    chosen, pointed : int
        Number of the row that is chosen, and of the one that is pointed at; 0: none.
    stale : bool
        Whether it is drawn grey: it is not of what is set.
    """

    _esm = es_module(_HERE / "table.js")

    label = traitlets.Unicode().tag(sync=True)
    filters: traitlets.Dict[str, str] = traitlets.Dict().tag(sync=True)
    chosen = traitlets.Int(0).tag(sync=True)
    pointed = traitlets.Int(0).tag(sync=True)
    stale = traitlets.Bool(False).tag(sync=True)
    empty = traitlets.Unicode("", help="what is said where there is no row").tag(sync=True)

    def __init__(
        self,
        strike: Callable[[int], object] | None = None,
        *,
        opened: Callable[[int], object] | None = None,
        label: str = "Particles",
        filters: Mapping[str, str] = FILTERS,
    ) -> None:
        super().__init__(label=label, filters=dict(filters))
        self._answers = {"strike": strike, "open": opened}
        self._told: tuple[dict[str, Any], list[bytes]] = ({"kind": "rows", "columns": [], "count": 0}, [])
        self.on_msg(self._heard)

    def show(
        self,
        columns: Sequence[Column],
        numbers: npt.NDArray[np.int64],
        values: Sequence[npt.NDArray[Any] | Sequence[float] | Sequence[str]],
        struck: Sequence[str],
    ) -> None:
        """Show rows in place of those before.

        Parameters
        ----------
        columns : sequence of Column
        numbers : (N,) array of whole numbers
            What each row is called.
        values : sequence of (N,) arrays or lists
            By column: numbers, of which NaN is drawn as a dash, or words.
        struck : (N,) sequence of str
            Why a row is struck out; empty: it is not.
        """
        words, buffers = {}, [np.ascontiguousarray(numbers, "<i4").tobytes()]
        for column, cells in zip(columns, values, strict=True):
            if column.digits < 0:
                words[column.key] = [str(cell) for cell in cells]
            else:
                buffers.append(np.asarray(cells, "<f4").tobytes())
        self._told = (
            {
                "kind": "rows",
                "columns": [asdict(column) for column in columns],
                "count": len(numbers),
                "words": words,
                "struck": {str(at): why for at, why in enumerate(struck) if why},
            },
            buffers,
        )
        self.send(*self._told)

    def _heard(self, _widget: object, message: dict[str, Any], _buffers: list[memoryview]) -> None:
        if message.get("kind") == "ready":
            self.send(*self._told)
            return
        answer = self._answers.get(message.get("kind", ""))
        if answer is not None:
            answer(int(message.get("number", 0)))

    def __repr__(self) -> str:
        return f"Table({self._told[0]['count']} rows)"
