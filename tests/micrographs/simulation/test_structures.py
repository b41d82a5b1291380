"""Structures: lattice constants and spacings of metals, and which fringes an orientation shows."""

from dataclasses import replace

import numpy as np
import pytest

from workbench.errors import DatasetError
from workbench.micrographs.simulation.structures import (
    METALS,
    find_structure,
    fringes,
    lattice_spacings,
    reflections,
)


@pytest.mark.parametrize(
    ("metal", "lattice_nm"),
    # CRC Handbook of Chemistry and Physics, crystal structures of the elements
    [("Au", 0.4078), ("Ag", 0.4086), ("Pt", 0.3924), ("Pd", 0.3891), ("Cu", 0.3615)],
)
def test_lattice_constants(metal, lattice_nm):
    assert METALS[metal].lattice_nm == pytest.approx(lattice_nm, abs=1e-4)


def test_spacings_of_gold_are_those_of_its_powder_pattern():
    # ICDD 04-0784
    spacings = lattice_spacings(METALS["Au"])
    assert list(spacings)[:4] == ["111", "200", "220", "311"]
    assert list(spacings.values())[:4] == pytest.approx([0.2355, 0.2039, 0.1442, 0.1230], abs=1e-4)


def test_a_face_centred_crystal_has_no_mixed_indices():
    hkl, _g = reflections(METALS["Pt"])
    assert {tuple(row) for row in (hkl % 2)} <= {(0, 0, 0), (1, 1, 1)}


def test_finer_and_weaker_reflections_are_there_where_they_are_asked_for():
    spacings = 1 / np.linalg.norm(reflections(METALS["Au"], finest_nm=0.07)[1], axis=1)
    assert spacings.min() == pytest.approx(0.0721, abs=1e-4)  # 440
    assert 1 / np.linalg.norm(reflections(METALS["Au"])[1], axis=1).max() >= 0.1
    salt = replace(METALS["Au"], fractional=np.array([[0, 0, 0], [0.5, 0, 0]]), numbers=np.array([12, 10]))
    weak, strong = (reflections(salt, weakest=weakest)[0][:, 0] % 2 for weakest in (0.05, 0.2))
    assert 1 in weak
    assert 1 not in strong  # of odd h the two atoms nearly cancel: 2 of 22


def test_along_001_the_two_200_fringes_cross_at_a_right_angle():
    rows = fringes(METALS["Au"], np.eye(3), thickness_nm=5)
    widest = [row for row in rows if row["spacing_nm"] > 0.2]
    assert [row["spacing_nm"] for row in widest] == pytest.approx([0.20393, 0.20393], abs=1e-4)
    assert sorted(row["angle_deg"] for row in widest) == [0, 90]


def test_a_turn_of_the_crystal_turns_its_fringes():
    angle = np.deg2rad(30)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    widest = fringes(METALS["Au"], turn, thickness_nm=5)[:2]
    assert sorted(row["angle_deg"] for row in widest) == pytest.approx([30, 120])


def test_an_unknown_metal_is_refused_with_those_there_are():
    with pytest.raises(DatasetError, match="Unobtainium: no such structure; choose one of Au, Ag, Pt"):
        find_structure("Unobtainium")
