"""Text in figures, in any script: with the fonts of this machine, and readable where none of them has a letter."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from workbench.file_names import printable

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

PREFERRED = (
    "Noto Sans",
    "Noto Sans CJK",
    "Source Han Sans",
    "WenQuanYi",
    "Microsoft YaHei",
    "PingFang",
    "Hiragino Sans",
    "Yu Gothic",
    "Malgun Gothic",
    "Nirmala UI",
    "Segoe UI",
    "Arial Unicode MS",
    "Noto Emoji",
    "Symbola",
)
"""Asked first for a letter that the figure's own font lacks, by the beginning of their names; then all others."""
BOXES = ("Last Resort", "LastResort", "Unicode BMP Fallback", "Adobe Blank", "Adobe NotDef")
"""Fonts that have a box, or nothing, for every letter there is."""
ACCENTS = frozenset(map(chr, [*range(0x300, 0x370), *range(0xFE00, 0xFE10)]))
"""Combining accents, and what chooses between two forms of an emoji."""
REGULAR = (400, "normal", "regular", "book")
INTENDED = re.compile(r"\$\\math(default|regular)\{")
"""Marks what Matplotlib itself means as mathematics, such as numbers on axes; a name with dollar signs is not."""


def letter(figure: Figure) -> None:
    r"""Make all text of a figure drawable; whatever calls this again changes nothing more.

    A letter that the font lacks comes from another font of this machine. One that none has is written without its
    accents, or as its code, such as ``\u91d1``: never as an empty box.
    """
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        said = text.get_text()
        text.set_usetex(False)
        if "$" in said and not INTENDED.search(said):
            text.set_parse_math(False)
        if said.isascii() and said.isprintable():
            continue
        families, shown = drawable(said, text.get_fontproperties())
        if shown != said:
            text.set_text(shown)
        more = [name for name in families if name not in text.get_fontfamily()]
        if more:
            text.set_fontfamily([*text.get_fontfamily(), *more])


def drawable(said: str, font: FontProperties) -> tuple[list[str], str]:
    """Return which other families a text needs, and what is written of it."""
    lines = [printable(line) for line in said.split("\n")]
    own = _letters_of(_file_of(font))
    missing = frozenset(ord(character) for line in lines for character in line) - own
    families, covered = _families_for(missing) if missing else ([], frozenset())
    lost = missing - covered
    if not lost:
        return families, "\n".join(lines)
    spelled = {code: _spelled(chr(code), own) for code in lost}
    return families, "\n".join(line.translate(spelled) for line in lines)


def spelled(name: str) -> str:
    """Return what a figure in Matplotlib's own font says of a name; to be shortened, for instance."""
    from matplotlib.font_manager import FontProperties

    return drawable(printable(name), FontProperties())[1]


def _spelled(character: str, own: frozenset[int]) -> str:
    if character in ACCENTS or unicodedata.category(character) == "Cf":  # and joiners
        return ""
    plain = unicodedata.normalize("NFKD", character)
    kept = "".join(part for part in plain if ord(part) in own)
    if kept and kept != character:
        return kept
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"


def _file_of(font: FontProperties) -> str:
    from matplotlib.font_manager import fontManager

    return str(fontManager.findfont(font))


@cache
def _letters_of(path: str) -> frozenset[int]:
    """Return the codes that a font can draw; none for one that cannot be drawn at any size."""
    from matplotlib.ft2font import FT2Font

    try:
        font = FT2Font(path)
        return frozenset(font.get_charmap()) if font.scalable else frozenset()
    except (OSError, RuntimeError, ValueError):  # bitmaps of colour emoji, damaged files
        return frozenset()


@cache
def _families_for(missing: frozenset[int]) -> tuple[list[str], frozenset[int]]:
    """Return families of this machine that have as many of some letters as possible, and which of them they have."""
    from matplotlib.font_manager import fontManager

    upright = [
        entry for entry in fontManager.ttflist if entry.style == "normal" and not entry.name.startswith(BOXES)
    ]
    upright.sort(key=lambda entry: (entry.weight not in REGULAR, _rank(entry.name), entry.name))
    chosen: list[str] = []
    covered: frozenset[int] = frozenset()
    for entry in upright:
        if missing <= covered:
            break
        more = (missing & _letters_of(entry.fname)) - covered
        if more and entry.name not in chosen:
            chosen.append(entry.name)
            covered |= more
    return chosen, covered


def _rank(name: str) -> int:
    return next((place for place, start in enumerate(PREFERRED) if name.startswith(start)), len(PREFERRED))
