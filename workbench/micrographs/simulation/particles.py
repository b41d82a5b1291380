"""Shapes of single nanoparticles, atom by atom."""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.errors import WorkbenchError
from workbench.micrographs.simulation.extra import simulate_extra
from workbench.micrographs.simulation.structure import FloatArray, IntArray, Structure

SHAPES = ("wulff", "cuboctahedron", "icosahedron", "decahedron", "sphere")
ALL_SHAPES = (*SHAPES, "octahedron", "faceted")
ANY_CRYSTAL = ("sphere", "faceted")
"""Shapes that are cut out of any crystal; the others are clusters of face-centred cubic metals."""
TWINNED = ("icosahedron", "decahedron")

_FACETS = ((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, 0, 1), (0, 1, 1), (1, -1, 0), (1, 0, -1), (0, 1, -1),
           (1, 1, 1), (1, 1, -1), (1, -1, 1), (-1, 1, 1))  # fmt: skip


def particle_atoms(
    structure: Structure, shape: str, diameter_nm: float, rng: np.random.Generator
) -> tuple[FloatArray, IntArray]:
    """Return the atoms of one nanoparticle, centred on the origin and unrotated.

    Parameters
    ----------
    structure : Structure
        What it is made of.
    shape : str
        One of ``ALL_SHAPES``: the equilibrium (Wulff) shape, a cuboctahedron, a truncated octahedron, a multiply
        twinned icosahedron or decahedron, a rounded and slightly elongated crystal, or one with facets that grew
        unequally. A structure that is not a face-centred cubic metal has only the last two.
    diameter_nm : float
        Intended diameter; polyhedra come in steps, so the nearest size is taken.
    rng : numpy.random.Generator
        Decides elongation, truncation, facets and lattice offset.

    Returns
    -------
    (N, 3) float array, (N,) int array
        Positions in nm, and atomic numbers.

    Raises
    ------
    WorkbenchError
        If there is no such shape, or the structure cannot have it.
    """
    if shape not in ALL_SHAPES:
        raise WorkbenchError(
            f"{shape}: there is no such particle shape; choose one of {', '.join(ALL_SHAPES)}."
        )
    if shape in ANY_CRYSTAL:
        return _cut(structure, shape, diameter_nm, rng)
    if not structure.fcc:
        raise WorkbenchError(
            f"{structure.name}: only face-centred cubic metals form a {shape} here; "
            f"choose one of {', '.join(ANY_CRYSTAL)}."
        )
    atoms = _cluster(structure, shape, diameter_nm, rng)
    points = np.asarray(atoms.get_positions()) / 10
    return np.asarray(points - points.mean(axis=0)), np.asarray(atoms.numbers, np.int64)


def _cluster(structure: Structure, shape: str, diameter_nm: float, rng: np.random.Generator) -> Any:
    clusters, _atoms = _ase()
    symbol, lattice_nm = structure.name, structure.lattice_nm
    a = lattice_nm * 10
    shells = max(2, round(diameter_nm / 2 / (lattice_nm / np.sqrt(2))))
    if shape == "wulff":
        count = max(20, round(np.pi / 6 * diameter_nm**3 * 4 / lattice_nm**3))
        planes = [(1, 1, 1), (1, 0, 0), (1, 1, 0)]
        energies = list(structure.surface_energies)
        return clusters.wulff_construction(symbol, planes, energies, count, "fcc", latticeconstant=a)
    if shape == "cuboctahedron":
        return clusters.Octahedron(symbol, 2 * shells + 1, cutoff=shells, latticeconstant=a)
    if shape == "octahedron":
        truncation = rng.uniform(0.15, 0.4)
        length = max(3, round(diameter_nm / lattice_nm / (1 - truncation)) + 1)
        return clusters.Octahedron(symbol, length, cutoff=round(truncation * (length - 1)), latticeconstant=a)
    if shape == "icosahedron":
        return clusters.Icosahedron(symbol, shells + 1, latticeconstant=a)
    return clusters.Decahedron(symbol, max(2, shells), max(1, shells // 2 + 1), 0, latticeconstant=a)


def _cut(
    structure: Structure, shape: str, diameter_nm: float, rng: np.random.Generator
) -> tuple[FloatArray, IntArray]:
    """Cut an ellipsoid, or a polyhedron of low-index facets, out of the crystal."""
    _clusters, atoms_class = _ase()
    cell = structure.cell_nm
    reciprocal = np.linalg.inv(cell).T
    heights = 1 / np.linalg.norm(reciprocal, axis=1)
    repeats = [int(np.ceil(diameter_nm * 1.3 / height)) + 1 for height in heights]
    block = atoms_class(numbers=structure.numbers, scaled_positions=structure.fractional, cell=cell * 10)
    block = block.repeat(repeats)
    points = np.asarray(block.get_positions()) / 10
    points = points - points.mean(axis=0) + rng.uniform(-0.5, 0.5, 3) @ cell
    if shape == "sphere":
        radii = diameter_nm / 2 * rng.uniform(0.85, 1.18, 3)
        inside = ((points / radii) ** 2).sum(axis=1) <= 1
    else:
        normals = np.concatenate([_FACETS, -np.array(_FACETS)]) @ reciprocal
        normals /= np.linalg.norm(normals, axis=1)[:, None]
        inside = (points @ normals.T <= diameter_nm / 2 * rng.uniform(0.82, 1.18, len(normals))).all(axis=1)
    if not inside.any():
        inside = np.arange(len(points)) == np.linalg.norm(points, axis=1).argmin()
    return np.asarray(points[inside]), np.asarray(block.numbers[inside], np.int64)


def _ase() -> tuple[Any, Any]:
    with simulate_extra():
        import ase.cluster
        from ase import Atoms
    return ase.cluster, Atoms
