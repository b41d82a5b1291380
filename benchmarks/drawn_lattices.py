"""Particles with drawn fringes, or with none, and how many sets and phases are found in them.

`near_limit`, `one_set` and `no_lattice` do a part of `lattice_accuracy.py` each, in any process.
"""

from __future__ import annotations

import math
import time
from collections import Counter

import numpy as np
import without_lattice

from workbench.particles.lattice.particle_lattice import ParticleLattice, particle_lattice

ANGLES = 36
SPOILED = ("as it is", "in a part", "a step in phase", "bent", "thinner", "strained", "higher orders")
NM_PER_PX = 0.05


def looked_at(pixels: np.ndarray, inside: np.ndarray) -> ParticleLattice:
    return particle_lattice(pixels.astype(np.float32), inside, (0, 0), NM_PER_PX)


def near_limit(job: tuple[float, int], seed: int) -> tuple[float, list[float]]:
    """Return the relative errors of the spacing of fringes of a period at every angle, in discs of 40 to 80 px."""
    period, count = job
    errors = []
    for number in range(ANGLES * count):
        rng = np.random.default_rng([seed, number, round(1000 * period)])
        inside = without_lattice.particle(rng, "disc", rng.uniform(40, 80))
        turn = math.pi * (number % ANGLES) / ANGLES
        rows, columns = np.mgrid[: inside.shape[0], : inside.shape[1]]
        along = columns * math.cos(turn) + rows * math.sin(turn)
        fringes = rng.uniform(1, 6) * np.cos(2 * np.pi * along / period + rng.uniform(0, 7))
        found = looked_at(100 + rng.normal(0, 1, inside.shape) + inside * (fringes - 2), inside)
        errors += [one.px / period - 1 for one in found.sets]
    return period, errors


def one_set(job: tuple[str, int], seed: int) -> tuple[str, Counter[str]]:
    """Count what is found in particles that have one set of fringes, as it is or spoiled, weak to very strong."""
    how, count = job
    found: Counter[str] = Counter()
    for number in range(count):
        rng = np.random.default_rng([seed, number, SPOILED.index(how)])
        diameter = rng.uniform(25, 150)
        inside = without_lattice.particle(rng, without_lattice.SHAPES[number % 8], diameter)
        lattice = looked_at(_spoiled(rng, inside, diameter, how), inside)
        found["one"] += len(lattice.two) == 1
        found["two"] += len(lattice.two) == 2
        found["phase"] += bool(lattice.phases)
    return how, found


def _spoiled(rng: np.random.Generator, inside: np.ndarray, diameter: float, how: str) -> np.ndarray:
    rows, columns = np.mgrid[: inside.shape[0], : inside.shape[1]].astype(float)
    rows, columns = (axis - axis[inside].mean() for axis in (rows, columns))
    turn, other = rng.uniform(0, math.pi, 2)
    along, across = (columns * math.cos(a) + rows * math.sin(a) for a in (turn, turn + math.pi / 2))
    place = (columns * math.cos(other) + rows * math.sin(other)) / (diameter / 2)
    period = math.exp(rng.uniform(math.log(2.3), math.log(max(2.6, min(10, diameter / 8)))))
    phase, amplitude = 2 * np.pi * along / period + rng.uniform(0, 7), np.ones(inside.shape)
    if how == "in a part":
        amplitude = place > rng.uniform(-0.4, 0.4)
    elif how == "a step in phase":
        phase += rng.uniform(1, 3.1) * (place > rng.uniform(-0.4, 0.4))
    elif how == "bent":
        phase += rng.uniform(-4, 4) * (across / (diameter / 2)) ** 2
    elif how == "thinner":
        amplitude = np.clip(1 - place**2, 0, 1)
    elif how == "strained":
        phase += rng.uniform(-4, 4) * (along / (diameter / 2)) ** 2
    fringes = np.cos(phase)
    if how == "higher orders":
        fringes += rng.uniform(0.1, 0.9) * np.cos(2 * phase + 1) + rng.uniform(0, 0.5) * np.cos(3 * phase)
    contrast = 10 ** rng.uniform(-0.3, 1.5)
    return 100 + without_lattice.camera_noise(rng, inside) + inside * (contrast * amplitude * fringes - 2)


def no_lattice(job: tuple[str, int], seed: int) -> tuple[str, Counter[str]]:
    """Count what is found in particles without a lattice."""
    kind, count = job
    found: Counter[str] = Counter()
    for number in range(count):
        lattice = looked_at(*without_lattice.one_of(kind, seed, number))
        found["any"] += bool(lattice.sets)
        found["two"] += len(lattice.two) == 2
        found["phase"] += bool(lattice.phases)
    return kind, found


def seconds_for(count: int, amplitude: float) -> float:
    """Return the processor's seconds for so many particles, 60 px wide, of gold along [011] at every rotation."""
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[-38:38, -38:38]
    inside = np.hypot(rows, columns) < 30
    particles = []
    for _ in range(count):
        turn = rng.uniform(0, math.pi)
        image = rng.normal(0, 1, inside.shape)
        for spacing_nm, degrees in ((0.2355, 0), (0.2355, 70.53), (0.2039, 125.26)):
            direction = turn + math.radians(degrees)
            along = columns * math.cos(direction) + rows * math.sin(direction)
            image += amplitude * inside * np.cos(2 * np.pi * along * NM_PER_PX / spacing_nm)
        particles.append((100 + image).astype(np.float32))
    looked_at(particles[0], inside)
    began = time.process_time()
    for image in particles:
        looked_at(image, inside)
    return time.process_time() - began
