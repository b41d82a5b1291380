"""How particles change the electron wave: mass-thickness, phase, diffraction, lattice fringes.

The wave behind the specimen is psi = exp(-a + i p): ``a`` is half the optical depth, ``p`` the phase. Both add up
along the beam (projection approximation), so that overlapping particles are darker where they overlap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.micrographs.micrograph import BoolImage, FloatImage
from workbench.micrographs.synthetic.noise import smooth_noise
from workbench.micrographs.synthetic.particle import Crystal, Particle
from workbench.micrographs.synthetic.shapes import Projected, project, reach_of

Box = tuple[slice, slice]
MOST_PHASE = 4.0
"""Radians at which the phase of a particle levels off: thick matter scatters so much inelastically that the wave
behind it is no longer coherent with the one beside it."""


@dataclass
class Exit:
    """The wave behind the specimen, as it is built up.

    Parameters
    ----------
    absorption : (H, W) float32 array
        -ln of the amplitude.
    phase : (H, W) float32 array
        In radians.
    """

    absorption: FloatImage
    phase: FloatImage

    @classmethod
    def of_vacuum(cls, shape: tuple[int, int]) -> Exit:
        """Begin with nothing in the beam."""
        return cls(np.zeros(shape, np.float32), np.zeros(shape, np.float32))


def window(particle: Particle, shape: tuple[int, int], origin: tuple[int, int] = (0, 0)) -> Box | None:
    """Return the pixels of the canvas that a particle may reach; None if there are none.

    Parameters
    ----------
    particle : Particle
    shape : (int, int)
        Of the canvas.
    origin : (int, int)
        The pixel of the canvas from which the particle's place counts.
    """
    reach = reach_of(particle)
    if not np.isfinite(reach):
        return slice(0, shape[0]), slice(0, shape[1])
    places = (particle.row + origin[0], particle.column + origin[1])
    ends = [
        (max(int(np.floor(place - reach)), 0), min(int(np.ceil(place + reach)), length))
        for place, length in zip(places, shape, strict=True)
    ]
    if any(first >= last for first, last in ends):
        return None
    return slice(*ends[0]), slice(*ends[1])


def add_particle(
    particle: Particle, wave: Exit, origin: tuple[int, int] = (0, 0)
) -> tuple[Box, BoolImage] | None:
    """Add a particle to the wave.

    Parameters
    ----------
    particle : Particle
    wave : Exit
        Changed in place.
    origin : (int, int)
        The pixel of the canvas from which the particle's place counts.

    Returns
    -------
    (box, mask) or None
        The window that it lies in, and its pixels there: those whose centre lies inside the outline. None where
        nothing of it is on the canvas.
    """
    box = window(particle, (wave.phase.shape[0], wave.phase.shape[1]), origin)
    if box is None:
        return None
    rows = np.arange(box[0].start, box[0].stop, dtype=np.float32)[:, None] + np.float32(0.5 - origin[0])
    columns = np.arange(box[1].start, box[1].stop, dtype=np.float32)[None, :] + np.float32(0.5 - origin[1])
    seen = project(particle, rows, columns)
    matter = _matter(particle, seen)
    material = particle.material
    wave.absorption[box] += matter * np.float32(0.5 / material.mean_free_path_px)
    wave.phase[box] += np.float32(MOST_PHASE) * -np.expm1(
        matter * np.float32(-material.phase_per_px / MOST_PHASE)
    )
    if particle.crystal is not None:
        wave.absorption[box] += diffraction(particle, particle.crystal, seen, matter)
    return box, np.asarray(seen.depth > 0)


def two_beam(thickness: FloatImage, extinction_px: float, deviation: FloatImage | float) -> FloatImage:
    """Return the part of the electrons that is diffracted, of a perfect crystal in two-beam condition.

    sin^2(pi t sqrt(1 + w^2) / xi) / (1 + w^2), with w = s xi: thickness fringes where t changes, bend contours where w
    does (Williams & Carter, Transmission Electron Microscopy, eqs. 13.47 and 13.48, without absorption).

    Parameters
    ----------
    thickness : (h, w) float32 array
        In px.
    extinction_px : float
        xi.
    deviation : (h, w) float32 array or float
        w.
    """
    stretch = 1 + np.square(np.float32(1) * deviation)
    wave = np.sin(thickness * np.sqrt(stretch) * np.float32(np.pi / extinction_px))
    return np.asarray(wave * wave / stretch, np.float32)


def diffraction(particle: Particle, crystal: Crystal, seen: Projected, matter: FloatImage) -> FloatImage:
    """Return what diffraction adds to the absorption of a particle, lattice fringes among it."""
    bend = np.float32(crystal.bend / particle.width_px)
    deviation = np.asarray(np.float32(crystal.deviation) + seen.along * bend, np.float32)
    if crystal.sectors:
        count = len(crystal.sectors)
        turn = np.arctan2(seen.across, seen.along) * np.float32(count / (2 * np.pi))
        deviation = (
            deviation + np.asarray(crystal.sectors, np.float32)[np.floor(turn).astype(np.int32) % count]
        )
    lost = np.float32(crystal.strength) * two_beam(matter, crystal.extinction_px, deviation)
    added = np.float32(-0.5) * np.log1p(-np.minimum(lost, np.float32(0.97)))
    if crystal.fringes:
        inside = np.clip(seen.depth * np.float32(0.5), 0, 1)
        for spacing, direction, amplitude in crystal.fringes:
            per_px = np.float32(2 * np.pi / spacing)
            place = seen.along * np.float32(np.cos(direction)) + seen.across * np.float32(np.sin(direction))
            added = added + inside * np.float32(0.5 * amplitude) * np.cos(per_px * place)
    return np.asarray(added, np.float32)


def _matter(particle: Particle, seen: Projected) -> FloatImage:
    """Return the thickness in px of the particle's main material: a heavier core counts more, pores less."""
    material, matter = particle.material, seen.thickness
    if seen.core is not None:
        matter = matter + seen.core * np.float32(material.core)
    if material.texture > 0:
        rng = np.random.Generator(np.random.SFC64([particle.seed, 1]))
        uneven = smooth_noise((matter.shape[0], matter.shape[1]), material.texture_px, rng)
        matter = matter * np.maximum(1 + np.float32(material.texture) * uneven, 0)
    return matter
