"""The film that carries the particles: amorphous carbon, with an edge or with graphitic layers."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from workbench.micrographs.simulation.structure import FloatArray

CARBON_ATOMS_PER_NM3 = 100.3
"""2.0 g/cm3 of carbon."""
CARBON_SPACING_NM = 0.14
GRAPHITE_SPACING_NM = 0.335


def amorphous_carbon(cell_nm: float, thickness_nm: float, rng: np.random.Generator) -> FloatArray:
    """Return a film of randomly placed carbon atoms, none closer than 0.14 nm, at 2.0 g/cm3.

    Parameters
    ----------
    cell_nm, thickness_nm : float
        Edge of the square cell, in which the film repeats sideways, and its thickness; 0: no film.

    Returns
    -------
    (N, 3) float array
        Positions in nm, ``0 <= z < thickness_nm``.
    """
    if thickness_nm <= 0:
        return np.zeros((0, 3))
    count = round(CARBON_ATOMS_PER_NM3 * cell_nm**2 * thickness_nm)
    extent = np.array([cell_nm, cell_nm, thickness_nm])
    box = np.array([cell_nm, cell_nm, 0.0])
    placed: list[FloatArray] = []
    trees: list[cKDTree] = []
    missing = count
    for _ in range(80):
        points = rng.random((missing, 3)) * extent
        # What stands already is never looked at again, so each round costs half of the last.
        for tree in trees:
            distance, _index = tree.query(points, distance_upper_bound=CARBON_SPACING_NM)
            points = points[np.isinf(distance)]
        pairs = cKDTree(points, boxsize=box).query_pairs(CARBON_SPACING_NM, output_type="ndarray")
        points = np.delete(points, np.unique(pairs[:, 1]), axis=0)
        if len(points):
            placed.append(points)
            trees.append(cKDTree(points, boxsize=box))
            missing -= len(points)
        if missing == 0:
            break
    return np.concatenate(placed) if placed else np.zeros((0, 3))


def film_with_edge(carbon: FloatArray, cell_nm: float, rng: np.random.Generator) -> FloatArray:
    """Cut a hole into the film: atoms beyond a wavy, inclined edge are left out (vacuum there)."""
    angle, phase = rng.uniform(0, 2 * np.pi, 2)
    along = carbon[:, 0] * np.cos(angle) + carbon[:, 1] * np.sin(angle)
    across = -carbon[:, 0] * np.sin(angle) + carbon[:, 1] * np.cos(angle)
    middle = (np.cos(angle) + np.sin(angle)) * cell_nm / 2 + rng.uniform(-0.25, 0.25) * cell_nm
    wave = rng.uniform(0.02, 0.10) * cell_nm * np.sin(across / cell_nm * rng.uniform(3, 9) + phase)
    slope = rng.uniform(0.0, 1.5) * carbon[:, 2]
    return np.asarray(carbon[along < middle + wave - slope])


def graphitic(carbon: FloatArray, cell_nm: float, rng: np.random.Generator) -> FloatArray:
    """Pull the atoms towards concentric shells 0.335 nm apart, as in carbon black: fringes that are no particle."""
    points = carbon.copy()
    count = int(rng.integers(1, 5))
    centres = rng.uniform(0, cell_nm, (count, 3))
    centres[:, 2] = points[:, 2].mean() + rng.normal(0, 1.0, count)
    away = points[:, None, :] - centres
    distance = np.linalg.norm(away, axis=2)
    nearest = distance.argmin(axis=1)
    rows = np.arange(len(points))
    radius = distance[rows, nearest]
    shell = np.maximum(1, np.round(radius / GRAPHITE_SPACING_NM)) * GRAPHITE_SPACING_NM
    shell = shell + rng.normal(0, rng.uniform(0.02, 0.06), len(points))
    points = centres[nearest] + away[rows, nearest] * (shell / np.maximum(radius, 1e-6))[:, None]
    points[:, :2] %= cell_nm
    points[:, 2] = np.clip(points[:, 2], carbon[:, 2].min(), carbon[:, 2].max())
    return np.asarray(points, np.float64)


def turbostratic(carbon: FloatArray, cell_nm: float, rng: np.random.Generator) -> FloatArray:
    """Pull the atoms into wavy layers around many centres, ordered in patches, as in soot and heated carbon films.

    Layers are 0.335 nm apart; where they stand along the beam they show as short bent fringes a few layers wide, with
    amorphous carbon between them.
    """
    points = carbon.copy()
    apart = rng.uniform(4, 9)
    count = max(1, round((cell_nm / apart) ** 2))
    centres = rng.uniform(0, cell_nm, (count, 2))
    _distance, nearest = cKDTree(centres, boxsize=cell_nm).query(points[:, :2] % cell_nm)
    heights = points[:, 2].mean() + rng.normal(0, 1.5, count)
    away = points - np.column_stack([centres, heights])[nearest]
    away[:, 2] *= 0.35  # steep walls: shells as round as a ball would show no fringes but at their equator
    away[:, :2] = (away[:, :2] + cell_nm / 2) % cell_nm - cell_nm / 2
    radius = np.maximum(np.linalg.norm(away, axis=1), 1e-6)
    wavy = radius + rng.uniform(0.1, 0.25) * _smooth_noise(points, cell_nm, rng.uniform(2.5, 6.0), rng)
    order = np.clip(0.4 + 0.6 * _smooth_noise(points, cell_nm, rng.uniform(2.5, 6.0), rng), 0, 1)
    move = (np.maximum(1, np.round(wavy / GRAPHITE_SPACING_NM)) * GRAPHITE_SPACING_NM - wavy) * order
    move = move + rng.normal(0, rng.uniform(0.02, 0.05), len(points))
    points += away / radius[:, None] * move[:, None]
    points[:, :2] %= cell_nm
    points[:, 2] = np.clip(points[:, 2], carbon[:, 2].min(), carbon[:, 2].max())
    return np.asarray(points, np.float64)


def uneven_film(carbon: FloatArray, cell_nm: float, share: float, rng: np.random.Generator) -> FloatArray:
    """Take up to a share of the film away, here more and there less: no film is of one thickness."""
    thickness = float(carbon[:, 2].max())
    hills = _smooth_noise(carbon, cell_nm, rng.uniform(0.25, 0.6) * cell_nm, rng)
    hills = hills + 0.4 * _smooth_noise(carbon, cell_nm, rng.uniform(2.0, 5.0), rng)
    lost = share * thickness * np.clip(0.5 + 0.3 * hills, 0, 1)
    return np.asarray(carbon[carbon[:, 2] <= thickness - lost])


def _smooth_noise(
    points: FloatArray, cell_nm: float, wavelength_nm: float, rng: np.random.Generator, waves: int = 16
) -> FloatArray:
    """Return a random function of x and y at the points: mean 0, variance 1, periodic, no wave shorter than asked."""
    reach = max(1, int(cell_nm / wavelength_nm))
    value = np.zeros(len(points))
    for _ in range(waves):
        k = rng.integers(-reach, reach + 1, 2)
        if not k.any():
            k = np.array([1, 0])
        value += np.cos(2 * np.pi * (points[:, :2] @ k) / cell_nm + rng.uniform(0, 2 * np.pi))
    return np.asarray(value * np.sqrt(2 / waves))
