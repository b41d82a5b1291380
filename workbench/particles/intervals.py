"""Intervals of 95 %, of samples in which every particle counts the same and of weighted ones.

A sample of N particles with weights w tells as much as ``(sum w)^2 / sum w^2`` particles that count the same (Kish
1965): that number stands for N in all formulas here. `docs/intervals.md` shows how often the true value lies inside.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

Floats = npt.NDArray[np.float64]
Interval = tuple[float, float]

CONFIDENCE = 0.95
FEWEST = 6
"""Of fewer particles the smallest and the largest hold the median less often than in 95 of 100 samples."""
FEWEST_FOR_MEAN = 8
"""Student's t takes the mean of so many for normal, which of two groups that of fewer is not."""
Z = float(special.ndtri(0.5 + CONFIDENCE / 2))


def effective(weights: Floats) -> float:
    """Return how many particles that count the same tell as much as these: ``(sum w)^2 / sum w^2``."""
    return float(weights.sum() ** 2 / np.square(weights).sum()) if len(weights) else 0.0


def fewest_for(power: int, gsd: float) -> int:
    """Return how many particles the interval of a median needs where each counts by a power of its diameter.

    A few large particles hold most of the area and of the volume, and a small sample may have none of them: what it
    says then is wrong, and nothing in it tells. From simulated log-normal samples: from so many on, intervals hold the
    true value in at least 90 of 100. A mean, which those few decide, would need many times as many.

    Parameters
    ----------
    power : int
        0: all count the same.
    gsd : float
        Geometric standard deviation of the diameters, by number.
    """
    if power == 0:
        return FEWEST
    # where it would be more than a lifetime of work, any number does
    return math.ceil(20 * math.exp(min(1.7 * (power * math.log(gsd)) ** 2, 30.0)))


def quantile(values: Floats, weights: Floats, level: float) -> float:
    """Return the value below which a share of the sample lies.

    Parameters
    ----------
    values : (N,) array
        Ascending.
    weights : (N,) array
    level : float
        0.5: the median.

    Returns
    -------
    float
        Each particle stands in the middle of its own weight, and between two it is interpolated: with equal weights
        what `numpy.quantile` calls ``hazen``.
    """
    middles = np.cumsum(weights) - weights / 2
    return float(np.interp(level, middles / weights.sum(), values))


def quantile_interval(
    values: Floats, weights: Floats, level: float = 0.5, design: float = 1.0
) -> Interval | None:
    """Return the interval of 95 % of a quantile, whatever the distribution is.

    The order statistics between which the quantile lies with that chance, by the binomial distribution; between two of
    them it is interpolated (Hutson), so that the chance is 95 % and no more.

    Parameters
    ----------
    values : (N,) array
        Ascending.
    weights : (N,) array
    level : float
    design : float
        As many particles tell as much as one that is independent of the others, see `between`.

    Returns
    -------
    (float, float) or None
        None where the sample is too small, or the quantile too near to an end of it.

    References
    ----------
    A. D. Hutson, Calculating nonparametric confidence intervals for quantiles using fractional order statistics, J.
    Appl. Stat. 26, 343 (1999). E. L. Korn and B. I. Graubard, Surv. Methodol. 24, 193 (1998): the effective number.
    """
    count = effective(weights) / design
    levels = _levels(round(count, 3), level)
    if levels is None:
        return None
    ranks = (np.cumsum(weights) - weights / 2) * (count / weights.sum()) + 0.5
    low, high = np.interp(levels, ranks / (count + 1), values)
    return float(low), float(high)


@lru_cache(maxsize=4096)
def _levels(count: float, level: float) -> Interval | None:
    """Return the shares of the sample at the two ends of the interval of a quantile."""

    def off(place: float, chance: float) -> float:
        return float(special.betainc((count + 1) * place, (count + 1) * (1 - place), level)) - chance

    first, last = 1 / (count + 1), count / (count + 1)
    tail = (1 - CONFIDENCE) / 2
    if count < 2 or off(first, 1 - tail) < 0 or off(last, tail) > 0:
        return None
    found = []
    for chance in (1 - tail, tail):
        left, right = first, last
        while right - left > 1e-12:
            middle = (left + right) / 2
            left, right = (middle, right) if off(middle, chance) > 0 else (left, middle)
        found.append((left + right) / 2)
    return found[0], found[1]


def mean_and_deviation(values: Floats, weights: Floats) -> tuple[float, float | None]:
    """Return mean and standard deviation; the deviation of one particle is None.

    With equal weights the sum of squares is divided by N - 1; with others, by as much less as tells the same.
    """
    mean = float(np.average(values, weights=weights))
    count = effective(weights)
    if len(values) < 2 or count <= 1:
        return mean, None
    variance = float(np.average(np.square(values - mean), weights=weights)) * count / (count - 1)
    return mean, math.sqrt(variance)


def mean_interval(values: Floats, weights: Floats, design: float = 1.0) -> Interval | None:
    """Return the interval of 95 % of the mean, by Student's t.

    The variance is that of a ratio of two sums (W. G. Cochran, Sampling Techniques, 3rd ed. 1977, section 6.3), so it
    holds where heavy particles are large ones, too.
    """
    count = effective(weights)
    if len(values) < FEWEST_FOR_MEAN or count <= FEWEST_FOR_MEAN - 0.5:
        return None
    mean = float(np.average(values, weights=weights))
    off = weights * (values - mean)
    error = math.sqrt(float(np.square(off).sum()) * design * count / (count - 1)) / float(weights.sum())
    half = float(special.stdtrit(count - 1, 0.5 + CONFIDENCE / 2)) * error
    return mean - half, mean + half


def deviation_interval(values: Floats, weights: Floats, design: float = 1.0) -> Interval | None:
    """Return the interval of 95 % of a standard deviation, whatever the distribution is.

    Of the logarithms of the diameters, it is that of the logarithm of the geometric standard deviation. Bonett's, in
    which the fourth moment is that of a ratio of two sums where weights differ.

    References
    ----------
    D. G. Bonett, Approximate confidence interval for standard deviation of nonnormal distributions, Comput. Stat. Data
    Anal. 50, 775 (2006).
    """
    count = effective(weights)
    _, deviation = mean_and_deviation(values, weights)
    if len(values) < FEWEST or count <= FEWEST - 0.5 or not deviation:
        return None
    shares = weights / weights.sum()
    centred = np.square(values - shares @ values)
    second = float(shares @ centred)
    trimmed = _trimmed_mean(values, shares, 1 / (2 * math.sqrt(count - 4)))
    # of the squares of the shares, as large particles that lie far out may weigh more; with equal ones, the kurtosis
    fourth = float(np.square(shares) @ ((values - trimmed) ** 4 / second**2 - 2 * centred / second + 1))
    factor = count / (count - Z)
    error = factor * math.sqrt(max(count * fourth + 3 / count, 0.0) * design / (count - 1))
    middle = math.log(factor * deviation**2)
    return math.exp((middle - Z * error) / 2), math.exp((middle + Z * error) / 2)


def _trimmed_mean(values: Floats, shares: Floats, trimmed: float) -> float:
    """Return the mean without a share of the sample at either end."""
    above = np.cumsum(shares)
    inside = np.clip(np.minimum(above, 1 - trimmed) - np.maximum(above - shares, trimmed), 0, None)
    return float(inside @ values / inside.sum())


def share_interval(share: float, count: float) -> Interval:
    """Return the interval of 95 % of a share of so many particles (Wilson, J. Am. Stat. Assoc. 22, 209 (1927))."""
    middle = (share + Z**2 / (2 * count)) / (1 + Z**2 / count)
    half = Z / (1 + Z**2 / count) * math.sqrt(share * (1 - share) / count + Z**2 / (4 * count**2))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def plain(interval: Any) -> list[float] | None:
    """Return an interval as a list for JSON, None where there is none."""
    return None if interval is None else [float(end) for end in interval]
