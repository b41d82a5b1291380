"""What a rim of whole pixels leaves open of a diameter."""

from __future__ import annotations

import math

RIM = math.sqrt(9.0336) / math.pi**2
"""Standard deviation of the equal-circle diameter D of a digitised disc, times ``sqrt(D)``; in px.

The number of pixels whose centres lie in a circle of radius r (in px), placed at random, has the variance ``S r / (2
pi^2)``, where S = 4 zeta(3/2) beta(3/2) = 9.0336 is the sum of 1/k^3 over the square lattice (D. G. Kendall, Q. J.
Math. 19, 1 (1948)); a diameter changes by ``2 / (pi D)`` for each pixel of area.
"""
FERET_TOO_LONG_PX = 1.2
"""A Feret diameter is taken between the corners of pixels: without any other fault it is up to so much too long."""


def pixel_uncertainty(diameter_px: float, count: float, diameter: str = "equal_circle") -> float:
    """Return the standard uncertainty of a median or mean diameter, in px, as rims are made of whole pixels.

    Parameters
    ----------
    diameter_px : float
        Median or mean, in px.
    count : float
        How many particles it is of.
    diameter : {"equal_circle", "feret_min", "feret_max"}

    Returns
    -------
    float
        Where the rim of one disc lies in its pixels changes its diameter by ``0.305 / sqrt(D)`` (standard deviation),
        which goes down by the square root of the number of particles; that diameters come in steps of ``2 / (pi D)``
        does not (rectangular). Feret diameters lie between the corners of pixels: by the shape and how it lies they are
        0 to 1.2 px too long, and no number of particles mends that.
    """
    rim, step = RIM / math.sqrt(diameter_px), 2 / (math.pi * diameter_px)
    variance = rim**2 / max(count, 1.0) + step**2 / 12
    if diameter != "equal_circle":
        variance += FERET_TOO_LONG_PX**2 / 3
    return math.sqrt(variance)
