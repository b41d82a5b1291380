"""Phases: planes and symmetries of metals and supports, checked against ASE's own crystals and published spacings."""

import subprocess
import sys

import numpy as np
import pytest

from workbench.errors import DatasetError
from workbench.micrographs.simulation.structures import METALS
from workbench.particles.lattice import phases
from workbench.particles.lattice.phases import SUPPORTS, find_phase

SPACE_GROUPS = {  # space group, setting, sites, cell in nm and degrees
    "graphite": (194, 1, {"C": [(0, 0, 0.25), (1 / 3, 2 / 3, 0.25)]}, (0.24612, 0.24612, 0.67079, 90, 90, 120)),
    "CeO2": (225, 1, {"Ce": [(0, 0, 0)], "O": [(0.25, 0.25, 0.25)]}, (0.5411,) * 3 + (90,) * 3),
    "TiO2 anatase": (141, 1, {"Ti": [(0, 0, 0)], "O": [(0, 0, 0.2081)]}, (0.37845, 0.37845, 0.95143, 90, 90, 90)),
    "MgO": (225, 1, {"Mg": [(0, 0, 0)], "O": [(0.5, 0.5, 0.5)]}, (0.42117,) * 3 + (90,) * 3),
    "gamma-Al2O3": (227, 2, {"Al": [(0.125,) * 3, (0.5,) * 3], "O": [(0.255,) * 3]}, (0.7911,) * 3 + (90,) * 3),
}  # fmt: skip
POWDER_NM = {  # ICDD 41-1487, 34-0394, 21-1272, 45-0946, 10-0425; reflections that a powder shows clearly
    "graphite": [0.3354, 0.2132, 0.2034, 0.1800],
    "CeO2": [0.3124, 0.2706, 0.1913, 0.1632],
    "TiO2 anatase": [0.3520, 0.2431, 0.2378, 0.2332, 0.1892],
    "MgO": [0.2431, 0.2106, 0.1489, 0.1270],
    "gamma-Al2O3": [0.456, 0.280, 0.239, 0.228, 0.1977],
    "Cu": [0.2088, 0.1808, 0.1278, 0.1090],
    "Pd": [0.2246, 0.1945, 0.1376, 0.1173],
}


def strengths(cell: np.ndarray, places: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Length of the reciprocal vector and size of the structure factor of many planes."""
    hkl = np.stack(np.meshgrid(*[range(-5, 6)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    factor = abs(np.exp(2j * np.pi * hkl @ places.T) @ numbers)
    return np.column_stack([np.linalg.norm(hkl @ np.linalg.inv(cell).T, axis=1), factor])


@pytest.mark.parametrize("name", SPACE_GROUPS)
def test_a_support_is_the_crystal_that_ase_builds_of_its_space_group(name):
    spacegroup = pytest.importorskip("ase.spacegroup")
    group, setting, sites, cell = SPACE_GROUPS[name]
    symbols = [symbol for symbol, places in sites.items() for _ in places]
    places = [place for listed in sites.values() for place in listed]
    lengths = [10 * length for length in cell[:3]] + list(cell[3:])
    built = spacegroup.crystal(symbols, places, spacegroup=group, setting=setting, cellpar=lengths)
    own = SUPPORTS[name]
    assert len(built) == len(own.numbers)
    theirs = strengths(built.cell.array / 10, built.get_scaled_positions(), built.numbers)
    np.testing.assert_allclose(
        strengths(own.cell_nm, own.fractional, own.numbers), theirs, rtol=1e-4, atol=1e-3
    )


@pytest.mark.parametrize("name", POWDER_NM)
def test_spacings_are_those_of_powder_patterns(name):
    _, g = find_phase(name).planes
    spacings = 1 / np.linalg.norm(g, axis=1)
    for nm in POWDER_NM[name]:
        assert abs(spacings / nm - 1).min() < 0.003
    assert spacings.max() == pytest.approx(POWDER_NM[name][0], rel=0.003)


@pytest.mark.parametrize(
    ("name", "order"),  # of the Laue group: m-3m, 4/mmm, 6/mmm
    [("Au", 48), ("CeO2", 48), ("gamma-Al2O3", 48), ("TiO2 anatase", 16), ("graphite", 24)],
)
def test_a_phase_has_the_symmetry_of_its_laue_group(name, order):
    assert len(find_phase(name).symmetry) == order
    assert find_phase(name).cubic is (order == 48)


@pytest.mark.parametrize(
    ("name", "direction", "reduced"),
    [
        ("Au", (1, -1, 0), (0, 1, 1)),
        ("Au", (0, 0, -4), (0, 0, 1)),
        ("Au", (2, -1, 1), (1, 1, 2)),
        ("Au", (-1, 1, -1), (1, 1, 1)),
        ("TiO2 anatase", (0, -1, 0), (1, 0, 0)),
        ("TiO2 anatase", (0, 0, 2), (0, 0, 1)),  # the long axis stays what it is
        ("TiO2 anatase", (1, 1, -1), (1, 1, 1)),
        ("graphite", (0, 0, -1), (0, 0, 1)),
        ("graphite", (-1, -1, 0), (1, 1, 0)),
    ],
)
def test_a_direction_stands_for_those_that_symmetry_makes_alike(name, direction, reduced):
    assert find_phase(name).reduced(direction) == reduced


def test_pairs_of_planes_have_the_angles_of_a_cubic_crystal():
    pairs = find_phase("Au").pairs
    known = {}
    for first, second, angle, zone in zip(
        pairs.first, pairs.second, pairs.angle_deg, pairs.zone, strict=True
    ):
        families = tuple(tuple(sorted(abs(plane).tolist())) for plane in (first, second))
        known.setdefault(families, {})[round(float(angle), 1)] = tuple(zone.tolist())
    # Edington, Practical Electron Microscopy in Materials Science: interplanar angles
    assert known[(1, 1, 1), (1, 1, 1)] == {70.5: (0, 1, 1)}
    assert known[(1, 1, 1), (0, 0, 2)] == {54.7: (0, 1, 1)}
    assert known[(0, 0, 2), (0, 0, 2)] == {90.0: (0, 0, 1)}
    assert known[(1, 1, 1), (0, 2, 2)] == {35.3: (0, 1, 1), 90.0: (1, 1, 2)}
    assert known[(0, 2, 2), (0, 2, 2)] == {60.0: (1, 1, 1), 90.0: (0, 0, 1)}


def test_both_planes_of_a_pair_lie_along_its_zone_axis_and_no_pair_is_parallel():
    for name in ("Au", "TiO2 anatase"):
        phase = find_phase(name)
        pairs = phase.pairs
        zones = np.cross(pairs.first, pairs.second)
        assert (zones != 0).any(axis=1).all()
        assert [phase.reduced(zone) for zone in zones.tolist()] == [
            tuple(zone) for zone in pairs.zone.tolist()
        ]
        g = [planes @ np.linalg.inv(phase.structure.cell_nm).T for planes in (pairs.first, pairs.second)]
        cosine = (g[0] * g[1]).sum(axis=1) / np.prod([np.linalg.norm(one, axis=1) for one in g], axis=0)
        np.testing.assert_allclose(np.degrees(np.arccos(cosine.clip(-1, 1))), pairs.angle_deg, atol=1e-3)


def test_a_cif_is_a_phase_by_the_name_of_its_file(tmp_path):
    pytest.importorskip("ase")
    from ase.build import bulk
    from ase.io import write

    path = tmp_path / "nickel.cif"
    write(path, bulk("Ni", cubic=True))
    phase = find_phase(str(path))
    assert phase.name == "nickel"
    assert 1 / np.linalg.norm(phase.planes[1], axis=1).max() >= phases.FINEST_NM
    assert 1 / np.linalg.norm(phase.planes[1], axis=1).min() == pytest.approx(0.352 / np.sqrt(3), rel=1e-3)


def test_a_cif_that_is_called_as_a_metal_keeps_its_ending(tmp_path):
    pytest.importorskip("ase")
    from ase.build import bulk
    from ase.io import write

    write(tmp_path / "Au.cif", bulk("Au", a=4.2, cubic=True))
    assert find_phase(str(tmp_path / "Au.cif")).name == "Au.cif"


def test_an_unknown_phase_is_refused_with_those_there_are():
    with pytest.raises(DatasetError, match=r"Unobtainium: no such phase; choose from Au, Ag, .*MgO"):
        find_phase("Unobtainium")


def test_phases_that_ship_need_no_ase():
    code = (
        "import sys; sys.modules['ase'] = None\n"
        "from workbench.particles.lattice.phases import find_phase, METALS, SUPPORTS\n"
        "print(all(len(find_phase(name).planes[0]) for name in [*METALS, *SUPPORTS]))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "True"


def test_a_phase_is_made_once():
    assert find_phase("Au") is find_phase("Au")
    assert find_phase("Au").structure is METALS["Au"]
