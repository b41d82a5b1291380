"""Specimens, microscopes and cameras drawn from conditions.

``rng`` draws what every set has always drawn, in an order that must stay: named conditions give the same micrographs
for the same seed in every version. What came later takes its chances from ``extra``, a stream of its own.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from workbench.micrographs.simulation.conditions import Conditions
from workbench.micrographs.simulation.multislice import PADDED, ExitWave, simulate_exit_wave
from workbench.micrographs.simulation.optics import Optics
from workbench.micrographs.simulation.specimen import Specimen, build_specimen
from workbench.micrographs.simulation.structures import find_structure

FULL_WELL = 40000.0
"""A sensible operator keeps the mean count of a 16-bit camera below this."""


def streams(seed: int, index: int) -> tuple[np.random.Generator, np.random.Generator]:
    """Return the two random streams of wave ``index``, which depend on ``(seed, index)`` alone."""
    return np.random.default_rng([seed, index]), np.random.default_rng([seed, index, 1])


def draw_wave(conditions: Conditions, rng: np.random.Generator, extra: np.random.Generator) -> ExitWave:
    """Draw a specimen from the conditions and compute its exit wave."""
    return illuminate(draw_specimen(conditions, rng, extra), conditions, rng, extra)


def draw_specimen(conditions: Conditions, rng: np.random.Generator, extra: np.random.Generator) -> Specimen:
    """Draw particles and their support from the conditions, as large as the cell of a wave of ``PADDED`` pixels."""
    wide = rng.random() < conditions.wide
    nm_per_px = float(rng.uniform(0.05, 0.065) if wide else rng.uniform(*conditions.nm_per_px))
    field_nm = nm_per_px * PADDED
    low, high = conditions.diameters_nm
    diameters = (low, min(high, 0.5 * field_nm))
    particles = int(
        rng.integers(6, 17) if wide else rng.integers(conditions.particles[0], conditions.particles[1] + 1)
    )
    if conditions.spread is not None:
        diameters = _around_a_mean(diameters, conditions.spread, extra)
    if conditions.coverage is not None:
        particles = _how_many(conditions.coverage, diameters, field_nm, extra)
    if rng.random() < conditions.empty:
        particles = 0
    thickness_nm = float(rng.uniform(*conditions.film_nm))
    if extra.random() < conditions.bare:
        thickness_nm = 0.0
    structure = find_structure(conditions.structures[int(extra.integers(len(conditions.structures)))])
    return build_specimen(
        rng,
        cell_nm=field_nm,
        particles=particles,
        diameters_nm=diameters,
        thickness_nm=thickness_nm,
        touching=conditions.touching,
        zone_axis=conditions.zone_axis,
        edge=bool(rng.random() < conditions.film_edge),
        graphite=bool(rng.random() < conditions.graphite),
        structure=structure,
        shapes=conditions.shapes,
        grown_together=conditions.grown_together,
        rounding=conditions.rounding,
        wavy=conditions.wavy,
        unevenness=conditions.unevenness,
    )


def illuminate(
    specimen: Specimen, conditions: Conditions, rng: np.random.Generator, extra: np.random.Generator
) -> ExitWave:
    """Draw what is left of the conditions for a wave, and compute the exit wave of a specimen."""
    finest, nm_per_px = conditions.sampling_nm, specimen.cell_nm / PADDED
    return simulate_exit_wave(
        specimen,
        float(rng.choice(conditions.voltages_kV)),
        oversampling=1 if finest is None else int(np.ceil(nm_per_px / finest)),
        configurations=conditions.configurations,
        rng=extra,
    )


def draw_optics(
    conditions: Conditions, wave: ExitWave, rng: np.random.Generator, extra: np.random.Generator
) -> Optics:
    """Draw microscope and camera settings from the conditions."""
    corrected = rng.random() < conditions.corrected
    low, high = np.log(conditions.dose_e_per_A2)
    aperture = float(rng.uniform(*conditions.aperture_mrad)) if rng.random() < conditions.aperture else None
    optics = Optics(
        voltage_kV=wave.voltage_kV,
        defocus_nm=float(rng.uniform(*conditions.defocus_nm)),
        cs_um=float(rng.uniform(-15, 15) if corrected else rng.uniform(500, 1300)),
        focal_spread_nm=float(rng.uniform(2, 5) if corrected else rng.uniform(3, 9)),
        convergence_mrad=float(rng.uniform(0.03, 0.2)),
        astigmatism_nm=float(rng.uniform(0, conditions.astigmatism_nm)),
        astigmatism_deg=float(rng.uniform(0, 180)),
        aperture_mrad=aperture,
        drift_nm=float(rng.uniform(0, conditions.drift_nm)),
        drift_deg=float(rng.uniform(0, 180)),
        dose_e_per_A2=float(np.exp(rng.uniform(low, high))),
        psf_px=float(rng.uniform(0, 1.3)),
        gain=float(rng.uniform(5, 40)),
        readout=float(rng.uniform(1, 12)),
        offset=float(rng.uniform(0, 200)),
        uneven=float(rng.uniform(0, conditions.uneven)) if rng.random() < 0.6 else 0.0,
        uneven_seed=int(rng.integers(2**31)),
        spikes=int(rng.integers(1, 12)) if rng.random() < conditions.spikes else 0,
        vibration_nm=float(extra.uniform(0, conditions.vibration_nm)),
        psf_tail=float(extra.uniform(0, conditions.psf_tail)),
        fixed_pattern=float(extra.uniform(0, conditions.fixed_pattern)),
    )
    return within_the_well(optics, wave.nm_per_px)


def within_the_well(optics: Optics, nm_per_px: float) -> Optics:
    """Return the optics with a gain, its own or less, at which the mean count fits a 16-bit camera."""
    electrons = optics.dose_e_per_A2 * (nm_per_px * 10) ** 2
    return replace(optics, gain=min(optics.gain, FULL_WELL / electrons))


def _around_a_mean(
    diameters: tuple[float, float], spread: float, extra: np.random.Generator
) -> tuple[float, float]:
    """Return a narrower range of diameters: preparations are more alike than the whole range; small ones are common."""
    low, high = diameters
    mean = float(np.exp(extra.uniform(np.log(low), np.log(high))))
    share = float(extra.uniform(0.1 * spread, spread))
    return max(low, mean * (1 - share)), min(high, mean * (1 + share))


def _how_many(
    coverage: tuple[float, float], diameters: tuple[float, float], field_nm: float, extra: np.random.Generator
) -> int:
    covered = float(extra.uniform(*coverage)) * field_nm**2
    return int(np.clip(round(covered / (np.pi / 4 * np.mean(np.square(diameters)))), 1, 60))
