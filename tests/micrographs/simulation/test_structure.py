"""A structure is its cell and atoms; two lengths follow from them."""

import numpy as np
import pytest

from workbench.micrographs.simulation.structure import Structure


def cubic(**more) -> Structure:
    """Return a cube of 0.4 nm with one atom, whose nearest neighbours are 0.4 nm away."""
    return Structure("X", 0.4 * np.eye(3), np.zeros((1, 3)), np.array([79]), 0.2, 0.007, **more)


def test_the_lattice_constant_is_the_length_of_the_first_vector():
    assert cubic().lattice_nm == pytest.approx(0.4)


def test_gaps_close_at_half_the_lattice_of_a_metal_and_at_the_diagonal_of_touching_atoms():
    assert cubic(fcc=True).closing_nm == pytest.approx(0.2)
    assert cubic().closing_nm == pytest.approx(0.2 * 2**0.5)
