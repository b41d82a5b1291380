"""The lattice of one particle: all its sets of fringes, and which phases their spacings and angles fit."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from workbench.errors import Stopped
from workbench.micrographs.micrograph import BoolImage, FloatImage, Micrograph
from workbench.particles.lattice.fringe_sets import FringeSet, find_sets
from workbench.particles.lattice.match import (
    CALIBRATION,
    Measured,
    PhaseMatch,
    between_deg,
    fitting,
    match_phases,
)
from workbench.particles.lattice.phases import FINEST_NM, Phase, find_phase

METAL_PHASES = ("Au", "Ag", "Pt", "Pd", "Cu")
"""Compared with where nobody says with what."""

_PARALLEL_DEG = 8.0
_SAY = 0.1


@dataclass(frozen=True)
class ParticleLattice:
    """What is known of the lattice of one particle.

    Parameters
    ----------
    sets : tuple of FringeSet
        At most four: strongest first, then second orders of them.
    nm_per_px : float or None
        Pixel size of the micrograph.
    matches : tuple of PhaseMatch
        How well each phase that was compared fits, the best first; empty without a pixel size or a pair of sets.
    phases : tuple of str
        Those that fit, and cannot be told apart, in the order in which they were asked for.
    pair : (int, int) or None
        Places in ``sets`` of the two that stand for the lattice: the particle's own, of one grain, not parallel.
    compared : tuple of int
        Places in ``sets`` of all that were compared with the phases: the pair, then those whose planes it fixes.
    """

    sets: tuple[FringeSet, ...] = ()
    nm_per_px: float | None = None
    matches: tuple[PhaseMatch, ...] = ()
    phases: tuple[str, ...] = ()
    pair: tuple[int, int] | None = None
    compared: tuple[int, ...] = ()

    @property
    def strongest_px(self) -> float:
        """Spacing of the strongest fringes, own or not, as of `lattice_spacing_px`; NaN where there are none."""
        return self.sets[0].px if self.sets else math.nan

    @property
    def own(self) -> tuple[FringeSet, ...]:
        """The particle's own sets, without higher orders."""
        return tuple(one for one in self.sets if one.own)

    @property
    def two(self) -> tuple[FringeSet, ...]:
        """The two sets that stand for the lattice; of several grains the strongest two; fewer where there are fewer."""
        if self.pair is not None:
            return self.sets[self.pair[0]], self.sets[self.pair[1]]
        own = self.own
        apart = [
            one
            for one in own[1:]
            if one.grain != own[0].grain or between_deg(one.angle_deg, own[0].angle_deg) > _PARALLEL_DEG
        ]
        return own[:1] + tuple(apart[:1])

    @property
    def ratio(self) -> float:
        """The wider spacing of the pair over the other one; NaN without a pair."""
        if self.pair is None:
            return math.nan
        one, other = self.two
        return max(one.px, other.px) / min(one.px, other.px)

    @property
    def angle_deg(self) -> float:
        """Angle between the pair, at most 90 degrees; NaN without a pair."""
        return math.nan if self.pair is None else between_deg(*(one.angle_deg for one in self.two))

    @property
    def phase(self) -> str:
        """What a table says: ``Au or Ag``, ``one set``, ``two grains``, ``support``, or nothing."""
        if self.pair is not None:
            return " or ".join(filter(None, [", ".join(self.phases[:-1]), *self.phases[-1:]]))
        if not self.own:
            return "support" if any(one.beside for one in self.sets) else ""
        return "one set" if len(self.two) == 1 else "two grains"

    @property
    def zone_axis(self) -> str:
        """Direction of the beam such as ``[011]``, where all phases that fit agree on it; else empty."""
        fits = [match for match in self.matches if match.phase in self.phases]
        zones = {match.zone_axis for match in fits}
        if len(zones) != 1 or not all(match.zone_is_fixed for match in fits if match.fits):
            return ""
        (zone,) = zones
        return bracketed(zone)


def bracketed(zone: Sequence[int]) -> str:
    """Return indices in brackets: ``[011]``, with spaces where one has two digits."""
    between = " " if any(abs(index) > 9 for index in zone) else ""
    return f"[{between.join(str(index) for index in zone)}]"


def particle_lattice(
    pixels: FloatImage,
    particle: BoolImage,
    corner: tuple[int, int] = (0, 0),
    nm_per_px: float | None = None,
    phases: Sequence[str] = METAL_PHASES,
    *,
    others: BoolImage | None = None,
    calibration: float = CALIBRATION,
) -> ParticleLattice:
    """Return all sets of lattice fringes of a particle, and the phases that they fit.

    Each set has passed the tests of `lattice_spacing_px`. Fringes that go on beside the particle belong to what it lies
    on; those in different parts of it to different grains. Two sets of one grain, not parallel, are compared with the
    phases by their ratio and angle and by their spacings, see `match_phases`. From one set alone no phase is named:
    many have a spacing near it, and that of a tilted small particle is off by itself (Malm and O'Keefe, Ultramicroscopy
    68, 13, 1997).

    Parameters
    ----------
    pixels : (H, W) float32 array
        The micrograph.
    particle : (h, w) bool array
        Which pixels belong to the particle.
    corner : (int, int)
        Where the first pixel of ``particle`` lies in ``pixels``.
    nm_per_px : float, optional
        Pixel size; without it there is no phase.
    phases : sequence of str
        Names or CIFs, see `find_phase`. By default metals; what else may be there is for whoever knows the sample:
        gamma-Al2O3, for one, has planes within 1 % of those of Pt.
    others : (H, W) bool array, optional
        Where other particles lie.
    calibration : float
        Standard deviation of the pixel size as a share of it.

    Returns
    -------
    ParticleLattice

    Raises
    ------
    DatasetError
        If there is no such phase.

    Examples
    --------
    >>> import numpy as np
    >>> rows, columns = np.mgrid[-50:50, -50:50]
    >>> disc = np.hypot(rows, columns) < 40
    >>> waves = np.cos(2 * np.pi * columns / 4.7) + np.cos(2 * np.pi * (0.333 * columns + 0.943 * rows) / 4.7)
    >>> noise = np.random.default_rng(0).normal(size=disc.shape)
    >>> found = particle_lattice((disc * waves + noise).astype(np.float32), disc, nm_per_px=0.05)
    >>> found.phase, found.zone_axis, round(found.angle_deg)
    ('Au or Ag', '[011]', 71)
    """
    compared = [find_phase(name) for name in dict.fromkeys(phases)]
    sets = find_sets(pixels, particle, corner, nm_per_px, others)
    return _compared(sets, nm_per_px, compared, calibration)


def _compared(
    sets: tuple[FringeSet, ...], nm_per_px: float | None, phases: Sequence[Phase], calibration: float
) -> ParticleLattice:
    crossed = [group for group in _crossed(sets) if len(group) > 1]
    if not crossed:
        return ParticleLattice(sets, nm_per_px)
    first, second, *others = max(crossed, key=lambda numbers: sets[numbers[1]].strength)
    pair = first, second
    # What is far weaker may be an artefact, and has no say against the two.
    least = _SAY * min(sets[first].strength, sets[second].strength)
    group = [first, second, *(number for number in others if sets[number].strength >= least)]
    measured = [
        Measured(one.nm, one.error_nm, one.angle_deg, one.angle_error_deg)
        for one in (sets[number] for number in group)
        if one.nm is not None and one.error_nm is not None
    ]
    if not measured:
        return ParticleLattice(sets, nm_per_px, pair=pair)
    matches = match_phases(measured, phases, calibration)
    fits = {match.phase for match in fitting(matches, phases)}
    named = tuple(phase.name for phase in phases if phase.name in fits)
    return ParticleLattice(sets, nm_per_px, tuple(matches), named, pair, tuple(group))


def _crossed(sets: Sequence[FringeSet]) -> list[list[int]]:
    """Return the sets of each grain that can stand for its lattice, no two of them parallel, by their places."""
    grains: dict[int, list[int]] = {}
    for number, one in enumerate(sets):
        group = grains.setdefault(one.grain, [])
        if (
            one.own
            and (one.nm is None or one.nm >= FINEST_NM)
            and all(between_deg(one.angle_deg, sets[other].angle_deg) > _PARALLEL_DEG for other in group)
        ):
            group.append(number)
    return list(grains.values())


def particle_lattices(
    labels: npt.NDArray[np.integer],
    micrograph: Micrograph,
    phases: Sequence[str] = METAL_PHASES,
    *,
    calibration: float = CALIBRATION,
    covered: BoolImage | None = None,
    stop: Callable[[], bool] | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Iterator[tuple[int, ParticleLattice]]:
    """Yield the lattice of each particle of a label image, by number.

    Parameters
    ----------
    labels : (H, W) int array
        0 is background; as of `workbench.label_image`.
    micrograph : Micrograph
        What the labels were made from.
    phases, calibration
        As for `particle_lattice`.
    covered : (H, W) bool array, optional
        Pixels of any particle, where ``labels`` has only some of them; by default those of ``labels``.
    stop : callable() -> bool, optional
        Asked before each particle.
    progress : callable(int, int), optional
        Told after each particle how many are done, and how many there are.

    Yields
    ------
    int, ParticleLattice
        In the order of the numbers.

    Raises
    ------
    DatasetError
        If there is no such phase.
    Stopped
        If ``stop`` said so.
    """
    boxes = ndimage.find_objects(labels)
    total = sum(box is not None for box in boxes)
    done = 0
    particles = labels != 0 if covered is None else covered
    for number, box in enumerate(boxes, 1):
        if box is None:
            continue
        if stop is not None and stop():
            raise Stopped(f"The lattices of {micrograph.name}: stopped.")
        particle = labels[box] == number
        corner = (box[0].start, box[1].start)
        lattice = particle_lattice(
            micrograph.pixels,
            particle,
            corner,
            micrograph.nm_per_px,
            phases,
            others=particles,
            calibration=calibration,
        )
        yield number, lattice
        done += 1
        if progress is not None:
            progress(done, total)


def lattice_columns(
    lattices: Iterable[ParticleLattice], unit: str | None = None
) -> dict[str, npt.NDArray[Any]]:
    """Return the columns of a table of particles, one value a lattice.

    Parameters
    ----------
    lattices : iterable of ParticleLattice
        In the order of the rows.
    unit : {"nm", "px"}, optional
        By default nm, where the pixel size of all is known.

    Returns
    -------
    dict of str to (N,) array
        ============================== ============================================================
        ``d1_nm``, ``d1_error_nm``     spacing of the strongest fringes of the particle's own, and its standard error
        ``d2_nm``, ``d2_error_nm``     of the second, not parallel to the first
        ``lattice_angle_deg``          between the two; NaN where they lie in different grains
        ``phase``                      such as ``Au or Ag``; ``one set``, ``two grains``, ``support``, or empty
        ``zone_axis``                  such as ``[011]``, or empty
        ============================== ============================================================

        Without a pixel size ``d1_px`` and so on.
    """
    rows = list(lattices)
    if unit is None:
        unit = "nm" if all(row.nm_per_px is not None for row in rows) else "px"
    values = np.full((len(rows), 5), np.nan)
    for number, row in enumerate(rows):
        scale = row.nm_per_px if unit == "nm" and row.nm_per_px is not None else 1.0
        for place, one in enumerate(row.two):
            values[number, 2 * place : 2 * place + 2] = one.px * scale, one.error_px * scale
        values[number, 4] = row.angle_deg
    names = [f"d1_{unit}", f"d1_error_{unit}", f"d2_{unit}", f"d2_error_{unit}", "lattice_angle_deg"]
    columns: dict[str, npt.NDArray[Any]] = {name: values[:, n] for n, name in enumerate(names)}
    columns["phase"] = np.array([row.phase for row in rows], object)
    columns["zone_axis"] = np.array([row.zone_axis for row in rows], object)
    return columns
