"""Where lattice fringes lie: in one grain of a particle or in another one, and whether they go on beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from workbench.micrographs.micrograph import BoolImage, FloatImage
from workbench.particles.lattice.fringe_spectrum import Fringes, FringeSpectrum

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.floating]

SAME_GRAIN = 0.7
"""Least overlap of two sets of fringes of one grain: 1 where both lie in the same places, 0 where they nowhere meet."""

BESIDE, BESIDE_OF_GRAPHITE = 0.6, 0.3
"""Least power of fringes beside a particle, over that inside, of fringes that are not its own, and of such with the
spacing of graphite. A lens that is not corrected displaces a particle's own fringes, at times beyond its rim."""

_CELL = 1 / 8
_PERIODS_A_CELL = 0.8
_MARGIN, _LEAST_MARGIN_PX = 0.6, 10
_COVERED = 0.3
_OTHER_FREQUENCIES = 3.0
_FEWEST_CELLS = 6


@dataclass(frozen=True)
class PlacesOfFringes:
    """The power of a set of fringes by place: in Gaussian cells, an eighth of the particle's diameter apart.

    Parameters
    ----------
    power : (cells down, cells along) array
        Above that of noise, in units of the square of the particle's own deviation.
    weight : (cells down, cells along) array
        Of each cell; 0 where it lies outside the particle for the most part.
    """

    power: Floats
    weight: Floats

    @property
    def mean(self) -> float:
        """Mean power over the particle."""
        return float((self.power * self.weight).sum() / max(self.weight.sum(), 1e-12))


def places_of(spectrum: FringeSpectrum, fringes: Fringes) -> PlacesOfFringes:
    """Return where in a particle a set of fringes lies."""
    cells = _Cells.over(spectrum.rows, spectrum.columns, spectrum.diameter, fringes)
    window = spectrum.window.astype(np.float64)
    weight = cells.sums(window)
    covered = weight > _COVERED * cells.full
    square = window**2
    noise = abs(spectrum.amplitude(fringes.frequency)) ** 2 / fringes.clear / square.sum()
    power = abs(cells.amplitude(spectrum.faded, fringes.frequency)) ** 2 - noise * cells.squares(square)
    return PlacesOfFringes(
        np.where(covered, power, 0.0) / np.where(covered, weight, 1.0) ** 2, np.where(covered, weight, 0.0)
    )


def overlap(one: PlacesOfFringes, other: PlacesOfFringes) -> float:
    """Return how far two sets of fringes of a particle lie in the same places, from 0 to 1."""
    first, second = np.maximum(one.power, 0.0), np.maximum(other.power, 0.0)
    weight = np.minimum(one.weight, other.weight)
    both = float((weight * np.sqrt(first * second)).sum())
    each = float((weight * first).sum()) * float((weight * second).sum())
    return both / math.sqrt(each) if each > 0 else 0.0


class Surroundings:
    """What lies beside a particle, its rim and other particles left out.

    Parameters
    ----------
    spectrum : FringeSpectrum
        Of the particle.
    pixels : (H, W) float32 array
        The micrograph.
    corner : (int, int)
        Where the first pixel of the particle's box lies in ``pixels``.
    others : (H, W) bool array, optional
        Where other particles lie.
    """

    def __init__(
        self,
        spectrum: FringeSpectrum,
        pixels: FloatImage,
        corner: tuple[int, int],
        others: BoolImage | None = None,
    ) -> None:
        self._spectrum = spectrum
        margin = max(_LEAST_MARGIN_PX, round(_MARGIN * spectrum.diameter))
        height, width = spectrum.particle.shape
        top, left = max(0, corner[0] - margin), max(0, corner[1] - margin)
        part = np.s_[top : corner[0] + height + margin, left : corner[1] + width + margin]
        around = pixels[part]
        outside = np.ones(around.shape, np.bool_) if others is None else ~others[part]
        down, along = corner[0] - top, corner[1] - left
        outside[down : down + height, along : along + width] &= ~spectrum.particle
        depth = ndimage.distance_transform_edt(outside) / max(2.0, spectrum.diameter / 8) - 1
        self._window = np.sin(np.clip(depth, 0, 1) * (np.pi / 2)) ** 2
        weight = max(float(self._window.sum()), 1e-12)
        flat = (around - np.float32((self._window * around).sum() / weight)) / np.float32(spectrum.unit)
        self._faded = (self._window * flat).astype(np.float32)
        self._rows = np.arange(around.shape[0], dtype=np.float64) - down + float(spectrum.rows[0])
        self._columns = np.arange(around.shape[1], dtype=np.float64) - along + float(spectrum.columns[0])

    def share(self, fringes: Fringes, inside: PlacesOfFringes) -> float:
        """Return the power of fringes beside a particle over that inside; NaN where too little lies beside it."""
        cells = _Cells.over(self._rows, self._columns, self._spectrum.diameter, fringes)
        weight = cells.sums(self._window)
        there = weight > _COVERED * cells.full
        if np.count_nonzero(there) < _FEWEST_CELLS:
            return math.nan
        weight = weight[there]

        def mean_power(frequency: Floats) -> float:
            amplitude = cells.amplitude(self._faded, frequency)[there]
            return float((abs(amplitude) ** 2 / weight).sum() / weight.sum())

        # What noise has is that of the frequencies around.
        step = _OTHER_FREQUENCIES / (2 * math.pi * cells.width)
        turns = np.arange(6) * (math.pi / 3)
        noise = [
            mean_power(fringes.frequency + step * np.array([math.sin(turn), math.cos(turn)]))
            for turn in turns.tolist()
        ]
        return (mean_power(fringes.frequency) - float(np.median(noise))) / max(inside.mean, 1e-12)


@dataclass(frozen=True)
class _Cells:
    """Gaussians over an image."""

    rows: Floats
    columns: Floats
    down: Floats
    along: Floats
    width: float

    @classmethod
    def over(cls, rows: Positions, columns: Positions, diameter: float, fringes: Fringes) -> _Cells:
        """Return cells an eighth of a diameter apart, and as wide, or wider where the fringes are."""
        apart = _CELL * diameter
        width = max(apart, _PERIODS_A_CELL / fringes.per_px)
        axes = [
            np.linspace(axis[0], axis[-1], max(2, math.ceil(float(axis[-1] - axis[0]) / apart) + 1))
            for axis in (rows, columns)
        ]
        down, along = (
            np.exp(-(((axis - middles[:, np.newaxis]) / width) ** 2) / 2)
            for axis, middles in zip((rows, columns), axes, strict=True)
        )
        return cls(rows.astype(np.float64), columns.astype(np.float64), down, along, width)

    @property
    def full(self) -> float:
        """The weight of a cell that is covered all over."""
        return 2 * math.pi * self.width**2

    def sums(self, image: Floats) -> Floats:
        return self.down @ image @ self.along.T

    def squares(self, image: Floats) -> Floats:
        return (self.down**2) @ image @ (self.along**2).T

    def amplitude(self, image: FloatImage, frequency: Floats) -> npt.NDArray[np.complex128]:
        """Return the amplitude of a wave in each cell."""
        down = self.down * np.exp(-2j * np.pi * frequency[0] * self.rows)
        along = self.along * np.exp(-2j * np.pi * frequency[1] * self.columns)
        # Real and imaginary parts by themselves, so that the image need not be made complex.
        left = np.concatenate([down.real, down.imag]).astype(np.float32) @ image
        amplitude: npt.NDArray[np.complex128] = (left[: len(down)] + 1j * left[len(down) :]) @ along.T
        return amplitude
