"""The text that cameras of Direct Electron write beside a movie (``YYYYMMDD_number[_suffix]_movie.mrc``)."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

from workbench.micrographs.formats.content import Axis
from workbench.micrographs.formats.mrc_header import agree

_MOVIE = re.compile(r"(?P<number>\d{8}_\d+)(?P<suffix>(_.+)?)_movie\.mrcs?", re.IGNORECASE)
_SIZES = ("Specimen Pixel Size Y (nanometers)", "Specimen Pixel Size X (nanometers)")
_LONGEST_TEXT = 1 << 20


def text_beside(path: Path) -> dict[str, str]:
    """Return names and values of the text that belongs to a movie; empty where there is none."""
    match = _MOVIE.fullmatch(path.name)
    if not match:
        return {}
    exact = path.with_name(f"{match['number']}{match['suffix']}_info.txt")
    others = [exact] if exact.is_file() else sorted(path.parent.glob(f"{match['number']}_*info.txt"))
    texts = [other for other in others if other.is_file()]
    if not texts:
        return {}
    try:
        with texts[0].open(encoding="utf-8", errors="replace") as file:
            lines = file.read(_LONGEST_TEXT).splitlines()
    except OSError:
        return {}
    pairs = (line.split("=", 1) for line in lines if "=" in line)
    return {name.strip(): value.strip() for name, value in pairs}


def pixel_axes(said: dict[str, str], axes: tuple[Axis, Axis]) -> tuple[Axis, Axis]:
    """Steps of rows and columns, from the text and those of the header; of unknown length where they differ."""
    if _diffracts(said):
        return Axis(None, "nm^-1"), Axis(None, "nm^-1")
    sizes = [_number(said, name) for name in _SIZES]
    if not all(size > 0 for size in sizes):
        return axes
    told = (sizes[0], sizes[1])
    header = [axis.scale or math.nan for axis in axes]
    if all(size > 0 for size in header) and not agree(told, (header[0], header[1])):
        return Axis(), Axis()
    return Axis(told[0], "nm"), Axis(told[1], "nm")


def known(said: dict[str, str]) -> dict[str, Any]:
    """What the text says besides, by our names."""
    return {"magnification": said.get("Instrument Project Magnification")}


def _diffracts(said: dict[str, str]) -> bool:
    if not said:
        return False
    # As RosettaSciIO has it: a camera length, or a camera that looks on while the beam is scanned.
    mode = _number(said, "Instrument Project TEMorSTEM Mode")
    scanned = said.get("Scan - Enable") == "Enable"
    return (
        _number(said, "Instrument Project Camera Length (centimeters)") > 0
        or mode > 0
        or (mode < 0 and scanned)
    )


def _number(said: dict[str, str], name: str) -> float:
    """Return the number of that name; -1, as these cameras say it, where nothing is known."""
    try:
        number = float(said.get(name, -1))
    except ValueError:
        return -1
    return number if math.isfinite(number) else -1
