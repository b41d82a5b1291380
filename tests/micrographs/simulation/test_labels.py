"""Labels: one integer a particle, exact, and the more atoms win where particles overlap."""

import numpy as np
import pytest

from workbench.micrographs.simulation.labels import particle_labels, particle_mask, renumbered
from workbench.micrographs.simulation.specimen import Specimen

CELL = 8.0


def balls(*given):
    """Return balls of a fine cubic lattice (x, y, radius, spacing) in nm, as one particle each."""
    atoms, owner = [], []
    for number, (x, y, radius, spacing) in enumerate(given, 1):
        axis = np.arange(-radius, radius + 1e-9, spacing)
        grid = np.stack(np.meshgrid(axis, axis, axis), axis=-1).reshape(-1, 3)
        grid = grid[np.linalg.norm(grid, axis=1) <= radius] + [x, y, radius]
        atoms.append(grid % [CELL, CELL, 100])
        owner += [number] * len(grid)
    atoms = np.concatenate(atoms)
    notes = {"particles": [{} for _ in given]}
    return Specimen(
        atoms, atoms, np.full(len(atoms), 79), np.array(owner), np.zeros((0, 3)), CELL, 5.0, parameters=notes
    )


@pytest.mark.parametrize("pixels", [160, 320])
def test_a_ball_covers_the_disc_of_its_radius_and_one_atom_more(pixels):
    mask = particle_mask(balls((4.01, 4.01, 1.5, 0.05)), pixels)
    area = mask.sum() * (CELL / pixels) ** 2
    assert area == pytest.approx(np.pi * (1.5 + 0.1442) ** 2, rel=0.03)


def test_a_particle_cut_by_the_cell_goes_on_at_the_other_side():
    whole = particle_labels(balls((4.013, 4.017, 1.5, 0.1)), 160)
    cut = particle_labels(balls((0.013, 0.017, 1.5, 0.1)), 160)
    assert np.array_equal(np.roll(whole, (80, 80), (0, 1)), cut)


def test_labels_are_where_the_mask_is():
    specimen = balls((2, 2, 1.2, 0.2), (4.2, 2, 1.2, 0.2), (0.3, 6, 1.5, 0.2), (7.5, 6.5, 1.0, 0.2))
    labels = particle_labels(specimen, 200)
    assert np.array_equal(labels != 0, particle_mask(specimen, 200))
    assert set(np.unique(labels)) == {0, 1, 2, 3, 4}


def test_touching_equals_share_the_border_halfway():
    labels = particle_labels(balls((2.8, 4, 1.2, 0.1), (5.2, 4, 1.2, 0.1)), 160)
    row = labels[80]
    assert np.flatnonzero(row == 1).max() == pytest.approx(79.5, abs=1.5)
    assert np.flatnonzero(row == 2).min() == pytest.approx(79.5, abs=1.5)


@pytest.mark.parametrize("order", [1, -1])
def test_where_two_overlap_the_one_with_more_atoms_there_is_named(order):
    sparse, dense = (4, 4, 2.0, 0.4), (4, 4, 1.0, 0.1)
    labels = particle_labels(balls(*[sparse, dense][::order]), 160)
    number = {1: 2, -1: 1}[order]
    assert labels[80, 80] == number
    assert (labels == number).sum() * 0.05**2 == pytest.approx(np.pi * 1.1442**2, rel=0.1)


def test_renumbered_labels_have_no_gaps_and_fit_into_a_byte():
    labels = np.array([[0, 7, 7], [300, 0, 2]], np.uint16)
    fresh, numbers = renumbered(labels)
    assert fresh.tolist() == [[0, 2, 2], [3, 0, 1]]
    assert numbers == {2: 1, 7: 2, 300: 3}
    assert fresh.dtype == np.uint8
    assert renumbered(np.arange(400, dtype=np.uint16).reshape(20, 20))[0].dtype == np.uint16
