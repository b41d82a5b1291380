"""Lattice fringes in one particle: their spacing, or NaN where none stand out of the noise."""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy import fft, ndimage

from workbench.micrographs.micrograph import BoolImage, FloatImage

_Kind = TypeVar("_Kind", bound=np.generic)

FALSE_ALARM = 1e-4
"""Chance that a particle of nothing but noise is given a spacing, by the criterion of `lattice_spacing_px`."""

SMALLEST_PX = 2.2
"""Shortest spacing looked for; the shortest that pixels can show is 2."""

MOST_PX = 1024
"""Of a larger particle only the middle is looked at."""


def lattice_spacing_px(pixels: FloatImage, particle: BoolImage) -> float:
    """Return the spacing of the strongest lattice fringes in a particle.

    The particle is cut out, its mean subtracted, its rim faded out over an eighth of its diameter, and its
    Fourier power taken. The power at each spatial frequency is compared with the median power on the ring of the
    same frequency, which is what the noise, the amorphous film and the contrast transfer have there, for they
    have no direction. In noise, power over its mean is distributed exponentially and its median is log 2 times its
    mean; so of n independent frequencies none exceeds ``log(n / FALSE_ALARM)`` times the mean but with a chance of
    ``FALSE_ALARM``. The highest peak is a lattice if it does.

    Parameters
    ----------
    pixels : (h, w) float32 array
        Intensities in the bounding box of the particle.
    particle : (h, w) bool array
        Which of them belong to it.

    Returns
    -------
    float
        Spacing in pixels, between 2.2 px and a quarter of the diameter (that of the circle of the same area);
        NaN where nothing stands out, or the particle is less than 12 px across.

    References
    ----------
    Fisher, Proc. R. Soc. A 125, 54 (1929): the test for a peak in a periodogram.
    """
    pixels, particle = _middle(pixels), _middle(particle)
    area = np.count_nonzero(particle)
    diameter = 2 * math.sqrt(area / math.pi)
    longest = diameter / 4
    if diameter < 12:
        return math.nan
    window = _window(particle, diameter / 8)
    mean = float((window * pixels).sum(dtype=np.float64) / window.sum(dtype=np.float64))
    # Twice the size: the peak then shows on several points, and its top can be found between them.
    size = fft.next_fast_len(2 * max(pixels.shape), real=True)
    power = np.abs(fft.rfft2(window * (pixels - np.float32(mean)), s=(size, size))) ** 2
    frequency = np.hypot(fft.fftfreq(size)[:, np.newaxis], fft.rfftfreq(size)[np.newaxis]) * size
    first, last = math.ceil(size / longest), math.floor(size / SMALLEST_PX)
    # The half-plane of the transform holds each frequency once, but for the column 0, which holds both signs.
    looked_at = (frequency >= first) & (frequency <= last)
    looked_at[size // 2 :, 0] = False
    relative = np.zeros_like(power)
    relative[looked_at] = power[looked_at] / _ring_mean(power, frequency, size, diameter)[looked_at]
    y, x = np.unravel_index(int(relative.argmax()), relative.shape)
    # The window blurs neighbouring frequencies together: the independent ones number as its effective pixels.
    effective = float(window.sum(dtype=np.float64) ** 2 / (window.astype(np.float64) ** 2).sum())
    independent = max(1.0, effective * math.pi * (last**2 - first**2) / size**2 / 2)
    if not relative[y, x] > math.log(independent / FALSE_ALARM):
        return math.nan
    return float(size / _top(power, int(y), int(x)))


def _middle(array: npt.NDArray[_Kind]) -> npt.NDArray[_Kind]:
    starts = [max(0, (length - MOST_PX) // 2) for length in array.shape]
    return array[starts[0] : starts[0] + MOST_PX, starts[1] : starts[1] + MOST_PX]


def _window(particle: BoolImage, fade_px: float) -> FloatImage:
    # The margin makes the rim of the box fade too.
    depth = ndimage.distance_transform_edt(np.pad(particle, 1))[1:-1, 1:-1]
    faded: FloatImage = np.sin(np.minimum(depth / fade_px, 1) * (np.pi / 2)).astype(np.float32) ** 2
    return faded


def _ring_mean(
    power: FloatImage, frequency: npt.NDArray[np.float64], size: int, diameter: float
) -> npt.NDArray[np.float64]:
    """Return, for each frequency, the mean power of noise on its ring, from the ring's median."""
    width = max(1.0, 2 * size / diameter)
    ring = (frequency / width).astype(np.intp)
    order = np.argsort(ring, axis=None, kind="stable")
    ends = np.cumsum(np.bincount(ring.ravel()))
    ordered = power.ravel()[order]
    medians = [np.median(part) if part.size else np.nan for part in np.split(ordered, ends[:-1])]
    # Between the middles of the rings, so that a steep spectrum makes no step to stand out from.
    middles = (np.arange(len(medians)) + 0.5) * width
    mean: npt.NDArray[np.float64] = np.interp(frequency, middles, np.asarray(medians)) / math.log(2)
    return np.maximum(mean, np.finfo(np.float32).tiny)


def _top(power: FloatImage, y: int, x: int) -> float:
    """Return the frequency of the maximum of the parabolas through a peak and its neighbours."""
    size = power.shape[0]

    def at(row: int, column: int) -> float:
        if column < 0:  # the transform of a real image is symmetric
            row, column = -row, -column
        return float(np.log(power[row % size, min(column, power.shape[1] - 1)] + 1e-30))

    def shift(before: float, here: float, after: float) -> float:
        curve = before - 2 * here + after
        return 0.0 if curve >= 0 else max(-0.5, min(0.5, (before - after) / (2 * curve)))

    row = y if y <= size // 2 else y - size
    dy = shift(at(y - 1, x), at(y, x), at(y + 1, x))
    dx = shift(at(y, x - 1), at(y, x), at(y, x + 1))
    return math.hypot(row + dy, x + dx)
