"""Numbers of a distribution in words: with as many digits as they are sure of, and as a table for notebooks."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping, Sequence

Interval = tuple[float, float]

REASONS: dict[str, str] = {
    "edge": "cut by the edge",
    "size": "by size",
    "confidence": "doubtful",
    "circularity": "by circularity",
    "hand": "by hand",
    "no value": "without a value",
}


def decimals(value: float, interval: Interval | None) -> int:
    """Return how many decimals a number is given with: two digits of the width of its interval, else three digits."""
    width = abs(value) / 10 if interval is None else interval[1] - interval[0]
    if not (width > 0 and math.isfinite(width)):
        width = abs(value) / 10
    return max(0, 1 - math.floor(math.log10(width))) if width > 0 else 2


def number(value: float | None, interval: Interval | None = None) -> str:
    """Return a number with the digits that its interval leaves it; a dash where there is none.

    Examples
    --------
    >>> number(4.1234, (4.03, 4.21)), number(4.1234), number(None)
    ('4.12', '4.12', '–')
    """
    return "–" if value is None else f"{value:.{decimals(value, interval)}f}"


def with_interval(value: float | None, interval: Interval | None, unit: str = "") -> str:
    """Return a number with its interval.

    Examples
    --------
    >>> with_interval(4.1234, (4.03, 4.21), "nm")
    '4.12 nm, 95 % [4.03, 4.21]'
    """
    said = f"{number(value, interval)} {unit}".strip() if value is not None else number(None)
    if value is None or interval is None:
        return said
    low, high = (number(end, interval) for end in interval)
    return f"{said}, 95 % [{low}, {high}]"


def with_error(value: float, error: float) -> str:
    """Return a value with the standard error of its last digits in brackets, such as ``0.2351(9)``.

    One digit of the error is given, two where it begins with 1, as is usual for lattice constants.
    """
    if not 0 < error < abs(value):
        return f"{value:.4g}"
    power = math.floor(math.log10(error))
    power -= error / 10**power < 1.95
    digits = max(0, -power)
    return f"{value:.{digits}f}({round(error * 10**digits)})"


def left_out_text(left_out: Mapping[str, int]) -> str:
    """Return how many were left out and why, the most first.

    Examples
    --------
    >>> left_out_text({"edge": 12, "hand": 4})
    '12 cut by the edge, 4 by hand'
    """
    ordered = sorted(left_out.items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{count} {REASONS.get(reason, reason)}" for reason, count in ordered)


def html_table(caption: str, rows: Iterable[tuple[str, str]], below: Sequence[str] = ()) -> str:
    """Return a table of names and what stands beside them in HTML, with sentences below; empty rows are left away."""
    left = 'style="text-align:left"'
    lines = "".join(
        f"<tr><th {left}>{html.escape(name)}</th><td {left}>{html.escape(said)}</td></tr>"
        for name, said in rows
        if said
    )
    said = "".join(f"<p>{html.escape(sentence)}</p>" for sentence in below)
    return f"<table><caption {left}>{html.escape(caption)}</caption>{lines}</table>{said}"
