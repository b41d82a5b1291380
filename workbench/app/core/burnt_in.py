"""What of a picture is no specimen, as a page asks for it: marks left out or kept, rows above a data bar alone."""

from __future__ import annotations

from workbench.app.core.session_file import Origin
from workbench.micrographs.micrograph import BoolImage, Micrograph


def as_asked(micrograph: Micrograph, origin: Origin) -> Micrograph:
    """Return a micrograph that was opened as its origin says: its rows, marks left out or kept, its size unknown."""
    if origin.size_unknown:
        micrograph = micrograph.with_nm_per_px(None)
    if origin.rows is not None:
        micrograph = micrograph.cropped(*origin.rows)
    return micrograph.with_marks(()) if origin.marks_kept else micrograph


def rows_of(truth: BoolImage | None, origin: Origin) -> BoolImage | None:
    """Return the rows of a true mask that belong to a micrograph of this origin."""
    return truth if truth is None or origin.rows is None else truth[slice(*origin.rows)]


def rows_beside_bars(micrograph: Micrograph) -> tuple[int, int] | None:
    """Return first and last row + 1 of what lies between data bars; None where there is no bar."""
    bars = [mark for mark in micrograph.left_out if mark.kind == "data bar"]
    height = micrograph.shape[0]
    top = max((bar.bottom for bar in bars if bar.top == 0), default=0)
    bottom = min((bar.top for bar in bars if bar.bottom == height), default=height)
    return None if (top, bottom) == (0, height) or top >= bottom else (top, bottom)


def missing_said(micrograph: Micrograph) -> str:
    """Say how many pixels of a micrograph that was opened have no value; empty where all have one."""
    count = micrograph.metadata.get("missing_px", 0)
    if not count:
        return ""
    share = 100 * count / micrograph.pixels.size
    pixels = "1 pixel has" if count == 1 else f"{count} pixels have"
    return (
        f"{micrograph.name}: {pixels} no value ({share:.2g} %); they are filled from their neighbours, and where "
        "several lie together they are left out of the masks."
    )
