"""Crystal structures that particles are made of: metals by name, anything else from a CIF."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import DatasetError
from workbench.micrographs.simulation.cif import read_cif
from workbench.micrographs.simulation.structure import FloatArray, IntArray, Structure

SMALLEST_SPACING_NM = 0.1
"""Finer lattice planes are not listed: few microscopes show them."""
_LARGEST_INDEX = 8


def _metal(
    symbol: str,
    number: int,
    lattice_nm: float,
    vibration_nm: float,
    energies: tuple[float, float, float],
    radius_nm: float | None = None,
) -> Structure:
    return Structure(
        symbol,
        np.eye(3) * lattice_nm,
        np.array([[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]], float),
        np.full(4, number),
        lattice_nm / np.sqrt(8) if radius_nm is None else radius_nm,
        vibration_nm,
        True,
        energies,
    )


METALS = {
    metal.name: metal
    for metal in (
        _metal("Au", 79, 0.40786, 0.0085, (1.28, 1.63, 1.70), 0.1442),
        _metal("Ag", 47, 0.40862, 0.0090, (1.17, 1.20, 1.24)),
        _metal("Pt", 78, 0.39242, 0.0063, (2.30, 2.73, 2.82)),
        _metal("Pd", 46, 0.38907, 0.0074, (1.92, 2.33, 2.23)),
        _metal("Cu", 29, 0.36149, 0.0077, (1.95, 2.17, 2.24)),
    )
}
"""Lattice constants at room temperature; surface energies of Vitos et al., Surface Science 1998, 411, 186;
displacements of a Debye crystal at 295 K with the Debye temperatures of Kittel, Introduction to Solid State Physics."""


@lru_cache(maxsize=32)
def find_structure(name: str) -> Structure:
    """Return a metal by its symbol, or the structure that a CIF describes.

    Parameters
    ----------
    name : str
        One of ``METALS``, or the path of a ``.cif`` file.

    Raises
    ------
    DatasetError
        If there is no such metal, or the CIF cannot be used.
    """
    if name in METALS:
        return METALS[name]
    if name.lower().endswith(".cif"):
        return read_cif(Path(name))
    raise DatasetError(
        f"{name}: no such structure; choose one of {', '.join(METALS)}, or give the path of a .cif file."
    )


def reflections(
    structure: Structure, weakest: float = 0.1, finest_nm: float = SMALLEST_SPACING_NM
) -> tuple[IntArray, FloatArray]:
    """Return the reflections that the structure allows, one of each Friedel pair.

    Parameters
    ----------
    structure : Structure
        The crystal.
    weakest : float
        Least structure factor, as a share of the largest possible.
    finest_nm : float
        Spacing of the finest planes.

    Returns
    -------
    (M, 3) int array
        Miller indices.
    (M, 3) float array
        Reciprocal lattice vectors in 1/nm, in the crystal's own axes.

    Notes
    -----
    Allowed: a structure factor, with the atomic number for every atom, above the weakest.
    """
    reciprocal = np.linalg.inv(structure.cell_nm).T
    lengths = np.linalg.norm(structure.cell_nm, axis=1)
    reach = np.minimum(np.ceil(lengths / finest_nm).astype(int), _LARGEST_INDEX)
    grids = np.meshgrid(*(np.arange(-n, n + 1) for n in reach), indexing="ij")
    hkl = np.stack(grids, axis=-1).reshape(-1, 3)
    hkl = hkl[[tuple(index) > (0, 0, 0) for index in hkl.tolist()]]
    g = hkl @ reciprocal
    near = np.linalg.norm(g, axis=1) <= 1 / finest_nm
    hkl, g = hkl[near], g[near]
    amplitude = np.abs(np.exp(2j * np.pi * hkl @ structure.fractional.T) @ structure.numbers)
    allowed = amplitude > weakest * structure.numbers.sum()
    return np.asarray(hkl[allowed], np.int64), np.asarray(g[allowed], np.float64)


def lattice_spacings(structure: Structure, at_most: int = 8) -> dict[str, float]:
    """Return the widest spacings of lattice planes in nm, by Miller indices, widest first (Au: 111, 0.2355)."""
    hkl, g = reflections(structure)
    spacings: dict[float, str] = {}
    for index, vector in zip(hkl.tolist(), g, strict=True):
        spacing = round(float(1 / np.linalg.norm(vector)), 6)
        name = _name(index)
        spacings[spacing] = max(spacings.get(spacing, name), name)
    return {spacings[key]: key for key in sorted(spacings, reverse=True)[:at_most]}


def fringes(structure: Structure, orientation: FloatArray, thickness_nm: float) -> list[dict[str, Any]]:
    """Return the lattice fringes that a crystal of this orientation can show: planes nearly parallel to the beam.

    Parameters
    ----------
    structure : Structure
        The crystal.
    orientation : (3, 3) float array
        Takes the crystal's axes to those of the micrograph: x right, y down, z along the beam.
    thickness_nm : float
        Along the beam; a reflection is as long along the beam as one over it, so thin crystals show more.

    Returns
    -------
    list of dict
        ``hkl``, ``spacing_nm`` and ``angle_deg``, the direction across the fringes (0: along a row, 90: along a
        column of pixels, in [0, 180)); widest spacing first.
    """
    hkl, g = reflections(structure)
    seen = g @ np.asarray(orientation).T
    rows: list[dict[str, Any]] = []
    for index, vector in zip(hkl.tolist(), seen, strict=True):
        across = float(np.hypot(vector[0], vector[1]))
        if abs(vector[2]) <= 0.5 / thickness_nm and across > 0:
            angle = float(np.degrees(np.arctan2(vector[1], vector[0]))) % 180
            rows.append({"hkl": index, "spacing_nm": round(1 / across, 6), "angle_deg": round(angle, 3)})
    return sorted(rows, key=lambda row: -row["spacing_nm"])


def _name(index: Sequence[int]) -> str:
    return "".join(map(str, sorted(map(abs, index), reverse=True)))
