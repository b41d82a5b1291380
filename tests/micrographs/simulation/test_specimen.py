"""Specimens: a film of the right density, particles beside it, none inside another."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from workbench.micrographs.simulation.film import amorphous_carbon
from workbench.micrographs.simulation.specimen import build_specimen
from workbench.micrographs.simulation.structures import METALS


def test_the_film_has_two_grams_a_cubic_centimetre_and_no_bond_shorter_than_0_14_nm():
    carbon = amorphous_carbon(6.0, 3.0, np.random.default_rng(0))
    grams = len(carbon) * 12.011 / 6.02214076e23
    assert grams / (6.0 * 6.0 * 3.0 * 1e-21) == pytest.approx(2.0, rel=0.01)
    assert cKDTree(carbon, boxsize=[6.0, 6.0, 0]).query(carbon, k=2)[0][:, 1].min() >= 0.14


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
