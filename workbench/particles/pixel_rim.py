"""What a rim of whole pixels leaves open of a diameter."""

from __future__ import annotations

import math

from workbench.particles.diameter_error import COUNTED

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
    rim, step = COUNTED / (math.pi * math.sqrt(diameter_px / 2)), 2 / (math.pi * diameter_px)
    variance = rim**2 / max(count, 1.0) + step**2 / 12
    if diameter != "equal_circle":
        variance += FERET_TOO_LONG_PX**2 / 3
    return math.sqrt(variance)
