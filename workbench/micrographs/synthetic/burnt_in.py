"""Letters, arrows, scale bars and data bars, as programs and publishers burn them into pictures. Never particle."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from workbench.micrographs.micrograph import BoolImage, FloatImage

FONTS = (
    "",
    "DejaVuSans",
    "DejaVuSans-Bold",
    "STIXGeneral",
    "STIXGeneralBol",
    "DejaVuSerif-Bold",
    "DejaVuSansMono",
)
"""Pillow's own (after Helvetica) and some that Matplotlib brings: STIX is after Times."""
MARKED = 8
"""Share of the ink, of 255, from which a pixel no longer shows the specimen."""


@dataclass(frozen=True)
class BurntIn:
    """One thing that is burnt in.

    Parameters
    ----------
    kind : str
        ``letters``, ``scale bar``, ``data bar`` or ``arrow``.
    row, column : float
        Upper left corner; of an arrow, its tip. A data bar lies along the bottom, or where ``row`` is 0 along the top.
    size_px : float
        Height of the letters; of a data bar, of the strip.
    text : str
    tone : int
        Grey level of the ink.
    ground : int or None
        Grey level of a rectangle beneath, or of the strip; None: on the specimen.
    length_px : float
        Of a scale bar or an arrow.
    angle : float
        Where an arrow points, in radians.
    style : str
        Of a scale bar: a ``bar``, a line with ``ticks`` or with two ``arrows``.
    font : str
        One of `FONTS`.
    """

    kind: Literal["letters", "scale bar", "data bar", "arrow"]
    row: float
    column: float
    size_px: float = 20.0
    text: str = ""
    tone: int = 0
    ground: int | None = None
    length_px: float = 60.0
    angle: float = 0.0
    style: Literal["bar", "ticks", "arrows"] = "bar"
    font: str = ""


def burn(grey: FloatImage, marks: tuple[BurntIn, ...]) -> BoolImage:
    """Draw over a picture.

    Parameters
    ----------
    grey : (H, W) float32 array
        Grey levels from 0 to 255; changed in place.
    marks : tuple of BurntIn
        The last one on top.

    Returns
    -------
    (H, W) bool array
        Which pixels show no specimen: ink and its soft rim, and the grounds.
    """
    covered = np.zeros(grey.shape, np.bool_)
    if not marks:
        return covered
    size = (grey.shape[1], grey.shape[0])
    for mark in marks:
        ink, ground = Image.new("L", size), Image.new("L", size)
        _DRAW[mark.kind](mark, ImageDraw.Draw(ink), ImageDraw.Draw(ground), size)
        for layer, tone in ((ground, mark.ground), (ink, mark.tone)):
            box = layer.getbbox()
            if box is None or tone is None:
                continue
            left, top, right, bottom = box
            part = np.asarray(layer.crop(box), np.float32)
            place = (slice(top, bottom), slice(left, right))
            grey[place] += (np.float32(tone) - grey[place]) * (part * np.float32(1 / 255))
            covered[place] |= part >= MARKED
    return covered


def _letters(mark: BurntIn, ink: Any, ground: Any, _size: tuple[int, int]) -> None:
    font = _font(mark.font, round(mark.size_px))
    box = ink.textbbox((mark.column, mark.row), mark.text, font=font)
    if mark.ground is not None:
        pad = 0.25 * mark.size_px
        ground.rectangle((box[0] - pad, box[1] - pad, box[2] + pad, box[3] + pad), fill=255)
    ink.text((mark.column, mark.row), mark.text, fill=255, font=font)


def _scale_bar(mark: BurntIn, ink: Any, ground: Any, _size: tuple[int, int]) -> None:
    font = _font(mark.font, round(mark.size_px))
    left, top, right = mark.column, mark.row, mark.column + mark.length_px
    thick = max(mark.size_px / 4, 2) if mark.style == "bar" else max(mark.size_px / 10, 1)
    box = ink.textbbox((0, 0), mark.text, font=font) if mark.text else (0, 0, 0, 0)
    wide, high = box[2] - box[0], box[3] - box[1]
    text = ((left + right - wide) / 2 - box[0], top + thick + 0.25 * mark.size_px - box[1])
    if mark.ground is not None:
        pad, half = 0.3 * mark.size_px, max(wide, mark.length_px) / 2
        middle = (left + right) / 2
        bottom = top + thick + (0.25 * mark.size_px + high if mark.text else 0) + pad
        ground.rectangle((middle - half - pad, top - pad - thick, middle + half + pad, bottom), fill=255)
    if mark.style == "bar":
        ink.rectangle((left, top, right, top + thick - 1), fill=255)
    else:
        ink.line((left, top, right, top), fill=255, width=round(thick))
        head = 0.25 * mark.size_px
        for end, way in ((left, 1), (right, -1)):
            if mark.style == "ticks":
                ink.line((end, top - head, end, top + head), fill=255, width=round(thick))
            else:
                ink.line((end + way * head, top - head, end, top, end + way * head, top + head), fill=255)
    if mark.text:
        ink.text(text, mark.text, fill=255, font=font)


def _data_bar(mark: BurntIn, ink: Any, ground: Any, size: tuple[int, int]) -> None:
    top = 0 if mark.row == 0 else size[1] - round(mark.size_px)
    ground.rectangle((0, top, size[0], top + round(mark.size_px) - 1), fill=255)
    lines = mark.text.split("\n")
    high = mark.size_px / max(len(lines), 1)
    font = _font(mark.font, max(round(0.7 * high), 6))
    for number, line in enumerate(lines):
        ink.text((mark.column, top + (number + 0.1) * high), line, fill=255, font=font)
    if mark.length_px > 0:
        end, row = size[0] - 8, top + 0.5 * mark.size_px
        ink.rectangle((end - mark.length_px, row, end, row + max(mark.size_px / 8, 1)), fill=255)


def _arrow(mark: BurntIn, ink: Any, _ground: Any, _size: tuple[int, int]) -> None:
    x, y = np.cos(mark.angle), np.sin(mark.angle)
    head, thick = max(mark.size_px / 2, 4), max(mark.size_px / 6, 1)
    tail = (mark.column - x * mark.length_px, mark.row - y * mark.length_px)
    neck = (mark.column - x * head, mark.row - y * head)
    ink.line((*tail, *neck), fill=255, width=round(thick))
    side = 0.5 * head
    ink.polygon(
        (
            mark.column,
            mark.row,
            neck[0] - y * side,
            neck[1] + x * side,
            neck[0] + y * side,
            neck[1] - x * side,
        ),
        fill=255,
    )


@lru_cache(maxsize=256)
def _font(name: str, size: int) -> Any:
    if not name:
        return ImageFont.load_default(size)
    return ImageFont.truetype(str(_folder() / f"{name}.ttf"), size)


@lru_cache(maxsize=1)
def _folder() -> Path:
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"


_DRAW = {"letters": _letters, "scale bar": _scale_bar, "data bar": _data_bar, "arrow": _arrow}
