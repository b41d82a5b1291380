"""Structures from CIFs: read as they are written, refused in one sentence where they cannot be simulated."""

import numpy as np
import pytest

from workbench.errors import DatasetError
from workbench.micrographs.simulation.particles import particle_atoms
from workbench.micrographs.simulation.structures import find_structure, lattice_spacings

ROCK_SALT = """data_MgO
_cell_length_a 4.2112
_cell_length_b 4.2112
_cell_length_c 4.2112
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_symmetry_space_group_name_H-M 'F m -3 m'
_symmetry_Int_Tables_number 225
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
Mg1 Mg 0 0 0 1
O1 O 0.5 0.5 0.5 {share}
"""


def written(folder, text, name="MgO.cif"):
    path = folder / name
    path.write_text(text)
    return str(path)


def test_rock_salt_has_eight_atoms_and_the_spacing_of_magnesia(tmp_path):
    structure = find_structure(written(tmp_path, ROCK_SALT.format(share=1)))
    assert structure.name == "MgO.cif"
    assert sorted(structure.numbers) == [8] * 4 + [12] * 4
    assert structure.radius_nm == pytest.approx(0.42112 / 4)
    assert lattice_spacings(structure)["200"] == pytest.approx(0.21056, abs=1e-5)


def test_a_particle_of_it_is_as_dense_as_magnesia(tmp_path):
    structure = find_structure(written(tmp_path, ROCK_SALT.format(share=1)))
    rng = np.random.default_rng(0)
    points, numbers = particle_atoms(structure, "faceted", 3.0, rng)
    assert set(numbers) == {8, 12}
    inner = np.linalg.norm(points, axis=1) < 1.0
    # 8 atoms in a cell of 0.42112 nm; a sphere of 1 nm radius, whose surface cuts some of them
    assert inner.sum() == pytest.approx(4 / 3 * np.pi * 8 / 0.42112**3, rel=0.08)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not a CIF"),
        ("\x00\x01 loop_ nonsense", "not a CIF"),
        (ROCK_SALT.format(share=0.5), "partly occupied"),
        (ROCK_SALT.format(share=1).replace("4.2112", "0.4"), "nearer than any bond|flat"),
        (ROCK_SALT.format(share=1).replace("4.2112", "421"), "longer than"),
        (ROCK_SALT.format(share=1).replace("'F m -3 m'", "'Q 9'").replace("225", "999"), "not a CIF"),
    ],
    ids=["empty", "noise", "partial", "squeezed", "huge", "no-such-group"],
)
def test_what_cannot_be_simulated_is_refused_by_name(tmp_path, text, reason):
    with pytest.raises(DatasetError, match=rf"MgO\.cif.*({reason})"):
        find_structure(written(tmp_path, text))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DatasetError, match=r"nowhere\.cif cannot be read"):
        find_structure(str(tmp_path / "nowhere.cif"))
