"""A histogram whose bins come from the sample, and the cumulative curve beside it."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.particles.intervals import effective, quantile
from workbench.particles.ties import spread_ties

Floats = npt.NDArray[np.float64]

MOST_BINS = 100
RULE, STURGES, ONE = "Freedman-Diaconis", "Sturges", "one bin"


class Histogram(NamedTuple):
    """Shares of a sample by bins.

    Attributes
    ----------
    edges : (B + 1,) float64 array
        In the unit of the sample.
    shares : (B,) float64 array
        Of the whole weight; their sum is 1.
    rule : str
        How the width of the bins was chosen.
    """

    edges: Floats
    shares: Floats
    rule: str


def histogram_of(values: Floats, weights: Floats) -> Histogram:
    """Return the histogram of a sample by the rule of Freedman and Diaconis.

    Parameters
    ----------
    values : (N,) array
        Ascending; N may be 0: then there is no bin.
    weights : (N,) array

    Returns
    -------
    Histogram
        Bins are ``2 IQR / N^(1/3)`` wide (IQR: between D25 and D75), from the smallest particle to the largest.
        Where half of all are equal the IQR may be 0: then by Sturges. 100 bins at most. Particles of the same diameter,
        as areas are whole pixels, are spread over the step to the next, see `ties.spread_ties`.

    References
    ----------
    D. Freedman and P. Diaconis, Z. Wahrscheinlichkeitstheorie verw. Gebiete 57, 453 (1981). H. A. Sturges, J. Am. Stat.
    Assoc. 21, 65 (1926).
    """
    if not len(values):
        return Histogram(np.empty(0), np.empty(0), "no particle, no bin")
    low, high = float(values[0]), float(values[-1])
    if not high > low * (1 + 1e-9):
        half = max(abs(low) / 20, 1e-9)
        return Histogram(np.array([low - half, high + half]), np.ones(1), ONE)
    count = effective(weights)
    width = 2 * (quantile(values, weights, 0.75) - quantile(values, weights, 0.25)) / count ** (1 / 3)
    rule = RULE
    if width <= 0:
        width, rule = (high - low) / (math.log2(count) + 1), STURGES
    bins = math.ceil((high - low) / width * (1 - 1e-9))
    if bins > MOST_BINS:
        bins, rule = MOST_BINS, f"{rule}, {MOST_BINS} bins at most"
    edges = np.linspace(low, high, max(bins, 1) + 1)
    sums, _ = np.histogram(np.clip(spread_ties(values), low, high), edges, weights=weights)
    return Histogram(edges, sums / sums.sum(), rule)


def cumulative_of(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return the cumulative curve of a sample.

    Parameters
    ----------
    values : (N,) array
        Ascending.
    weights : (N,) array

    Returns
    -------
    diameters : (M,) float64 array
        Each that occurs.
    shares : (M,) float64 array
        Of the whole weight that lies at it or below; the last is 1.
    """
    if not len(values):
        return np.empty(0), np.empty(0)
    last = np.flatnonzero(np.append(np.diff(values) > 0, True))
    sums = np.cumsum(weights)
    return values[last], sums[last] / sums[-1]
