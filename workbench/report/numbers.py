"""The numbers of a distribution and of a budget of uncertainty, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.particles.selection import DIAMETERS
from workbench.particles.wording import number, with_interval

Pairs = list[tuple[str, str]]
_NAMES = (
    ("median", "median, D50"),
    ("mean", "mean"),
    ("sd", "standard deviation"),
    ("d10", "D10"),
    ("d90", "D90"),
    ("geometric_mean", "geometric mean"),
    ("gsd", "geometric standard deviation"),
)
_WITHOUT_UNIT = ("gsd",)


def number_rows(numbers: Mapping[str, Any]) -> tuple[Pairs, list[str]]:
    """Return what a distribution says, row by row, and its sentences.

    Parameters
    ----------
    numbers : mapping
        A distribution's ``to_dict()``; what is not there is not said.
    """
    unit = str(numbers.get("unit", ""))
    rows: Pairs = []
    if "diameter" in numbers:
        named = DIAMETERS.get(str(numbers["diameter"]), str(numbers["diameter"]))
        weighted = f", {numbers['weighted_by']}-weighted" if "weighted_by" in numbers else ""
        rows.append(("diameter", named + weighted))
    if "counted" in numbers:
        total = numbers.get("total", numbers["counted"])
        more = "" if total == numbers["counted"] else f" of {total}"
        rows.append(("counted, N", f"{numbers['counted']}{more}"))
    for key, name in _NAMES:
        if key in numbers:
            interval = _pair(numbers.get(f"{key}_interval"))
            rows.append((name, with_interval(numbers[key], interval, "" if key in _WITHOUT_UNIT else unit)))
    if isinstance(share := numbers.get("below_100_nm"), int | float):
        rows.append(("below 100 nm, by number", _percent(share, numbers.get("below_100_nm_interval"))))
    for key, family in (("lognormal", "log-normal fit"), ("normal", "normal fit")):
        if isinstance(fitted := numbers.get(key), Mapping):
            rows.append((family, _fit(fitted, key == "lognormal", unit)))
    if isinstance(needed := numbers.get("needed_for_2_percent"), int):
        rows.append(("for 2 % of the median", f"{needed} particles"))
    if isinstance(more_needed := numbers.get("to_halve"), int):
        rows.append(("to halve its interval", f"{more_needed} more particles"))
    histogram = numbers.get("histogram")
    if isinstance(histogram, Mapping) and histogram.get("rule"):
        rows.append(("bins of the histogram", str(histogram["rule"])))
    verdict = numbers.get("verdict")
    sentences = [str(verdict["sentence"])] if isinstance(verdict, Mapping) and verdict.get("sentence") else []
    return rows, [*sentences, *(str(note) for note in numbers.get("notes") or ())]


def _pair(interval: Any) -> tuple[float, float] | None:
    known = isinstance(interval, Sequence) and len(interval) == 2 and None not in interval
    return (float(interval[0]), float(interval[1])) if known else None


def _percent(share: float, interval: Any) -> str:
    ends = _pair(interval)
    said = f"{100 * share:.1f} %"
    return said if ends is None else f"{said}, 95 % [{100 * ends[0]:.1f}, {100 * ends[1]:.1f}]"


def _fit(fitted: Mapping[str, Any], geometric: bool, unit: str) -> str:
    said = []
    for value, error, name, after in (
        ("median", "median_error", "median" if geometric else "mean", unit),
        ("spread", "spread_error", "GSD" if geometric else "standard deviation", "" if geometric else unit),
    ):
        if value in fitted:
            off = fitted.get(error)
            digits = (-off, off) if isinstance(off, int | float) and off > 0 else None
            more = "" if digits is None else f" ± {number(off, digits)}"
            said.append(f"{name} {number(fitted[value], digits)}{more} {after}".strip())
    if isinstance(fitted.get("p"), int | float):
        said.append("p < 0.001" if fitted["p"] < 0.001 else f"p = {fitted['p']:.2g}")
    return ", ".join(said)


def budget_rows(budget: Mapping[str, Any]) -> tuple[Pairs, list[str]]:
    """Return the parts of a budget of uncertainty, row by row, and what they come to.

    Parameters
    ----------
    budget : mapping
        ``unit``; ``parts``: of each name, value (standard uncertainty; None: not known, which is not 0) and what is
        said of it; ``combined``, ``expanded``, ``coverage_factor``, ``without``.
    """
    unit = str(budget.get("unit", ""))
    parts = [part for part in budget.get("parts") or () if isinstance(part, Mapping)]
    known = [part["value"] for part in parts if isinstance(part.get("value"), int | float)]
    digits = (-max(known) / 2, max(known) / 2) if known and max(known) > 0 else None
    rows: Pairs = []
    for part in parts:
        value, why = part.get("value"), str(part.get("said") or "")
        amount = "" if value is None else f"{number(value, digits)} {unit}".strip()
        rows.append((str(part.get("name", "")), ": ".join(filter(None, [amount, why])) or "not known"))
    if budget.get("combined") is not None:
        rows.append(("combined", f"{number(budget['combined'], digits)} {unit}".strip()))
    sentences = []
    if budget.get("expanded") is not None:
        factor, expanded = budget.get("coverage_factor", 2), budget["expanded"]
        ends = (-expanded, expanded)
        said = f"{number(expanded, ends)} {unit}".strip()
        rows.append((f"expanded, k = {factor:g}", said))
        if isinstance(budget.get("value"), int | float):
            sentences.append(
                f"The {budget.get('of', 'median')} diameter is {number(budget['value'], ends)} ± {said} "
                f"(k = {factor:g})."
            )
    if missing := budget.get("without"):
        sentences.append(f"Not in the sum, as they are not known: {', '.join(map(str, missing))}.")
    return rows, sentences
