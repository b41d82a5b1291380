"""What lies under the beam in a simulated micrograph: gold nanoparticles on an amorphous carbon film, atom by atom.

Lengths are nanometres throughout; ASE, which speaks angstroms, is met only inside :func:`gold_particle`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import distance_transform_edt
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import BoolImage

FloatArray = npt.NDArray[np.float64]

GOLD_LATTICE_NM = 0.40786
GOLD_RADIUS_NM = 0.1442
"""Metallic radius of gold: half the nearest-neighbour distance."""
CARBON_ATOMS_PER_NM3 = 100.3
"""2.0 g/cm3 of carbon."""
CARBON_SPACING_NM = 0.14
GRAPHITE_SPACING_NM = 0.335
GOLD_VIBRATION_NM = 0.0085
"""Root mean square displacement of a gold atom along one axis at room temperature."""

SHAPES = ("wulff", "cuboctahedron", "icosahedron", "decahedron", "sphere")
ZONE_AXES: tuple[tuple[int, int, int], ...] = ((0, 0, 1), (1, 1, 0), (1, 1, 1), (2, 1, 1))


@dataclass(frozen=True, eq=False)
class Specimen:
    """Atoms in a square cell that repeats sideways.

    Parameters
    ----------
    gold, carbon : (N, 3) float arrays
        Positions (x, y, z) in nm; the beam runs along z and ``0 <= z <= height_nm``.
    cell_nm, height_nm : float
        Edge of the cell, and its height.
    parameters : dict
        How it was made, JSON-able.
    """

    gold: FloatArray
    carbon: FloatArray
    cell_nm: float
    height_nm: float
    parameters: dict[str, Any] = field(default_factory=dict)


def gold_particle(shape: str, diameter_nm: float, rng: np.random.Generator) -> FloatArray:
    """Return the atoms of one gold nanoparticle, centred on the origin and unrotated.

    Parameters
    ----------
    shape : str
        One of ``SHAPES``: the equilibrium (Wulff) shape, a cuboctahedron, a multiply twinned icosahedron or
        decahedron, or a rounded, slightly elongated crystal.
    diameter_nm : float
        Intended diameter; polyhedra come in steps, so the nearest size is taken.
    rng : numpy.random.Generator
        Decides elongation, and lattice offset, of the rounded crystal.

    Returns
    -------
    (N, 3) float array
        Positions in nm.
    """
    ase_cluster, ase_lattice = _ase()
    a = GOLD_LATTICE_NM * 10
    shell_nm = GOLD_LATTICE_NM / np.sqrt(2)
    shells = max(2, round(diameter_nm / 2 / shell_nm))
    if shape == "wulff":
        count = max(20, round(np.pi / 6 * diameter_nm**3 * 4 / GOLD_LATTICE_NM**3))
        planes, energies = [(1, 1, 1), (1, 0, 0), (1, 1, 0)], [1.28, 1.63, 1.70]
        atoms = ase_cluster.wulff_construction("Au", planes, energies, count, "fcc", latticeconstant=a)
    elif shape == "cuboctahedron":
        atoms = ase_cluster.Octahedron("Au", 2 * shells + 1, cutoff=shells, latticeconstant=a)
    elif shape == "icosahedron":
        atoms = ase_cluster.Icosahedron("Au", shells + 1, latticeconstant=a)
    elif shape == "decahedron":
        atoms = ase_cluster.Decahedron("Au", max(2, shells), max(1, shells // 2 + 1), 0, latticeconstant=a)
    elif shape == "sphere":
        cells = int(np.ceil(diameter_nm * 1.3 / GOLD_LATTICE_NM)) + 1
        atoms = ase_lattice.bulk("Au", "fcc", a=a, cubic=True).repeat(cells)
        points = np.asarray(atoms.get_positions()) / 10
        points = points - points.mean(axis=0) + rng.uniform(-0.5, 0.5, 3) * GOLD_LATTICE_NM
        radii = diameter_nm / 2 * rng.uniform(0.85, 1.18, 3)
        return np.asarray(points[((points / radii) ** 2).sum(axis=1) <= 1])
    else:
        raise WorkbenchError(f"{shape}: there is no such particle shape; choose one of {', '.join(SHAPES)}.")
    points = np.asarray(atoms.get_positions()) / 10
    return np.asarray(points - points.mean(axis=0))


def amorphous_carbon(cell_nm: float, thickness_nm: float, rng: np.random.Generator) -> FloatArray:
    """Return a film of randomly placed carbon atoms, none closer than 0.14 nm, at 2.0 g/cm3.

    Parameters
    ----------
    cell_nm, thickness_nm : float
        Edge of the square cell, in which the film repeats sideways, and its thickness.

    Returns
    -------
    (N, 3) float array
        Positions in nm, ``0 <= z < thickness_nm``.
    """
    count = round(CARBON_ATOMS_PER_NM3 * cell_nm**2 * thickness_nm)
    extent = np.array([cell_nm, cell_nm, thickness_nm])
    box = np.array([cell_nm, cell_nm, 0.0])
    placed: list[FloatArray] = []
    trees: list[cKDTree] = []
    missing = count
    for _ in range(80):
        points = rng.random((missing, 3)) * extent
        for (
            tree
        ) in trees:  # what stands already is never looked at again, so each round costs half of the last
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
    """Pull the atoms towards concentric shells 0.335 nm apart, as in carbon black: fringes that are not gold."""
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


def build_specimen(
    rng: np.random.Generator,
    *,
    cell_nm: float,
    particles: int,
    diameters_nm: tuple[float, float],
    thickness_nm: float,
    touching: float = 0.3,
    zone_axis: float = 0.35,
    edge: bool = False,
    graphite: bool = False,
) -> Specimen:
    """Place gold particles on a carbon film.

    Parameters
    ----------
    rng : numpy.random.Generator
        Decides everything that the other parameters leave open.
    cell_nm, thickness_nm : float
        Edge of the cell and thickness of the film.
    particles : int
        How many. They may be cut by the frame, and lie on either face of the film.
    diameters_nm : (low, high)
        Range of diameters.
    touching : float
        Chance that a particle is put against, or partly over, the one before.
    zone_axis : float
        Chance that a particle is seen along a low-index direction, within 2 degrees; otherwise at random.
    edge, graphite : bool
        A film with an edge to vacuum; carbon in curved graphitic layers.

    Returns
    -------
    Specimen
    """
    carbon = amorphous_carbon(cell_nm, thickness_nm, rng)
    if graphite:
        carbon = graphitic(carbon, cell_nm, rng)
    if edge:
        carbon = film_with_edge(carbon, cell_nm, rng)
    placed: list[FloatArray] = []
    notes: list[dict[str, Any]] = []
    for _ in range(particles):
        shape = str(rng.choice(SHAPES))
        diameter = float(rng.uniform(*diameters_nm))
        atoms = gold_particle(shape, diameter, rng)
        on_axis = bool(rng.random() < zone_axis)
        atoms = _orientation(on_axis, rng).apply(atoms)
        flattened = float(rng.uniform(0.0, 0.4)) if rng.random() < 0.4 else 0.0
        below, top = atoms[:, 2].min(), atoms[:, 2].max()
        atoms = atoms[atoms[:, 2] >= below + flattened * (top - below)]
        x, y, relation = _place(notes, diameter, cell_nm, touching, rng)
        face = "entrance" if rng.random() < 0.5 else "exit"
        gap = 0.20
        atoms = atoms * [1, 1, -1] if face == "entrance" else atoms
        lift = -gap - atoms[:, 2].max() if face == "entrance" else thickness_nm + gap - atoms[:, 2].min()
        placed.append(atoms + np.array([x, y, lift]))
        notes.append(
            {"shape": shape, "diameter_nm": diameter, "x_nm": x, "y_nm": y, "relation": relation,
             "zone_axis": on_axis, "flattened": flattened, "face": face, "atoms": len(atoms)}
        )  # fmt: skip
    gold = np.concatenate(placed) if placed else np.zeros((0, 3))
    gold[:, :2] %= cell_nm
    gold = gold + rng.normal(0, GOLD_VIBRATION_NM, gold.shape)
    everything = np.concatenate([gold, carbon]) if len(gold) else carbon
    bottom = everything[:, 2].min() - 0.2
    shift = np.array([0.0, 0.0, -bottom])
    return Specimen(
        gold + shift,
        carbon + shift,
        cell_nm,
        float(everything[:, 2].max() - bottom + 0.2),
        {"cell_nm": cell_nm, "film_thickness_nm": thickness_nm, "film_edge": edge, "graphitic": graphite,
         "particles": notes},
    )  # fmt: skip


def particle_mask(specimen: Specimen, pixels: int) -> BoolImage:
    """Return the exact label: which of ``pixels`` x ``pixels`` pixels of the cell show a particle.

    A pixel is particle where it lies in the morphological closing of the projected gold atoms by half a lattice
    constant (0.204 nm), grown by the metallic radius of gold (0.144 nm): so the rim lies one atom radius outside
    the outermost atom centres, and there are no holes between atomic columns.
    """
    nm_per_px = specimen.cell_nm / pixels
    if len(specimen.gold) == 0:
        return np.zeros((pixels, pixels), bool)
    fine = max(1, round(nm_per_px / 0.025))
    size, step = pixels * fine, nm_per_px / fine
    empty = np.ones((size, size), bool)
    columns = np.floor(specimen.gold[:, :2] / step).astype(int) % size
    empty[columns[:, 1], columns[:, 0]] = False
    margin = int(np.ceil(0.6 / step))
    distance = distance_transform_edt(np.pad(empty, margin, mode="wrap")) * step
    grown = distance <= GOLD_LATTICE_NM / 2
    inside = distance_transform_edt(grown) * step
    mask = inside > GOLD_LATTICE_NM / 2 - GOLD_RADIUS_NM
    mask = mask[margin:-margin, margin:-margin]
    return np.asarray(mask.reshape(pixels, fine, pixels, fine).mean(axis=(1, 3)) >= 0.5)


def _place(
    notes: list[dict[str, Any]], diameter: float, cell_nm: float, touching: float, rng: np.random.Generator
) -> tuple[float, float, str]:
    """Return where the next particle goes: against the last one, or away from all where there is room."""
    if notes and rng.random() < touching:
        last = notes[-1]
        reach = (diameter + last["diameter_nm"]) / 2 * rng.uniform(0.7, 1.05)
        angle = rng.uniform(0, 2 * np.pi)
        x, y = last["x_nm"] + reach * np.cos(angle), last["y_nm"] + reach * np.sin(angle)
        return float(x % cell_nm), float(y % cell_nm), "touching"
    for _ in range(60):
        x, y = rng.uniform(0, cell_nm, 2)
        room = True
        for note in notes:
            dx = (x - note["x_nm"] + cell_nm / 2) % cell_nm - cell_nm / 2
            dy = (y - note["y_nm"] + cell_nm / 2) % cell_nm - cell_nm / 2
            room = room and bool(np.hypot(dx, dy) > (diameter + note["diameter_nm"]) / 2 + 0.5)
        if room:
            return float(x), float(y), "free"
    return float(x), float(y), "crowded"


def _orientation(on_axis: bool, rng: np.random.Generator) -> Rotation:
    if not on_axis:
        return Rotation.random(rng=rng)
    axis = np.array(ZONE_AXES[int(rng.integers(len(ZONE_AXES)))], float)
    to_beam, _ = Rotation.align_vectors([[0, 0, 1]], [axis / np.linalg.norm(axis)])
    spin = Rotation.from_euler("z", rng.uniform(0, 360), degrees=True)
    return Rotation.from_euler("xy", rng.normal(0, 1.0, 2), degrees=True) * spin * to_beam


def _ase() -> tuple[Any, Any]:
    try:
        import ase.build
        import ase.cluster
    except ImportError as missing:
        raise WorkbenchError(
            f"Simulating micrographs needs {missing.name}, which is not installed; "
            "install it with: pip install 'hrtem-workbench[simulate]'."
        ) from missing
    return ase.cluster, ase.build
