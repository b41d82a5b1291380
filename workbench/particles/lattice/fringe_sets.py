"""All sets of lattice fringes in one particle: spacing, direction, and what each of them is."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from workbench.micrographs.micrograph import BoolImage, FloatImage
from workbench.particles.lattice.fringe_extent import (
    BESIDE,
    BESIDE_OF_GRAPHITE,
    SAME_GRAIN,
    PlacesOfFringes,
    Surroundings,
    overlap,
    places_of,
)
from workbench.particles.lattice.fringe_spectrum import Floats, Fringes, FringeSpectrum
from workbench.particles.lattice.spacing import particle_spectrum, sure_fringes

MOST_SETS = 4
"""So many are kept of a particle."""

GRAPHITE_NM = (0.325, 0.365)
"""Spacings of the layers of graphite and of turbostratic carbon."""

TILT, TILT_TURN = 0.2, 0.06
"""How far fringes are from their planes by themselves, in fringes over the whole particle: standard deviations along
and across their normal. A particle is thicker in places and tilted, so its fringes are not quite as far apart as its
planes (Malm and O'Keefe, Ultramicroscopy 68, 13, 1997); the smaller it is, the more. Measured on simulated gold of 1.5
to 8 nm, see `docs/lattice-accuracy.md`."""

_CANDIDATES = 20
_HIGHEST_ORDER = 4
_SAME_FREQUENCY = 1.5  # in units of `FringeSpectrum.distance`, as the next
_SATELLITE, _SATELLITE_POWER = 6.0, 0.2
_SUMS = tuple((a, b) for a in range(-3, 4) for b in range(1, 4) if a != 0)
_WEAKER = 0.5


@dataclass(frozen=True)
class FringeSet:
    """One set of lattice fringes in a particle.

    Parameters
    ----------
    px, error_px : float
        Spacing in pixels, and its standard error as that of the planes: of noise, and of `TILT`.
    noise_error_px : float
        Standard error as that of the fringes, of noise alone.
    nm, error_nm : float or None
        The same in nm; None where the pixel size is not known.
    angle_deg, angle_error_deg : float
        Direction across the fringes in [0, 180): 0 along a row of pixels, 90 up a column; and its standard error.
    strength : float
        Power over the mean power at the same frequency in all directions.
    order_of : (int, int) or None
        ``(2, 1)``: the second order of set no. 1.
    grain : int
        Sets with the same number, from 1, lie in the same part of the particle.
    beside : bool
        Whether the fringes go on beside the particle, so that they are not its own.
    aliased : bool
        Whether they may be an image of finer ones, sums of stronger sets, that the pixels cannot show.
    """

    px: float
    error_px: float
    noise_error_px: float
    nm: float | None
    error_nm: float | None
    angle_deg: float
    angle_error_deg: float
    strength: float
    order_of: tuple[int, int] | None = None
    grain: int = 1
    beside: bool = False
    aliased: bool = False

    @property
    def own(self) -> bool:
        """Whether it is a lattice spacing of the particle."""
        return self.order_of is None and not self.beside and not self.aliased

    @property
    def is_graphite(self) -> bool:
        """Whether it is the graphite of a support: its spacing, beside the particle too."""
        return self.beside and self.nm is not None and GRAPHITE_NM[0] <= self.nm <= GRAPHITE_NM[1]

    @property
    def note(self) -> str:
        """What is to be said of it: ``2 x of no. 1``, ``graphite of the support``; empty for the particle's own."""
        if self.order_of is not None:
            return f"{self.order_of[0]} x of no. {self.order_of[1]}"
        if self.aliased:
            return "aliased"
        if self.is_graphite:
            return "graphite of the support"
        return "beside the particle, too" if self.beside else ""


def find_sets(
    pixels: FloatImage,
    particle: BoolImage,
    corner: tuple[int, int] = (0, 0),
    nm_per_px: float | None = None,
    others: BoolImage | None = None,
) -> tuple[FringeSet, ...]:
    """Return all sets of lattice fringes of a particle that pass the tests of `lattice_spacing_px`; at most four.

    Parameters
    ----------
    pixels : (H, W) float32 array
        The micrograph.
    particle : (h, w) bool array
        Which pixels belong to the particle.
    corner : (int, int)
        Where the first pixel of ``particle`` lies in ``pixels``.
    nm_per_px : float, optional
        Pixel size.
    others : (H, W) bool array, optional
        Where particles lie; fringes there are not looked at as fringes beside this one.

    Returns
    -------
    tuple of FringeSet
        The clearest first, then second orders of them.
    """
    found = particle_spectrum(pixels, particle, corner)
    if found is None:
        return ()
    spectrum, looked_at = found
    sure = _kept(spectrum, sure_fringes(spectrum, pixels, looked_at, _CANDIDATES, orders=True))
    if not sure:
        return ()
    if spectrum.particle.shape != particle.shape:
        # Of a large particle the middle is looked at: the rest of it does not lie beside it.
        others = np.zeros(pixels.shape, np.bool_) if others is None else others.copy()
        others[corner[0] :, corner[1] :][: particle.shape[0], : particle.shape[1]] |= particle
    places = [places_of(spectrum, fringes) for fringes in sure]
    grains = _grains(places)
    surroundings = Surroundings(spectrum, pixels, looked_at, others)
    powers = [_power(spectrum, fringes) for fringes in sure]
    return tuple(
        replace(
            _set(fringes, nm_per_px),
            order_of=_order(spectrum, sure, powers, number),
            grain=grains[number],
            beside=_is_beside(fringes, nm_per_px, surroundings.share(fringes, places[number])),
            aliased=_is_aliased(spectrum, sure, powers, number),
        )
        for number, fringes in enumerate(sure)
    )


def _kept(spectrum: FringeSpectrum, found: Iterable[Fringes]) -> list[Fringes]:
    """Return the sets that are kept: not what a stronger one leaves beside itself where it ends or is bent."""
    kept: list[Fringes] = []
    for fringes in found:
        power = _power(spectrum, fringes)
        beside = any(
            min(spectrum.distance(fringes.frequency - sign * other.frequency) for sign in (1, -1))
            < _SATELLITE
            and power < _SATELLITE_POWER * _power(spectrum, other)
            for other in kept
        )
        if not beside:
            kept.append(fringes)
        if len(kept) == MOST_SETS:
            break
    return kept


def _power(spectrum: FringeSpectrum, fringes: Fringes) -> float:
    return abs(spectrum.amplitude(fringes.frequency)) ** 2


def _set(fringes: Fringes, nm_per_px: float | None) -> FringeSet:
    px = 1 / fringes.per_px
    noise = px * fringes.relative_error
    error = math.hypot(noise, px * TILT / fringes.periods)
    turn = math.hypot(fringes.angle_error_deg, math.degrees(TILT_TURN / fringes.periods))
    down, along = fringes.frequency.tolist()
    return FringeSet(
        px,
        error,
        noise,
        None if nm_per_px is None else px * nm_per_px,
        None if nm_per_px is None else error * nm_per_px,
        math.degrees(math.atan2(-down, along)) % 180,
        turn,
        fringes.relative,
    )


def _order(
    spectrum: FringeSpectrum, sets: Sequence[Fringes], powers: Sequence[float], number: int
) -> tuple[int, int] | None:
    """Return of which set, counted from 1, one is a higher order, and which; too fine for the pixels, and folded, too.

    The first order may be the weaker one only where the other is its second.
    """
    own = sets[number]
    for other, first in enumerate(sets):
        weaker = powers[number] < powers[other]
        for order in range(2, _HIGHEST_ORDER + 1 if weaker else 3):
            frequency = order * first.frequency
            is_folded = bool((abs(frequency) > 0.5).any())
            if other != number and (weaker or not is_folded) and _is_at(spectrum, own, frequency):
                return order, other + 1
    return None


def _is_at(spectrum: FringeSpectrum, fringes: Fringes, frequency: Floats) -> bool:
    """Whether fringes have a frequency, as pixels show it."""
    folded = frequency - np.rint(frequency)
    apart = (spectrum.distance(fringes.frequency - sign * folded) for sign in (1, -1))
    return min(apart) < _SAME_FREQUENCY


def _is_aliased(
    spectrum: FringeSpectrum, sets: Sequence[Fringes], powers: Sequence[float], number: int
) -> bool:
    """Whether a sum of two stronger sets is too fine for the pixels, and looks like this one."""
    own = sets[number]
    stronger = [one for one, power in zip(sets, powers, strict=True) if powers[number] < _WEAKER * power]
    for one, other in itertools.combinations(stronger, 2):
        for a, b in _SUMS:
            frequency = a * one.frequency + b * other.frequency
            if (abs(frequency) > 0.5).any() and _is_at(spectrum, own, frequency):
                return True
    return False


def _is_beside(fringes: Fringes, nm_per_px: float | None, share: float) -> bool:
    """Whether fringes with such a share of their power beside the particle belong to what it lies on."""
    nm = math.nan if nm_per_px is None else nm_per_px / fringes.per_px
    return share >= (BESIDE_OF_GRAPHITE if GRAPHITE_NM[0] <= nm <= GRAPHITE_NM[1] else BESIDE)


def _grains(places: Sequence[PlacesOfFringes]) -> list[int]:
    """Number the parts of a particle in which sets lie: a set belongs to the part of the first that it overlaps."""
    firsts: list[int] = []
    numbers = []
    for number, place in enumerate(places):
        for grain, first in enumerate(firsts, 1):
            if overlap(place, places[first]) >= SAME_GRAIN:
                numbers.append(grain)
                break
        else:
            firsts.append(number)
            numbers.append(len(firsts))
    return numbers
