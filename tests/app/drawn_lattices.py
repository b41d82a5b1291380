"""A micrograph of the discs that a network sees, with lattices in some: gold along [001], one set, none."""

import math

import numpy as np
from seen_discs import PLACES, RADII, SHAPE

from workbench.micrographs.micrograph import Micrograph

NM_PER_PX = 0.05
GOLD_200_NM = 0.20393
DRAWN = {"large": (10.0, 100.0), "left": (40.0,)}
"""Directions across the fringes, by disc."""


def lattices(nm_per_px: float | None = NM_PER_PX) -> Micrograph:
    """Draw it; fringes are 4.08 px apart."""
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(float)
    pixels = np.random.default_rng(3).normal(size=SHAPE)
    for name, angles in DRAWN.items():
        inside = np.hypot(rows - PLACES[name][0], columns - PLACES[name][1]) < RADII[name] + 2
        for angle in map(math.radians, angles):
            along = columns * math.cos(angle) - rows * math.sin(angle)
            pixels += 3 * inside * np.cos(2 * np.pi * along * NM_PER_PX / GOLD_200_NM)
    return Micrograph(pixels.astype(np.float32), nm_per_px, "lattices")
