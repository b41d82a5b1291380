"""Random fields: smooth ones of a given scale, and the grain of amorphous matter."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import ndimage

from workbench.micrographs.micrograph import FloatImage

CUBIC_SPREAD = 0.479  # sum of the squares of the cubic B-spline's weights, averaged over a cell
STEP = 1.05
"""Scales are rounded to powers of it, so that the weights are known from an earlier field."""


def smooth_noise(shape: tuple[int, int], scale_px: float, rng: np.random.Generator) -> FloatImage:
    """Return a smooth random field of mean 0 and standard deviation 1.

    Normal numbers on a grid, joined by cubic B-splines, which two products of matrices evaluate.

    Parameters
    ----------
    shape : (int, int)
    scale_px : float
        Spacing of the grid: hills are about twice as wide.
    rng : Generator

    Returns
    -------
    (H, W) float32 array
    """
    step = round(np.log(max(float(scale_px), 2.0)) / np.log(STEP))
    down, across = (_splines(-(-length // 32) * 32, step)[:length] for length in shape)
    down, across = (part[:, (part != 0).any(0)] for part in (down, across))
    knots = rng.standard_normal((down.shape[1], across.shape[1]), dtype=np.float32)
    return np.asarray((down @ knots @ across.T) / np.float32(CUBIC_SPREAD), np.float32)


def grain(shape: tuple[int, int], size_px: float, rng: np.random.Generator) -> FloatImage:
    """Return the projected density of amorphous matter, of mean 0 and standard deviation 1.

    Atoms at random places give white noise; a Gaussian of ``size_px`` stands for their size and the lens.
    """
    white = rng.standard_normal(shape, dtype=np.float32)
    if size_px < 0.3:
        return white
    weights = np.exp(
        -0.5 * np.square(np.arange(-int(3 * size_px + 0.5), int(3 * size_px + 0.5) + 1) / size_px)
    )
    weights /= np.sqrt(np.square(weights).sum())
    for axis in (0, 1):
        white = ndimage.correlate1d(white, weights, axis, mode="wrap")
    return white


@lru_cache(maxsize=1024)
def _splines(length: int, step: int) -> FloatImage:
    """Return the weight of each knot at each pixel, (length, knots), for a scale of ``STEP ** step``."""
    places = (np.arange(length) + 0.5) / STEP**step
    knots = np.arange(-1, int(np.ceil(places[-1])) + 2)
    away = np.abs(places[:, None] - knots[None, :])
    near = 2 / 3 - away**2 + away**3 / 2
    far = (2 - away) ** 3 / 6
    return np.asarray(np.where(away < 1, near, np.where(away < 2, far, 0)), np.float32)
