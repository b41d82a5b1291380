"""Kinds of micrograph: which particles lie how on what. A kind and a generator give the particles of a scene."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from workbench.micrographs.synthetic.arrangement import Places, array, clustered, scattered, widths
from workbench.micrographs.synthetic.matter import Batch, draw_batch
from workbench.micrographs.synthetic.noise import smooth_noise
from workbench.micrographs.synthetic.particle import Particle

Shape = tuple[int, int]
MOST = 150
"""Particles in a frame of 256 px, and in proportion in larger ones; more would be slow to draw."""
ROUND = ("sphere", "facet", "rough", "core_shell", "hollow")


@dataclass(frozen=True)
class Kind:
    """A kind of micrograph.

    Parameters
    ----------
    about : str
        What it shows.
    widths_px : (float, float)
        Range of the median width, log-uniform.
    draw : callable(shape, median, generator) -> list of Particle
    weight : float
        How often it is drawn, beside the others.
    supports : dict
        Kind of support -> how often.
    """

    about: str
    widths_px: tuple[float, float]
    draw: Callable[[Shape, float, np.random.Generator], list[Particle]]
    weight: float
    supports: dict[str, float]


def made(
    places: Places, batch: Batch, rng: np.random.Generator, angle: float | None = None
) -> list[Particle]:
    """Return particles of one batch at places, turned at random or all by one angle."""
    return [
        batch.particle(float(row), float(column), float(width), angle, rng) for row, column, width in places
    ]


def _count(shape: Shape, median: float, coverage: tuple[float, float], rng: np.random.Generator) -> int:
    share = np.exp(rng.uniform(*np.log(coverage)))
    size = shape[0] * shape[1]
    return int(np.clip(np.round(share * size / (np.pi / 4 * median**2)), 1, MOST * size / 256**2))


def _spread(rng: np.random.Generator) -> float:
    """Return the spread of a size distribution: a third are narrow."""
    return float(rng.uniform(0.01, 0.08) if rng.random() < 0.35 else rng.uniform(0.08, 0.4))


def _scattered(shape: Shape, median: float, rng: np.random.Generator) -> list[Particle]:
    batch = draw_batch(
        _one_of(("sphere", "facet", "rough", "core_shell", "cube", "hollow"), rng, first=3.0), median, rng
    )
    wanted = widths(_count(shape, median, (0.02, 0.35), rng), median, _spread(rng), rng)
    gap = float(rng.choice([-0.06, 0.05, 0.3])) + 0.25 * (batch.shape in ("facet", "cube"))
    particles = made(scattered(shape, wanted, gap, rng), batch, rng)
    if rng.random() < 0.15:  # of the same synthesis, another shape
        other = replace(draw_batch(_one_of(("facet", "rod"), rng), median, rng), material=batch.material)
        particles = [
            one if rng.random() < 0.8 else other.particle(one.row, one.column, one.width_px * 0.8, None, rng)
            for one in particles
        ]
    return particles


def _touching(shape: Shape, median: float, rng: np.random.Generator) -> list[Particle]:
    batch = draw_batch(_one_of(ROUND, rng, first=3.0), median, rng)
    wanted = widths(_count(shape, median, (0.15, 0.75), rng), median, _spread(rng), rng)
    clusters = int(rng.integers(1, max(2, len(wanted) // 4) + 1))
    contact = (0.97, 1.04) if batch.shape in ("sphere", "core_shell", "hollow") else (1.0, 1.12)
    return made(
        clustered(shape, wanted, contact, clusters, rng, chain=float(rng.uniform(0, 0.9))), batch, rng
    )


def _overlapping(shape: Shape, median: float, rng: np.random.Generator) -> list[Particle]:
    """Draw aggregates in projection: soot, silica, polymer; seen through where they overlap."""
    batch = draw_batch(_one_of(("sphere", "rough", "core_shell", "hollow"), rng, first=3.0), median, rng)
    seen_through = replace(batch.material, mean_free_path_px=median / float(rng.uniform(0.15, 0.9)))
    batch = replace(batch, material=seen_through, crystal=None)
    wanted = widths(_count(shape, median, (0.25, 0.9), rng), median, float(rng.uniform(0.02, 0.25)), rng)
    clusters = int(rng.integers(1, 4))
    contact = (float(rng.uniform(0.4, 0.8)), 1.0)
    return made(
        clustered(shape, wanted, contact, clusters, rng, chain=float(rng.uniform(0.2, 0.9))), batch, rng
    )


def _array(shape: Shape, median: float, rng: np.random.Generator) -> list[Particle]:
    median = max(median, 1.1 * float(np.sqrt(4 * shape[0] * shape[1] / np.pi / (1.3 * MOST))))
    batch = draw_batch(_one_of(("sphere", "facet", "cube", "core_shell"), rng, first=2.0), median, rng)
    square = batch.shape == "cube" or rng.random() < 0.25
    angle = float(rng.uniform(0, np.pi))
    pitch = float(rng.choice([1.0, 1.0, rng.uniform(1.0, 1.35)]))
    if batch.shape == "facet":
        batch, pitch = replace(batch, sides=(6,), irregular=0.1, aspect=(1.0, 1.05)), pitch * 1.06
    if batch.shape == "cube":
        pitch *= 1.04
    places = array(
        shape,
        median,
        float(rng.uniform(0, 0.05)),
        pitch,
        rng,
        square=square,
        angle=angle,
        jitter=float(rng.uniform(0, 0.04)) if pitch > 1.06 else 0.01,
        vacancies=float(rng.choice([0.0, 0.05, 0.25])),
    )
    if rng.random() < 0.4:  # islands of it
        places = places[_somewhere(places, shape, rng)]
    turned = angle + (np.pi / 6 if batch.shape == "facet" else 0.0)
    return made(places, batch, rng, turned if batch.shape in ("facet", "cube") else None)


def _few(shape: Shape, median: float, rng: np.random.Generator) -> list[Particle]:
    """Draw one to four particles that fill much of the frame, which keeps some of its background."""
    names = ("sphere", "facet", "rough", "core_shell", "hollow", "cube", "rod")
    batch = draw_batch(_one_of(names, rng, first=2.0), median, rng)
    if batch.shape == "rod":
        median = 0.5 * median
    count = int(rng.integers(1, 5)) if median < 0.6 * min(shape) else 1
    wanted = widths(count, median, float(rng.uniform(0.02, 0.2)), rng)
    if rng.random() < 0.5 and count > 1:
        return made(clustered(shape, wanted, (1.0, 1.06), 1, rng), batch, rng)
    return made(scattered(shape, wanted, float(rng.uniform(-0.05, 0.2)), rng), batch, rng)


def _rods(shape: Shape, median: float, rng: np.random.Generator) -> list[Particle]:
    batch = draw_batch("rod", median, rng)
    length = median * sum(batch.aspect) / 2
    count = min(_count(shape, float(np.sqrt(median * length)), (0.04, 0.35), rng), 80)
    across = widths(count, median, float(rng.uniform(0.03, 0.2)), rng)
    if rng.random() < 0.35:
        return _side_by_side(shape, across, batch, rng)
    free = scattered(shape, np.full(count, length), float(rng.choice([-0.75, -0.4, 0.02])), rng)
    return [
        batch.particle(float(row), float(column), float(width), None, rng)
        for (row, column, _length), width in zip(free, across, strict=False)
    ]


def _side_by_side(
    shape: Shape, across: npt.NDArray[np.float64], batch: Batch, rng: np.random.Generator
) -> list[Particle]:
    """Draw bundles of rods, which lie along each other as dried drops leave them."""
    particles: list[Particle] = []
    at = 0
    while at < len(across):
        row, column, angle = (
            float(rng.uniform(0, shape[0])),
            float(rng.uniform(0, shape[1])),
            rng.uniform(0, np.pi),
        )
        place = 0.0
        for width in across[at : at + int(rng.integers(2, 8))]:
            place += float(width) * float(rng.uniform(1.0, 1.25))
            slip = float(rng.normal(0, 0.3 * width))
            particles.append(
                batch.particle(
                    row + place * np.cos(angle) + slip * np.sin(angle),
                    column - place * np.sin(angle) + slip * np.cos(angle),
                    float(width),
                    angle,
                    rng,
                )
            )
            at += 1
    return particles


def _wires(shape: Shape, median: float, rng: np.random.Generator) -> list[Particle]:
    batch = draw_batch("wire", median, rng)
    count = int(rng.integers(1, 6)) if median < 60 else 1
    across = widths(count, median, float(rng.uniform(0.02, 0.3)), rng)
    aligned = rng.uniform(0, np.pi) if rng.random() < 0.3 else None
    places = rng.uniform(0.15, 0.85, (count, 2)) * shape
    return [
        batch.particle(
            float(row),
            float(column),
            float(width),
            float(rng.uniform(0, np.pi) if aligned is None else aligned + rng.normal(0, 0.1)),
            rng,
        )
        for (row, column), width in zip(places, across, strict=True)
    ]


def _plates(shape: Shape, median: float, rng: np.random.Generator) -> list[Particle]:
    batch = draw_batch("plate", median, rng)
    wanted = widths(_count(shape, median, (0.08, 0.5), rng), median, _spread(rng), rng)
    return made(scattered(shape, wanted, float(rng.choice([-0.5, -0.1, 0.2])), rng), batch, rng)


def _catalyst(shape: Shape, median: float, rng: np.random.Generator) -> list[Particle]:
    """Draw small heavy particles, many of them overlapping, some clumped, on lumps of oxide or carbon."""
    batch = draw_batch(_one_of(("sphere", "facet", "rough"), rng), median, rng)
    wanted = widths(_count(shape, median, (0.02, 0.2), rng), median, float(rng.uniform(0.1, 0.35)), rng)
    places = scattered(shape, wanted, float(rng.choice([-0.5, -0.2, 0.1])), rng)
    if rng.random() < 0.6:
        places = places[_somewhere(places, shape, rng)]
    return made(places, batch, rng)


def _lattice(shape: Shape, median: float, rng: np.random.Generator) -> list[Particle]:
    """Draw particles at high magnification: round or faceted, apart, with lattice fringes on grainy carbon."""
    batch = draw_batch(_one_of(("sphere", "facet", "rough"), rng, first=2.0), median, rng, fringes=True)
    wanted = widths(_count(shape, median, (0.08, 0.45), rng), median, float(rng.uniform(0.1, 0.4)), rng)
    return made(scattered(shape, wanted, float(rng.choice([-0.15, 0.0, 0.2])), rng), batch, rng)


def _empty(_shape: Shape, _median: float, _rng: np.random.Generator) -> list[Particle]:
    return []


def _somewhere(places: Places, shape: Shape, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Return which places lie in islands."""
    hills = smooth_noise(shape, max(shape) / 4, rng)
    rows, columns = (np.clip(places[:, n].astype(int), 0, shape[n] - 1) for n in (0, 1))
    chosen = hills[rows, columns] > rng.uniform(-0.6, 0.3)
    return chosen if chosen.any() else np.ones(len(places), np.bool_)


def _one_of(names: tuple[str, ...], rng: np.random.Generator, first: float = 1.0) -> str:
    chances = np.array([first, *[1.0] * (len(names) - 1)])
    return names[int(rng.choice(len(names), p=chances / chances.sum()))]


_FILMS = {"carbon": 6.0, "holey": 0.7, "lacey": 0.5, "vacuum": 0.6, "graphite": 0.6}
KINDS = {
    "scattered": Kind("particles apart", (5, 120), _scattered, 3, _FILMS),
    "touching": Kind("clusters and chains in contact", (14, 260), _touching, 4, _FILMS),
    "overlapping": Kind("aggregates in projection", (14, 180), _overlapping, 2, _FILMS | {"vacuum": 2.0}),
    "array": Kind("hexagonal and square arrays", (14, 250), _array, 2.5, {"carbon": 8.0, "holey": 1.0}),
    "few": Kind("one to four large ones", (90, 400), _few, 5, _FILMS | {"vacuum": 1.5}),
    "rods": Kind("rods, free and side by side", (5, 60), _rods, 2, _FILMS),
    "wires": Kind("wires and tubes across the frame", (8, 250), _wires, 1, _FILMS | {"vacuum": 2.0}),
    "plates": Kind("thin plates", (30, 250), _plates, 1, _FILMS),
    "catalyst": Kind(
        "small particles on oxide or carbon lumps", (5, 28), _catalyst, 1.5, {"oxide": 4.0, "graphite": 1.0}
    ),
    "lattice": Kind(
        "lattice fringes on grainy carbon",
        (20, 150),
        _lattice,
        2,
        {"carbon": 6.0, "graphite": 1.0, "holey": 1.0},
    ),
    "empty": Kind(
        "no particle", (20, 21), _empty, 0.4, {"carbon": 2.0, "holey": 1.0, "lacey": 1.0, "graphite": 1.0}
    ),
}
"""By name."""
