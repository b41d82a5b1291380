"""Crystals of known orientation, simulated by multislice (abTEM), and what is found of their lattices.

`compared` simulates one field of particles, records it at several doses, and compares what `particle_lattices` says
with the planes and the direction of the beam that the atoms have. Everything follows from metal, seed and number.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.micrographs.datasets.periodic import number_pieces
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.simulation import (
    METALS,
    Optics,
    build_specimen,
    image_from_wave,
    simulate_exit_wave,
)
from workbench.micrographs.simulation.drawing import within_the_well
from workbench.micrographs.simulation.structures import reflections
from workbench.particles.lattice.fringe_sets import FringeSet
from workbench.particles.lattice.particle_lattice import ParticleLattice, particle_lattices
from workbench.particles.lattice.phases import find_phase

DOSES = (50, 200, 800, 3200)
"""Electrons per square angstrom."""
SINGLE = ("wulff", "cuboctahedron", "octahedron", "sphere", "faceted")
TWINNED = ("icosahedron", "decahedron")
PIXELS = 400
FINEST_NM = 0.07
LARGEST_CS_UM = 100
"""Lenses of less spherical aberration have a corrector."""
SAME = 0.08
"""A set is that of a plane whose wave is no further off, as a share of its length."""


@dataclass(frozen=True)
class Set:
    """A set of fringes beside the plane that made it: ``off`` is its spacing over the plane's, less 1."""

    nm: float
    error_nm: float
    periods: float
    off: float | None


@dataclass(frozen=True)
class Seen:
    """A particle: what it is, and what was found; ``scale`` is the lattice found over that of the metal."""

    metal: str
    diameter_nm: float
    dose: int
    corrected: bool
    sets: tuple[Set, ...]
    any_found: bool
    pair: bool
    phases: tuple[str, ...]
    scale: float
    zone: str
    zone_off_deg: float


def field(metal: str, seed: int, number: int, shapes: tuple[str, ...]) -> tuple[Any, Optics, float]:
    """Simulate the wave behind a field of particles, and draw the microscope: with and without a corrector."""
    rng = np.random.default_rng([seed, number, list(METALS).index(metal)])
    nm_per_px = float(rng.uniform(0.02, 0.045))
    cell_nm = nm_per_px * PIXELS
    specimen = build_specimen(
        rng,
        cell_nm=cell_nm,
        particles=3 if cell_nm < 12 else 5,
        diameters_nm=(1.5, min(8.0, 0.45 * cell_nm)),
        thickness_nm=float(rng.uniform(0.5, 4)),
        touching=0.1,
        zone_axis=0.6,
        graphite=bool(rng.random() < 0.2),
        structure=METALS[metal],
        shapes=shapes,
        grown_together=True,
        rounding=0.5,
        wavy=True,
    )
    kV = float(rng.choice([200.0, 300.0]))
    wave = simulate_exit_wave(specimen, kV, pixels=PIXELS, oversampling=1 if nm_per_px < 0.03 else 2)
    corrected = rng.random() < 0.6
    optics = Optics(
        voltage_kV=kV,
        defocus_nm=float(rng.uniform(0, 20) if corrected else rng.uniform(20, 90)),
        cs_um=float(rng.uniform(-15, 15) if corrected else rng.uniform(500, 1300)),
        focal_spread_nm=float(rng.uniform(2, 5)),
        astigmatism_nm=float(rng.uniform(0, 3)),
        astigmatism_deg=float(rng.uniform(0, 180)),
        vibration_nm=float(rng.uniform(0, 0.04)),
        psf_px=float(rng.uniform(0.3, 1)),
        drift_nm=float(rng.uniform(0, 0.05)),
    )
    return wave, optics, nm_per_px


def image(
    wave: Any, optics: Optics, nm_per_px: float, dose: int, seed: int
) -> tuple[Micrograph, npt.NDArray[np.int32], dict[int, int]]:
    """Return a micrograph, a number for each particle or piece of one, and the particle of each piece.

    The specimen goes on periodically, so that a particle which leaves the frame comes back on its other side.
    """
    exposed = within_the_well(replace(optics, dose_e_per_A2=float(dose)), nm_per_px)
    micrograph, shown = image_from_wave(wave, exposed, seed, crop=PIXELS)
    labels, particle = number_pieces(shown)
    return micrograph, labels, particle


def compared(metal: str, number: int, seed: int, shapes: tuple[str, ...] = SINGLE) -> list[Seen]:
    """Simulate a field, look for lattices at each dose, and compare; particles under 15 px are left out."""
    wave, optics, nm_per_px = field(metal, seed, number, shapes)
    rows = []
    for dose in DOSES:
        micrograph, labels, particle = image(wave, optics, nm_per_px, dose, number)
        for label, lattice in particle_lattices(labels, micrograph):
            diameter_px = 2 * math.sqrt(np.count_nonzero(labels == label) / math.pi)
            if diameter_px >= 15:
                note = wave.parameters["particles"][particle.get(label, label) - 1]
                rows.append(_seen(metal, note, diameter_px * nm_per_px, dose, optics, lattice))
    return rows


def _seen(
    metal: str, note: dict[str, Any], diameter_nm: float, dose: int, optics: Optics, lattice: ParticleLattice
) -> Seen:
    orientation = np.array(note["orientation"])
    _hkl, g = reflections(METALS[metal], finest_nm=FINEST_NM)
    seen = np.concatenate([g, -g]) @ orientation.T
    thickness_nm = note["diameter_nm"] * (1 - note["flattened"])
    shown = seen[abs(seen[:, 2]) <= 1.5 / thickness_nm + 0.3]
    found = tuple(_set(one, shown, diameter_nm) for one in lattice.own)
    own = [match.scale for match in lattice.matches if match.phase == metal and metal in lattice.phases]
    zone = lattice.zone_axis
    off = math.nan
    if zone:
        first = next(match for match in lattice.matches if match.phase in lattice.phases)
        off = beam_off_deg(metal, first.zone_axis, orientation.T @ [0, 0, 1])
    return Seen(
        metal,
        diameter_nm,
        dose,
        abs(optics.cs_um) < LARGEST_CS_UM,
        found,
        bool(lattice.sets),
        lattice.pair is not None,
        lattice.phases,
        own[0] if own else math.nan,
        zone,
        off,
    )


def _set(one: FringeSet, shown: npt.NDArray[np.float64], diameter_nm: float) -> Set:
    assert one.nm is not None
    assert one.error_nm is not None
    turn = math.radians(one.angle_deg)
    wave = np.array([math.cos(turn), -math.sin(turn)]) / one.nm
    away = np.hypot(*(shown[:, :2] - wave).T) * one.nm
    near = int(away.argmin()) if len(away) else -1
    off = None
    if near >= 0 and away[near] <= SAME:
        off = float(one.nm * np.linalg.norm(shown[near])) - 1
    return Set(one.nm, one.error_nm, diameter_nm / one.nm, off)


def beam_off_deg(metal: str, zone: tuple[int, int, int], beam: npt.NDArray[np.float64]) -> float:
    """Return how far the beam is from the nearest direction that symmetry makes alike with a zone axis."""
    alike = (find_phase(metal).symmetry @ np.array(zone)).astype(float)
    cosines = abs(alike @ beam) / np.linalg.norm(alike, axis=1)
    return math.degrees(math.acos(min(1.0, float(cosines.max()))))
