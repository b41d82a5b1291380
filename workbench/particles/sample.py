"""Which rows of a table of particles are counted, what each of them counts, and why the others are not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import BoolImage
from workbench.particles.selection import DIAMETERS, EDGE_RULES, Diameter, EdgeRule, column_of

Floats = npt.NDArray[np.float64]
WeightedBy = Literal["number", "area", "volume"]

POWERS: dict[str, int] = {"number": 0, "area": 2, "volume": 3}
"""Of the diameter, by which a particle counts."""
EDGE, NO_VALUE, BY_HAND = "edge", "no value", "hand"
_UNITS = ("nm", "px")
_STEMS = ("diameter", "feret_min", "feret_max", "y", "x")
_USED = {"micrograph", "network", "touches_edge", "edge_weight", "included", "left_out"} | {
    f"{stem}_{unit}" for stem in _STEMS for unit in _UNITS
}
"""The columns that are read."""


class Sample(NamedTuple):
    """The particles that are counted.

    Attributes
    ----------
    diameters : (N,) float64 array
        Ascending.
    counts : (N,) float64 array
        What each counts by the edge of the frame: 1, or its weight of Miles and Lantuejoul.
    weights : (N,) float64 array
        The same times the power of the diameter that the distribution is weighted by.
    unit : str
        ``nm`` or ``px``.
    left_out : dict of str to int
        How many rows are not counted, by reason.
    micrographs : (N,) int array or None
        In which each lies, numbered from 0; None where the table does not say.
    of_micrographs : int or None
        How many micrographs the whole table is of.
    nm_per_px : float or None
        Pixel size: the largest, where there are several; None where the table does not say.
    below_100_nm : (N,) bool array or None
        Which have a smallest Feret diameter below 100 nm; None where the table does not have that.
    notes : tuple of str
        What the table lacks, and what follows from it.
    """

    diameters: Floats
    counts: Floats
    weights: Floats
    unit: str
    left_out: dict[str, int]
    micrographs: npt.NDArray[np.intp] | None
    of_micrographs: int | None
    nm_per_px: float | None
    below_100_nm: BoolImage | None
    notes: tuple[str, ...]


def sample_of(
    table: pd.DataFrame | Sequence[pd.DataFrame],
    diameter: Diameter = "equal_circle",
    weighted_by: WeightedBy = "number",
    edge: EdgeRule = "weights",
) -> Sample:
    """Choose what of a table is counted; see `workbench.distribution`.

    Raises
    ------
    WorkbenchError
        If the table mixes units or networks, lacks the diameter, or an edge weight is none.
    """
    for given, known, what in (
        (diameter, tuple(DIAMETERS), "A diameter"),
        (weighted_by, tuple(POWERS), "What a distribution is weighted by"),
        (edge, tuple(EDGE_RULES), "What is done at the edge"),
    ):
        if given not in known:
            raise WorkbenchError(f"{what} is one of {', '.join(known)}, not {given!r}.")
    rows, numbers, of_micrographs = _one_table(table)
    _refuse_two_networks(rows)
    unit = _unit(rows)
    column = f"{column_of(diameter)}_{unit}"
    if column not in rows:
        raise WorkbenchError(
            f"The table has no column {column}, so there is no {DIAMETERS[diameter]}; measure the particles again."
        )
    values = pd.to_numeric(rows[column], errors="coerce").to_numpy(np.float64)
    reasons, notes = _reasons(rows, values, edge)
    counted = reasons == ""
    counts = np.ones(len(rows))
    if edge == "weights" and "edge_weight" in rows:
        counts = pd.to_numeric(rows["edge_weight"], errors="coerce").to_numpy(np.float64)
        if not (np.isfinite(counts[counted]) & (counts[counted] >= 1)).all():
            raise WorkbenchError(
                'An edge weight is at least 1, but the table has others; measure again, or give edge="leave_out".'
            )
    elif edge == "weights" and "touches_edge" in rows:
        notes.append(
            "The table has no edge weights, so large particles, which the edge cuts more often, are under-counted."
        )
    order = np.argsort(values[counted], kind="stable")
    values, counts = values[counted][order], counts[counted][order]
    below = None
    if unit == "nm" and "feret_min_nm" in rows:
        below = (pd.to_numeric(rows["feret_min_nm"], errors="coerce").to_numpy(np.float64) < 100)[counted][
            order
        ]
    names, left_out = np.unique(reasons[~counted], return_counts=True)
    return Sample(
        values,
        counts,
        counts * values ** POWERS[weighted_by],
        unit,
        dict(zip(names.tolist(), left_out.tolist(), strict=True)),
        None if numbers is None else numbers[counted][order],
        of_micrographs,
        _pixel_size(rows),
        below,
        tuple(notes),
    )


def _one_table(
    table: pd.DataFrame | Sequence[pd.DataFrame],
) -> tuple[pd.DataFrame, npt.NDArray[np.intp] | None, int | None]:
    """Return all rows in one table, in which micrograph each lies, and how many there are, where that is known."""
    if isinstance(table, pd.DataFrame):
        rows, number, known = table, None, None
    else:
        tables = list(table)
        if not tables or not all(isinstance(one, pd.DataFrame) for one in tables):
            raise WorkbenchError(
                "A distribution is made of a table of particles, or of a list of such tables."
            )
        units = {_unit(one) for one in tables}
        if len(units) > 1:
            raise WorkbenchError(_MIXED)
        number, known = np.repeat(np.arange(len(tables)), [len(one) for one in tables]), len(tables)
        filled = [one for one in tables if len(one)] or tables[:1]
        rows = pd.concat([one[[name for name in one if name in _USED]] for one in filled], ignore_index=True)
    if "micrograph" in rows:
        number, names = pd.factorize(rows["micrograph"])
        known = max(len(names), known or 0)
    return rows, number, known


_MIXED = (
    "Some diameters are in nm and some in px, which one distribution cannot hold; give the micrographs in px a pixel "
    "size, or leave them out."
)


def _refuse_two_networks(rows: pd.DataFrame) -> None:
    """Refuse a table in which several networks found the same particles: each would count several times."""
    if "network" not in rows or rows["network"].nunique() < 2:
        return
    a_micrograph = rows.groupby("micrograph")["network"].nunique().max() if "micrograph" in rows else 2
    if a_micrograph > 1:
        names = ", ".join(map(str, rows["network"].unique()))
        raise WorkbenchError(
            f"The table has what several networks found in the same micrographs ({names}); choose one of them, as by "
            'table[table["network"] == name].'
        )


def _unit(rows: pd.DataFrame) -> str:
    stems = [column_of(diameter) for diameter in DIAMETERS]
    there = [unit for unit in _UNITS if any(f"{stem}_{unit}" in rows for stem in stems)]
    if len(there) > 1:  # of tables put together the columns of both are there
        used = [u for u in there if any(f"{s}_{u}" in rows and rows[f"{s}_{u}"].notna().any() for s in stems)]
        if len(used) > 1:
            raise WorkbenchError(_MIXED)
        there = used or there
    if not there:
        raise WorkbenchError("This is no table of particles: it has no column diameter_nm, nor one in px.")
    return there[0]


def _reasons(rows: pd.DataFrame, values: Floats, edge: EdgeRule) -> tuple[npt.NDArray[Any], list[str]]:
    """Return why each row is not counted, empty where it is, and what the table does not say."""
    notes: list[str] = []
    reasons = np.full(len(rows), "", dtype=object)
    if "left_out" in rows:
        reasons = rows["left_out"].fillna("").astype(str).to_numpy(object).copy()
    if "included" in rows:
        refused = rows["included"].isin([False, "False"]).to_numpy()
        reasons[~refused] = ""
        reasons[refused & (reasons == "")] = BY_HAND
    if edge == "keep":
        reasons[reasons == EDGE] = ""
    elif "touches_edge" in rows:
        reasons[rows["touches_edge"].isin([True, "True"]).to_numpy() & (reasons == "")] = EDGE
    else:
        notes.append(
            "The table does not say which particles the edge cuts, so these count as if they were whole."
        )
    reasons[(reasons == "") & ~(np.isfinite(values) & (values > 0))] = NO_VALUE
    return reasons, notes


def _pixel_size(rows: pd.DataFrame) -> float | None:
    """Return the largest pixel size of a table in nm, from places that it has in both units."""
    sizes: list[float] = []
    for axis in "yx":
        if f"{axis}_nm" in rows and f"{axis}_px" in rows:
            px = pd.to_numeric(rows[f"{axis}_px"], errors="coerce").to_numpy(np.float64)
            nm = pd.to_numeric(rows[f"{axis}_nm"], errors="coerce").to_numpy(np.float64)
            far = (px >= 1) & np.isfinite(nm)
            sizes.extend((nm[far] / px[far]).tolist())
    return float(f"{max(sizes):.9g}") if sizes else None
