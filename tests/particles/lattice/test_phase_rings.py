"""Rings have the spacings of the planes; phases that cannot be told apart share theirs."""

import pytest

from workbench.errors import DatasetError
from workbench.micrographs.lattice_rings import Ring
from workbench.particles.lattice.phase_rings import drawn_rings, phase_rings


def test_rings_of_a_metal_are_its_widest_planes():
    rings = phase_rings(["Au"])
    assert [ring.name for ring in rings] == ["Au 111", "Au 200", "Au 220", "Au 311"]
    a = 0.40786
    assert [ring.nm for ring in rings] == pytest.approx(
        [a / 3**0.5, a / 2, a / 8**0.5, a / 11**0.5], rel=1e-4
    )


@pytest.mark.parametrize(
    ("phase", "names", "nm"),
    [
        ("TiO2 anatase", ["101", "103", "004", "112"], [0.35165, 0.2431, 0.23786, 0.2332]),
        ("graphite", ["002", "100"], [0.3354, 0.2131]),
        ("CeO2", ["111", "200"], [0.3124, 0.27055]),
    ],
)
def test_planes_of_what_is_not_cubic_keep_their_axes(phase, names, nm):
    rings = phase_rings([phase], at_most=len(names))
    assert [ring.name.split()[-1] for ring in rings] == names
    assert [ring.nm for ring in rings] == pytest.approx(nm, rel=1e-3)


def test_rings_of_phases_that_agree_are_one_with_their_mean():
    rings = phase_rings(["Au", "Ag", "Cu"], at_most=1)
    assert [ring.name for ring in rings] == ["Au, Ag 111", "Cu 111"]
    assert rings[0].nm == pytest.approx((0.40786 + 0.40862) / 2 / 3**0.5, rel=1e-4)


def test_rings_of_one_phase_are_called_by_planes_alone_and_of_several_there_are_two_each():
    of, rings = drawn_rings(["TiO2 anatase"])
    assert (of, rings[0].name, len(rings)) == ("TiO2 anatase", "101", 4)
    assert rings == [Ring(ring.name.split()[-1], ring.nm) for ring in phase_rings(["TiO2 anatase"])]
    of, rings = drawn_rings(["Au", "Cu"])
    assert (of, [ring.name for ring in rings]) == ("", ["Au 111", "Cu 111", "Au 200", "Cu 200"])
    assert drawn_rings([]) == ("", [])


def test_an_unknown_phase_is_refused():
    with pytest.raises(DatasetError, match="no such phase"):
        phase_rings(["gold"])
