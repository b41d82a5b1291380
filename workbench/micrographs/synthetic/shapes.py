"""Outlines and thicknesses of particles, by analytic geometry: exact at any size, no grid of atoms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from workbench.micrographs.micrograph import FloatImage
from workbench.micrographs.synthetic.particle import Particle

TWO = np.float32(2)
_ANGLES = np.linspace(0, 2 * np.pi, 360, endpoint=False)
_HARMONICS = 24
_ORDERS = np.arange(2, _HARMONICS + 2)
_COSINES = np.cos(_ORDERS[None, :] * _ANGLES[:, None])
_SINES = np.sin(_ORDERS[None, :] * _ANGLES[:, None])


@dataclass(frozen=True)
class Projected:
    """A particle as the beam sees it, in a window of the canvas.

    Parameters
    ----------
    depth : (h, w) float32 array
        Distance to the rim in px, positive inside; exact at the rim, approximate far from it.
    thickness : (h, w) float32 array
        Matter along the beam in px, without core and cavity.
    core : (h, w) float32 array or None
        Thickness of the core.
    along, across : (h, w) float32 arrays
        Coordinates from the centre in the particle's own frame, in px.
    """

    depth: FloatImage
    thickness: FloatImage
    core: FloatImage | None
    along: FloatImage
    across: FloatImage


def project(particle: Particle, rows: FloatImage, columns: FloatImage) -> Projected:
    """Return how thick a particle is along the beam.

    Parameters
    ----------
    particle : Particle
    rows : (h, 1) float32 array
        Rows of the pixel centres, in the frame of the particle's own ``row``.
    columns : (1, w) float32 array

    Returns
    -------
    Projected
    """
    down, right = rows - np.float32(particle.row), columns - np.float32(particle.column)
    cosine, sine = np.float32(np.cos(particle.angle)), np.float32(np.sin(particle.angle))
    along, across = right * cosine + down * sine, down * cosine - right * sine
    depth, thickness, core = _DRAWN[particle.shape](particle, along, across)
    return Projected(depth, thickness, core, along, across)


def reach_of(particle: Particle) -> float:
    """Return the radius in px of a circle round the centre that holds the particle; of a wire, infinite."""
    if particle.shape == "wire":
        return float("inf")
    if particle.shape == "rod":
        return 0.5 * particle.width_px * float(np.hypot(particle.aspect, 1)) + 1
    longest = 1.0
    if particle.shape == "rough":
        longest = float(_rim(particle.roughness, particle.seed).max())
    elif particle.shape in ("facet", "cube", "plate"):
        sides = 4 if particle.shape == "cube" else particle.sides
        longest = _sides(sides, particle.irregular, particle.rounding, particle.seed)[2]
    return 0.5 * particle.width_px * longest * float(np.sqrt(max(particle.aspect, 1 / particle.aspect))) + 1


Parts = tuple[FloatImage, FloatImage, FloatImage | None]


def _sphere(particle: Particle, along: FloatImage, across: FloatImage) -> Parts:
    radius = 0.5 * particle.width_px
    root = np.sqrt(particle.aspect)
    square = _squared(along, radius * root) + _squared(across, radius / root)
    depth = np.float32(radius * min(root, 1 / root)) * (1 - np.sqrt(square))
    return depth, _ball(square, particle.height * radius * min(root, 1 / root)), None


def _core_shell(particle: Particle, along: FloatImage, across: FloatImage) -> Parts:
    depth, thickness, _core = _sphere(particle, along, across)
    core, inner = _inner(particle, along, across)
    return depth, np.maximum(thickness - core, 0), core if inner else None


def _hollow(particle: Particle, along: FloatImage, across: FloatImage) -> Parts:
    depth, thickness, _core = _sphere(particle, along, across)
    cavity, _inside = _inner(particle, along, across)
    return depth, np.maximum(thickness - cavity, 0), None


def _inner(particle: Particle, along: FloatImage, across: FloatImage) -> tuple[FloatImage, bool]:
    """Return the thickness of a ball inside, which lies a little off the centre."""
    radius = 0.5 * particle.width_px * particle.core
    if radius <= 0:
        return np.zeros_like(along), False
    shift = 0.3 * (0.5 * particle.width_px - radius) * np.sin(float(particle.seed))
    root = np.sqrt(particle.aspect)
    square = _squared(along - np.float32(shift), radius * root) + _squared(across, radius / root)
    return _ball(square, particle.height * radius * min(root, 1 / root)), True


def _facet(particle: Particle, along: FloatImage, across: FloatImage) -> Parts:
    """Give a polyhedron: its facets rise from the rim at a slope, to a flat top or an apex."""
    depth, inradius = _polygon(particle, along, across)
    slope = 1.0 + 1.5 * _shares(particle.seed, 3)[2]
    top = particle.height * 2 * inradius
    return depth, np.minimum(np.maximum(depth, 0) * np.float32(2 * slope), np.float32(top)), None


def _cube(particle: Particle, along: FloatImage, across: FloatImage) -> Parts:
    depth, _inradius = _polygon(particle, along, across, sides=4)
    return depth, _covered(depth) * np.float32(particle.height * particle.width_px), None


def _plate(particle: Particle, along: FloatImage, across: FloatImage) -> Parts:
    depth, _inradius = _polygon(particle, along, across)
    return depth, _covered(depth) * np.float32(particle.height * particle.width_px), None


def _polygon(
    particle: Particle, along: FloatImage, across: FloatImage, sides: int | None = None
) -> tuple[FloatImage, float]:
    """Return the depth inside a polygon with round corners, and the radius of the circle within it.

    A polygon is where the largest of n.x / d over its sides is below 1; a norm in place of the maximum rounds it off.
    """
    normals, distances, _corner = _sides(
        sides or particle.sides, particle.irregular, particle.rounding, particle.seed
    )
    squarings = _squarings(particle.rounding)
    half, root = 0.5 * particle.width_px, np.float32(np.sqrt(particle.aspect))
    along, across = along / root, across * root
    total = np.zeros(along.shape, np.float32)
    for angle, distance in zip(normals, distances, strict=True):
        unit = 1 / (distance * half)
        side = along * np.float32(np.cos(angle) * unit) + across * np.float32(np.sin(angle) * unit)
        if not squarings:
            np.maximum(total, side, out=total)
            continue
        np.clip(side, 0, 2, out=side)
        for _ in range(squarings):
            side *= side
        total += side
    if squarings:
        total **= np.float32(0.5**squarings)
    inradius = half * float(min(distances)) * min(float(root), 1 / float(root))
    return np.float32(inradius) * (1 - total), inradius


def _squarings(rounding: float) -> int:
    """Return how often a share is squared for the norm that rounds corners off; 0: they stay sharp."""
    return 0 if rounding < 0.05 else round(2 + 4 * (1 - rounding))


@lru_cache(maxsize=512)
def _sides(
    sides: int, irregular: float, rounding: float, seed: int
) -> tuple[tuple[float, ...], tuple[float, ...], float]:
    """Return normals and distances of the sides of a polygon, and how far its corners are from the centre.

    In units of the radius of the circle of equal area. The fewer sides, the less uneven they may be.
    """
    irregular *= {3: 0.35, 4: 0.7}.get(sides, 1.0)
    shares = _shares(seed, 2 * sides + 3)[3:]
    normals = 2 * np.pi * (np.arange(sides) + irregular * (shares[:sides] - 0.5)) / sides
    distances = 1 + irregular * (shares[sides:] - 0.5)
    reached = np.maximum(np.cos(_ANGLES[:, None] - normals[None, :]) / distances[None, :], 0)
    power = 2.0 ** _squarings(rounding)
    inverse = reached.max(1) if power == 1 else (reached**power).sum(1) ** (1 / power)
    scale = 1 / np.sqrt(float((inverse**-2).mean()))
    return (
        tuple(map(float, normals)),
        tuple(float(one * scale) for one in distances),
        float(scale / inverse.min()),
    )


def _rod(particle: Particle, along: FloatImage, across: FloatImage) -> Parts:
    """Give a rod: round ends where ``rounding`` is over 0.5, else flat ones."""
    half, reach = 0.5 * particle.width_px, 0.5 * particle.width_px * particle.aspect
    if particle.rounding > 0.5:
        beyond = np.maximum(np.abs(along) - np.float32(reach - half), 0)
        depth = np.float32(half) - np.sqrt(beyond * beyond + across * across)
        away = _squared(half - np.maximum(depth, -half), half)
        return depth, _ball(away, particle.height * half), None
    depth = np.minimum(np.float32(half) - np.abs(across), np.float32(reach) - np.abs(along))
    return depth, _covered(depth) * _ball(0.98 * _squared(across, half), particle.height * half), None


def _wire(particle: Particle, along: FloatImage, across: FloatImage) -> Parts:
    half, bend = 0.5 * particle.width_px, np.float32(particle.curve / 50.0**2)
    slope = TWO * bend * along
    away = np.abs(across - bend * along * along) / np.sqrt(1 + slope * slope)
    thickness = _ball(_squared(away, half), particle.height * half)
    if particle.core > 0:
        thickness = thickness - _ball(
            _squared(away, half * particle.core), particle.height * half * particle.core
        )
    return np.float32(half) - away, np.maximum(thickness, 0), None


def _rough(particle: Particle, along: FloatImage, across: FloatImage) -> Parts:
    root = np.float32(np.sqrt(particle.aspect))
    along, across = along / root, across * root
    table = _rim(particle.roughness, particle.seed)
    turn = np.arctan2(across, along) * np.float32(len(table) / (2 * np.pi))
    low = np.floor(turn).astype(np.int32)
    part = turn - low
    first, second = table[low % len(table)], table[(low + 1) % len(table)]
    rim = (first + (second - first) * part) * np.float32(0.5 * particle.width_px)
    radius = np.sqrt(along * along + across * across)
    shrunk = np.float32(min(float(root), 1 / float(root)))
    square = (radius / rim) ** 2
    return (
        (rim - radius) * shrunk,
        _ball(square, 0.5 * particle.height * particle.width_px * float(shrunk)),
        None,
    )


@lru_cache(maxsize=512)
def _rim(roughness: float, seed: int) -> FloatImage:
    """Return the radius over the angle, in 360 steps, of an outline that has the area of a circle of radius 1."""
    shares = _shares(seed, 2 * _HARMONICS)
    size = (shares[:_HARMONICS] - 0.3) / _ORDERS ** (0.8 + 1.6 * shares[0])
    turn = 2 * np.pi * shares[_HARMONICS:]
    swing = _COSINES @ (size * np.cos(turn)) - _SINES @ (size * np.sin(turn))
    swing *= roughness / max(float(swing.std()), 1e-9)
    radii = np.maximum(1 + swing, 0.3)
    return np.asarray(radii / np.sqrt((radii**2).mean()), np.float32)


def _shares(seed: int, count: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.random.Generator(np.random.SFC64(seed)).random(count)


def _squared(length: FloatImage, unit: float) -> FloatImage:
    scaled = length * np.float32(1 / unit)
    return np.asarray(scaled * scaled, np.float32)


def _ball(square: FloatImage, radius: float) -> FloatImage:
    """Return the thickness of a ball over the square of the distance from its axis, in units of its radius."""
    return np.asarray(np.float32(2 * radius) * np.sqrt(np.maximum(1 - square, 0)), np.float32)


def _covered(depth: FloatImage) -> FloatImage:
    """Return which part of a pixel is inside."""
    return np.asarray(np.clip(depth + np.float32(0.5), 0, 1), np.float32)


_DRAWN: dict[str, Callable[[Particle, FloatImage, FloatImage], Parts]] = {
    "sphere": _sphere,
    "facet": _facet,
    "cube": _cube,
    "rod": _rod,
    "wire": _wire,
    "plate": _plate,
    "core_shell": _core_shell,
    "hollow": _hollow,
    "rough": _rough,
}
