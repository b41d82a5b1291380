"""A crystal structure from a CIF: parsed by ASE, checked here, never executed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from workbench.errors import DatasetError
from workbench.micrographs.simulation.extra import simulate_extra
from workbench.micrographs.simulation.structure import Structure
from workbench.quiet import quiet

LARGEST_FILE = 2_000_000
MOST_ATOMS = 2000
LONGEST_NM = 5.0
CLOSEST_NM = 0.06
"""No two atoms are nearer than in a hydrogen molecule (0.074 nm), with some room for poor refinements."""
HEAVIEST = 103
"""Kirkland's potentials end with lawrencium."""
VIBRATION_NM = 0.007
"""A CIF's own displacement parameters are seldom there; this is usual for a solid at room temperature."""


def read_cif(path: Path) -> Structure:
    """Read a crystal structure.

    Parameters
    ----------
    path : Path
        A CIF with one fully occupied structure.

    Returns
    -------
    Structure

    Raises
    ------
    DatasetError
        If the file is missing or is no CIF, or describes what cannot be simulated: partial occupancy, atoms on top of
        each other, elements beyond lawrencium, a cell beyond 5 nm or 2000 atoms.
    WorkbenchError
        If ASE is not installed.
    """
    atoms = _parse(path)
    if len(atoms) == 0 or len(atoms) > MOST_ATOMS:
        raise DatasetError(
            f"{path.name}: a cell of 1 to {MOST_ATOMS} atoms can be used, not of {len(atoms)}."
        )
    cell = np.asarray(atoms.cell.array, np.float64) / 10
    lengths = np.linalg.norm(cell, axis=1)
    if not np.isfinite(cell).all() or lengths.max() > LONGEST_NM or abs(np.linalg.det(cell)) < 1e-3:
        raise DatasetError(
            f"{path.name}: its cell is {' x '.join(f'{length:.3g}' for length in lengths)} nm, which is flat, or "
            f"longer than the {LONGEST_NM:g} nm that can be used."
        )
    fractional = np.asarray(atoms.get_scaled_positions(), np.float64)
    numbers = np.asarray(atoms.numbers, np.int64)
    if not np.isfinite(fractional).all() or numbers.min() < 1 or numbers.max() > HEAVIEST:
        raise DatasetError(
            f"{path.name}: an atom has no position, or is no element from H to Lr; mend the file."
        )
    occupancies = [share for site in (atoms.info.get("occupancy") or {}).values() for share in site.values()]
    if any(share < 0.999 for share in occupancies):
        raise DatasetError(
            f"{path.name}: some sites are only partly occupied, which cannot be built atom by atom; "
            "give an ordered structure."
        )
    nearest = _nearest_neighbour_nm(cell, fractional)
    if nearest < CLOSEST_NM:
        raise DatasetError(
            f"{path.name}: two atoms are {nearest:.3f} nm apart, nearer than any bond; check its symmetry."
        )
    return Structure(path.name, cell, fractional, numbers, nearest / 2, VIBRATION_NM)


def _parse(path: Path) -> Any:
    with simulate_extra("Reading a CIF"):
        import ase.io
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise DatasetError(
                f"{path.name} is larger than {LARGEST_FILE // 1_000_000} MB, too large for a CIF."
            )
    except OSError as error:
        raise DatasetError(f"{path} cannot be read ({(error.strerror or 'error').lower()}).") from error
    try:
        with quiet("ase", "spglib", "numpy"):
            return ase.io.read(path, format="cif", index=0)
    # ASE's parser has no error of its own: a broken file ends in whatever its lines led to.
    except Exception as broken:
        reason = " ".join(str(broken).split()) or type(broken).__name__
        raise DatasetError(f"{path.name} is not a CIF that can be read: {reason[:150]}.") from broken


def _nearest_neighbour_nm(cell: Any, fractional: Any) -> float:
    """Return the shortest distance between two atoms of the crystal, periodic images included."""
    shifts = np.stack(np.meshgrid(*[[-1, 0, 1]] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    images = (fractional[None] + shifts[:, None]).reshape(-1, 3) @ cell
    distance, _index = cKDTree(images).query(fractional @ cell, k=2)
    return float(distance[:, 1].min())
