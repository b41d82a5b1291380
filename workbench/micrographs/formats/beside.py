"""The pixel size that a microscope writes into a text file beside the image."""

from __future__ import annotations

import os
import re
from pathlib import Path

from workbench.micrographs.formats.content import Axis

_MOST_BYTES = 1 << 16
_SHORTEST_BAR = 50
"""A scale bar of fewer pixels than this, counted in whole ones, gives no pixel size to 1 %."""
_NUMBER = r"([-+]?[\d.,]+(?:[eE][-+]?\d+)?(?![-+\d.,]|[eE][-+]?\d))"

Axes = tuple[Axis, Axis]


def axes_beside(path: Path, height: int, width: int) -> Axes | None:
    """Return the axes that a text file beside an image gives; None where there is none or it is of another image.

    Hitachi writes ``name.txt`` (PixelSize, in nm), JEOL too (the length of the scale bar and its pixels), and
    TESCAN ``name-tif.hdr`` or ``name.hdr`` (PixelSizeX and PixelSizeY, in m).
    """
    for text in _texts(path, (".txt", ".TXT", ".Txt")):
        for axes in (_hitachi(text, height, width), _jeol(text, height, width)):
            if axes is not None:
                return axes
    kind = path.suffix[1:]
    for text in _texts(path, (f"-{kind}.hdr", ".hdr")):
        found = tescan(text)
        if found is not None:
            return found
    return None


def tescan(text: str) -> Axes | None:
    """Read what a TESCAN microscope says, beside the image or in it."""
    x, y = (_number(text, rf"^\s*PixelSize{letter}\s*=\s*") for letter in "XY")
    return None if x is None or y is None else (Axis(y, "m"), Axis(x, "m"))


def _hitachi(text: str, height: int, width: int) -> Axes | None:
    if not re.search(r"^\s*\[(Sem|Tem)ImageFile\]", text, re.M | re.I):
        return None
    size = _number(text, r"^\s*PixelSize\s*=\s*")
    of = re.search(r"^\s*DataSize\s*=\s*(\d{1,9})\s*x\s*(\d{1,9})\b", text, re.M | re.I)
    if size is None or (of and not _fits(int(of[2]), int(of[1]), height, width)):
        return None
    unit = re.search(rf"^\s*PixelSize\s*=\s*{_NUMBER}[ \t]*([^\W\d_]+)", text, re.M | re.I)
    axis = Axis(size, unit[2] if unit else "nm")
    return axis, axis


def _jeol(text: str, height: int, width: int) -> Axes | None:
    bar = _number(text, r"^\s*\$+SM_MICRON_BAR\s+")
    length = _number(text, r"^\s*\$+SM_MICRON_MARKER\s+")
    unit = re.search(r"^\s*\$+SM_MICRON_MARKER\s+[\d.,]+\s*([^\s\d]+)", text, re.M)
    of = re.search(r"^\s*\$+CM_FULL_SIZE\s+(\d{1,9})\s+(\d{1,9})\b", text, re.M)
    if bar is None or length is None or unit is None or bar < _SHORTEST_BAR:
        return None
    if of and not _fits(int(of[2]), int(of[1]), height, width):
        return None
    axis = Axis(length / bar, unit[1])
    return axis, axis


def _fits(said_height: int, said_width: int, height: int, width: int) -> bool:
    # A data bar may have been added below; a picture of another width has been made larger or smaller since.
    return said_width == width and height >= said_height


def _number(text: str, before: str) -> float | None:
    found = re.search(before + _NUMBER, text, re.M | re.I)
    try:
        return None if found is None else float(found[1].replace(",", "."))
    except ValueError:
        return None


def _texts(path: Path, endings: tuple[str, ...]) -> list[str]:
    found, stem = [], os.path.splitext(path)[0]  # noqa: PTH122
    for ending in endings:
        beside = stem + ending
        try:
            if os.path.isfile(beside):  # noqa: PTH113 - several times a file that is opened, and twice as fast
                with open(beside, "rb") as file:  # noqa: PTH123
                    text = _decoded(file.read(_MOST_BYTES))
                    found.append(text.replace("\r\n", "\n").replace("\r", "\n"))
        except OSError:
            continue  # it may not be read: the image is no worse for it, and its pixel size is asked for
    return found


def _decoded(data: bytes) -> str:
    """Decode UTF-8 or UTF-16, with its mark or without; what matters in it is ASCII."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    sample = data[:400]
    if sample[1::2].count(0) > len(sample) // 4:
        return data.decode("utf-16-le", "replace")
    if sample[0::2].count(0) > len(sample) // 4:
        return data.decode("utf-16-be", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
