"""Phases that lattice fringes are compared with: their planes, and the directions that symmetry makes alike."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from workbench.errors import DatasetError
from workbench.micrographs.simulation.structure import Structure
from workbench.micrographs.simulation.structures import METALS, find_structure, reflections

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Direction = tuple[int, int, int]

FINEST_NM = 0.07
"""Finer planes are not compared with: few microscopes show them."""

_FACE_CENTRED = ((0, 0, 0), (0, 0.5, 0.5), (0.5, 0, 0.5), (0.5, 0.5, 0))
_BODY_CENTRED = ((0, 0, 0), (0.5, 0.5, 0.5))
_LARGEST_INDEX = 3  # of the reflections whose strength tells the symmetry
_MOST_PLANES = 300
_WEAKEST = 0.05  # gamma-Al2O3 shows its 111 and 222


def _support(
    name: str,
    cell_nm: Sequence[Sequence[float]],
    centring: Sequence[Sequence[float]],
    atoms: Sequence[tuple[int, Sequence[float]]],
) -> Structure:
    """Return a structure, of which here cell and atoms matter alone."""
    places = np.array([np.add(at, shift) for shift in centring for _, at in atoms], np.float64) % 1.0
    numbers = np.array([number for _ in centring for number, _ in atoms], np.int64)
    return Structure(name, np.array(cell_nm, np.float64), places, numbers, 0.1, 0.007)


def _box(a: float, c: float | None = None) -> list[list[float]]:
    return np.diag([a, a, a if c is None else c]).tolist()


def _spinel() -> list[tuple[int, Sequence[float]]]:
    """Return the atoms of Al3O4 without the centring, at the sites of Fd-3m with its centre at the origin."""
    u = 0.255
    tetrahedral = [(0.125, 0.125, 0.125), (0.875, 0.875, 0.875)]
    octahedral = [(0.5, 0.5, 0.5), (0.5, 0.25, 0.25), (0.25, 0.5, 0.25), (0.25, 0.25, 0.5)]
    oxygen = [(u, u, u), (u, 0.25 - u, 0.25 - u), (0.25 - u, u, 0.25 - u), (0.25 - u, 0.25 - u, u)]
    oxygen += [(-x, -y, -z) for x, y, z in oxygen]
    return [*((13, at) for at in tetrahedral + octahedral), *((8, at) for at in oxygen)]


SUPPORTS = {
    support.name: support
    for support in (
        _support(
            "graphite",
            [[0.24612, 0, 0], [-0.12306, 0.12306 * np.sqrt(3), 0], [0, 0, 0.67079]],
            [(0, 0, 0)],
            [(6, (0, 0, 0.25)), (6, (0, 0, 0.75)), (6, (1 / 3, 2 / 3, 0.25)), (6, (2 / 3, 1 / 3, 0.75))],
        ),
        _support(
            "CeO2",
            _box(0.5411),
            _FACE_CENTRED,
            [(58, (0, 0, 0)), (8, (0.25, 0.25, 0.25)), (8, (0.75, 0.75, 0.75))],
        ),
        _support(
            "TiO2 anatase",
            _box(0.37845, 0.95143),
            _BODY_CENTRED,
            [
                *((22, at) for at in ((0, 0, 0), (0, 0.5, 0.25))),
                *((8, at) for at in ((0, 0, 0.2081), (0, 0, -0.2081), (0, 0.5, 0.4581), (0, 0.5, 0.0419))),
            ],
        ),
        _support("MgO", _box(0.42117), _FACE_CENTRED, [(12, (0, 0, 0)), (8, (0.5, 0.5, 0.5))]),
        _support("gamma-Al2O3", _box(0.7911), _FACE_CENTRED, _spinel()),
    )
}
"""What particles often lie on, where it is crystalline; at room temperature, from Wyckoff, Crystal Structures
(graphite, CeO2, MgO), Howard, Sabine and Dickson, Acta Cryst. B 47, 462 (1991; anatase), Zhou and Snyder, Acta Cryst.
B 47, 617 (1991; gamma-Al2O3, here as spinel with all sites full, which has the same planes)."""


@dataclass(frozen=True, eq=False)
class PlanePairs:
    """Pairs of planes of a phase that are not parallel, one of each kind that fringes can tell apart.

    Parameters
    ----------
    first, second : (N, 3) int arrays
        Miller indices; the angle between the two is at most 90 degrees.
    spacing_nm : (N, 2) float array
    angle_deg : (N,) float array
        Between them.
    zone : (N, 3) int array
        The direction along both, in reduced positive form.
    """

    first: Integers
    second: Integers
    spacing_nm: Floats
    angle_deg: Floats
    zone: Integers


@dataclass(frozen=True, eq=False)
class Phase:
    """A crystal that a particle may be of.

    Parameters
    ----------
    name : str
        As it stands in a table: ``Au``, or that of a CIF's file.
    structure : Structure
        Its cell and atoms.
    """

    name: str
    structure: Structure

    @cached_property
    def planes(self) -> tuple[Integers, Floats]:
        """Miller indices and reciprocal vectors (1/nm) of the planes it shows, widest first, one of each pair +-."""
        hkl, g = reflections(self.structure, _WEAKEST, FINEST_NM)
        order = np.argsort(np.linalg.norm(g, axis=1), kind="stable")[:_MOST_PLANES]
        return hkl[order], g[order]

    @cached_property
    def symmetry(self) -> Integers:
        """Operations that leave the strengths of all reflections as they are, (N, 3, 3), on columns of [uvw]."""
        cell = self.structure.cell_nm
        metric = cell @ cell.T
        tried = np.array(list(itertools.product((-1, 0, 1), repeat=9)), np.int64).reshape(-1, 3, 3)
        turned = tried.transpose(0, 2, 1) @ metric @ tried
        tried = tried[np.isclose(turned, metric, rtol=0, atol=1e-3 * metric.max()).all(axis=(1, 2))]
        reach = range(-_LARGEST_INDEX, _LARGEST_INDEX + 1)
        hkl = np.array(list(itertools.product(reach, repeat=3)), np.int64)
        strength = self._strengths(hkl)
        kept = [
            np.allclose(self._strengths(hkl @ one), strength, rtol=0, atol=1e-3 * strength.max())
            for one in tried
        ]
        return np.asarray(tried[kept], np.int64)

    def _strengths(self, hkl: Integers) -> Floats:
        waves = np.exp(2j * np.pi * hkl @ self.structure.fractional.T)
        return np.asarray(np.abs(waves @ self.structure.numbers), np.float64)

    @cached_property
    def cubic(self) -> bool:
        """Whether all three axes are alike."""
        cell = self.structure.cell_nm
        return len(self.symmetry) >= 24 and bool(np.allclose(cell @ cell.T, np.eye(3) * cell[0, 0] ** 2))

    def reduced(self, direction: Sequence[int]) -> Direction:
        """Return the direction that stands for all that symmetry makes alike, as [011] for [110], [10-1] and so on.

        Without a common factor, and with as few negative indices as there can be; of a cubic phase the smallest first.
        """
        (one,) = self._reduced(np.asarray(direction, np.int64)[np.newaxis]).tolist()
        return one[0], one[1], one[2]

    def _reduced(self, directions: Integers) -> Integers:
        directions = directions // np.maximum(1, np.gcd.reduce(directions, axis=1))[:, np.newaxis]
        alike = np.einsum("sij,nj->nsi", self.symmetry, directions)
        alike = np.concatenate([alike, -alike], axis=1)
        base = 2 * int(abs(alike).max()) + 1
        place = alike if self.cubic else -alike
        order = (alike < 0).sum(axis=2) * base**3 + (place + base // 2) @ np.array([base**2, base, 1])
        return np.asarray(alike[np.arange(len(alike)), order.argmin(axis=1)], np.int64)

    @cached_property
    def pairs(self) -> PlanePairs:
        """All pairs of planes, in both orders."""
        hkl, g = self.planes
        length = np.linalg.norm(g, axis=1)
        i, j = (index.ravel() for index in np.indices((len(hkl), len(hkl))))
        cosine = (g[i] * g[j]).sum(axis=1) / (length[i] * length[j])
        parallel = np.linalg.norm(np.cross(hkl[i], hkl[j]), axis=1) == 0
        i, j, cosine = i[~parallel], j[~parallel], cosine[~parallel]
        sign = np.where(cosine < 0, -1, 1)
        second = hkl[j] * sign[:, np.newaxis]
        angle = np.degrees(np.arccos(np.clip(abs(cosine), 0, 1)))
        zones, which = np.unique(np.cross(hkl[i], second), axis=0, return_inverse=True)
        zone = self._reduced(zones)[which.ravel()]
        kinds = np.column_stack([length[i], length[j], angle, zone]).round(5)
        _, kept = np.unique(kinds, axis=0, return_index=True)
        spacing = 1 / np.column_stack([length[i], length[j]])
        return PlanePairs(hkl[i][kept], second[kept], spacing[kept], angle[kept], zone[kept])


@lru_cache(maxsize=32)
def find_phase(name: str) -> Phase:
    """Return a phase by its name, or the one that a CIF describes.

    Parameters
    ----------
    name : str
        A metal (Au, Ag, Pt, Pd, Cu), one of `SUPPORTS`, or the path of a ``.cif`` file, which ASE reads
        (extra ``simulate``).

    Raises
    ------
    DatasetError
        If there is no such phase, or the CIF cannot be used.
    WorkbenchError
        If it is a CIF and ASE is not installed.
    """
    if name in SUPPORTS:
        return Phase(name, SUPPORTS[name])
    if name in METALS:
        return Phase(name, METALS[name])
    if name.lower().endswith(".cif"):
        structure = find_structure(name)
        stem = structure.name[: -len(".cif")]
        return Phase(structure.name if stem in METALS or stem in SUPPORTS else stem, structure)
    raise DatasetError(
        f"{name}: no such phase; choose from {', '.join([*METALS, *SUPPORTS])}, or give the path of a .cif file."
    )
