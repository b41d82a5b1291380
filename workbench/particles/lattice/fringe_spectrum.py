"""The Fourier power of one particle, and the plane waves in it that may be lattice fringes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import fft, ndimage

from workbench.micrographs.micrograph import BoolImage, FloatImage

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
Place = tuple[int, int]
"""Row and column in the plane of frequencies, counted from frequency 0; rows may be negative."""

SPOT = 2.6
"""How far the spot of a fringe reaches from its peak, in units of `FringeSpectrum.distance`."""

NARROWEST_PX = 12.0
"""Narrower particles, by the smaller axis of the ellipse with their second moments, hold too few frequencies."""

_FADED = 8  # of the diameter
_LEAST_CONTRAST = 1e-6
_MEAN_OF_LOGARITHM = (
    0.5772156649  # what log(mean) is above the mean of log, where power is distributed exponentially
)
_CUT = 2.0
_KEPT_CELLS = 1 << 14
_STEP = 8
_WEAK = 0.02
_DOWN, _ALONG = np.mgrid[-1:2, -1:2]


@dataclass(frozen=True)
class Fringes:
    """A plane wave in a particle.

    Parameters
    ----------
    frequency : (2,) array
        Down the rows and along the columns, in 1/px.
    relative : float
        Power over the mean power on the ring of its frequency.
    clear : float
        Power over the mean power around it in the plane of frequencies.
    relative_error : float
        Standard error of its frequency, as a share of it.
    periods : float
        How many lie across the particle.
    angle_error_deg : float
        Standard error of its direction.
    """

    frequency: Floats
    relative: float
    clear: float
    relative_error: float
    periods: float
    angle_error_deg: float = 0.0

    @property
    def per_px(self) -> float:
        """Frequency along its own direction, in 1/px."""
        return math.hypot(*self.frequency)

    @property
    def direction(self) -> Floats:
        """Unit vector across the fringes."""
        return self.frequency / self.per_px


class FringeSpectrum:
    """The windowed Fourier power of one particle.

    Parameters
    ----------
    pixels : (h, w) float32 array
        Intensities in the bounding box of the particle.
    particle : (h, w) bool array
        Which of them belong to it.
    diameter : float
        Of the circle of the particle's area, in pixels.
    """

    def __init__(self, pixels: FloatImage, particle: BoolImage, diameter: float) -> None:
        self.particle = particle
        self.diameter = diameter
        self.window = window = _window(particle, diameter / _FADED)
        rows, columns = (np.arange(n, dtype=np.float32) for n in particle.shape)
        exactly = window.astype(np.float64)
        down, along = exactly.sum(axis=1), exactly.sum(axis=0)
        weight = float(down.sum())
        self.rows = rows - np.float32(down @ rows / weight)
        self.columns = columns - np.float32(along @ columns / weight)
        cross = float(self.rows @ window @ self.columns)
        moments = np.array([[down @ self.rows**2, cross], [cross, along @ self.columns**2]]) / weight
        self.moments: Floats = moments
        self.extent = 16 * _moments(particle)
        """Squares and products of the axes of the ellipse with the particle's second moments, in px^2."""
        middle, half = np.trace(self.extent) / 2, (self.extent[0, 0] - self.extent[1, 1]) / 2
        self.narrowest_px = math.sqrt(max(0.0, middle - math.hypot(half, self.extent[0, 1])))
        self.empty = not self.narrowest_px >= NARROWEST_PX
        """Whether there is nothing to look for fringes in: too narrow, or all the same."""
        if self.empty:
            return
        flat = pixels - np.float32((window * pixels).sum(dtype=np.float64) / weight)
        faded = window * flat
        tilt = np.array([self.rows @ faded.sum(axis=1), faded.sum(axis=0) @ self.columns]) / weight
        slope = _solved(moments, tilt).astype(np.float32)
        self.flat: FloatImage = flat - (slope[0] * self.rows[:, np.newaxis] + slope[1] * self.columns)
        self.faded: FloatImage = window * self.flat
        contrast = _squares(self.faded.astype(np.float64)) / weight
        self.empty = not contrast > (_LEAST_CONTRAST * float(np.abs(pixels).max())) ** 2
        if self.empty:
            return
        # In units of its own deviation: no unit of the file is too large or too small to be squared.
        self.unit = math.sqrt(contrast)
        self.flat /= np.float32(self.unit)
        self.faded /= np.float32(self.unit)
        self.effective_pixels = weight**2 / _squares(exactly)
        """The window blurs neighbouring frequencies together: the independent ones number as these."""
        self._weight = weight
        self._transform()

    def _transform(self) -> None:
        # Twice the size: the peak then shows on several points, and its top can be found between them.
        height, width = (
            fft.next_fast_len(-(-2 * n // _STEP) * _STEP, real=True) for n in self.particle.shape
        )
        self.shape = (height, width)
        transformed = fft.rfft2(self.faded, s=self.shape)
        parts = transformed.view(np.float32)  # real and imaginary, one beside the other
        parts *= parts
        self.power: FloatImage = parts[:, ::2] + parts[:, 1::2]
        rings = max(6, max(self.particle.shape) // _STEP * (_STEP // 2))
        cells = self.shape[0] * (self.shape[1] // 2 + 1)
        rings_of = _kept_rings if cells <= _KEPT_CELLS else _rings
        self._frequency, ring, beyond, number = rings_of(self.shape, rings)
        logarithm = np.log(self.power + np.float32(1e-30))
        mean: FloatImage | float = np.inf
        for _ in range(2):
            # What stands out is cut off: a lattice does not hide itself in the mean of its own ring.
            heights = np.minimum(logarithm, mean + np.float32(_CUT))
            sums = np.bincount(ring.ravel(), heights.ravel(), minlength=rings + 2)
            means = (sums / number + _MEAN_OF_LOGARITHM).astype(np.float32)
            means[1:] = np.where(number[1:] > 1, means[1:], means[:-1])
            # Between the middles of the rings, so that a steep spectrum makes no step to stand out from.
            slopes = np.zeros_like(means)
            slopes[1:-1] = (means[2:] - means[:-2]) / 2
            mean = slopes.take(ring, mode="clip")
            mean *= beyond
            mean += means.take(ring, mode="clip")
        self._relative: FloatImage = logarithm - mean

    def peaks(self, lowest: float, highest: float, least: float, most: int) -> Iterator[Place]:
        """Yield tops of the power that exceed the mean of their ring ``least`` times, the clearest first."""
        searched = (self._relative > math.log(least)) & (self._frequency >= lowest)
        searched &= self._frequency <= highest + 1 / self.diameter
        # The half-plane of the transform holds each frequency once, but for the column 0, which holds both signs.
        searched[self.shape[0] // 2 :, 0] = False
        cells = np.flatnonzero(searched)
        if not cells.size:
            return
        # A lattice beyond the limit has side lobes within it.
        beyond = float((self.power * (self._frequency > highest)).max())
        cells = cells[np.argsort(-self._relative.ravel()[cells], kind="stable")]
        seen: list[Floats] = []
        for cell in cells:
            row, column = divmod(int(cell), self.power.shape[1])
            start = self._top((row if row <= self.shape[0] // 2 else row - self.shape[0], column))
            frequency = self.frequency_of(start)
            if any(min(self.distance(frequency - f), self.distance(frequency + f)) < SPOT for f in seen):
                continue
            if len(seen) == most:
                return
            seen.append(frequency)
            per_px = math.hypot(*frequency)
            if lowest <= per_px <= highest and self.power_at(*start) >= _WEAK * beyond:
                yield start

    def _top(self, place: Place) -> Place:
        """Go uphill, for the clearest point of a spot on a steep ground is not its top."""
        row, column = place
        for _ in range(4):
            step = int(self.power_around((row, column), 1, 1).argmax())
            if step == 4:
                break
            row, column = row + step // 3 - 1, column + step % 3 - 1
        return row, column

    def frequency_of(self, place: Place) -> Floats:
        """Return the frequency of a place in 1/px."""
        return np.array([place[0] / self.shape[0], place[1] / self.shape[1]])

    def distance(self, frequency: Floats) -> float:
        """Return how far apart two frequencies are, given their difference: 2 pi times that in widths of the window."""
        return 2 * math.pi * math.sqrt(float(frequency @ self.moments @ frequency))

    def power_at(self, rows: Indices | int, columns: Indices | int) -> FloatImage:
        """Return the power at places of the whole plane, of which half is kept: that of a real image is symmetric."""
        return self._at(self.power, rows, columns)

    def power_around(self, place: Place, rows: int, columns: int) -> FloatImage:
        """Return the power from so many rows and columns before a place to as many after it."""
        (top, left), (bottom, right) = ((place[0] + s * rows, place[1] + s * columns) for s in (-1, 1))
        half = self.shape[0] // 2
        if (
            left >= 0
            and right <= self.shape[1] // 2
            and (0 <= top <= bottom <= half or -half < top <= bottom < 0)
        ):
            start = top % self.shape[0]
            return self.power[start : start + bottom - top + 1, left : right + 1]
        return self.power_at(np.arange(top, bottom + 1)[:, np.newaxis], np.arange(left, right + 1))

    def relative_at(self, rows: Indices | int, columns: Indices | int) -> FloatImage:
        """Return the power over the mean of its ring."""
        return np.exp(self._at(self._relative, rows, columns))

    def _at(self, half: FloatImage, rows: Indices | int, columns: Indices | int) -> FloatImage:
        height, width = self.shape
        if isinstance(rows, int) and isinstance(columns, int) and 0 <= columns <= width // 2:
            return np.asarray(half[rows % height, columns])
        rows, columns = np.asarray(rows), np.asarray(columns) % width
        other = columns > width // 2
        found: FloatImage = half[
            np.where(other, -rows, rows) % height, np.where(other, width - columns, columns)
        ]
        return found

    def fringes(self, place: Place, background: float) -> Fringes | None:
        """Return the plane wave at the top of a peak; None where the peak has none.

        The rim fades out half as fast as for the power: it tells most of the spacing. The standard error is that of the
        maximum of a periodogram in noise of the power ``background``.
        """
        frequency = self.frequency_of(place)
        window = np.sqrt(self.window)
        flat = window * self.flat
        rows, columns = _powers(self.rows), _powers(self.columns)
        for _ in range(2):
            # Single numbers, with which Python is quicker than NumPy.
            (s00, s01, s02), (s10, s11, _), (s20, _, _) = self._moments_of_wave(
                flat, frequency, rows, columns
            ).tolist()
            y, x, yy, yx, xx = s10 / s00, s01 / s00, s20 / s00, s11 / s00, s02 / s00
            gradient = np.array([2 * y.imag, 2 * x.imag])
            a, c = 2 * (abs(y) ** 2 - yy.real), 2 * (abs(x) ** 2 - xx.real)
            b = 2 * ((y * x.conjugate()).real - yx.real)
            if not (a < 0 < a * c - b**2):
                return None
            curve = np.array([[a, b], [b, c]])
            step = -_solved(curve, gradient) / (2 * math.pi)
            frequency = frequency + step
            if self.distance(frequency - self.frequency_of(place)) > SPOT / 2:
                return None
        per_px = math.hypot(*frequency)
        across = frequency / per_px
        noise_spread = float(across @ self.moments @ across)
        spread = max(float(-across @ curve @ across) / 2, 1e-9)
        relative, power = float(self.relative_at(*place)), float(self.power_at(*place))
        noise = min(background, power / relative)
        noise *= self.effective_pixels / self._weight
        error = math.sqrt(noise_spread * noise / 2) / (abs(s00) * 2 * math.pi * spread)
        periods = math.sqrt(float(across @ self.extent @ across)) * per_px
        along = np.array([-across[1], across[0]])
        error_along = math.sqrt(float(along @ self.moments @ along) * noise / 2)
        error_along /= abs(s00) * math.pi * max(float(-along @ curve @ along), 2e-9)
        turn = math.degrees(error_along / per_px)
        return Fringes(frequency, relative, power / background, error / per_px, periods, turn)

    def is_harmonic(self, fringes: Fringes, least: float) -> bool:
        """Whether fringes twice as wide are stronger: it is those that one sees, even where they are not sure.

        They exceed the mean of their ring ``least`` times, as `peaks` do.
        """
        row, column = (round(fringes.frequency[i] / 2 * self.shape[i]) for i in (0, 1))
        wide = self.power_around((row, column), 1, 1).max()
        own = self.power_around((2 * row, 2 * column), 1, 1).max()
        return bool(wide > own and self.relative_at(row + _DOWN, column + _ALONG).max() > least)

    def amplitude(self, frequency: Floats) -> complex:
        """Return the Fourier transform of the faded particle, with the phase 0 in the middle of the window."""
        down, along = self._waves(frequency)
        return complex(down @ (self.faded @ along))

    def held(self, frequency: Floats) -> FloatImage:
        """Return which share of the wave each pixel holds; they add up to 1."""
        down, along = self._waves(frequency)
        # real and imaginary parts side by side, so that the image need not be made complex
        parts = self.faded @ along.view(np.float32).reshape(-1, 2)
        whole = complex(down @ parts.view(np.complex64).ravel())
        down = down[:, np.newaxis] * np.complex64(whole.conjugate() / abs(whole) ** 2)
        wave: FloatImage = down.real * along.real - down.imag * along.imag
        return self.faded * wave

    def _waves(self, frequency: Floats) -> tuple[npt.NDArray[np.complex64], npt.NDArray[np.complex64]]:
        turns = -2j * np.pi
        down, along = np.exp(turns * frequency[0] * self.rows), np.exp(turns * frequency[1] * self.columns)
        return down.astype(np.complex64), along.astype(np.complex64)

    def _moments_of_wave(
        self, image: FloatImage, frequency: Floats, rows: Floats, columns: Floats
    ) -> npt.NDArray[np.complex128]:
        """Return the sums of image times wave times y^i x^j, for i and j of 0, 1 and 2."""
        down, along = self._waves(frequency)
        left, right = rows * down, columns * along
        # Real and imaginary parts by themselves, so that the image need not be made complex.
        across = np.concatenate([left.real, left.imag]) @ image
        sums: npt.NDArray[np.complex128] = ((across[:3] + 1j * across[3:]) @ right.T).astype(np.complex128)
        return sums


def _solved(matrix: Floats, right: Floats) -> Floats:
    """Return the solution of two linear equations of a symmetric matrix."""
    (a, b), (_, c) = matrix.tolist()
    first, second = right.tolist()
    solution: Floats = np.array([c * first - b * second, a * second - b * first]) / (a * c - b * b)
    return solution


def _powers(positions: FloatImage) -> Floats:
    """Return the powers 0, 1 and 2, a row each."""
    exactly = positions.astype(np.float64)
    return np.stack([np.ones_like(exactly), exactly, exactly * exactly])


def _squares(image: Floats) -> float:
    numbers = image.ravel()
    return float(numbers @ numbers)


def _moments(particle: BoolImage) -> Floats:
    """Return the second central moments of a particle in px^2."""
    inside = particle.astype(np.float32)
    down, along = (inside.sum(axis=axis).astype(np.float64) for axis in (1, 0))
    rows, columns = np.arange(down.size, dtype=np.float32), np.arange(along.size, dtype=np.float32)
    area = float(down.sum())
    rows -= np.float32(down @ rows / area)
    columns -= np.float32(along @ columns / area)
    cross = float(rows @ inside @ columns)
    return np.array([[down @ rows**2, cross], [cross, along @ columns**2]]) / area


def _window(particle: BoolImage, fade_px: float) -> FloatImage:
    # The margin makes the rim of the box fade too.
    height, width = particle.shape
    with_margin = np.zeros((height + 2, width + 2), dtype=np.bool_)
    with_margin[1:-1, 1:-1] = particle
    nearest = ndimage.distance_transform_edt(with_margin, return_distances=False, return_indices=True)
    down = nearest[0, 1:-1, 1:-1] - np.arange(1, height + 1, dtype=np.int32)[:, np.newaxis]
    along = nearest[1, 1:-1, 1:-1] - np.arange(1, width + 1, dtype=np.int32)
    down *= down
    along *= along
    down += along
    depth = np.sqrt(down.astype(np.float32))
    depth /= np.float32(fade_px)
    np.minimum(depth, np.float32(1), out=depth)
    depth *= np.float32(np.pi / 2)
    faded: FloatImage = np.sin(depth, out=depth)
    faded *= faded
    return faded


def _rings(shape: tuple[int, int], rings: int) -> tuple[FloatImage, Indices, FloatImage, Indices]:
    """Return each cell's frequency, its ring, how far beyond the ring's middle it lies, in rings; each ring's cells."""
    frequency = np.hypot(fft.fftfreq(shape[0])[:, np.newaxis], fft.rfftfreq(shape[1])).astype(np.float32)
    # The corners, beyond 1/2, are one ring.
    position = np.minimum(frequency * (2 * rings), rings)
    ring = position.astype(np.intp)
    number = np.maximum(np.bincount(ring.ravel(), minlength=rings + 2), 1)
    return frequency, ring, (position - ring).astype(np.float32) - np.float32(0.5), number


_kept_rings = lru_cache(maxsize=128)(_rings)
