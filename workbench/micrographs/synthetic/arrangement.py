"""Where particles lie and how wide they are: apart, touching, in arrays, grown into aggregates."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.float64]
"""(N, 3): row, column, width in px."""
Shape = tuple[int, int]
TRIES = 12


def widths(count: int, median_px: float, spread: float, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Return a lognormal distribution of widths, the usual one of particles that grew in a liquid or a gas.

    Parameters
    ----------
    count : int
    median_px : float
    spread : float
        Its sigma, the logarithm of the geometric standard deviation: 0.03 is monodisperse, 0.4 broad.
    rng : Generator
    """
    return median_px * np.exp(spread * np.clip(rng.standard_normal(count), -2.5, 2.5))


def scattered(shape: Shape, wanted: npt.NDArray[np.float64], gap: float, rng: np.random.Generator) -> Places:
    """Place discs at random without overlap (random sequential adsorption); what finds no place is left out.

    Parameters
    ----------
    shape : (int, int)
        Of the frame, over whose edge they may lie.
    wanted : (N,) array
        Diameters in px.
    gap : float
        Least distance between rims, as a share of the mean diameter of the two; below 0 they may overlap.
    rng : Generator
    """
    placed = np.empty((len(wanted), 3))
    count = 0
    for width in np.sort(wanted)[::-1]:
        tries = _anywhere(shape, width, TRIES, rng)
        for row, column in tries:
            near = placed[:count]
            least = (1 + gap) * 0.5 * (near[:, 2] + width)
            if not ((near[:, 0] - row) ** 2 + (near[:, 1] - column) ** 2 < least**2).any():
                placed[count] = row, column, width
                count += 1
                break
    return placed[:count]


def clustered(
    shape: Shape,
    wanted: npt.NDArray[np.float64],
    contact: tuple[float, float],
    clusters: int,
    rng: np.random.Generator,
    *,
    chain: float = 0.3,
) -> Places:
    """Grow clusters: each disc is set beside one that is there.

    Parameters
    ----------
    shape : (int, int)
    wanted : (N,) array
        Diameters in px.
    contact : (float, float)
        Range of the distance between two centres, as a share of the sum of their radii: 1 is contact, less overlaps,
        as of spheres at different heights in projection.
    clusters : int
        How many begin at places of their own.
    rng : Generator
    chain : float
        Chance to go on from the last one: 0 is compact, 1 a chain.
    """
    placed = np.empty((len(wanted), 3))
    count, last = 0, 0
    for number, width in enumerate(wanted):
        if number < clusters or count == 0:
            placed[count] = *_anywhere(shape, 0.3 * width, 1, rng)[0], width
            last, count = count, count + 1
            continue
        for _ in range(TRIES):
            root = last if rng.random() < chain else int(rng.integers(count))
            angle, share = rng.uniform(0, 2 * np.pi), rng.uniform(*contact)
            away = share * 0.5 * (placed[root, 2] + width)
            row, column = placed[root, 0] + away * np.sin(angle), placed[root, 1] + away * np.cos(angle)
            if not (-width < 2 * row < 2 * shape[0] + width and -width < 2 * column < 2 * shape[1] + width):
                continue
            least = (contact[0] * 0.5 * (placed[:count, 2] + width)) ** 2
            apart = (placed[:count, 0] - row) ** 2 + (placed[:count, 1] - column) ** 2
            if (apart >= 0.98 * least).all():
                placed[count] = row, column, width
                last, count = count, count + 1
                break
    return placed[:count]


def array(
    shape: Shape,
    width_px: float,
    spread: float,
    pitch: float,
    rng: np.random.Generator,
    *,
    square: bool = False,
    angle: float = 0.0,
    jitter: float = 0.02,
    vacancies: float = 0.0,
) -> Places:
    """Place discs in a hexagonal or square array.

    Parameters
    ----------
    shape : (int, int)
    width_px : float
        Diameter.
    spread : float
        sigma of its lognormal distribution.
    pitch : float
        Distance of neighbours over the diameter: 1 is contact.
    rng : Generator
    square : bool
        Else hexagonal.
    angle : float
        Of the rows, in radians.
    jitter : float
        Spread of the places, in diameters.
    vacancies : float
        Share of the places that are empty.
    """
    step = pitch * width_px
    reach = int(np.ceil(0.75 * np.hypot(*shape) / step)) + 1
    down, right = (one.ravel().astype(np.float64) for one in np.mgrid[-reach : reach + 1, -reach : reach + 1])
    if not square:
        right, down = right + 0.5 * (down % 2), down * np.sqrt(0.75)
    row, column = down * np.cos(angle) + right * np.sin(angle), right * np.cos(angle) - down * np.sin(angle)
    first = rng.uniform(0, step, 2)
    row, column = row * step + shape[0] / 2 + first[0], column * step + shape[1] / 2 + first[1]
    placed = seen(np.stack([row, column, np.full(len(row), width_px)], 1), shape)
    placed = placed[rng.random(len(placed)) >= vacancies]
    placed[:, :2] += rng.normal(0, jitter * width_px, (len(placed), 2))
    placed[:, 2] = widths(len(placed), width_px, spread, rng)
    return placed


def seen(placed: Places, shape: Shape) -> Places:
    """Return those discs of which the frame shows a part."""
    half = placed[:, 2] / 2
    inside = np.ones(len(placed), np.bool_)
    for place, length in zip((placed[:, 0], placed[:, 1]), shape, strict=True):
        inside &= (place > -half) & (place < length + half)
    return placed[inside]


def _anywhere(shape: Shape, width: float, count: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Return places for a disc, of which a part lies in the frame: rows and columns, (count, 2)."""
    beyond = np.minimum(0.35 * width, 0.1 * np.asarray(shape))
    return rng.uniform(-beyond, np.asarray(shape) + beyond, (count, 2))
