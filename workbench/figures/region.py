"""Which part of a micrograph a figure shows."""

from __future__ import annotations

import math
import operator
from typing import Any, NamedTuple

from workbench.errors import WorkbenchError


class Region(NamedTuple):
    """A part of a micrograph in px: the first row and column, and those behind the last ones."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.bottom - self.top, self.right - self.left

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, right, lower and upper edge, where the middle of the micrograph's first pixel is (0, 0)."""
        return self.left - 0.5, self.right - 0.5, self.bottom - 0.5, self.top - 0.5

    def lies_in(self, shape: tuple[int, int]) -> bool:
        """Whether a micrograph of so many rows and columns has it."""
        return self.bottom <= shape[0] and self.right <= shape[1]

    def pixels(self, largest_px: int) -> tuple[slice, slice]:
        """Return the rows and columns that are drawn: every second or third where it is larger than that."""
        step = math.ceil(max(self.shape) / largest_px)
        return slice(self.top, self.bottom, step), slice(self.left, self.right, step)


def check_region(region: Any) -> Region | None:
    """Return a part of a micrograph; ``None``: all of it.

    Parameters
    ----------
    region : (top, left, bottom, right) of int, or None

    Raises
    ------
    WorkbenchError
        If it is none.
    """
    if region is None:
        return None
    try:
        top, left, bottom, right = (operator.index(edge) for edge in region)
    except (TypeError, ValueError):
        top = left = bottom = right = 0
    if not (0 <= top < bottom and 0 <= left < right):
        raise WorkbenchError(
            f"A region is (top, left, bottom, right) in px, such as (0, 0, 256, 512), not {region!r}."
        )
    return Region(top, left, bottom, right)


def region_of(shape: tuple[int, int], region: Any) -> Region:
    """Return a part of a micrograph of a shape, all of it where none is asked for.

    Raises
    ------
    WorkbenchError
        If it is no part of it.
    """
    asked = check_region(region)
    if asked is None:
        return Region(0, 0, *shape)
    if not asked.lies_in(shape):
        raise WorkbenchError(
            f"The micrograph has {shape[0]} rows and {shape[1]} columns, which do not hold rows {asked.top} to "
            f"{asked.bottom} and columns {asked.left} to {asked.right}; choose a region inside it."
        )
    return asked
