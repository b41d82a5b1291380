"""One batch of particles: what all of a micrograph have in common, and how each differs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.micrographs.synthetic.particle import Crystal, Material, Particle

CRYSTALLINE = {
    "sphere": 0.45,
    "facet": 0.75,
    "cube": 0.6,
    "rod": 0.6,
    "wire": 0.4,
    "plate": 0.7,
    "rough": 0.15,
}
"""How often a batch of a shape diffracts; cores, shells and cavities are of matter that does not."""

OUTLINES = 12
"""Irregular outlines in a batch; turned and stretched, none looks like another, and each is computed once."""


@dataclass(frozen=True)
class Batch:
    """What the particles of one micrograph have in common.

    Parameters
    ----------
    shape : str
    material : Material
    crystal : Crystal or None
        Of which each particle has an orientation of its own.
    sides : tuple of int
        One is drawn a particle.
    irregular, rounding, height, core, roughness : float
        See `Particle`.
    aspect : (float, float)
        Range of the length over the width.
    oriented : float
        Spread of the deviation from the Bragg condition.
    fringes_px : tuple of float
        Spacings of the lattice fringes that a particle may show.
    seed : int
        Of the irregular outlines.
    """

    shape: str
    material: Material
    crystal: Crystal | None = None
    sides: tuple[int, ...] = (6,)
    irregular: float = 0.2
    rounding: float = 0.2
    height: float = 1.0
    core: float = 0.0
    roughness: float = 0.05
    aspect: tuple[float, float] = (1.0, 1.1)
    oriented: float = 2.0
    fringes_px: tuple[float, ...] = ()
    seed: int = 0

    def particle(
        self, row: float, column: float, width: float, angle: float | None, rng: np.random.Generator
    ) -> Particle:
        """Return one of them; ``angle`` None: any."""
        turn, aspect = rng.uniform(0, 2 * np.pi), rng.uniform(*self.aspect)
        sides, seed = self.sides[int(rng.integers(len(self.sides)))], self.seed + int(rng.integers(OUTLINES))
        return Particle(
            self.shape,
            row,
            column,
            width,
            float(turn if angle is None else angle),
            aspect=float(aspect),
            sides=sides,
            irregular=self.irregular,
            rounding=self.rounding,
            height=self.height * float(rng.uniform(0.75, 1.2)),
            core=self.core,
            roughness=self.roughness,
            curve=float(rng.normal(0, 6)) if self.shape == "wire" else 0.0,
            seed=seed,
            material=self.material,
            crystal=None if self.crystal is None else self._oriented(self.crystal, rng),
        )

    def _oriented(self, crystal: Crystal, rng: np.random.Generator) -> Crystal:
        bend = float(rng.normal(0, 3)) if rng.random() < 0.4 else 0.0
        sectors: tuple[float, ...] = ()
        if rng.random() < 0.3:
            sectors = tuple(float(one) for one in rng.normal(0, 1.5, (2, 2, 5)[int(rng.integers(3))]))
        fringes: list[tuple[float, float, float]] = []
        if self.fringes_px and rng.random() < 0.75:
            direction, size = float(rng.uniform(0, np.pi)), float(np.exp(rng.uniform(*np.log((0.03, 0.4)))))
            for number in range((1, 1, 2)[int(rng.integers(3))]):
                spacing = self.fringes_px[min(number, len(self.fringes_px) - 1)]
                fringes.append((spacing, direction + number * float(rng.uniform(0.9, 1.6)), size))
        return Crystal(
            crystal.extinction_px,
            float(rng.normal(0, self.oriented)),
            bend,
            sectors,
            crystal.strength,
            tuple(fringes),
        )


def draw_batch(shape: str, median: float, rng: np.random.Generator, *, fringes: bool = False) -> Batch:
    """Draw what the particles of a micrograph have in common.

    Parameters
    ----------
    shape : str
    median : float
        Their median width in px.
    rng : Generator
    fringes : bool
        They show lattice fringes.
    """
    optical_depth = float(np.exp(rng.uniform(*np.log((0.3, 4.0)))))
    if fringes:
        optical_depth = float(np.exp(rng.uniform(*np.log((0.1, 0.9)))))
    height, core = 1.0, 0.0
    if shape == "plate":
        height = float(rng.uniform(0.05, 0.2))
    elif shape in ("cube", "facet"):
        height = float(rng.uniform(0.6, 1.0))
    if shape in ("core_shell", "hollow") or (shape == "wire" and rng.random() < 0.4):
        core = float(rng.uniform(0.25, 0.65) if shape == "core_shell" else rng.uniform(0.4, 0.85))
    heavier = float(rng.uniform(2.5, 8))
    if shape == "core_shell":
        optical_depth /= 1 + 0.4 * heavier * core
    textured = {"rough": 0.5, "hollow": 0.4, "sphere": 0.15, "wire": 0.2}.get(shape, 0.05)
    material = Material(
        mean_free_path_px=median * height / optical_depth,
        phase_per_px=optical_depth * float(rng.uniform(1, 8)) / (median * height),
        core=heavier,
        texture=float(rng.uniform(0.05, 0.35)) if rng.random() < textured else 0.0,
        texture_px=float(np.clip(median * rng.uniform(0.02, 0.12), 2, 14)),
    )
    crystal = None
    if fringes or rng.random() < CRYSTALLINE.get(shape, 0.0):
        crystal = Crystal(
            extinction_px=median * height * float(rng.uniform(0.35, 3.0)),
            strength=float(rng.uniform(0.15, 0.9)),
        )
        if fringes:
            crystal = Crystal(crystal.extinction_px, strength=0.5 * crystal.strength)
    return Batch(
        shape,
        material,
        crystal,
        sides=((3, 4, 5, 6, 6, 8), (6,), (3, 6), (5, 6, 7), (4,), (3,))[int(rng.integers(6))],
        irregular=float(rng.uniform(0, 0.45)) if shape != "cube" else float(rng.uniform(0, 0.1)),
        rounding=float(rng.uniform(0, 1))
        if shape == "rod"
        else float(rng.choice([rng.uniform(0, 0.3), rng.uniform(0.3, 0.9)])),
        height=height,
        core=core,
        roughness=float(rng.uniform(0.02, 0.12)),
        aspect=_aspects(shape, rng),
        oriented=float(rng.uniform(0.5, 4)),
        fringes_px=tuple(float(one) for one in rng.uniform(3.2, 9, 2)) if fringes else (),
        seed=int(rng.integers(1 << 31)),
    )


def _aspects(shape: str, rng: np.random.Generator) -> tuple[float, float]:
    """Return the range of lengths over widths in a batch."""
    if shape == "rod":
        middle = float(np.exp(rng.uniform(*np.log((1.6, 10)))))
        return 0.8 * middle, 1.25 * middle
    if shape == "cube":
        return 1.0, 1.0 if rng.random() < 0.6 else 1.4
    if shape in ("facet", "plate", "rough"):
        return 1.0, float(rng.choice([1.05, 1.3, 2.0]))
    return 1.0, float(rng.choice([1.0, 1.08, 1.5], p=[0.5, 0.35, 0.15]))
