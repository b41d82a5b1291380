"""Particles: every shape of every metal has the size that was asked for and the metal's bonds."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from workbench.errors import WorkbenchError
from workbench.micrographs.simulation.particles import ALL_SHAPES, particle_atoms
from workbench.micrographs.simulation.structures import METALS


@pytest.mark.parametrize("metal", METALS)
@pytest.mark.parametrize("shape", ALL_SHAPES)
def test_nearest_neighbours_are_as_far_apart_as_in_the_metal(metal, shape):
    points, numbers = particle_atoms(METALS[metal], shape, 3.0, np.random.default_rng(1))
    nearest = cKDTree(points).query(points, k=2)[0][:, 1]
    # Multiply twinned particles are strained: an icosahedron's bonds differ by 5 %.
    assert np.median(nearest) == pytest.approx(METALS[metal].lattice_nm / np.sqrt(2), rel=0.06)
    assert set(numbers) == set(METALS[metal].numbers)
    assert np.abs(points.mean(axis=0)).max() < 0.3


@pytest.mark.parametrize("diameter_nm", [1.5, 4.0, 10.0])
@pytest.mark.parametrize("shape", ALL_SHAPES)
def test_particles_are_about_as_large_as_asked(shape, diameter_nm):
    points, _numbers = particle_atoms(METALS["Au"], shape, diameter_nm, np.random.default_rng(2))
    # The disc of the same area as the particle seen from the side, from the ball of the same volume.
    volume_nm3 = len(points) * 0.40786**3 / 4
    assert 0.6 * diameter_nm < np.cbrt(6 / np.pi * volume_nm3) < 1.3 * diameter_nm


def test_magic_numbers_of_icosahedra():
    # Mackay, Acta Crystallographica 1962, 15, 916: 13, 55, 147, 309 atoms
    counts = {
        len(particle_atoms(METALS["Ag"], "icosahedron", d, np.random.default_rng(0))[0])
        for d in (1.2, 1.8, 2.4)
    }
    assert counts <= {13, 55, 147, 309}
    assert len(counts) > 1


def test_an_unknown_shape_is_refused():
    with pytest.raises(WorkbenchError, match="teapot: there is no such particle shape"):
        particle_atoms(METALS["Au"], "teapot", 3.0, np.random.default_rng(0))
