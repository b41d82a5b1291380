"""The smallest area of a particle as a person typed it: a number and its unit, which no file that is opened changes."""

from __future__ import annotations

import math
import re

from workbench.errors import WorkbenchError

NM2, PX2 = "nm2", "px2"
SHOWN = {NM2: "nm²", PX2: "px²"}


def unit_of(nm_per_px: float | None) -> str:
    """Return the unit of areas on a micrograph: ``nm2``, or ``px2`` where its pixel size is not known."""
    return PX2 if nm_per_px is None else NM2


def as_argument(area: float | None, unit: str, nm_per_px: float | None) -> float | None:
    """Return an area as ``min_area_nm2`` of `Segmentation.mask` on one micrograph.

    Parameters
    ----------
    area : float or None
        0: nothing is dropped; None: what the card of each network says.
    unit : str
        ``nm2`` or ``px2``, as it was typed; empty: that of the micrograph.
    nm_per_px : float or None
        Of the micrograph.

    Returns
    -------
    float or None
        In nm2; in px2 where the pixel size is not known. 0, so that nothing is dropped, where the area was typed in nm2
        and the pixel size is not known.
    """
    if not area or unit in ("", unit_of(nm_per_px)):
        return area
    return 0.0 if nm_per_px is None else area * nm_per_px**2


def read_area(text: str, unit: str) -> tuple[float, str]:
    """Return an area as a person types it, such as ``2.5``, ``50 nm²`` or ``300 px2``, and its unit.

    Parameters
    ----------
    text : str
    unit : str
        ``nm2`` or ``px2``, of a number alone.

    Raises
    ------
    WorkbenchError
        If it is no number, or below 0.
    """
    found = re.fullmatch(r"([-+.,\deE]+)\s*(?:(nm|px)\s*(?:²|\^?2))?", text.strip())
    try:
        area = float(found[1].replace(",", ".")) if found else math.nan
    except ValueError:
        area = math.nan
    if not 0 <= area < math.inf:
        raise WorkbenchError(
            f"{text.strip()!r} is no smallest area; type a number of {SHOWN[unit]}, such as 2.5; 0 keeps all."
        )
    return area, f"{found[2]}2" if found and found[2] else unit


def in_other_unit(area: float, unit: str, nm_per_px: float | None) -> tuple[float, str]:
    """Return the same area in the other unit, and that unit; 0 where the pixel size is not known."""
    other = PX2 if unit == NM2 else NM2
    if nm_per_px is None:
        return 0.0, other
    return (area / nm_per_px**2 if other == PX2 else area * nm_per_px**2), other


def why_unused(area: float | None, unit: str, nm_per_px: float | None) -> str:
    """Return why an area drops nothing on a micrograph, as a sentence; empty where it is used."""
    if area and not as_argument(area, unit, nm_per_px):
        return f"{area:g} nm² needs the size of a pixel, which is not known here: nothing is dropped."
    return ""
