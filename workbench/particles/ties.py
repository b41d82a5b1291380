"""Particles of exactly the same diameter, as areas are whole pixels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def spread_ties(values: Floats) -> Floats:
    """Return a sample in which particles of the same diameter lie apart, evenly round it, as far as half the next step.

    Areas are whole pixels: a test of continuous distributions would take the steps for a deviation, and a histogram
    would be a comb.

    Parameters
    ----------
    values : (N,) array
        Ascending, above 0.
    """
    distinct, first, counts = np.unique(values, return_index=True, return_counts=True)
    if len(distinct) in (1, len(values)):
        return values
    steps = np.diff(distinct)
    usual = float(np.median(steps))
    half = np.minimum(np.minimum(np.append(steps, np.inf), np.append(np.inf, steps)), usual) / 2
    half = np.minimum(half, distinct / 2)
    within = np.arange(len(values)) - np.repeat(first, counts)
    each = np.repeat(counts, counts)
    return np.asarray(values + np.repeat(half, counts) * (2 * within + 1 - each) / each)
