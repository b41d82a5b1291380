"""What lies under the beam in a simulated micrograph: nanoparticles on an amorphous carbon film, atom by atom.

Lengths are nanometres throughout; ASE and abTEM, which speak angstroms, are met only where their functions are called.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from workbench.micrographs.simulation.film import (
    amorphous_carbon,
    film_with_edge,
    graphitic,
    turbostratic,
    uneven_film,
)
from workbench.micrographs.simulation.particles import ANY_CRYSTAL, SHAPES, TWINNED, particle_atoms
from workbench.micrographs.simulation.structure import FloatArray, IntArray, Structure
from workbench.micrographs.simulation.structures import METALS, fringes, lattice_spacings

GAP_NM = 0.20
"""Between the film and the particle on it."""
ZONE_AXES: tuple[tuple[int, int, int], ...] = ((0, 0, 1), (1, 1, 0), (1, 1, 1), (2, 1, 1))


@dataclass(frozen=True, eq=False)
class Specimen:
    """Atoms in a square cell that repeats sideways.

    Parameters
    ----------
    atoms, at_rest : (N, 3) float arrays
        The particles' atoms (x, y, z) in nm, with and without one set of thermal displacements; the beam runs along z.
    numbers, owner : (N,) int arrays
        Atomic numbers, and which particle an atom belongs to: 1 is the first of ``parameters["particles"]``.
    carbon : (M, 3) float array
        The film.
    cell_nm, height_nm : float
        Edge of the cell, and its height.
    structure : Structure
        What the particles are made of.
    parameters : dict
        How it was made, JSON-able.
    """

    atoms: FloatArray
    at_rest: FloatArray
    numbers: IntArray
    owner: IntArray
    carbon: FloatArray
    cell_nm: float
    height_nm: float
    structure: Structure = METALS["Au"]
    parameters: dict[str, Any] = field(default_factory=dict)


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
    structure: Structure = METALS["Au"],
    shapes: Sequence[str] = SHAPES,
    grown_together: bool = False,
    rounding: float = 0.0,
    wavy: bool = False,
    unevenness: float = 0.0,
) -> Specimen:
    """Place nanoparticles on a carbon film.

    Parameters
    ----------
    rng : numpy.random.Generator
        Decides everything that the other parameters leave open.
    cell_nm, thickness_nm : float
        Edge of the cell and thickness of the film; 0: no film, the particles hang in vacuum.
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
    structure : Structure
        What the particles are made of.
    shapes : sequence of str
        Of :data:`workbench.micrographs.simulation.particles.ALL_SHAPES`; those that the structure cannot have are
        not used.
    grown_together : bool
        Leave out the atoms of a particle that would lie inside, or nearer than a bond to, an earlier one.
    rounding : float
        Chance that the corners of a particle are taken off.
    wavy : bool
        Graphitic layers are wavy and short rather than shells around a few centres.
    unevenness : float
        The film is thinner in places, by up to this share.

    Returns
    -------
    Specimen
    """
    carbon = _film(cell_nm, thickness_nm, rng, graphite, wavy, unevenness, edge)
    shapes = shapes if structure.fcc else [s for s in shapes if s in ANY_CRYSTAL] or list(ANY_CRYSTAL)
    placed: list[FloatArray] = []
    elements: list[IntArray] = []
    notes: list[dict[str, Any]] = []
    for _ in range(particles):
        shape = str(rng.choice(shapes))
        diameter = float(rng.uniform(*diameters_nm))
        atoms, numbers = particle_atoms(structure, shape, diameter, rng)
        if rounding and rng.random() < rounding:
            atoms, numbers = _without_corners(atoms, numbers, rng)
        on_axis = bool(rng.random() < zone_axis)
        turn = _orientation(on_axis, structure, rng)
        atoms = turn.apply(atoms)
        flattened = float(rng.uniform(0.0, 0.4)) if rng.random() < 0.4 else 0.0
        below, top = atoms[:, 2].min(), atoms[:, 2].max()
        kept = atoms[:, 2] >= below + flattened * (top - below)
        atoms, numbers = atoms[kept], numbers[kept]
        x, y, relation = _place(notes, diameter, cell_nm, touching, rng)
        face = "entrance" if rng.random() < 0.5 else "exit"
        # A metal's crystal is its own mirror image; another is turned over instead.
        flip = np.array([1, 1 if structure.fcc else -1, -1] if face == "entrance" else [1, 1, 1])
        atoms = atoms * flip
        lift = (
            -GAP_NM - atoms[:, 2].max() if face == "entrance" else thickness_nm + GAP_NM - atoms[:, 2].min()
        )
        atoms = atoms + np.array([x, y, lift])
        if grown_together and placed:
            free = _apart(atoms, np.concatenate(placed), cell_nm, 1.6 * structure.radius_nm)
            atoms, numbers = atoms[free], numbers[free]
        placed.append(atoms)
        elements.append(numbers)
        orientation = flip[:, None] * turn.as_matrix()
        notes.append(
            {"structure": structure.name, "shape": shape, "diameter_nm": diameter, "x_nm": x, "y_nm": y,
             "relation": relation, "zone_axis": on_axis, "orientation": orientation.tolist(),
             "fringes": [] if shape in TWINNED else fringes(structure, orientation, diameter),
             "flattened": flattened, "face": face, "atoms": len(atoms)}
        )  # fmt: skip
    at_rest = np.concatenate(placed) if placed else np.zeros((0, 3))
    at_rest[:, :2] %= cell_nm
    displaced = at_rest + rng.normal(0, structure.vibration_nm, at_rest.shape)
    everything = np.concatenate([displaced, carbon])
    bottom = everything[:, 2].min() - 0.2 if len(everything) else 0.0
    shift = np.array([0.0, 0.0, -bottom])
    return Specimen(
        displaced + shift,
        at_rest + shift,
        np.concatenate([*elements, np.zeros(0, np.int64)]),
        np.repeat(np.arange(1, len(placed) + 1), [len(atoms) for atoms in placed]),
        carbon + shift,
        cell_nm,
        float(everything[:, 2].max() - bottom + 0.2) if len(everything) else 1.0,
        structure,
        {"cell_nm": cell_nm, "film_thickness_nm": thickness_nm, "film_edge": edge, "graphitic": graphite,
         "structure": structure.name, "lattice_nm": structure.cell_nm.tolist(),
         "spacings_nm": lattice_spacings(structure), "particles": notes},
    )  # fmt: skip


def _film(
    cell_nm: float,
    thickness_nm: float,
    rng: np.random.Generator,
    graphite: bool,
    wavy: bool,
    unevenness: float,
    edge: bool,
) -> FloatArray:
    """Return the carbon atoms of the film, (N, 3) in nm."""
    carbon = amorphous_carbon(cell_nm, thickness_nm, rng)
    if graphite and len(carbon):
        carbon = (turbostratic if wavy else graphitic)(carbon, cell_nm, rng)
    if unevenness and len(carbon):
        carbon = uneven_film(carbon, cell_nm, unevenness, rng)
    if edge and len(carbon):
        carbon = film_with_edge(carbon, cell_nm, rng)
    return carbon


def _without_corners(
    atoms: FloatArray, numbers: IntArray, rng: np.random.Generator
) -> tuple[FloatArray, IntArray]:
    """Cut a particle by a ball, from as far as its mean surface to as far as its corners reach."""
    radius = np.linalg.norm(atoms, axis=1)
    ball = np.cbrt(2 * np.mean(radius**3))  # the mean cube of the radius in a ball is half of its own
    kept = radius <= rng.uniform(0.97, 1.12) * ball
    return atoms[kept], numbers[kept]


def _apart(atoms: FloatArray, others: FloatArray, cell_nm: float, distance_nm: float) -> Any:
    """Return which atoms lie farther than a distance from all others, across the cell's edges too."""
    box = [cell_nm, cell_nm, 0.0]
    tree = cKDTree(np.column_stack([others[:, :2] % cell_nm, others[:, 2]]), boxsize=box)
    points = np.column_stack([atoms[:, :2] % cell_nm, atoms[:, 2]])
    nearest, _index = tree.query(points, distance_upper_bound=distance_nm)
    return np.isinf(nearest)


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


def _orientation(on_axis: bool, structure: Structure, rng: np.random.Generator) -> Rotation:
    if not on_axis:
        return Rotation.random(rng=rng)
    direction = np.array(ZONE_AXES[int(rng.integers(len(ZONE_AXES)))], float)
    axis = direction if structure.fcc else direction @ structure.cell_nm
    to_beam, _ = Rotation.align_vectors([[0, 0, 1]], [axis / np.linalg.norm(axis)])
    spin = Rotation.from_euler("z", rng.uniform(0, 360), degrees=True)
    return Rotation.from_euler("xy", rng.normal(0, 1.0, 2), degrees=True) * spin * to_beam
