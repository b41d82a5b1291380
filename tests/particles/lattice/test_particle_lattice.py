"""The lattice of a particle: phase and zone axis of what is drawn, and none where only one set, or none, is there."""

import math

import numpy as np
import pytest
from drawn_crystals import COLUMNS, DRAWN, GOLD_NM, crystal, disc, micrograph, noise, wave

import workbench as wb
from workbench.errors import DatasetError, Stopped
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.samples import open_sample
from workbench.particles.lattice.particle_lattice import (
    ParticleLattice,
    bracketed,
    lattice_columns,
    particle_lattice,
    particle_lattices,
)

DISC = disc(38)
PX_NM = 0.05
ANGLES = (0, 13, 45, 77, 101, 160)


def lattice(image: np.ndarray, nm_per_px: float | None = PX_NM, particle: np.ndarray = DISC, **options):
    return particle_lattice(micrograph(image), particle, (0, 0), nm_per_px, **options)


@pytest.mark.parametrize("degrees", ANGLES)
@pytest.mark.parametrize("zone", DRAWN)
def test_gold_is_named_with_its_zone_axis_at_any_rotation(zone, degrees):
    found = lattice(noise(degrees) + 1.5 * DISC * crystal(zone, degrees, PX_NM))
    assert found.phase == "Au or Ag"
    assert found.zone_axis == bracketed(zone)
    best = found.matches[0]
    assert best.scale == pytest.approx(1, abs=0.01)
    planes = {tuple(sorted(abs(i) for i in plane)) for plane in best.planes}
    assert planes == {tuple(sorted(abs(i) for i in plane)) for plane in DRAWN[zone]}


@pytest.mark.parametrize(
    ("lattice_nm", "phase"), [(0.39242, "Pt or Pd"), (0.38907, "Pt or Pd"), (0.36149, "Cu")]
)
def test_other_metals_are_named(lattice_nm, phase):
    large = disc(66)
    for zone in ((0, 1, 1), (0, 0, 1)):
        image = noise(1) + 1.5 * large * crystal(zone, 33, PX_NM, lattice_nm)
        assert lattice(image, particle=large).phase == phase


def test_a_phase_that_was_not_asked_for_is_not_named_and_an_unknown_one_is_refused():
    image = noise(1) + 1.5 * DISC * crystal((0, 1, 1), 33, PX_NM)
    assert lattice(image, phases=["Cu", "CeO2"]).phase == ""
    assert lattice(image, phases=["CeO2", "Ag"]).phase == "Ag"
    assert lattice(image, phases=["CeO2", "Ag"]).pair is not None
    assert lattice(image, phases=["Ag", "Au", "Ag"]).phase == "Ag or Au"  # in the order of the question
    with pytest.raises(DatasetError, match="no such phase"):
        lattice(image, phases=["gold"])


def test_ceria_is_told_from_metals_of_the_same_ratio_and_angle():
    image = noise(2) + 1.5 * DISC * crystal((0, 1, 1), 50, PX_NM, 0.5411)
    assert lattice(image, phases=["Au", "Pt", "CeO2"]).phase == "CeO2"
    assert lattice(image).phase == ""


def test_two_spacings_have_their_angle_and_ratio():
    found = lattice(noise(3) + DISC * (2 * wave(4.7, 20) + 1.5 * wave(4.08, 20 + 54.74)))
    assert [one.px for one in found.two] == pytest.approx([4.7, 4.08], rel=0.005)
    assert found.angle_deg == pytest.approx(54.74, abs=0.4)
    assert found.ratio == pytest.approx(4.7 / 4.08, rel=0.005)
    assert found.strongest_px == found.sets[0].px


@pytest.mark.parametrize("degrees", [0, 40, 90])
def test_from_one_set_no_phase_is_named(degrees):
    found = lattice(noise(4) + 2 * DISC * wave(GOLD_NM / math.sqrt(3) / PX_NM, degrees))
    assert found.phase == "one set"
    assert found.zone_axis == ""
    assert found.matches == ()
    assert math.isnan(found.angle_deg)
    assert math.isnan(found.ratio)


def test_a_set_and_its_second_order_are_one_set():
    found = lattice(noise(5) + DISC * (3 * wave(9, 20) + 1.5 * wave(4.5, 20)))
    assert [one.note for one in found.sets] == ["", "2 x of no. 1"]
    assert found.phase == "one set"


def test_without_a_pixel_size_there_is_no_phase_but_ratio_and_angle():
    image = noise(6) + 1.5 * DISC * crystal((0, 1, 1), 33, PX_NM)
    bare, known = lattice(image, None), lattice(image)
    assert bare.phase == bare.zone_axis == ""
    assert bare.matches == ()
    assert (bare.ratio, bare.angle_deg) == (known.ratio, known.angle_deg)
    assert lattice(noise(6) + 2 * DISC * wave(4.7, 20), None).phase == "one set"


def test_sets_of_two_grains_make_no_pair():
    left = COLUMNS < 0
    image = left * wave(GOLD_NM / math.sqrt(3) / PX_NM, 20) + ~left * wave(GOLD_NM / 2 / PX_NM, 74.74)
    found = lattice(noise(7) + 3 * DISC * image)
    assert found.phase == "two grains"
    assert len(found.two) == 2
    assert math.isnan(found.angle_deg)


def test_a_grain_with_two_sets_is_named_beside_a_grain_with_one():
    large = disc(66)
    left = COLUMNS < 8
    image = left * crystal((0, 1, 1), 20, PX_NM) + 1.8 * ~left * wave(GOLD_NM / math.sqrt(3) / PX_NM, 115)
    found = lattice(noise(8) + 3 * large * image, particle=large)
    assert (found.phase, found.zone_axis) == ("Au or Ag", "[011]")
    assert {found.sets[place].grain for place in found.pair} != {one.grain for one in found.sets}


def test_graphite_of_the_support_takes_no_part():
    graphite = 1.5 * wave(0.335 / PX_NM, 100)
    gold = DISC * 2 * crystal((0, 1, 1), 20, PX_NM)
    found = lattice(noise(9) + graphite + gold)
    assert (found.phase, found.zone_axis) == ("Au or Ag", "[011]")
    assert [one.note for one in found.sets].count("graphite of the support") == 1
    assert not any(one.is_graphite for one in found.two)
    only = lattice(noise(9) + graphite)
    assert only.phase == "support"
    assert only.two == ()
    with_one = lattice(noise(9) + graphite + 2 * DISC * wave(4.7, 20))
    assert with_one.phase == "one set"
    assert with_one.two[0].px == pytest.approx(4.7, rel=0.005)


def test_noise_has_no_lattice():
    for seed in range(30):
        found = lattice(noise(seed))
        assert found == ParticleLattice((), PX_NM)
        assert found.phase == found.zone_axis == ""
        assert math.isnan(found.strongest_px)


def test_the_bundled_gold_is_gold_or_not_told():
    phases = []
    for name in ("easy", "low_dose", "touching"):
        shown, truth = open_sample(name)
        phases += [found.phase for _, found in particle_lattices(wb.label_image(truth), shown)]
    named = [phase for phase in phases if phase not in ("", "one set", "two grains")]
    assert len(named) >= 3
    assert all(phase.startswith("Au") for phase in named)


def two_particles() -> tuple[np.ndarray, Micrograph]:
    labels = np.zeros((160, 320), np.int32)
    labels[:, :160][DISC] = 2
    labels[:, 160:][disc(5)] = 3
    labels[4:9, 4:9] = 1
    image = noise(10) + 1.5 * DISC * crystal((0, 1, 1), 33, PX_NM)
    pixels = np.concatenate([image, noise(11)], axis=1)
    return labels, Micrograph(micrograph(pixels), PX_NM, "two")


def test_lattices_come_by_number_with_progress_and_stop_when_asked():
    labels, shown = two_particles()
    told = []
    found = dict(particle_lattices(labels, shown, progress=lambda done, of: told.append((done, of))))
    assert list(found) == [1, 2, 3]
    assert [one.phase for one in found.values()] == ["", "Au or Ag", ""]
    assert told == [(1, 3), (2, 3), (3, 3)]
    asked = iter([False, True])
    with pytest.raises(Stopped, match="two"):
        list(particle_lattices(labels, shown, stop=lambda: next(asked)))
    labels[labels == 3] = 0
    labels[labels == 1] = 7
    assert list(dict(particle_lattices(labels, shown))) == [2, 7]


def test_columns_hold_what_a_table_shows():
    labels, shown = two_particles()
    columns = lattice_columns(found for _, found in particle_lattices(labels, shown))
    assert list(columns) == [
        "d1_nm", "d1_error_nm", "d2_nm", "d2_error_nm", "lattice_angle_deg", "phase", "zone_axis",
    ]  # fmt: skip
    assert [len(column) for column in columns.values()] == [3] * 7
    pair = sorted([columns["d1_nm"][1], columns["d2_nm"][1]])
    assert pair == pytest.approx([0.2355, 0.2355], rel=0.01) or pair == pytest.approx(
        [0.2039, 0.2355], rel=0.01
    )
    assert 0 < columns["d1_error_nm"][1] < 0.02 * columns["d1_nm"][1]
    assert np.isnan([columns[name][0] for name in list(columns)[:5]]).all()
    assert columns["phase"].tolist() == ["", "Au or Ag", ""]
    assert columns["zone_axis"].tolist() == ["", "[011]", ""]


def test_columns_are_in_px_without_a_pixel_size_or_where_px_is_asked_for():
    labels, shown = two_particles()
    bare = Micrograph(shown.pixels, None, "bare")
    columns = lattice_columns(found for _, found in particle_lattices(labels, bare))
    assert list(columns)[:4] == ["d1_px", "d1_error_px", "d2_px", "d2_error_px"]
    known = lattice_columns((found for _, found in particle_lattices(labels, shown)), "px")
    np.testing.assert_allclose(columns["d1_px"], known["d1_px"])
    assert columns["phase"].tolist() == ["", "", ""]
    assert "d1_px" in lattice_columns([], "px")
    assert "d1_nm" in lattice_columns([])


@pytest.mark.parametrize(
    ("zone", "text"), [((0, 1, 1), "[011]"), ((1, -1, 0), "[1-10]"), ((1, 0, 12), "[1 0 12]")]
)
def test_zone_axes_are_in_brackets(zone, text):
    assert bracketed(zone) == text
