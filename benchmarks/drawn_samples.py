"""Samples of diameters whose truth is known: drawn as numbers, as discs in frames, as probabilities, as micrographs.

What `interval_coverage.py` counts hits on. Lengths are in pixels unless a name says otherwise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import ndimage, optimize, special

import workbench as wb
from workbench.micrographs.synthetic import Camera, Lens, Material, Particle, Scene, Support, render
from workbench.segmentation.segmentation import Segmentation

Floats = np.ndarray
FRAME = 512


@dataclass(frozen=True)
class Population:
    """One or two log-normal groups of diameters; the second has a share of the particles."""

    median: float
    gsd: float
    other: float = 0.0
    share: float = 0.0

    @property
    def name(self) -> str:
        """What it is called in a table."""
        alone = f"log-normal, GSD {self.gsd:g}"
        two = f"two groups 1 : {self.other / self.median:g}, {100 * self.share:g} % of the larger, GSD {self.gsd:g}"
        return two if self.share else alone

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Return so many diameters."""
        middle = np.where(rng.random(count) < self.share, self.other or 1.0, self.median)
        return middle * np.exp(math.log(self.gsd) * rng.standard_normal(count))

    def below(self, x: float, power: int = 0) -> float:
        """Return the share of the particles, weighted by a power of the diameter, that lies below x."""
        s = math.log(self.gsd)
        parts = [(1 - self.share, self.median)] + ([(self.share, self.other)] if self.share else [])
        masses = [share * m**power for share, m in parts]
        inside = [
            mass * special.ndtr((math.log(x / m) - power * s**2) / s)
            for mass, (_, m) in zip(masses, parts, strict=True)
        ]
        return float(sum(inside) / sum(masses))

    def quantile(self, level: float, power: int = 0) -> float:
        """Return the diameter below which a share lies."""
        low, high = self.median / 50, max(self.median, self.other) * 50
        return float(optimize.brentq(lambda x: self.below(x, power) - level, low, high))

    def mean(self, power: int = 0) -> float:
        """Return the mean diameter."""
        s = math.log(self.gsd)
        moment = [m ** (power + 1) * math.exp((power + 1) ** 2 * s**2 / 2) for m in (self.median, self.other)]
        under = [m**power * math.exp(power**2 * s**2 / 2) for m in (self.median, self.other)]
        shares = (1 - self.share, self.share)
        return float(np.dot(shares, moment) / np.dot(shares, under))

    @property
    def true_gsd(self) -> float:
        """Geometric standard deviation of both groups together, by number."""
        between = self.share * (1 - self.share) * math.log((self.other or self.median) / self.median) ** 2
        return math.exp(math.sqrt(math.log(self.gsd) ** 2 + between))


def disc(diameter: float, row: float, column: float, frame: int) -> tuple[int, int, int, int, int]:
    """Return how many pixels of a frame have their centre in a disc, and first and last rows and columns of these.

    Pixel i has its centre at i. No pixel: 0, and a box of nothing.
    """
    radius = diameter / 2
    rows = np.arange(max(0, math.ceil(row - radius)), min(frame - 1, math.floor(row + radius)) + 1)
    if not len(rows):
        return 0, 0, 0, 0, 0
    half = np.sqrt(np.maximum(radius**2 - (rows - row) ** 2, 0))
    first = np.maximum(np.ceil(column - half), 0).astype(int)
    last = np.minimum(np.floor(column + half), frame - 1).astype(int)
    there = last >= first
    if not there.any():
        return 0, 0, 0, 0, 0
    area = int((last - first + 1)[there].sum())
    return area, int(rows[there][0]), int(rows[there][-1]), int(first[there].min()), int(last[there].max())


def frames_of_discs(
    rng: np.random.Generator, population: Population, wanted: int, per_frame: float, frame: int = FRAME
) -> pd.DataFrame:
    """Return the table of discs that fall at random on frames, as `measure` would, until enough are whole."""
    rows: list[dict[str, float]] = []
    whole, number = 0, 0
    reach = population.quantile(1 - 1e-7)
    mean_count = per_frame * (1 + reach / frame) ** 2
    while whole < wanted:
        number += 1
        for diameter in population.draw(rng, rng.poisson(mean_count)):
            row, column = rng.uniform(-reach / 2, frame - 1 + reach / 2, 2)
            area, top, bottom, left, right = disc(diameter, row, column, frame)
            if not area:
                continue
            height, width = bottom - top + 1, right - left + 1
            touches = top == 0 or left == 0 or bottom == frame - 1 or right == frame - 1
            room = (frame - height) * (frame - width)
            rows.append(
                {
                    "micrograph": number,
                    "diameter_px": 2 * math.sqrt(area / math.pi),
                    "touches_edge": touches,
                    "edge_weight": 0.0 if touches else frame**2 / room,
                }
            )
            whole += not touches
    return pd.DataFrame(rows)


def placed(
    rng: np.random.Generator, diameters: Floats, frame: int, gap: float = 4.0
) -> list[tuple[float, float, float]]:
    """Place every disc at random without overlap, over the edges too: however large, it finds a place in the end."""
    reach = float(diameters.max())
    kept: list[tuple[float, float, float]] = []
    for diameter in diameters:
        while True:
            row, column = rng.uniform(-reach / 2, frame + reach / 2, 2)
            if all((row - y) ** 2 + (column - x) ** 2 > ((diameter + d) / 2 + gap) ** 2 for y, x, d in kept):
                kept.append((row, column, float(diameter)))
                break
    return kept


def count_for(population: Population, frame: int, covered: float) -> int:
    """Return how many discs cover a share of a frame and of what lies round it, into which their centres fall."""
    room = (frame + population.quantile(0.99)) ** 2
    area = math.pi / 4 * population.median**2 * math.exp(2 * math.log(population.true_gsd) ** 2)
    return max(1, round(covered * room / area))


@dataclass(frozen=True)
class DrawnNetwork:
    """A network that exists on paper: it draws rims some pixels too far out, soft, and with noise.

    Its probability at the true rim is ``at_rim`` and not 0.5: which threshold is right nobody knows.
    """

    name: str
    offset: float
    softness: float
    noise: float
    at_rim: float

    def answer(
        self, rng: np.random.Generator, discs: list[tuple[float, float, float]], micrograph: wb.Micrograph
    ) -> Segmentation:
        """Return what it says of discs: row, column and diameter of each; pixel i covers i to i + 1."""
        height, width = micrograph.shape
        logit = np.full((height, width), -12.0)
        for row, column, diameter in discs:
            reach = diameter / 2 + 12
            top, bottom = max(0, math.floor(row - reach)), min(height, math.ceil(row + reach) + 1)
            left, right = max(0, math.floor(column - reach)), min(width, math.ceil(column + reach) + 1)
            if top >= bottom or left >= right:
                continue
            y, x = np.ogrid[top:bottom, left:right]
            inside = diameter / 2 + self.offset - np.hypot(y + 0.5 - row, x + 0.5 - column)
            part = logit[top:bottom, left:right]
            np.maximum(part, inside / self.softness + special.logit(self.at_rim), out=part)
        grain = ndimage.gaussian_filter(rng.standard_normal(logit.shape), 1.5)
        logit += self.noise * grain / grain.std()
        card = wb.Card(name=self.name, architecture="drawn", threshold=0.5)
        return Segmentation(special.expit(logit).astype(np.float32), card, micrograph)


class DrawnMicrograph(NamedTuple):
    """A micrograph and its truth: a label image, 0 for background."""

    micrograph: wb.Micrograph
    labels: np.ndarray


def micrograph_of_spheres(
    rng: np.random.Generator, diameters: Floats, frame: int, nm_per_px: float
) -> DrawnMicrograph:
    """Return the picture of spheres on carbon: by their thickness, with Fresnel rims, blur and noise, all at random."""
    particles = tuple(
        Particle(
            "sphere", row, column, width, material=Material(mean_free_path_px=float(rng.uniform(30, 90)))
        )
        for row, column, width in placed(rng, diameters, frame)
    )
    lens = Lens(fresnel_px=float(rng.uniform(0.8, 2.5)), blur_px=float(rng.uniform(0, 1.0)))
    dose = float(np.exp(rng.uniform(np.log(40), np.log(1000))))
    drawn = render(Scene(particles, Support(), lens, Camera(electrons_per_px=dose)), (frame, frame), rng)
    return DrawnMicrograph(
        wb.Micrograph(drawn.pixels, nm_per_px, "drawn", marks=()), drawn.labels.astype(np.int32)
    )
