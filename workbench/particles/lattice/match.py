"""Two or more sets of fringes compared with the planes of phases: which fit, and along which zone axis."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from workbench.particles.lattice.phases import Direction, Integers, Phase

Floats = npt.NDArray[np.float64]

DISTORTION, DISTORTION_DEG = 0.005, 0.5
"""Standard deviation of a spacing, as a share of it, and of a direction, that lenses and camera bring about."""

CALIBRATION = 0.01
"""Standard deviation of the pixel size, as a share of it, where nobody says how well it is known."""

LEAST_CHANCE = 0.01
"""A phase fits where spacings and angles of its planes would be further off by chance at least so often."""

ALIKE = 0.01
"""Phases whose planes are as far apart within this share, at the same angle, cannot be told apart."""

_ALIKE_DEG = 1.0
_AS_GOOD = 6.0
_NEAR = 16.0
_RIGHT_ANGLE_DEG = 86.0
_SUMS = np.array([(a, b) for a in range(-2, 3) for b in range(-2, 3) if a or b])


@dataclass(frozen=True)
class Measured:
    """A set of fringes as it is compared.

    Parameters
    ----------
    nm, error_nm : float
        Spacing and its standard error.
    angle_deg, angle_error_deg : float
        Direction across the fringes, and its standard error.
    """

    nm: float
    error_nm: float
    angle_deg: float
    angle_error_deg: float


@dataclass(frozen=True)
class PhaseMatch:
    """How well the planes of one phase fit two or more sets of fringes: its best pair.

    Parameters
    ----------
    phase : str
        Name of the phase.
    planes : tuple of (h, k, l)
        Of each set of fringes, in their order.
    zone_axis : (u, v, w)
        Direction of the beam, in reduced positive form.
    ratio_residual, angle_residual : float
        How far ratio and angle of the first two sets are from those of the planes, in standard deviations: free of the
        calibration of the micrograph.
    spacing_residual : float
        The same of the mean spacing of all sets.
    scale : float
        Mean spacing over that of the planes: 1.02 where the lattice would have to be 2 % wider.
    geometry_chance : float
        How often ratio, angle and the places of further sets would be further off by chance.
    zone_is_fixed : bool
        Whether all pairs of planes that fit as well have this zone axis.
    """

    phase: str
    planes: tuple[Direction, ...]
    zone_axis: Direction
    ratio_residual: float
    angle_residual: float
    spacing_residual: float
    scale: float
    geometry_chance: float
    zone_is_fixed: bool

    @property
    def spacing_chance(self) -> float:
        """How often the mean spacing would be further off by chance."""
        return math.erfc(abs(self.spacing_residual) / math.sqrt(2))

    @property
    def fits(self) -> bool:
        """Whether the phase is among those that the particle may be of."""
        return min(self.geometry_chance, self.spacing_chance) >= LEAST_CHANCE


def match_phases(
    sets: Sequence[Measured], phases: Sequence[Phase], calibration: float = CALIBRATION
) -> list[PhaseMatch]:
    """Compare sets of fringes of one crystal with phases.

    Ratio and angle of the first two sets and their spacings are compared with every pair of planes. The errors are the
    standard errors of the fringes, what the microscope adds (`DISTORTION`, `DISTORTION_DEG`), and that of the pixel
    size, which all spacings share. Further sets have to lie at planes, or at sums of those, that the first two fix.

    Parameters
    ----------
    sets : sequence of Measured
        Two or more, no two of them parallel.
    phases : sequence of Phase
        To be compared with.
    calibration : float
        Standard deviation of the pixel size as a share of it.

    Returns
    -------
    list of PhaseMatch
        One for each phase that has any pair of planes near, the best first.
    """
    found = [match for phase in phases if (match := _best(sets, phase, calibration)) is not None]
    return sorted(found, key=lambda match: -min(match.geometry_chance, match.spacing_chance))


def fitting(matches: Sequence[PhaseMatch], phases: Sequence[Phase]) -> list[PhaseMatch]:
    """Return the matches of the phases that fit, and of those that cannot be told apart from one of them."""
    fits = [match for match in matches if match.fits]
    known = {phase.name: phase for phase in phases}
    alike = [
        match
        for match in matches
        if not match.fits
        and any(_are_alike(known[match.phase], match, known[one.phase], one) for one in fits)
    ]
    return fits + alike


def _are_alike(phase: Phase, match: PhaseMatch, other: Phase, fit: PhaseMatch) -> bool:
    one, two = _geometry(phase, match.planes), _geometry(other, fit.planes)
    return bool((abs(np.log(one[0] / two[0])) < ALIKE).all() and abs(one[1] - two[1]) < _ALIKE_DEG)


def _geometry(phase: Phase, planes: Sequence[Direction]) -> tuple[Floats, float]:
    g = np.asarray(planes[:2], np.float64) @ np.linalg.inv(phase.structure.cell_nm).T
    length = np.linalg.norm(g, axis=1)
    return 1 / length, math.degrees(math.acos(min(1.0, abs(float(g[0] @ g[1])) / float(length.prod()))))


@dataclass(frozen=True)
class _Tried:
    """Two or more planes compared with the sets of fringes: as the fields of `PhaseMatch`."""

    planes: tuple[Direction, ...]
    zone: Direction
    ratio: float
    angle: float
    spacing: float
    scale: float
    geometry: float

    @property
    def total(self) -> float:
        return self.geometry + self.spacing**2


def _best(sets: Sequence[Measured], phase: Phase, calibration: float) -> PhaseMatch | None:
    tried = sorted(_tried(sets, phase, calibration), key=lambda one: one.total)
    if not tried:
        return None
    best = tried[0]
    as_good = [one for one in tried if one.total <= best.total + _AS_GOOD]
    return PhaseMatch(
        phase.name,
        best.planes,
        best.zone,
        best.ratio,
        best.angle,
        best.spacing,
        best.scale,
        float(stats.chi2.sf(best.geometry, 2 * len(sets) - 2)),
        all(one.zone == best.zone for one in as_good),
    )


def _tried(sets: Sequence[Measured], phase: Phase, calibration: float) -> Iterator[_Tried]:
    """Yield the pairs of planes that come near the first two sets, with further ones for further sets."""
    pairs = phase.pairs
    first, second = sets[0], sets[1]
    square = np.array([(one.error_nm / one.nm) ** 2 + DISTORTION**2 for one in sets])
    turn_error = math.sqrt(sum(one.angle_error_deg**2 + DISTORTION_DEG**2 for one in (first, second)))
    off = np.log([first.nm, second.nm]) - np.log(pairs.spacing_nm)
    ratio = (off[:, 0] - off[:, 1]) / math.sqrt(square[0] + square[1])
    turn = (between_deg(first.angle_deg, second.angle_deg) - pairs.angle_deg) / turn_error
    mean = off @ (1 / square[:2]) / (1 / square[:2]).sum()
    spacing = mean / math.sqrt(1 / (1 / square[:2]).sum() + calibration**2)
    distance = ratio**2 + turn**2 + spacing**2
    if not distance.size:
        return
    for index in np.flatnonzero(distance <= max(_NEAR, distance.min() + _AS_GOOD)).tolist():
        pair = pairs.first[index], pairs.second[index]
        further, planes = _further(sets, phase, pair)
        geometry = float(ratio[index]) ** 2 + float(turn[index]) ** 2 + further
        spacings = 1 / np.linalg.norm(np.array(planes) @ np.linalg.inv(phase.structure.cell_nm).T, axis=1)
        scale = float(np.log([one.nm for one in sets] / spacings) @ (1 / square)) / float((1 / square).sum())
        error = math.sqrt(1 / float((1 / square).sum()) + calibration**2)
        yield _Tried(
            tuple(_direction(plane) for plane in planes),
            _direction(pairs.zone[index]),
            float(ratio[index]),
            float(turn[index]),
            scale / error,
            math.exp(scale),
            geometry,
        )


def _direction(indices: Integers) -> Direction:
    one, two, three = indices.tolist()
    return one, two, three


def _further(
    sets: Sequence[Measured], phase: Phase, pair: tuple[Integers, Integers]
) -> tuple[float, list[Integers]]:
    """Return how far further sets are from the nearest planes, or sums of the pair, as a chi square, and all planes."""
    if len(sets) == 2:
        return 0.0, list(pair)
    reciprocal = np.linalg.inv(phase.structure.cell_nm).T
    hkl, g = phase.planes
    sums = _SUMS @ np.stack(pair)
    tried, waves = np.concatenate([hkl, -hkl, sums]), np.concatenate([g, -g, sums @ reciprocal])
    first, second = _wave(sets[0]), _wave(sets[1])
    if first @ second < 0:
        second = -second
    # At a right angle the sign of one cannot be told from that of the other.
    signs = (1, -1) if between_deg(sets[0].angle_deg, sets[1].angle_deg) > _RIGHT_ANGLE_DEG else (1,)
    found = []
    for sign in signs:
        chi_square, planes = 0.0, list(pair)
        for one in sets[2:]:
            a, b = np.linalg.solve(np.column_stack([first, second]), _wave(one)).tolist()
            away = np.linalg.norm(waves - (a * pair[0] + sign * b * pair[1]) @ reciprocal, axis=1)
            parts = ((a, sets[0]), (b, sets[1]), (1.0, one))
            square = sum((share / part.nm) ** 2 * _square_error(part) for share, part in parts)
            chi_square += float(away.min()) ** 2 / square
            planes.append(tried[away.argmin()])
        found.append((chi_square, planes))
    return min(found, key=lambda one: one[0])


def _square_error(one: Measured) -> float:
    """Return the variance of the wave of a set along an axis, as a share of its length squared."""
    along = DISTORTION**2 + (one.error_nm / one.nm) ** 2
    across = math.radians(DISTORTION_DEG) ** 2 + math.radians(one.angle_error_deg) ** 2
    return (along + across) / 2


def _wave(one: Measured) -> Floats:
    turn = math.radians(one.angle_deg)
    return np.array([math.cos(turn), math.sin(turn)]) / one.nm


def between_deg(one: float, other: float) -> float:
    """Return the angle between two directions without a sense, from 0 to 90 degrees."""
    apart = abs(one - other) % 180
    return min(apart, 180 - apart)
