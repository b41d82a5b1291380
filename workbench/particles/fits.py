"""A log-normal and a normal distribution fitted to diameters, and how well they describe them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from workbench.particles.intervals import effective, mean_and_deviation
from workbench.particles.ties import spread_ties

Floats = npt.NDArray[np.float64]
Family = Literal["log-normal", "normal"]

FEWEST_FITTED = 20
SIGNIFICANT = 0.05
NEAR = 0.02
"""Share of the particles by which a fit may be off where many particles tell it from the truth."""


@dataclass(frozen=True)
class Fit:
    """One family of distributions fitted to a sample.

    Attributes
    ----------
    family : {"log-normal", "normal"}
    mu, sigma : float
        Mean and standard deviation: of the diameters, or of their natural logarithms.
    mu_error, sigma_error : float
        Standard errors of the two.
    statistic : float
        Of Anderson and Darling, corrected for the number of particles.
    p : float
        How often a sample of this family is as far from its own fit, or farther.
    off_by : float
        The largest difference of the two cumulative curves, as a share of the particles (Kolmogorov).
    """

    family: Family
    mu: float
    sigma: float
    mu_error: float
    sigma_error: float
    statistic: float
    p: float
    off_by: float

    @property
    def accepted(self) -> bool:
        """Whether nothing speaks against it: p is at least 0.05."""
        return self.p >= SIGNIFICANT

    @property
    def near(self) -> bool:
        """Whether it is off by at most 2 % of the particles: among thousands a test finds less than that, too."""
        return self.off_by <= NEAR

    @property
    def median(self) -> float:
        """In the unit of the sample; of a log-normal it is the geometric mean, too."""
        return math.exp(self.mu) if self.family == "log-normal" else self.mu

    @property
    def median_error(self) -> float:
        """Standard error of the median."""
        return self.median * self.mu_error if self.family == "log-normal" else self.mu_error

    @property
    def spread(self) -> float:
        """The geometric standard deviation of a log-normal, the standard deviation of a normal distribution."""
        return math.exp(self.sigma) if self.family == "log-normal" else self.sigma

    @property
    def spread_error(self) -> float:
        """Standard error of the spread."""
        return self.spread * self.sigma_error if self.family == "log-normal" else self.sigma_error

    def density(self, diameters: npt.ArrayLike) -> Floats:
        """Return the density per unit of length at diameters above 0."""
        x = np.asarray(diameters, np.float64)
        z, scale = self._standard(x), self.sigma * (x if self.family == "log-normal" else 1.0)
        return np.asarray(np.exp(-0.5 * z**2) / (math.sqrt(2 * math.pi) * scale))

    def cumulative(self, diameters: npt.ArrayLike) -> Floats:
        """Return the share below diameters above 0."""
        return np.asarray(special.ndtr(self._standard(np.asarray(diameters, np.float64))))

    def quantile(self, shares: npt.ArrayLike) -> Floats:
        """Return the diameters below which shares lie."""
        x = self.mu + self.sigma * special.ndtri(np.asarray(shares, np.float64))
        return np.asarray(np.exp(x) if self.family == "log-normal" else x)

    def _standard(self, x: Floats) -> Floats:
        return np.asarray(((np.log(x) if self.family == "log-normal" else x) - self.mu) / self.sigma)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain numbers."""
        names = ("mu", "sigma", "mu_error", "sigma_error", "statistic", "p", "off_by")
        more = ("median", "median_error", "spread", "spread_error", "accepted")
        return {"family": self.family, **{name: getattr(self, name) for name in (*names, *more)}}


def fit(values: Floats, weights: Floats, family: Family) -> Fit:
    """Fit a family of distributions to a sample.

    Parameters
    ----------
    values : (N,) array
        Ascending, above 0, not all equal, N at least 2.
    weights : (N,) array
    family : {"log-normal", "normal"}

    Returns
    -------
    Fit
        By moments, which for these two is maximum likelihood (but for N - 1 in place of N). Standard errors hold
        whatever the distribution is (sandwich estimator); p is that of Anderson and Darling's test with mean and
        standard deviation taken from the sample itself.

    References
    ----------
    M. A. Stephens, J. Am. Stat. Assoc. 69, 730 (1974), and in R. B. D'Agostino and M. A. Stephens, Goodness-of-Fit
    Techniques, Dekker 1986, table 4.9: the test. H. White, Econometrica 50, 1 (1982): the errors.
    """
    x = np.log(values) if family == "log-normal" else values
    count = effective(weights)
    mu, deviation = mean_and_deviation(x, weights)
    sigma = deviation or 0.0
    total, larger = float(weights.sum()), count / (count - 1)
    mu_error = math.sqrt(float(np.square(weights * (x - mu)).sum()) * larger) / total
    off = weights * (np.square(x - mu) - sigma**2)
    sigma_error = math.sqrt(float(np.square(off).sum()) * larger) / (2 * sigma * total)
    apart = spread_ties(values)
    z = ((np.log(apart) if family == "log-normal" else apart) - mu) / sigma
    statistic, off_by = _distances(z, weights, count)
    return Fit(family, mu, sigma, mu_error, sigma_error, statistic, _chance(statistic), off_by)


def quantile_points(values: Floats, weights: Floats, fitted: Fit) -> tuple[Floats, Floats]:
    """Return the points of a Q-Q plot: where the fit has the particles, and where they are.

    Parameters
    ----------
    values : (N,) array
        Ascending.
    weights : (N,) array
    fitted : Fit

    Returns
    -------
    expected, found : (N,) float64 arrays
        In the unit of the sample; on the line of equals where the fit is right.
    """
    shares = (np.cumsum(weights) - weights / 2) / weights.sum()
    return fitted.quantile(shares), values


def _distances(z: Floats, weights: Floats, count: float) -> tuple[float, float]:
    """Return how far a cumulative curve lies from the standard normal one, by Anderson and Darling and by Kolmogorov.

    The statistic is the integral of the squared difference over its variance, in closed form between the steps.
    """
    above = np.cumsum(weights) / weights.sum()
    below = above - weights / weights.sum()
    left, right = special.log_ndtr(z), special.log_ndtr(-z)
    integral = -1 - float((above**2 - below**2) @ left) - float(((1 - below) ** 2 - (1 - above) ** 2) @ right)
    corrected = max(integral, 0.0) * count * (1 + 0.75 / count + 2.25 / count**2)
    expected = special.ndtr(z)
    off_by = float(np.maximum(np.abs(above - expected), np.abs(below - expected)).max())
    return corrected, off_by


def _chance(statistic: float) -> float:
    """Return the p of the corrected statistic, by the formulas of D'Agostino and Stephens, table 4.9."""
    a = statistic
    if a < 0.2:
        return 1 - math.exp(-13.436 + 101.14 * a - 223.73 * a**2)
    if a < 0.34:
        return 1 - math.exp(-8.318 + 42.796 * a - 59.938 * a**2)
    if a < 0.6:
        return math.exp(0.9177 - 4.279 * a - 1.38 * a**2)
    return math.exp(1.2937 - 5.709 * a + 0.0186 * a**2) if a < 10 else 0.0
