"""Where the labels of an axis stand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def round_ticks(low: float, high: float, count: int = 4, whole: bool = False) -> npt.NDArray[np.float64]:
    """Return at least two round numbers within ``low`` and ``high``, at steps of 1, 2 or 5 times a power of ten.

    Parameters
    ----------
    low, high : float
        Ends of the axis, ``low < high``.
    count : int
        Intervals at most, unless fewer than two numbers would be left.
    whole : bool
        Whole numbers only; the axis is at least 1 long.
    """
    from matplotlib.ticker import MaxNLocator  # a page without curves does without matplotlib

    locator = MaxNLocator(count, steps=[1, 2, 5, 10], integer=whole)
    ticks = np.asarray(locator.tick_values(low, high), np.float64)
    rounding = 1e-9 * (high - low)
    return ticks[(ticks >= low - rounding) & (ticks <= high + rounding)]
