"""One crystal structure: its cell, its atoms, and what a simulation needs to know of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Structure:
    """One crystal structure.

    Parameters
    ----------
    name : str
        The metal's symbol, or the CIF's file name.
    cell_nm : (3, 3) float array
        Lattice vectors as rows.
    fractional : (N, 3) float array
        Atoms of the cell, in units of the lattice vectors.
    numbers : (N,) int array
        Their atomic numbers.
    radius_nm : float
        Half of the distance between nearest neighbours; a mask reaches so far beyond the outermost atom centres.
    vibration_nm : float
        Root mean square displacement of an atom along one axis at room temperature.
    fcc : bool
        Whether ASE's clusters of face-centred cubic metals can be built of it.
    surface_energies : (float, float, float)
        Of {111}, {100} and {110} in J/m2, which give the equilibrium shape of a metal.
    """

    name: str
    cell_nm: FloatArray
    fractional: FloatArray
    numbers: IntArray
    radius_nm: float
    vibration_nm: float
    fcc: bool = False
    surface_energies: tuple[float, float, float] = (1.0, 1.0, 1.0)

    @property
    def lattice_nm(self) -> float:
        """Length of the first lattice vector: the lattice constant of a cubic structure."""
        return float(np.linalg.norm(self.cell_nm[0]))

    @property
    def closing_nm(self) -> float:
        """Radius that closes the gaps between projected columns: half of the lattice constant of a metal."""
        return self.lattice_nm / 2 if self.fcc else float(np.sqrt(2) * self.radius_nm)
