"""What tells lattice fringes from what else stands out of a spectrum: edges, bands, rims, lines, blocks."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from workbench.micrographs.micrograph import FloatImage
from workbench.particles.lattice.fringe_spectrum import Fringes, FringeSpectrum, Place

_Floats = npt.NDArray[np.float64]

LOCAL_FALSE_ALARM = 1e-4
"""Chance that some frequency stands out of its neighbourhood as the test asks, in noise that is even there."""

_AROUND = (2.4, 6.0)
_SECTORS = np.array([[math.cos(turn), math.sin(turn)] for turn in np.arange(4) * (math.pi / 4)])
_CALM = 0.75
# The mean of so large a lower part of an exponential distribution, over the mean of all of it.
_CALM_MEAN = (1 - (1 - _CALM) * (1 - math.log(1 - _CALM))) / _CALM
_RIDGE = 0.75
_COLOURED = 0.2
_STRIPS = 8
_PERIODS_A_STRIP = 1.25
_STRONGEST, _LEFT_WITHOUT_STRONGEST = 0.25, 0.25
_UNEVEN, _UNEVEN_BY_NOISE = 0.3, 1.0
_MIDDLE, _IN_MIDDLE = 1 / 3, 0.3
_FEW_STRIPS, _IN_MIDDLE_OF_FEW = 4, 0.85
_ABOVE_DIRECTION = 6.0
_ON_AXIS = 2.5
_OWN = 0.5
_BLOCK = 8
_BLOCKS_SHOW = 0.1


def _least(cells: float, independent: float) -> float:
    """Return what power over its mean exceeds by chance, where the mean is estimated from so many cells (F test)."""
    return cells * (math.pow(independent / LOCAL_FALSE_ALARM, 1 / cells) - 1)


def _median(values: npt.NDArray[np.floating]) -> float:
    # NumPy's own takes ten times as long for so few.
    ordered = np.sort(values)
    return float(ordered[(ordered.size - 1) // 2] + ordered[ordered.size // 2]) / 2


def stands_out_of_its_neighbourhood(
    spectrum: FringeSpectrum, place: Place, independent: float
) -> float | None:
    """Return the mean power around a peak; None where the peak does not stand out of it.

    Around: in a ring about the peak's spot, and in each pair of opposite sectors of that ring, so that a peak on a
    ridge of the spectrum is compared with the ridge.
    """
    m = spectrum.moments
    within = _AROUND[1] / (2 * math.pi) / math.sqrt(m[0, 0] * m[1, 1] - m[0, 1] ** 2)
    reach = [math.ceil(within * math.sqrt(m[1 - i, 1 - i]) * spectrum.shape[i]) for i in (0, 1)]
    down, along = (np.arange(-n, n + 1) for n in reach)
    y, x = (down / spectrum.shape[0])[:, np.newaxis], along / spectrum.shape[1]
    distance = 2 * math.pi * np.sqrt(m[0, 0] * y**2 + 2 * m[0, 1] * y * x + m[1, 1] * x**2)
    power = spectrum.power_around(place, *reach)
    top = float(power[reach[0], reach[1]])
    if top < power[distance <= _AROUND[0]].max():
        return None
    around = (distance > _AROUND[0]) & (distance <= _AROUND[1])
    beside = power[around]
    cells = max(3.0, beside.size * spectrum.effective_pixels / (spectrum.shape[0] * spectrum.shape[1]))
    ordered = np.sort(beside)
    # Other spots may lie there, so the strongest quarter is left out.
    mean = float(ordered[: max(1, int(_CALM * ordered.size))].mean()) / _CALM_MEAN
    least = _least(cells, independent)
    # Where the neighbourhood itself stands out of its ring the noise has a colour, and may have more of it.
    above = float(spectrum.relative_at(*place)) * mean / top
    if not top > least * mean * max(1.0, above) ** _COLOURED:
        return None
    places = np.array([(x + 0 * y)[around], (y + 0 * x)[around]])
    in_pair = abs(_SECTORS @ places) > np.hypot(*places) * math.cos(math.pi / 8)
    sums, numbers = in_pair @ beside, np.count_nonzero(in_pair, axis=1)
    if not (top * numbers >= _RIDGE * least * sums).all():
        return None
    return mean


def fills_the_particle(spectrum: FringeSpectrum, fringes: Fringes) -> bool:
    """Whether the fringes are in more than a few places of the particle, and in its middle."""
    places = np.flatnonzero(spectrum.window > 0)
    window = spectrum.window.ravel()[places].astype(np.float64)
    core = np.flatnonzero(window > 0.5)
    if not core.size:
        return False  # it is rim all over
    window /= window.sum()
    held = spectrum.held(fringes.frequency).ravel()[places].astype(np.float64)
    rows, columns = spectrum.rows.astype(np.float64)[:, np.newaxis], spectrum.columns.astype(np.float64)
    y, x = fringes.direction.tolist()
    for down, along, along_normal in ((y, x, True), (-x, y, False)):
        position = (down * rows + along * columns).ravel()[places]
        inner = position[core]
        first, last = float(inner.min()), float(inner.max())
        position -= first
        position /= max(last - first, 1e-6)
        most = (last - first) * fringes.per_px / _PERIODS_A_STRIP if along_normal else _STRIPS
        strips = max(3, min(_STRIPS, int(most)))
        middle = np.flatnonzero(abs(position - 0.5) < _MIDDLE / 2)
        # A few wide fringes may be those of two rims that meet.
        needed = _IN_MIDDLE_OF_FEW if strips <= _FEW_STRIPS else _IN_MIDDLE
        if held[middle].sum() < needed * window[middle].sum():
            return False
        position *= strips
        np.maximum(position, 0, out=position)
        strip = np.minimum(position, strips - 1, out=position).astype(np.intp)
        by_strip = np.bincount(strip, held, minlength=strips)
        due = np.bincount(strip, window, minlength=strips)
        # What edges and blocks leave changes from strip to strip, more than noise of the fringes' clearness does.
        evenness = by_strip / np.maximum(due, 1e-3)
        uneven = _median(abs(evenness[1:] - evenness[:-1]))
        if uneven > _UNEVEN + _UNEVEN_BY_NOISE * math.sqrt(strips / fringes.clear):
            return False
        by_strip.sort()
        without = strips - max(1, round(_STRONGEST * strips))
        if by_strip[:without].sum() < _LEFT_WITHOUT_STRONGEST:
            return False
    return True


def _along_direction(spectrum: FringeSpectrum, fringes: Fringes, lowest: float) -> tuple[int, float]:
    """Return of how many places in the fringes' direction, but for them and their harmonics, and the typical power."""
    across = fringes.direction
    step = 1 / spectrum.distance(across)
    places = np.arange(lowest, 0.5, step)
    own = fringes.per_px * np.array([0.5, 1, 1.5, 2, 3])
    places = places[(abs(places[:, np.newaxis] - own) >= 2.2 * step).all(axis=1)]
    if not places.size:
        return 0, 0.0
    rows, columns = (np.rint(places * across[i] * spectrum.shape[i]).astype(np.intp) for i in (0, 1))
    return places.size, _median(spectrum.relative_at(rows, columns)) / math.log(2)


def stands_out_of_its_direction(spectrum: FringeSpectrum, fringes: Fringes, lowest: float) -> bool:
    """Whether the fringes are stronger than the streak, if any, that an edge leaves in their direction."""
    number, typical = _along_direction(spectrum, fringes, lowest)
    return number < 4 or fringes.relative > _ABOVE_DIRECTION * typical


def is_confined_to_the_particle(
    spectrum: FringeSpectrum,
    fringes: Fringes,
    pixels: FloatImage,
    corner: tuple[int, int],
    lowest: float,
    independent: float,
) -> bool:
    """Whether fringes along rows or columns are not those of the whole rows or columns: scan lines, row noise.

    The mean of what lies beside the particle in each row is subtracted; half of the fringes' power has to stay. Where
    nothing lies beside it, they have to stand out of all other frequencies along the axis.
    """
    for axis in (0, 1):
        off_axis = fringes.frequency * (np.arange(2) != axis)
        if spectrum.distance(off_axis) > _ON_AXIS:
            continue
        beside = _beside(spectrum, pixels, corner, axis)
        if beside is None:
            number, typical = _along_direction(spectrum, fringes, lowest)
            if number < 4 or fringes.relative < max(1.0, typical) * _least(
                max(3.0, number / 1.5), independent
            ):
                return False
            continue
        profile, weights, positions = beside
        inside = spectrum.amplitude(fringes.frequency)
        wave = np.exp(-2j * np.pi * fringes.frequency[axis] * positions)
        if abs(inside - complex((weights * profile * wave).sum())) ** 2 < _OWN * abs(inside) ** 2:
            return False
    return True


def _beside(
    spectrum: FringeSpectrum, pixels: FloatImage, corner: tuple[int, int], axis: int
) -> tuple[_Floats, _Floats, _Floats] | None:
    """Return the mean of each row beside the particle without its slow change, the row's weight and its position."""
    particle, window = spectrum.particle, spectrum.window
    positions = spectrum.rows if axis == 0 else spectrum.columns
    if axis == 1:
        pixels, particle, window, corner = pixels.T, particle.T, window.T, (corner[1], corner[0])
    height, width = particle.shape
    margin = max(_BLOCK, width // 2)
    left, right = max(0, corner[1] - margin), min(pixels.shape[1], corner[1] + width + margin)
    rows = pixels[corner[0] : corner[0] + height, left:right].astype(np.float64)
    outside = np.ones(rows.shape, dtype=bool)
    outside[:, corner[1] - left : corner[1] - left + width] = ~particle
    number = outside.sum(axis=1)
    weights = window.sum(axis=1, dtype=np.float64)
    known = number >= 2
    if weights[known].sum() < 0.5 * weights.sum():
        return None
    weights = weights * known
    profile = (rows * outside).sum(axis=1) / np.maximum(number, 1)
    slow = np.polynomial.Polynomial.fit(positions, profile, 2, w=np.sqrt(weights))
    return (profile - slow(positions)) * known / spectrum.unit, weights, positions.astype(np.float64)


def is_of_compression(pixels: FloatImage, corner: tuple[int, int], shape: tuple[int, ...]) -> bool:
    """Whether the picture shows the blocks of 8 x 8 pixels of a JPEG compression so strong that it makes fringes.

    Neighbouring pixels are equal more often, or less, at one place in eight. Periods of four or less are left aside, so
    that no lattice is taken for blocks.
    """
    margin = [max(_BLOCK, n // 2) for n in shape]
    part = pixels[
        tuple(slice(max(0, c - m), c + n + m) for c, m, n in zip(corner, margin, shape, strict=True))
    ]
    for axis in (0, 1):
        same = part[1:] == part[:-1] if axis == 0 else part[:, 1:] == part[:, :-1]
        if np.count_nonzero(same) < _BLOCKS_SHOW * same.shape[1 - axis]:
            continue  # not even if all were in one line
        equal = same.astype(np.float32).sum(axis=1 - axis, dtype=np.float64) / same.shape[1 - axis]
        if equal.size < 2 * _BLOCK or equal.max() < _BLOCKS_SHOW:
            continue
        by_phase = np.array([equal[i::_BLOCK].mean() for i in range(_BLOCK)])
        share = float(equal.mean())
        by_phase -= np.tile((by_phase[: _BLOCK // 2] + by_phase[_BLOCK // 2 :]) / 2, 2)
        error = math.sqrt(share * (1 - share) / (equal.size * part.shape[1 - axis] / _BLOCK))
        if np.ptp(by_phase) > _BLOCKS_SHOW + 5 * error:
            return True
    return False
