"""Rings as a person types them."""

import pytest

from workbench.errors import MicrographError
from workbench.micrographs.lattice_rings import Ring, read_rings


def test_of_a_metal_the_widest_lattice_planes_are_rings():
    rings = read_rings("au")
    assert [ring.name for ring in rings] == ["Au 111", "Au 200", "Au 220", "Au 311"]
    a = 0.40786
    assert [ring.nm for ring in rings] == pytest.approx(
        [a / 3**0.5, a / 2, a / 8**0.5, a / 11**0.5], abs=1e-5
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.335", [0.335]),
        ("0,335", [0.335]),
        ("0.335, 0.2", [0.335, 0.2]),
        ("0.335,0.2", [0.335, 0.2]),
        ("0,335 0,2", [0.335, 0.2]),
        ("0.2 nm; 3.4 Å", [0.34, 0.2]),
        (".25", [0.25]),
        ("1", [1.0]),
        ("", []),
        (" , ;", []),
    ],
)
def test_spacings_are_read_in_nm_and_stand_widest_first(text, expected):
    assert [ring.nm for ring in read_rings(text)] == pytest.approx(expected)


def test_a_spacing_is_named_by_itself():
    assert read_rings("3.4 Å") == [Ring("0.34 nm", pytest.approx(0.34))]


def test_metals_and_spacings_stand_together():
    assert [ring.name for ring in read_rings("Pt,0.335,0.2 nm")][:3] == ["0.335 nm", "Pt 111", "0.2 nm"]


@pytest.mark.parametrize("text", ["Xx", "Au, graphite", "0.335x"])
def test_a_lattice_that_is_not_known_is_said_with_what_to_give(text):
    with pytest.raises(
        MicrographError, match=r"is not known here \(Au, Ag, Pt, Pd, Cu are\): give spacings in nm"
    ):
        read_rings(text)


def test_a_spacing_of_nothing_is_refused():
    with pytest.raises(
        MicrographError, match=r"0\.0 is no spacing of lattice planes: it must be more than 0"
    ):
        read_rings("0.0")
