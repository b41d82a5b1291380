"""Where lattice fringes lie: in one grain of a particle or in another one, and whether they go on beside it."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from workbench.micrographs.micrograph import BoolImage, FloatImage
from workbench.particles.lattice.fringe_spectrum import Fringes, FringeSpectrum

Floats = npt.NDArray[np.float64]

SAME_GRAIN = 0.7
"""Least overlap of two sets of fringes of one grain: 1 where both lie in the same places, 0 where they nowhere meet."""

BESIDE = 0.5
"""Least power of fringes beside a particle, over that inside, of fringes that are not its own."""

_CELL = 1 / 8  # of the diameter, or
_PERIODS_A_CELL = 0.8
_MARGIN, _LEAST_MARGIN_PX = 0.6, 10
_INSIDE = 0.3
_OTHER_FREQUENCIES = 3.0
_FEWEST_CELLS = 6


def power_by_place(spectrum: FringeSpectrum, fringes: Fringes) -> tuple[Floats, Floats]:
    """Return the power of fringes in cells of a particle, above that of noise, and the weight of each cell.

    A cell is a Gaussian with a deviation of an eighth of the particle's diameter.
    """
    width = _cell_px(spectrum, fringes)
    down, along = _cells(spectrum.rows, width), _cells(spectrum.columns, width)
    weight = down @ spectrum.window.astype(np.float64) @ along.T
    square = spectrum.window.astype(np.float64) ** 2
    amplitude = _local_amplitude(spectrum.faded, spectrum.rows, spectrum.columns, fringes.frequency, width)
    noise = abs(spectrum.amplitude(fringes.frequency)) ** 2 / fringes.clear / square.sum()
    full = 2 * math.pi * width**2
    inside = weight > _INSIDE * full
    power = np.zeros_like(weight)
    power[inside] = (abs(amplitude) ** 2 - noise * (down**2 @ square @ (along**2).T))[inside]
    power[inside] /= weight[inside] ** 2
    return power, np.where(inside, weight, 0.0)


def overlap(one: tuple[Floats, Floats], other: tuple[Floats, Floats]) -> float:
    """Return how far two sets of fringes lie in the same places, from 0 to 1, given `power_by_place` of both."""
    weight = np.minimum(one[1], other[1]) if one[1].shape == other[1].shape else one[1]
    first, second = np.maximum(one[0], 0.0), np.maximum(other[0], 0.0)
    both = float((weight * np.sqrt(first * second)).sum())
    each = float((weight * first).sum()) * float((weight * second).sum())
    return both / math.sqrt(each) if each > 0 else 0.0


def power_beside(
    spectrum: FringeSpectrum,
    fringes: Fringes,
    pixels: FloatImage,
    corner: tuple[int, int],
    others: BoolImage | None = None,
) -> float:
    """Return the power of fringes beside a particle over that inside; NaN where too little lies beside it.

    Parameters
    ----------
    spectrum : FringeSpectrum
        Of the particle.
    fringes : Fringes
        A set of them.
    pixels : (H, W) float32 array
        The micrograph.
    corner : (int, int)
        Where the first pixel of the particle's box lies in ``pixels``.
    others : (H, W) bool array, optional
        Where other particles lie, which are left out.
    """
    width = _cell_px(spectrum, fringes)
    margin = max(_LEAST_MARGIN_PX, round(_MARGIN * spectrum.diameter))
    height, breadth = spectrum.particle.shape
    starts = [max(0, corner[0] - margin), max(0, corner[1] - margin)]
    part = np.s_[starts[0] : corner[0] + height + margin, starts[1] : corner[1] + breadth + margin]
    around = pixels[part]
    outside = np.ones(around.shape, np.bool_) if others is None else ~others[part]
    top, left = corner[0] - starts[0], corner[1] - starts[1]
    outside[top : top + height, left : left + breadth] &= ~spectrum.particle
    # The rim of the particle is left out, too: its image reaches a little beyond its mask.
    depth = ndimage.distance_transform_edt(outside) / max(2.0, spectrum.diameter / 8) - 1
    window = np.sin(np.clip(depth, 0, 1) * (np.pi / 2)) ** 2
    rows = np.arange(starts[0], starts[0] + around.shape[0]) - corner[0] + float(spectrum.rows[0])
    columns = np.arange(starts[1], starts[1] + around.shape[1]) - corner[1] + float(spectrum.columns[0])
    weight = _cells(rows, width) @ window @ _cells(columns, width).T
    there = weight > _INSIDE * 2 * math.pi * width**2
    if np.count_nonzero(there) < _FEWEST_CELLS:
        return math.nan
    faded = (window * ((around - around[window > 0].mean()) / spectrum.unit)).astype(np.float32)

    def mean_power(frequency: Floats) -> float:
        amplitude = _local_amplitude(faded, rows, columns, frequency, width)
        return float((abs(amplitude[there]) ** 2 / weight[there]).sum() / weight[there].sum())

    turns = np.arange(6) * (math.pi / 3)
    step = _OTHER_FREQUENCIES / (2 * math.pi * width)
    noise = [
        mean_power(fringes.frequency + step * np.array([math.sin(turn), math.cos(turn)])) for turn in turns
    ]
    power, inside = power_by_place(spectrum, fringes)
    own = float((power * inside).sum() / inside.sum())
    return (mean_power(fringes.frequency) - float(np.median(noise))) / max(own, 1e-12)


def _cell_px(spectrum: FringeSpectrum, fringes: Fringes) -> float:
    return max(_CELL * spectrum.diameter, _PERIODS_A_CELL / fringes.per_px)


def _cells(positions: npt.NDArray[np.floating], width: float) -> Floats:
    """Return Gaussians of a width along an axis, a width apart, (cells, positions)."""
    first, last = float(positions[0]), float(positions[-1])
    number = max(2, math.ceil((last - first) / width) + 1)
    middles = np.linspace(first, last, number)
    away = (positions.astype(np.float64) - middles[:, np.newaxis]) / width
    return np.exp(-(away**2) / 2)


def _local_amplitude(
    faded: FloatImage,
    rows: npt.NDArray[np.floating],
    columns: npt.NDArray[np.floating],
    frequency: Floats,
    width: float,
) -> npt.NDArray[np.complex128]:
    down = _cells(rows, width) * np.exp(-2j * np.pi * frequency[0] * rows)
    along = _cells(columns, width) * np.exp(-2j * np.pi * frequency[1] * columns)
    # Real and imaginary parts by themselves, so that the image need not be made complex.
    left = np.concatenate([down.real, down.imag]).astype(np.float32) @ faded
    half = len(down)
    amplitude: npt.NDArray[np.complex128] = (left[:half] + 1j * left[half:]) @ along.T
    return amplitude
