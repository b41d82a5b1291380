"""Whether a sample is of one group of particles or of two: two log-normal groups against one."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from workbench.particles.intervals import effective

Floats = npt.NDArray[np.float64]

_BINS = 400
_ROUNDS = 300
_LEAST_ROUNDS = 20
_SETTLED = 1e-4
_STARTS = np.array([0.08, 0.2, 0.35, 0.5, 0.65, 0.8, 0.92])
"""Shares of the sample at which it is cut in two to begin with."""
_NARROWEST = 0.12
"""Least spread of a group over that of all: two particles that are alike would make a narrower one."""
_PARAMETERS_MORE = 3
_POINTS = 1001
_SURE = 0.05


class Groups(NamedTuple):
    """Two log-normal groups of particles, the smaller particles first.

    Attributes
    ----------
    medians : (float, float)
        In the unit of the sample.
    gsds : (float, float)
        Geometric standard deviations.
    shares : (float, float)
        Of the particles; their sum is 1.
    gain : float
        By how much the Bayesian information criterion is lower than that of one log-normal.
    chance : float
        How often one group would leave so few particles between the two modes; 1 where there is one mode only.
    """

    medians: tuple[float, float]
    gsds: tuple[float, float]
    shares: tuple[float, float]
    gain: float
    chance: float

    @property
    def better(self) -> bool:
        """Whether two groups with a mode each describe the sample better than one."""
        return self.gain > 0 and self.chance < 1

    @property
    def likely(self) -> bool:
        """Whether there are too few particles between the two for one group."""
        return self.gain > 0 and self.chance < _SURE


def two_groups(values: Floats, weights: Floats) -> Groups:
    """Return the two log-normal groups that describe a sample best.

    Maximum likelihood by expectation and maximisation, begun from seven cuts. Whether there are two is asked twice: by
    the Bayesian information criterion, and of the particles themselves: are there fewer round the valley than round the
    lower mode, in windows of one width? One group of any shape leaves at least as many (a binomial test).

    Parameters
    ----------
    values : (N,) array
        Ascending, above 0, not all equal.
    weights : (N,) array

    Returns
    -------
    Groups

    References
    ----------
    G. McLachlan and D. Peel, Finite Mixture Models, Wiley 2000. G. Schwarz, Ann. Stat. 6, 461 (1978).
    """
    logs = np.log(values)
    count = effective(weights)
    scaled = weights * (count / weights.sum())
    places, masses = _binned(logs, scaled)
    spread = math.sqrt(float(masses @ np.square(places - masses @ places / count)) / count)
    middles, widths, shares, likelihood = _maximised(places, masses, count, _NARROWEST * spread)
    alone = -count * (math.log(spread) + 0.5 + 0.5 * math.log(2 * math.pi))
    gain = 2 * (likelihood - alone) - _PARAMETERS_MORE * math.log(count)
    first, second = np.argsort(middles)
    return Groups(
        (math.exp(middles[first]), math.exp(middles[second])),
        (math.exp(widths[first]), math.exp(widths[second])),
        (float(shares[first]), float(shares[second])),
        gain,
        _chance_of_valley(logs, scaled, middles, widths, shares),
    )


def _binned(logs: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return a large sample in so many bins that nothing is lost: the mean of each, and its weight."""
    if len(logs) <= _BINS:
        return logs, weights
    place = ((logs - logs[0]) / (logs[-1] - logs[0]) * (_BINS - 1e-6)).astype(np.intp)
    masses = np.bincount(place, weights, _BINS).astype(np.float64)
    used = masses > 0
    return np.asarray(np.bincount(place, weights * logs, _BINS)[used] / masses[used]), masses[used]


def _maximised(
    places: Floats, masses: Floats, count: float, narrowest: float
) -> tuple[Floats, Floats, Floats, float]:
    """Return middles, widths and shares of the likeliest two groups, and the logarithm of the likelihood."""
    below = (np.cumsum(masses) - masses / 2) / count
    lower = (below <= _STARTS[:, None]).astype(np.float64)
    belongs = np.stack([lower, 1 - lower], axis=1)
    reached = np.full(len(_STARTS), -np.inf)
    for number in range(_ROUNDS):
        mass = np.maximum((belongs * masses).sum(2), 1e-9)
        middles = (belongs * (masses * places)).sum(2) / mass
        off = places - middles[..., None]
        widths = np.sqrt(np.maximum((belongs * masses * off**2).sum(2) / mass, narrowest**2))
        heights = np.log(mass / count / widths)[..., None] - 0.5 * (off / widths[..., None]) ** 2
        both = np.logaddexp(heights[:, 0], heights[:, 1])
        belongs = np.exp(heights - both[:, None])
        before, reached = reached, both @ masses
        if number > _LEAST_ROUNDS and float(np.max(reached - before)) < _SETTLED:
            break
    best = int(reached.argmax())
    return (
        middles[best],
        widths[best],
        mass[best] / mass[best].sum(),
        float(reached[best]) - count * 0.5 * math.log(2 * math.pi),
    )


def _chance_of_valley(
    logs: Floats, weights: Floats, middles: Floats, widths: Floats, shares: Floats
) -> float:
    """Return how often as few particles would lie in the valley between two modes if there were none."""
    grid = np.linspace(logs[0], logs[-1], _POINTS)
    off = (grid - middles[:, None]) / widths[:, None]
    density = ((shares / widths)[:, None] * np.exp(-0.5 * off**2)).sum(0)
    modes = np.flatnonzero((density[1:-1] > density[:-2]) & (density[1:-1] >= density[2:])) + 1
    if len(modes) < 2:
        return 1.0
    left, right = int(modes[0]), int(modes[-1])
    valley = left + int(density[left:right].argmin())
    lower = left if density[left] < density[right] else right
    half = min(grid[valley] - grid[left], grid[right] - grid[valley]) / 2
    in_valley, in_mode = (
        float(weights[np.abs(logs - grid[place]) <= half].sum()) for place in (valley, lower)
    )
    return float(special.betainc(in_mode, in_valley + 1, 0.5)) if in_mode > 0 else 1.0
