"""Below the panes: one row a particle."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbench.app.core.context import Context
from workbench.app.particles.state import ParticlesState
from workbench.app.particles.words import REASONS
from workbench.app.widgets import controls
from workbench.app.widgets.table import Column, Table

SHORT = {"by size": "size", "by confidence": "confidence", "by circularity": "circularity"}
"""Reasons that a cell has room for."""
STRONGEST = "Spacing of its strongest lattice fringes; –: none stand out"


def columns_of(table: pd.DataFrame) -> list[tuple[str, Column]]:
    """Return which columns of a table of particles are shown, with how each is."""
    unit = table.attrs.get("unit", "px")
    digits, fine = (2, 4) if unit == "nm" else (1, 2)
    shown = [
        ("label", Column("label", "no.", "Number of the particle, as in the exported label image", 0)),
        (
            f"diameter_{unit}",
            Column("diameter", f"diameter, {unit}", "Of the circle of the same area", digits),
        ),
        (
            f"diameter_error_{unit}",
            Column(
                "error", f"± {unit}", "Standard uncertainty of the diameter, by pixels and threshold", digits
            ),
        ),
        (
            f"feret_min_{unit}",
            Column(
                "feret_min",
                f"Feret min, {unit}",
                "Smallest distance between two parallels that touch it",
                digits,
            ),
        ),
        (
            f"feret_max_{unit}",
            Column(
                "feret_max",
                f"Feret max, {unit}",
                "Largest distance between two parallels that touch it",
                digits,
            ),
        ),
        ("aspect_ratio", Column("aspect", "aspect", "Smallest over largest Feret diameter")),
        (
            "circularity",
            Column("circularity", "circularity", "4 pi area over perimeter squared: 1 for a disc"),
        ),
        ("confidence", Column("confidence", "confidence", "Mean probability over its pixels")),
        (
            f"d1_{unit}",
            Column("d1", f"d₁, {unit}", STRONGEST, fine),
        ),
        (
            f"d2_{unit}",
            Column("d2", f"d₂, {unit}", "Spacing of the second fringes, not parallel to the first", fine),
        ),
        ("lattice_angle_deg", Column("angle", "angle, °", "Between the two sets of fringes", 1)),
        (
            "phase",
            Column(
                "phase", "phase", "Which lattices fit both spacings and their angle, and the zone axis", -1
            ),
        ),
    ]
    return [(name, column) for name, column in shown if name in table]


class TableBox:
    """The table of the particles of the network that is tuned.

    Parameters
    ----------
    session : Context

    Attributes
    ----------
    box : Widget
    table : Table
    """

    def __init__(self, session: Context) -> None:
        self._session, self._state = session, session.subject(ParticlesState)
        self.table = Table(self._state.toggle_number)
        self.box = controls.column(self.table, classes=["hw-box", "hw-particles"])
        for name in ("chosen", "pointed"):
            controls.bind(self._state, name, self.table, name)
        self._state.observe(self._draw, names="found")
        self._state.observe(self._grey, names=["stale", "active"])
        self._session.observe(self._grey, names=["current", "failures", "selected"])
        self._draw()
        self._grey()

    def _grey(self, _change: object = None) -> None:
        state, session = self._state, self._session
        self.table.stale = state.stale
        if not session.current:
            self.table.empty = "Tick a network under Networks first."
        elif state.found is not None:
            self.table.empty = "No particle."
        else:
            self.table.empty = session.failures.get(session.current, "Waiting for the mask.")

    def _draw(self, _change: object = None) -> None:
        found = self._state.found
        if found is None:
            self.table.show([], pd.Series(dtype="int64").to_numpy(), [], [])
            self._grey()
            return
        shown = columns_of(found.table)
        why = [REASONS.get(reason, reason) for reason in found.table["left_out"]]
        by_hand = found.table["by_hand"].tolist()
        said = [
            f"out: {SHORT.get(one, one)}" if one else ("yes, by hand" if hand else "yes")
            for one, hand in zip(why, by_hand, strict=True)
        ]
        columns = [column for _name, column in shown]
        cells = [_cells(found.table, name) for name, _column in shown]
        # beside the number: it is in sight however narrow the table is
        columns.insert(
            1, Column("said", "counts", "Why it does not count, or that its pixels are by hand", -1)
        )
        cells.insert(1, said)
        self.table.show(columns, found.table["label"].to_numpy(), cells, why)
        self._grey()


def _cells(table: pd.DataFrame, name: str) -> Any:
    if name == "phase":
        pairs = zip(table["phase"], table["zone_axis"], strict=True)
        return [" ".join(filter(None, pair)) for pair in pairs]
    return table[name].to_numpy()
