"""A budget of uncertainty: its parts, what they come to, and which are not known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from workbench.particles.intervals import Interval
from workbench.particles.wording import html_table, number

Quantity = Literal["median", "mean"]

COVERAGE_FACTOR = 2.0


class Part(NamedTuple):
    """One part of a budget.

    Attributes
    ----------
    name : {"calibration", "pixel", "threshold", "network", "sampling"}
    value : float or None
        Standard uncertainty in the unit of the diameter; None where it is not known, which is not 0.
    said : str
        What it is, or why it is not known.
    """

    name: str
    value: float | None
    said: str


@dataclass(frozen=True)
class Budget:
    """The uncertainty of a median or a mean diameter; a table as the last line of a cell.

    Parameters
    ----------
    of : {"median", "mean"}
    value : float or None
        The diameter itself.
    unit : str
    parts : tuple of Part
    combined : float or None
        Standard uncertainty: root of the sum of squares of the parts that are known; None where sampling is not.
    expanded : float or None
        The same times 2.
    without : tuple of str
        The parts that are not known, and so not in it.
    """

    of: Quantity
    value: float | None
    unit: str
    parts: tuple[Part, ...]
    combined: float | None
    expanded: float | None
    without: tuple[str, ...]

    def part(self, name: str) -> Part:
        """Return a part by its name."""
        return next(part for part in self.parts if part.name == name)

    @property
    def interval(self) -> Interval | None:
        """The value less and plus the expanded uncertainty."""
        if self.value is None or self.expanded is None:
            return None
        return self.value - self.expanded, self.value + self.expanded

    def summary(self) -> str:
        """Return it in one line, such as ``4.12 ± 0.21 nm (k = 2), without calibration``."""
        if self.value is None or self.expanded is None:
            return f"no uncertainty of the {self.of} is known"
        digits = (-self.expanded, self.expanded)
        said = f"{number(self.value, digits)} ± {number(self.expanded, digits)} {self.unit} (k = 2)"
        return said + (f", without {', '.join(self.without)}" if self.without else "")

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain numbers and texts, for JSON."""
        return {
            "of": self.of,
            "value": self.value,
            "unit": self.unit,
            "parts": [part._asdict() for part in self.parts],
            "combined": self.combined,
            "expanded": self.expanded,
            "coverage_factor": COVERAGE_FACTOR,
            "without": list(self.without),
        }

    def __repr__(self) -> str:
        return f"Budget({self.summary()})"

    def _repr_html_(self) -> str:
        width = max((part.value or 0.0 for part in self.parts), default=0.0)
        rows = [
            (
                part.name,
                f"{_amount(part.value, width)} {self.unit}: {part.said}"
                if part.value is not None
                else part.said,
            )
            for part in self.parts
        ]
        known = "" if self.combined is None else f"{_amount(self.combined, width)} {self.unit}"
        rows += [("combined", known), ("expanded, k = 2", "" if self.expanded is None else self.summary())]
        return html_table(f"Standard uncertainty of the {self.of} diameter", rows)


def _amount(value: float | None, largest: float) -> str:
    return number(value, (-largest / 2, largest / 2) if largest else None)
