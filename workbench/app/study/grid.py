"""What a study says so far, as a table: a row a network and its starting weights, a column a dilation."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean, stdev

from workbench.study.overview import Overview, PlannedCell
from workbench.study.status import CellStatus, State, StudyStatus

WAITING = CellStatus("waits")
WORDS: dict[State, str] = {
    "waits": "waits",
    "trained": "training",
    "scored": "is scored",
    "begun": "begun",
    "done": "done",
    "failed": "failed",
}
FIRST: tuple[State, ...] = ("trained", "scored", "failed", "begun", "waits")
"""Which state is told where seeds differ in it."""


@dataclass(frozen=True, order=True)
class Column:
    """Training size and dilation that cells of a column share; a size of None is all micrographs."""

    training_size: int | None
    rates: str


@dataclass
class Square:
    """The seeds of one network at one column."""

    cells: list[tuple[PlannedCell, CellStatus]] = field(default_factory=list)

    @property
    def dices(self) -> list[float]:
        """Hard Dice of the seeds that are done."""
        return [
            status.dice for _cell, status in self.cells if status.state == "done" and status.dice is not None
        ]

    @property
    def state(self) -> State:
        """What is told of the seeds that are not done."""
        states = {status.state for _cell, status in self.cells}
        return next((state for state in FIRST if state in states), "done")


def squares(overview: Overview, standing: StudyStatus) -> dict[tuple[str, Column], Square]:
    """Return the seeds by kind of network and by column."""
    found: dict[tuple[str, Column], Square] = {}
    for cell in overview.cells:
        key = (cell.kind, Column(cell.training_size, cell.rates))
        found.setdefault(key, Square()).cells.append((cell, standing.cells.get(cell.name, WAITING)))
    return found


def kinds_of(overview: Overview) -> list[str]:
    """Return the networks with their starting weights, in the order of the plan."""
    return list(dict.fromkeys(cell.kind for cell in overview.cells))


def columns_of(overview: Overview) -> list[Column]:
    """Return the columns: most micrographs first, then by dilation as in the plan."""
    sizes = list(dict.fromkeys(cell.training_size for cell in overview.cells))
    rates = list(dict.fromkeys(cell.rates for cell in overview.cells))
    there = {(cell.training_size, cell.rates) for cell in overview.cells}
    return [Column(size, rate) for size in sizes for rate in rates if (size, rate) in there]


def table_html(overview: Overview, standing: StudyStatus, colours: dict[str, str]) -> str:
    """Return the table as HTML.

    Parameters
    ----------
    overview : Overview
    standing : StudyStatus
    colours : dict of str to str
        Kind of network -> ``#RRGGBB``.
    """
    found, columns = squares(overview, standing), columns_of(overview)
    rows = [
        "<tr>"
        f'<th scope="row"><span class="hw-swatch" style="background:{colours[kind]}"></span> {html.escape(kind)}</th>'
        + "".join(_square(found.get((kind, column))) for column in columns)
        + "</tr>"
        for kind in kinds_of(overview)
    ]
    return f'<table class="hw-scores hw-study-grid">{_head(columns)}{"".join(rows)}</table>'


def _head(columns: Sequence[Column]) -> str:
    sizes = list(dict.fromkeys(column.training_size for column in columns))
    top = ""
    if sizes != [None]:
        spans = [(size, sum(column.training_size == size for column in columns)) for size in sizes]
        top = "".join(f'<th colspan="{count}">{size} training micrographs</th>' for size, count in spans)
        top = f"<tr><th></th>{top}</tr>"
    bottom = "".join(f"<th>dilation {html.escape(column.rates)}</th>" for column in columns)
    return f"{top}<tr><th></th>{bottom}</tr>"


def _square(square: Square | None) -> str:
    if square is None:
        return '<td class="hw-waits" title="not part of the study">–</td>'
    told, small = _said(square)
    title = "\n".join(
        f"{cell.name}: {_one(standing)}" for cell, standing in square.cells
    )  # every seed for itself
    small = f"<br><small>{html.escape(small)}</small>" if small else ""
    state = "done" if square.dices and square.state in ("waits", "begun") else square.state
    return f'<td class="hw-{state}" title="{html.escape(title)}">{html.escape(told)}{small}</td>'


def _said(square: Square) -> tuple[str, str]:
    """Return what stands in a square, and what stands small below it."""
    dices, seeds = square.dices, len(square.cells)
    rest = _rest(square)
    if not dices:
        return (rest[0].upper() + rest[1:] if rest else "no score"), ""
    spread = f" ± {stdev(dices):.3f}" if len(dices) > 1 else ""
    of = f"{seeds}" if len(dices) == seeds else f"{len(dices)} of {seeds}"
    plural = "s" if seeds > 1 else ""
    return f"{fmean(dices):.3f}{spread}", f"{of} seed{plural}" + (f", {rest}" if rest else "")


def _rest(square: Square) -> str:
    """Return what the seeds do that are not done; nothing of those that only wait where others are done."""
    state = square.state
    if state == "done" or (state == "waits" and square.dices):
        return ""
    those = [status for _cell, status in square.cells if status.state == state]
    if state in ("trained", "begun"):
        shares = ", ".join(f"{status.fraction:.0%}".replace("%", " %") for status in those)
        return f"{WORDS[state]}, {shares}" if state == "begun" else f"{WORDS[state]} {shares}"
    return f"{len(those)} failed" if state == "failed" and len(square.cells) > 1 else WORDS[state]


def _one(standing: CellStatus) -> str:
    if standing.state == "done":
        return "no score" if standing.dice is None else f"hard Dice {standing.dice:.3f}"
    if standing.state in ("trained", "begun"):
        return f"{WORDS[standing.state]}, {100 * standing.fraction:.0f} % of its steps"
    return f"failed: {standing.why}" if standing.state == "failed" else WORDS[standing.state]
