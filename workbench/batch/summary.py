"""What stands beside the tables at the end of a batch: a row a micrograph, the same rows as Parquet, a report."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.batch.plan import BatchPlan
from workbench.batch.status import MICROGRAPHS_FILE, PARQUET_FILE, MicrographStatus
from workbench.batch.tables import FILES
from workbench.errors import ComputeError, WorkbenchError
from workbench.micrographs.writing import refused
from workbench.particles.files.tables import check_table_name, write_table
from workbench.whole_files import written_whole

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "micrograph",
    "file",
    "frame",
    "state",
    "why",
    "network",
    "particles",
    "area_percent",
    "median_diameter",
    "unit",
    "outside_training",
)


def write_summary(out: Path, plan: BatchPlan, micrographs: Sequence[MicrographStatus]) -> list[str]:
    """Write ``micrographs.csv`` and ``particles.parquet``, and return what a person has to know of it.

    Parameters
    ----------
    out : Path
        Folder of the results.
    plan : BatchPlan
    micrographs : sequence of MicrographStatus
        In the order of the table.

    Raises
    ------
    ComputeError
        If they cannot be written.
    """
    _write_micrographs(out, micrographs)
    return _write_parquet(out, plan)


def read_particles_table(out: Path, unit: str = "nm") -> pd.DataFrame | None:
    """Return the particles of all micrographs of a folder of results; None where there is no such table.

    Parameters
    ----------
    out : Path
    unit : str
        ``nm``, or ``px`` of those without a pixel size.
    """
    import pandas as pd

    path = out / FILES[unit]
    if not path.is_file():
        return None
    names = {"micrograph": str, "network": str}  # a network may be called 7, or NA
    table = pd.read_csv(path, dtype=names, keep_default_na=False, na_values=[""])
    table.attrs["unit"] = unit
    return table


def _write_micrographs(out: Path, micrographs: Sequence[MicrographStatus]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(row for one in micrographs for row in _rows(one))
    path = out / MICROGRAPHS_FILE
    try:
        with written_whole(path) as half:
            half.write_text(text.getvalue(), encoding="utf-8", newline="")
    except OSError as error:
        raise ComputeError(refused(path, error)) from error


def _rows(one: MicrographStatus) -> Iterator[dict[str, Any]]:
    same = {"micrograph": one.title, "file": one.file, "frame": one.frame, "state": one.state, "why": one.why}
    if not one.found:
        yield same
    for found in one.found:
        yield {
            **same,
            "network": found.network,
            "particles": found.particles,
            "area_percent": 100 * found.area,
            "median_diameter": "" if found.median is None else found.median,
            "unit": one.unit,
            "outside_training": "; ".join(found.outside or ()),
        }


def _write_parquet(out: Path, plan: BatchPlan) -> list[str]:
    path = out / PARQUET_FILE
    table = read_particles_table(out)
    if table is None:
        path.unlink(missing_ok=True)
        return []
    try:
        check_table_name(path)
    except WorkbenchError as error:  # pyarrow is an extra
        return [f"There is no {PARQUET_FILE}: {error}"]
    write_table(path, table, {"batch": plan.model_dump(mode="json")})
    return []
