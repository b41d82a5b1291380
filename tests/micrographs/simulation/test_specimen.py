"""Specimens: particles beside a film, none inside another."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from workbench.micrographs.simulation.particles import particle_atoms
from workbench.micrographs.simulation.specimen import _without_corners, build_specimen
from workbench.micrographs.simulation.structures import METALS


def test_without_a_film_there_is_no_carbon_and_the_particles_stay():
    specimen = build_specimen(
        np.random.default_rng(1),
        cell_nm=8.0,
        particles=2,
        diameters_nm=(2, 3),
        thickness_nm=0.0,
        edge=True,
        graphite=True,
        structure=METALS["Pd"],
    )
    assert len(specimen.carbon) == 0
    assert set(specimen.numbers) == {46}
    assert set(specimen.owner) == {1, 2}
    assert 0 <= specimen.atoms[:, 2].min() <= specimen.atoms[:, 2].max() <= specimen.height_nm


@pytest.mark.parametrize("seed", range(3))
def test_particles_that_grow_together_have_no_atom_inside_each_other(seed):
    specimen = build_specimen(
        np.random.default_rng(seed),
        cell_nm=6.0,
        particles=4,
        diameters_nm=(2.5, 3.5),
        thickness_nm=0.0,
        touching=1.0,
        grown_together=True,
    )
    wrapped = specimen.at_rest - [0, 0, specimen.at_rest[:, 2].min()]
    nearest = cKDTree(wrapped, boxsize=[6.0, 6.0, 100]).query(wrapped, k=2)[0][:, 1]
    assert nearest.min() > 0.22  # gold's bond is 0.288 nm


def test_the_orientation_in_the_truth_is_that_of_the_atoms():
    specimen = build_specimen(
        np.random.default_rng(3),
        cell_nm=6.0,
        particles=1,
        diameters_nm=(2.5, 2.5),
        thickness_nm=1.0,
        shapes=("faceted",),
    )
    orientation = np.array(specimen.parameters["particles"][0]["orientation"])
    middle = np.linalg.norm(specimen.at_rest - specimen.at_rest.mean(axis=0), axis=1).argmin()
    bonds = specimen.at_rest - specimen.at_rest[middle]
    bonds = bonds[(np.linalg.norm(bonds, axis=1) < 0.3) & (np.linalg.norm(bonds, axis=1) > 0)]
    # Back in the crystal's axes every bond of a face-centred cube is along <110>.
    crystal = np.abs(bonds @ orientation) / (0.40786 / 2)
    assert len(bonds) == 12
    assert np.sort(crystal, axis=1) == pytest.approx(np.tile([0.0, 1.0, 1.0], (12, 1)), abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_a_rounded_particle_loses_its_corners_and_nothing_else(seed):
    rng = np.random.default_rng(seed)
    sharp, numbers = particle_atoms(METALS["Au"], "cuboctahedron", 4.0, rng)
    rounded, _numbers = _without_corners(sharp, numbers, rng)
    reach = np.linalg.norm(rounded, axis=1).max()
    assert reach < 0.95 * np.linalg.norm(sharp, axis=1).max()
    assert len(rounded) == (np.linalg.norm(sharp, axis=1) <= reach).sum()
    assert len(rounded) > 0.8 * len(sharp)
