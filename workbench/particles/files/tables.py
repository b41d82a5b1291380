"""The table of particles as CSV, Parquet or Excel; and a table that was written so, read again."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import ComputeError, WorkbenchError
from workbench.micrographs.provenance import mark
from workbench.micrographs.writing import refused
from workbench.particles.files.belonging import WHY
from workbench.particles.provenance import as_json, beside, described, write_beside
from workbench.particles.selection import unit_of
from workbench.whole_files import written_whole

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".csv", ".parquet", ".xlsx")
KEY = b"hrtem_workbench"
"""Of the provenance in the metadata of a Parquet file."""
MOST_ROWS = 1_048_575
"""Of an Excel sheet, below its head."""
_DIGITS = 4
_LONGEST_CELL = 32_767


def write_table(
    path: Path | str,
    table: pd.DataFrame,
    provenance: Mapping[str, Any] | None = None,
    numbers: Mapping[str, Any] | None = None,
) -> None:
    """Write a table of particles in the format that the name ends in.

    ``.csv``: all digits, and the provenance in a JSON beside it. ``.parquet``: the same numbers, bit by bit, and the
    provenance in the file's own metadata under ``hrtem_workbench``. ``.xlsx``: sheets particles, numbers and
    provenance; a cell holds all digits and shows those that matter.

    Parameters
    ----------
    path : Path or str
    table : DataFrame
        One row a particle, as `workbench.measure` gives it: the unit stands in the names of the columns.
    provenance : mapping, optional
        Of `workbench.particles.provenance.provenance_of`.
    numbers : mapping, optional
        What was found of all particles together, such as a distribution's ``to_dict()``; on its sheet of the Excel
        file.

    Raises
    ------
    WorkbenchError
        If the name has another ending, lengths stand in two units, or what writes the format is not installed.
    ComputeError
        If it cannot be written.

    Examples
    --------
    >>> import workbench as wb
    >>> m, truth = wb.open_sample("easy")
    >>> write_table("particles.xlsx", wb.measure(truth, m), numbers={"N": 3})
    """
    path = Path(path)
    check_table_name(path)
    unit_of(table)
    known = dict(provenance or {})
    write = {".csv": _write_csv, ".parquet": _write_parquet, ".xlsx": _write_excel}
    try:
        write[path.suffix.lower()](path, table, known, dict(numbers or {}))
    except OSError as error:
        raise ComputeError(refused(path, error)) from error


def check_table_name(path: Path) -> None:
    """Refuse a name of a table that says no format, or one that nothing here can write.

    Raises
    ------
    WorkbenchError
        If it ends in none of the formats, or what writes the format is not installed.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise WorkbenchError(
            f"{path.name} ends in none of {', '.join(SUFFIXES)}; choose one of these for the table."
        )
    if path.suffix.lower() == ".parquet":
        _pyarrow()


def read_table(path: Path | str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Read a table of particles that `write_table` wrote as CSV or Parquet.

    Parameters
    ----------
    path : Path or str

    Returns
    -------
    table : DataFrame
        With ``attrs["unit"]``.
    provenance : dict
        Empty where the file does not say.

    Raises
    ------
    WorkbenchError
        If it cannot be read.
    """
    import pandas as pd

    path = Path(path)
    known: dict[str, Any] = {}
    try:
        if path.suffix.lower() == ".parquet":
            schema = _pyarrow().parquet.read_schema(path)
            known = json.loads((schema.metadata or {}).get(KEY, b"{}"))
            table = pd.read_parquet(path)
        else:
            table = pd.read_csv(path)
            if beside(path).is_file():
                known = json.loads(beside(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WorkbenchError(f"{path} does not exist; check the name.") from None
    except (OSError, ValueError) as error:
        raise WorkbenchError(
            f"{path.name} is no table that can be read ({' '.join(str(error).split())[:200]}); choose a .csv or a "
            ".parquet."
        ) from error
    for name in (WHY, "phase", "zone_axis"):  # an empty text is nothing in a CSV
        if name in table:
            table[name] = table[name].astype(object).fillna("").astype(str)
    table.attrs["unit"] = unit_of(table)
    return table, known


def _write_csv(path: Path, table: pd.DataFrame, known: dict[str, Any], _numbers: dict[str, Any]) -> None:
    with written_whole(path) as half:
        table.to_csv(half, index=False, lineterminator="\n")
    if known:
        write_beside(path, known)


def _write_parquet(path: Path, table: pd.DataFrame, known: dict[str, Any], _numbers: dict[str, Any]) -> None:
    arrow = _pyarrow()
    made = arrow.Table.from_pandas(table, preserve_index=False)
    told = described("particles", known).encode()
    with written_whole(path) as half:
        arrow.parquet.write_table(
            made.replace_schema_metadata({**(made.schema.metadata or {}), KEY: told}), half
        )


def _pyarrow() -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise WorkbenchError(
            "Parquet needs pyarrow, which is not installed: pip install 'hrtem-workbench[parquet]', or choose a .csv."
        ) from None
    return pyarrow


def _write_excel(path: Path, table: pd.DataFrame, known: dict[str, Any], numbers: dict[str, Any]) -> None:
    import xlsxwriter

    if len(table) > MOST_ROWS:
        raise WorkbenchError(
            f"An Excel sheet has {MOST_ROWS:,} rows and the table {len(table):,}; write a .csv or a .parquet."
        )
    with written_whole(path) as half:
        book = xlsxwriter.Workbook(
            str(half), {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
        )
        book.set_properties({"title": "Particles", "comments": mark("particles")})
        _particles_sheet(book, table)
        _pairs_sheet(book, "numbers", ("what", "value"), _flat(as_json(_finite(numbers), "the numbers")))
        _pairs_sheet(book, "provenance", ("what", "value"), _flat(as_json(known, "the provenance")))
        book.close()


def _particles_sheet(book: Any, table: pd.DataFrame) -> None:
    sheet = book.add_worksheet("particles")
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    sheet.freeze_panes(1, 1)
    for column, name in enumerate(map(str, table.columns)):
        values = table.iloc[:, column]
        sheet.set_column(column, column, max(9, min(40, len(name) * 0.7 + 4)))
        sheet.write_string(0, column, name, head)
        shown = book.add_format({"num_format": number_format(values)}) if values.dtype.kind == "f" else None
        for row, value in enumerate(values.tolist(), 1):
            _write_cell(sheet, row, column, value, shown)
    if len(table):
        sheet.autofilter(0, 0, len(table), max(len(table.columns) - 1, 0))


def _write_cell(sheet: Any, row: int, column: int, value: Any, shown: Any = None) -> None:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        sheet.write_blank(row, column, None, shown)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, shown)
    else:
        sheet.write_string(row, column, str(value)[:_LONGEST_CELL])


def number_format(values: pd.Series[float]) -> str:
    """Return how Excel shows a column: with four digits of its typical value, such as ``0.00``.

    Parameters
    ----------
    values : Series of float
    """
    typical = float(values.abs().replace(0, math.nan).median())
    if not math.isfinite(typical):
        return "0.00"
    decimals = min(max(_DIGITS - 1 - math.floor(math.log10(typical)), 0), 8)
    return "0." + "0" * decimals if decimals else "0"


def _pairs_sheet(book: Any, name: str, head: tuple[str, str], pairs: Iterator[tuple[str, Any]]) -> None:
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True, "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "align": "left"})
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 90, wrapped)
    for column, text in enumerate(head):
        sheet.write_string(0, column, text, bold)
    for row, (key, value) in enumerate(pairs, 1):
        sheet.write_string(row, 0, key)
        _write_cell(sheet, row, 1, value)


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the entries of nested mappings and lists, each with its path, such as ``settings.threshold``."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list) and value and all(not isinstance(one, Mapping | list) for one in value):
        yield name, ", ".join("" if one is None else str(one) for one in value)
    elif isinstance(value, list) and value:
        for place, inner in enumerate(value, 1):
            yield from _flat(inner, f"{name}.{place}")
    elif name:
        yield name, None if isinstance(value, Mapping | list) else value


def _finite(value: Any) -> Any:
    """Return numbers as JSON has them: NaN and infinity as nothing, those of NumPy as Python's."""
    if isinstance(value, Mapping):
        return {str(key): _finite(inner) for key, inner in value.items()}
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
