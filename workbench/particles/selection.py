"""Which particles count: by size, confidence and shape, by the edge of the frame, and by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from workbench.errors import WorkbenchError

Diameter = Literal["equal_circle", "feret_min", "feret_max"]
EdgeRule = Literal["weights", "leave_out", "keep"]

DIAMETERS: dict[str, str] = {
    "equal_circle": "equal-circle diameter",
    "feret_min": "smallest Feret diameter",
    "feret_max": "largest Feret diameter",
}
"""What each is called."""

EDGE_RULES: dict[str, str] = {
    "weights": "left out, the others weighted for it",
    "leave_out": "left out",
    "keep": "counted as they are",
}
"""What is done with particles that touch the edge."""

_OVERRULED = ("size", "confidence", "circularity")


@dataclass(frozen=True)
class Selection:
    """Which particles of a table count.

    Parameters
    ----------
    diameter : {"equal_circle", "feret_min", "feret_max"}
        Which diameter ``smallest`` and ``largest`` are of, and what the size of a particle is.
    smallest, largest : float, optional
        In nm; in px where the pixel size is not known. ``None``: no bound.
    min_confidence : float
        Mean probability over the particle's pixels, in [0, 1]; 0: any.
    min_circularity : float
        In [0, 1]; 0: any.
    edge : {"weights", "leave_out", "keep"}
        Of particles that touch the edge: left out and the others weighted for it, see
        `workbench.particles.frame.edge_weights`; left out; or counted as they are.

    Raises
    ------
    WorkbenchError
        If no particle could be within, or a name is not known.
    """

    diameter: Diameter = "equal_circle"
    smallest: float | None = None
    largest: float | None = None
    min_confidence: float = 0.0
    min_circularity: float = 0.0
    edge: EdgeRule = "weights"

    def __post_init__(self) -> None:
        if self.diameter not in DIAMETERS:
            raise WorkbenchError(
                f"A particle has the diameters {', '.join(DIAMETERS)}, not {self.diameter!r}; change it."
            )
        if self.edge not in EDGE_RULES:
            raise WorkbenchError(
                f"Particles at the edge are {', '.join(EDGE_RULES)}, not {self.edge!r}; change it."
            )
        if self.smallest is not None and self.largest is not None and self.smallest > self.largest:
            raise WorkbenchError(
                f"No particle is both above {self.smallest:g} and below {self.largest:g}; change the sizes."
            )

    def sizes(self, table: pd.DataFrame) -> pd.Series:
        """Return the diameter of each particle, in the unit of the table."""
        return table[f"{column_of(self.diameter)}_{unit_of(table)}"]

    def apply(self, table: pd.DataFrame, out: Iterable[int] = (), kept: Iterable[int] = ()) -> pd.DataFrame:
        """Say of each particle whether it counts, and why not.

        Parameters
        ----------
        table : DataFrame
            As `measure` gives it. Without a column ``confidence`` that bound is not looked at.
        out, kept : iterable of int
            Labels of particles that a person took out, and of those that she took in whatever their size, confidence
            and circularity; at the edge they do not count for that.

        Returns
        -------
        DataFrame
            The same with the columns ``included`` (bool) and ``left_out``: empty, or the first of ``hand``, ``edge``,
            ``size``, ``confidence``, ``circularity`` that applies.
        """
        found = table.copy()
        reason = np.full(len(table), "", object)
        sizes = self.sizes(table).to_numpy()
        tests = {
            "circularity": table["circularity"].to_numpy() < self.min_circularity,
            "confidence": table["confidence"].to_numpy() < self.min_confidence
            if "confidence" in table
            else np.zeros(len(table), np.bool_),
            "size": (sizes < (-np.inf if self.smallest is None else self.smallest))
            | (sizes > (np.inf if self.largest is None else self.largest)),
            "edge": table["touches_edge"].to_numpy(bool) & (self.edge != "keep"),
            "hand": table["label"].isin(list(out)).to_numpy(),
        }
        by_hand = table["label"].isin(list(kept)).to_numpy()
        for name, applies in tests.items():
            reason[applies & ~by_hand if name in _OVERRULED else applies] = name
        found["included"], found["left_out"] = reason == "", reason.astype(str)
        found.attrs = dict(table.attrs)
        return found

    def said(self, unit: str) -> str:
        """Say in a few words which particles count, such as ``1.2 to 9 nm, confidence at least 0.5, edge left out``."""
        said = []
        if self.smallest is not None or self.largest is not None:
            low = "" if self.smallest is None else f"{self.smallest:g}"
            high = "" if self.largest is None else f"{self.largest:g}"
            size = f"{low} to {high}" if low and high else (f"at least {low}" if low else f"at most {high}")
            said.append(f"{DIAMETERS[self.diameter]} {size} {unit}")
        said += [f"confidence at least {self.min_confidence:g}"] if self.min_confidence else []
        said += [f"circularity at least {self.min_circularity:g}"] if self.min_circularity else []
        return ", ".join([*said, f"at the edge: {EDGE_RULES[self.edge]}"])


def column_of(diameter: str) -> str:
    """Return the column of a table that holds a diameter, without its unit."""
    return "diameter" if diameter == "equal_circle" else diameter


def unit_of(table: pd.DataFrame) -> str:
    """Return the unit of the lengths of a table, by its columns.

    Raises
    ------
    WorkbenchError
        If it is no table of particles, or holds lengths in nm and in px.
    """
    units = [unit for unit in ("nm", "px") if f"diameter_{unit}" in table]
    if len(units) != 1:
        held = "no column diameter_nm or diameter_px" if not units else "diameters in nm and in px"
        raise WorkbenchError(f"This table has {held}; give one that workbench.measure made.")
    return units[0]


def left_out_counts(table: pd.DataFrame) -> dict[str, int]:
    """Return how many particles are left out, by reason, most first."""
    counts = table.loc[~table["included"], "left_out"].value_counts()
    return {str(reason): int(count) for reason, count in counts.items()}
