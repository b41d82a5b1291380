"""Spots in the Fourier transform of a part of a micrograph: spacing, error and direction of the fringes behind each."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage, stats

from workbench.micrographs.micrograph import FloatImage
from workbench.micrographs.power_spectrum import PowerSpectrum

FALSE_ALARM = 1e-4
"""Chance that noise has a spot anywhere in the spectrum."""

NARROWEST_PX = 2.2
"""Shortest spacing looked for; the shortest that pixels can show is 2."""

FEWEST_PERIODS = 6
"""Of the widest spacing across the part."""

WIDTHS = (1.0, 2.0, 4.0, 8.0)
"""Standard deviations of a spot in steps of frequency: the less of the part a particle fills, the wider its spots."""

_CUT = 4.0
_INNER, _OUTER = 3.0, 5.0
_SECTORS = 4


@dataclass(frozen=True)
class Spot:
    """A pair of spots on both sides of frequency 0: one set of lattice fringes.

    Parameters
    ----------
    px : float
        Spacing of the fringes in pixels.
    error_px : float
        Its standard error.
    angle_deg : float
        Direction across the fringes in [0, 180): 0 along a row of pixels, 90 up a column.
    strength : float
        Mean power of the spot over that around it.
    """

    px: float
    error_px: float
    angle_deg: float
    strength: float


@dataclass(frozen=True)
class _Peak:
    row: int
    column: int
    width: float
    surprise: float


def find_spots(
    spectrum: PowerSpectrum,
    widest_px: float | None = None,
    narrowest_px: float = NARROWEST_PX,
    most: int = 12,
) -> list[Spot]:
    """Return the spots that stand out of a power spectrum, the clearest first.

    Power over its mean on the ring of the same frequency is averaged over Gaussians of several widths, for a spot is
    as wide as its particle is small. In noise such a mean follows a gamma distribution; a spot exceeds what
    `FALSE_ALARM` allows in the whole spectrum, over the ring and over its own neighbourhood in every direction, which
    the streak of an edge does not. Its place is the centre of its power above the neighbourhood's.

    Parameters
    ----------
    spectrum : PowerSpectrum
    widest_px : float, optional
        Wider spacings are not looked for: outlines of particles make spots there. By default a sixth of the part.
    narrowest_px : float
        Narrower spacings are not looked for; at least `NARROWEST_PX`.
    most : int
        At most so many.

    Returns
    -------
    list of Spot

    References
    ----------
    Fisher, Proc. R. Soc. A 125, 54 (1929): the test for a peak in a periodogram.
    Welch, IEEE Trans. Audio Electroacoust. 15, 70 (1967): averages of a periodogram.
    """
    size = spectrum.power.shape[0]
    part = min(box.stop - box.start for box in spectrum.box)
    lowest = FEWEST_PERIODS / part if widest_px is None else max(FEWEST_PERIODS / part, 1 / widest_px)
    frequency = _frequencies(size)
    searched = (frequency >= lowest) & (frequency <= 1 / max(narrowest_px, NARROWEST_PX))
    middle = size // 2
    searched[middle + 1 :] = False  # each frequency once
    searched[middle, : middle + 1] = False
    if not searched.any():
        return []
    relative = _over_rings(spectrum.power, frequency)
    peaks = [peak for width in WIDTHS for peak in _peaks(relative, searched, width, spectrum.steps_a_cell)]
    spots: list[Spot] = []
    taken: list[tuple[float, float, float]] = []
    for peak in sorted(peaks, key=lambda peak: -peak.surprise):
        if len(spots) == most:
            break
        if any(math.hypot(peak.row - y, peak.column - x) < _INNER * max(peak.width, w) for y, x, w in taken):
            continue
        taken.append((peak.row, peak.column, peak.width))
        spot = _spot(relative, peak, spectrum.steps_a_cell)
        if spot is not None:
            spots.append(spot)
    return spots


def _frequencies(size: int) -> FloatImage:
    steps = (np.arange(size, dtype=np.float32) - size // 2) / np.float32(size)
    return np.asarray(np.hypot(steps[:, np.newaxis], steps), np.float32)


def _over_rings(power: FloatImage, frequency: FloatImage) -> FloatImage:
    """Return power over its mean on the ring of its frequency, in which what stands out is cut off."""
    size = power.shape[0]
    ring = np.minimum(frequency * size + 0.5, size // 2).astype(np.intp).ravel()
    number = np.maximum(np.bincount(ring), 1)
    flat = power.ravel().astype(np.float64)
    mean = np.bincount(ring, flat) / number
    for _ in range(2):
        mean = np.bincount(ring, np.minimum(flat, _CUT * mean[ring])) / number
        mean = ndimage.gaussian_filter1d(mean / (1 - math.exp(-_CUT)), 1.0, mode="nearest")
    over: FloatImage = (flat / np.maximum(mean[ring], 1e-30)).reshape(power.shape).astype(np.float32)
    return over


def _peaks(
    relative: FloatImage, searched: npt.NDArray[np.bool_], width: float, steps_a_cell: float
) -> list[_Peak]:
    """Return the tops of a mean over Gaussians of a width that noise does not reach."""
    cells = max(1.0, 4 * math.pi * width**2 / steps_a_cell)
    mean = ndimage.gaussian_filter(relative, width, mode="wrap", truncate=3.0)
    tries = max(1.0, searched.sum() / (cells * steps_a_cell)) * len(WIDTHS)
    least = stats.gamma.isf(FALSE_ALARM / tries, cells) / cells
    tops = searched & (mean > least) & (mean == ndimage.maximum_filter(mean, size=3, mode="wrap"))
    rows, columns = np.nonzero(tops)
    surprises = -stats.gamma.logsf(mean[tops].astype(np.float64) * cells, cells)
    surprises = np.where(np.isfinite(surprises), surprises, mean[tops] * cells)
    return [
        _Peak(int(row), int(column), width, float(surprise))
        for row, column, surprise in zip(rows, columns, surprises, strict=True)
    ]


def _spot(relative: FloatImage, peak: _Peak, steps_a_cell: float) -> Spot | None:
    """Return the spot at a peak; None where it does not stand out of its neighbourhood."""
    size = relative.shape[0]
    beyond = math.ceil(_OUTER * peak.width + 2)
    reach = 2 * beyond
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    rows, columns = (peak.row + y) % size, (peak.column + x) % size
    power = relative[rows, columns].astype(np.float64)
    away = np.hypot(y, x)
    inner = _INNER * peak.width / 1.5
    ring = (away > _INNER * peak.width) & (away <= beyond)
    direction = ((np.arctan2(y, x) % math.pi) / math.pi * _SECTORS).astype(int) % _SECTORS
    outward = y * (peak.row - size // 2) + x * (peak.column - size // 2)
    outward = outward / math.hypot(peak.row - size // 2, peak.column - size // 2)
    # on the way out from frequency 0, too, where the streak of an edge lies
    streak = (away**2 - outward**2 <= inner**2) & (abs(outward) > _INNER * peak.width)
    regions = [ring & (direction == one) for one in range(_SECTORS)]
    regions += [streak & (outward < 0), streak & (outward > 0)]
    around = max(float(power[region].mean()) for region in regions)
    inside = away <= inner
    # as many independent values as lie inside, so that a ridge is compared with its own height
    cells = max(1.0, np.count_nonzero(inside) / steps_a_cell)
    if power[inside].mean() < around * stats.gamma.isf(FALSE_ALARM / 100, cells) / cells:
        return None
    ground = float(np.median(power[ring])) / math.log(2)
    above = np.where(inside, power - ground, 0.0)
    whole = float(above.sum())
    if not whole > 0:
        return None
    down, along = float((above * y).sum()) / whole, float((above * x).sum()) / whole
    fy, fx = (peak.row + down - size // 2) / size, (peak.column + along - size // 2) / size
    per_px = math.hypot(fy, fx)
    across = ((y - down) * fy + (x - along) * fx) / per_px
    # noise by itself, and where it adds to the waves of the spot
    noise = ground * (ground + 2 * np.maximum(above, 0.0))
    error = math.sqrt(float((across**2 * noise)[inside].sum()) * steps_a_cell) / whole / size
    px = 1 / per_px
    angle = math.degrees(math.atan2(-fy, fx)) % 180
    return Spot(px, px * error / per_px, angle, float(power[inside].mean()) / ground)
