"""Whether the particles of one micrograph are more alike than those of all, and so tell less than as many others."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from workbench.particles.intervals import CONFIDENCE, Z, effective

Floats = npt.NDArray[np.float64]

FEWEST_MICROGRAPHS = 5
"""Of fewer, how much they differ is too uncertain to be taken into an interval."""
_SIGNIFICANT = 0.01


class Between(NamedTuple):
    """What the micrographs have to do with the intervals.

    Attributes
    ----------
    design : float
        Factor on the variance of a mean; at least 1. 1 where particles are taken as independent.
    micrographs : int
        How many the counted particles lie in.
    differ : bool
        Whether the micrographs differ by more than chance (1 in 100).
    """

    design: float
    micrographs: int
    differ: bool


def between_micrographs(values: Floats, weights: Floats, micrographs: npt.NDArray[Any] | None) -> Between:
    """Return how much more uncertain a mean is, as particles come by the micrograph.

    The variance of the mean from the sums of the micrographs, over that of independent particles; from 5 micrographs
    on, with the t of as many in place of the normal distribution.

    Parameters
    ----------
    values : (N,) array
        Logarithms of the diameters.
    weights : (N,) array
    micrographs : (N,) array or None
        In which each lies; None where that is not known.

    References
    ----------
    L. Kish, Survey Sampling, Wiley 1965, section 5.4: the design effect of clusters.
    """
    if micrographs is None or len(values) < 2:
        return Between(1.0, 0 if micrographs is None else len(np.unique(micrographs)), False)
    _, place = np.unique(micrographs, return_inverse=True)
    count = int(place.max()) + 1
    off = weights * (values - np.average(values, weights=weights))
    independent = float(np.square(off).sum()) * len(values) / (len(values) - 1)
    if count < 2 or count == len(values) or independent <= 0 or effective(weights) <= 2:
        return Between(1.0, count, False)
    clustered = float(np.square(np.bincount(place, off)).sum()) * count / (count - 1)
    effect = clustered / independent
    differ = effect > float(special.chdtri(count - 1, _SIGNIFICANT)) / (count - 1)
    if count < FEWEST_MICROGRAPHS:
        return Between(1.0, count, differ)
    wider = float(special.stdtrit(count - 1, 0.5 + CONFIDENCE / 2)) / Z
    return Between(max(effect * wider**2, 1.0), count, differ)
