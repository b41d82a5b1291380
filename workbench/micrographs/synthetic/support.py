"""What particles lie on: films with holes and edges, graphite, oxide, nothing; and the dirt on it. Never particle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.micrographs.micrograph import FloatImage
from workbench.micrographs.synthetic.contrast import Exit, add_particle
from workbench.micrographs.synthetic.noise import grain, smooth_noise
from workbench.micrographs.synthetic.particle import Material, Particle
from workbench.micrographs.synthetic.shapes import project

SUPPORTS = ("vacuum", "carbon", "holey", "lacey", "graphite", "oxide")
PHASE_PER_DEPTH = 9.0
"""Radians of phase per optical depth of carbon: 0.058 rad/nm at 200 kV (mean inner potential 8 V) and a mean free path
of about 160 nm for scattering beyond a usual objective aperture (Reimer & Kohl, Transmission Electron Microscopy)."""


@dataclass(frozen=True)
class Support:
    """What particles lie on.

    Parameters
    ----------
    kind : str
        One of `SUPPORTS`.
    depth : float
        Optical depth t / Lambda of the film, or of a lump of oxide.
    grain : float
        Spread of the phase by the random places of the film's atoms, in rad.
    grain_px : float
        How wide an atom looks, sigma in px.
    unevenness : float
        Relative spread of the thickness.
    scale_px : float
        Width of holes, meshes, sheets or lumps.
    contamination : float
        0: clean; 1: blots, stains, folds and specks.
    stain : float
        Optical depth of negative stain: a layer that is absent where particles are, and pools at their rims.
    places : tuple of (float, float)
        Rows and columns of the frame near which lumps of oxide lie; anywhere, where there are none.
    """

    kind: str = "carbon"
    depth: float = 0.05
    grain: float = 0.05
    grain_px: float = 0.7
    unevenness: float = 0.05
    scale_px: float = 150.0
    contamination: float = 0.0
    stain: float = 0.0
    places: tuple[tuple[float, float], ...] = ()


def add_support(
    support: Support, wave: Exit, rng: np.random.Generator, origin: tuple[int, int] = (0, 0)
) -> FloatImage:
    """Add the support to the wave.

    Parameters
    ----------
    support : Support
    wave : Exit
        Changed in place.
    rng : Generator
    origin : (int, int)
        The pixel of the canvas at which the frame begins.

    Returns
    -------
    (H, W) float32 array
        Which part of a pixel is covered by film, from 0 to 1; a rim may be thicker, so more than 1.
    """
    shape = (wave.phase.shape[0], wave.phase.shape[1])
    film = _film(support, shape, rng)
    if support.kind == "graphite":
        _sheets(support, wave, rng)
    elif support.kind == "oxide":
        _lumps(support, wave, rng, origin)
    if support.unevenness > 0:
        uneven = smooth_noise(shape, max(support.scale_px / 2, 12), rng)
        film = film * np.maximum(1 + np.float32(support.unevenness) * uneven, 0)
    depth = support.depth * (0.3 if support.kind in ("graphite", "oxide") else 1.0)
    wave.absorption += np.float32(0.5 * depth) * film
    wave.phase += np.float32(min(depth * PHASE_PER_DEPTH, 2.5)) * film
    if support.contamination > 0:
        _dirty(support, wave, rng)
    return film


def add_grain(support: Support, film: FloatImage, wave: Exit, rng: np.random.Generator) -> None:
    """Add the grain of amorphous matter, film and particles alike: its variance grows with the number of atoms.

    Parameters
    ----------
    support : Support
    film : (H, W) float32 array
        From `add_support`; the grain of ``support.grain`` is that of a film of thickness 1.
    wave : Exit
        With everything else in it; changed in place.
    rng : Generator
    """
    if support.grain <= 0:
        return
    atoms = np.clip(film + wave.absorption * np.float32(4), 0, 6)
    noise = grain((film.shape[0], film.shape[1]), support.grain_px, rng)
    wave.phase += np.float32(support.grain) * np.sqrt(atoms) * noise


def add_stain(depth: float, mask: FloatImage, wave: Exit, rng: np.random.Generator) -> None:
    """Add negative stain: heavy salt that surrounds the particles and pools at their rims, so that they are lighter.

    Parameters
    ----------
    depth : float
        Optical depth of the stain far from particles.
    mask : (H, W) float32 array
        1 where there is a particle.
    wave : Exit
        Changed in place.
    rng : Generator
    """
    from scipy import ndimage

    near = ndimage.gaussian_filter(mask, 3.0, mode="nearest", truncate=3)
    patchy = np.maximum(1 + np.float32(0.25) * smooth_noise((mask.shape[0], mask.shape[1]), 40, rng), 0.2)
    wave.absorption += np.float32(0.5 * depth) * (1 - mask) * (1 + 2 * near) * patchy


def _film(support: Support, shape: tuple[int, int], rng: np.random.Generator) -> FloatImage:
    if support.kind == "vacuum":
        return np.zeros(shape, np.float32)
    if support.kind == "holey":
        away = _from_holes(support, shape, rng)
        rim = np.exp(-np.maximum(away, 0) / np.float32(0.03 * support.scale_px + 2))
        return np.asarray(np.clip(away + np.float32(0.5), 0, 1) * (1 + np.float32(0.6) * rim), np.float32)
    if support.kind == "lacey":
        half = np.float32(support.scale_px * rng.uniform(0.08, 0.2))
        away = half - np.abs(
            _level_distance(smooth_noise(shape, support.scale_px / 2, rng), support.scale_px / 2)
        )
        inside = np.clip(away + np.float32(0.5), 0, 1)
        return np.asarray(inside * (1 + np.sqrt(np.clip(away / half, 0, 1))), np.float32)
    return np.ones(shape, np.float32)


def _from_holes(support: Support, shape: tuple[int, int], rng: np.random.Generator) -> FloatImage:
    """Return the distance from the nearest hole, negative inside: round holes in rows, or holes of any shape."""
    scale = support.scale_px
    if rng.random() < 0.5:
        return _level_distance(
            smooth_noise(shape, scale / 2, rng) + np.float32(rng.uniform(0.0, 0.8)), scale / 2
        )
    angle, pitch = rng.uniform(0, np.pi / 2), scale * rng.uniform(1.5, 2.2)
    first = rng.uniform(0, pitch, 2)
    cosine, sine = np.cos(angle), np.sin(angle)
    rows = np.arange(shape[0], dtype=np.float32)[:, None] - np.float32(first[0])
    columns = np.arange(shape[1], dtype=np.float32)[None, :] - np.float32(first[1])
    down = (rows * np.float32(cosine) + columns * np.float32(sine)) / np.float32(pitch)
    right = (columns * np.float32(cosine) - rows * np.float32(sine)) / np.float32(pitch)
    down, right = down - np.round(down), right - np.round(right)
    return np.asarray(
        np.sqrt(down * down + right * right) * np.float32(pitch) - np.float32(scale / 2), np.float32
    )


def _level_distance(field: FloatImage, scale: float) -> FloatImage:
    """Return about how far each pixel is from where a smooth field is 0, with the sign of the field."""
    down, across = np.gradient(field)
    slope = np.sqrt(down * down + across * across)
    return np.asarray(field / np.maximum(slope, np.float32(0.3 / scale)), np.float32)


def _sheets(support: Support, wave: Exit, rng: np.random.Generator) -> None:
    """Add sheets of graphite over each other: grey steps, dark edges and folds, layers seen edge-on at the rim."""
    shape = wave.phase.shape
    rows = np.arange(shape[0], dtype=np.float32)[:, None]
    columns = np.arange(shape[1], dtype=np.float32)[None, :]
    spacing = rng.uniform(4, 9)
    for _ in range(int(rng.integers(2, 5))):
        sheet = Particle(
            "plate",
            float(rng.uniform(0, shape[0])),
            float(rng.uniform(0, shape[1])),
            float(support.scale_px * rng.uniform(1.5, 3)),
            float(rng.uniform(0, np.pi)),
            aspect=float(rng.uniform(1, 2)),
            sides=int(rng.integers(4, 8)),
            irregular=0.5,
            seed=int(rng.integers(1 << 31)),
        )
        ragged = smooth_noise((shape[0], shape[1]), 12, rng)
        depth = project(sheet, rows, columns).depth + np.float32(rng.uniform(0.5, 4)) * ragged
        share = np.float32(support.depth * rng.uniform(0.4, 1.3))
        inside = np.clip(depth + np.float32(0.5), 0, 1)
        edge = np.exp(-np.square((depth - 1.5) / np.float32(rng.uniform(1, 2.5))))
        wave.absorption += np.float32(0.5) * share * (inside + np.float32(rng.uniform(0.5, 2)) * edge)
        layered = inside * np.exp(np.minimum(-depth / np.float32(6 * spacing), 0))
        wave.absorption += (
            np.float32(0.25 * share) * layered * np.cos(depth * np.float32(2 * np.pi / spacing))
        )
        wave.phase += np.float32(min(float(share) * PHASE_PER_DEPTH, 1.5)) * inside


def _lumps(support: Support, wave: Exit, rng: np.random.Generator, origin: tuple[int, int]) -> None:
    """Add an agglomerate of oxide or carbon black: lumps much larger and fainter than the particles on them."""
    shape = wave.phase.shape
    places = np.array(support.places or [rng.uniform(0.2, 0.8, 2) * shape - origin]) + origin
    for _ in range(int(rng.integers(5, 11))):
        width = support.scale_px * float(rng.lognormal(0, 0.3))
        place = places[int(rng.integers(len(places)))] + rng.normal(0, 0.35 * support.scale_px, 2)
        add_particle(
            Particle(
                "rough",
                float(place[0]),
                float(place[1]),
                width,
                float(rng.uniform(0, np.pi)),
                aspect=float(rng.uniform(1, 1.5)),
                roughness=0.07,
                seed=int(rng.integers(1 << 31)),
                material=Material(width / support.depth, 3 * support.depth / width),
            ),
            wave,
        )


def _dirty(support: Support, wave: Exit, rng: np.random.Generator) -> None:
    shape, much = wave.phase.shape, support.contamination
    rows = np.arange(shape[0], dtype=np.float32)[:, None]
    columns = np.arange(shape[1], dtype=np.float32)[None, :]
    for _ in range(int(rng.poisson(2.5 * much))):  # blots, and the rings that a dried drop leaves
        row, column = rng.uniform(0, 1, 2) * shape
        width = np.float32(rng.uniform(8, 60))
        square = (np.square(rows - np.float32(row)) + np.square(columns - np.float32(column))) / width**2
        profile = square * np.exp(1 - square) if rng.random() < 0.3 else np.exp(-square)
        wave.absorption += np.float32(rng.normal(0.03, 0.03)) * profile
    for _ in range(int(rng.poisson(0.8 * much))):  # folds and scratches
        line = Particle(
            "wire",
            float(rng.uniform(0, shape[0])),
            float(rng.uniform(0, shape[1])),
            float(rng.uniform(1, 4)),
            float(rng.uniform(0, np.pi)),
            curve=float(rng.normal(0, 8)),
            material=Material(float(rng.uniform(8, 40)), 0.1),
        )
        add_particle(line, wave)
    specks = int(rng.poisson(8 * much))
    places = rng.uniform(0, 1, (specks, 2)) * shape
    for place, width, dark in zip(
        places, rng.uniform(1, 3, specks), rng.uniform(0.05, 0.4, specks), strict=True
    ):
        speck = Particle(
            "sphere", float(place[0]), float(place[1]), float(width), material=Material(width / dark)
        )
        add_particle(speck, wave)
