"""What a result says of where it came from, read from the result itself, whatever kind of file it is."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.micrographs.provenance import kind_of_result, read_record
from workbench.particles.files.tables import read_table

PICTURES, TABLES, PAGES, OUTLINES = (".tif", ".tiff", ".png"), (".csv", ".parquet"), (".html",), (".zip",)
_IN_PAGE = re.compile(r'<script type="application/json" id="provenance">(.*?)</script>', re.DOTALL)


@dataclass(frozen=True)
class MadeFrom:
    """What one result, or one micrograph of a report, was made from.

    Attributes
    ----------
    kind : str
        ``mask``, ``labels``, ``probability``, ``particles``, ``rois`` or ``report``.
    known : mapping
        Names as of `provenance_of` and of `ResultsFolder.made_from`.
    numbers : mapping
        Of a report: of all its micrographs together.
    """

    kind: str
    known: Mapping[str, Any]
    numbers: Mapping[str, Any] = field(default_factory=dict)


def made_from(path: Path) -> list[MadeFrom]:
    """Return what a file says of how it was made: one entry, or one a micrograph of a report.

    Raises
    ------
    WorkbenchError
        If the file says nothing of it.
    """
    if not path.is_file():
        raise WorkbenchError(f"{path} does not exist; check the name.")
    suffix = path.suffix.lower()
    if suffix in PICTURES:
        found = [MadeFrom(kind_of_result(path) or "", read_record(path))]
    elif suffix in TABLES:
        found = [MadeFrom("particles", read_table(path)[1])]
    elif suffix in PAGES:
        found = _of_page(path)
    elif suffix in OUTLINES:
        found = [MadeFrom("rois", _of_outlines(path))]
    else:
        found = []
    found = [one for one in found if one.known.get("settings")]
    if not found:
        raise WorkbenchError(
            f"{path.name} does not say how it was made, so it cannot be made again; give a mask, a label image, a "
            "table or a report of the workbench."
        )
    return found


def _of_page(path: Path) -> list[MadeFrom]:
    match = _IN_PAGE.search(path.read_text(encoding="utf-8", errors="replace"))
    page = _parsed(match[1]) if match else {}
    listed = page.get("micrographs")
    if not isinstance(listed, list):
        return []
    numbers = page.get("numbers") or {}
    return [MadeFrom("report", one, numbers) for one in listed if isinstance(one, dict)]


def _of_outlines(path: Path) -> Mapping[str, Any]:
    try:
        with zipfile.ZipFile(path) as archive:
            return _parsed(archive.comment.decode("utf-8", "replace"))
    except (OSError, zipfile.BadZipFile):
        return {}


def _parsed(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
