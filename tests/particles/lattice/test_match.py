"""Spacings and angles compared with phases: the right one, those that cannot be told from it, and no other."""

import math

import numpy as np
import pytest

from workbench.particles.lattice.match import (
    CALIBRATION,
    DISTORTION,
    DISTORTION_DEG,
    Measured,
    between_deg,
    fitting,
    match_phases,
)
from workbench.particles.lattice.phases import find_phase

METALS = [find_phase(name) for name in ("Au", "Ag", "Pt", "Pd", "Cu")]
LATTICE_NM = {"Au": 0.40786, "Pt": 0.39242, "Cu": 0.36149}


def measured(lattice_nm: float, *planes: tuple[tuple[int, int, int], float], error: float = 0.003):
    """Sets of planes of a cubic crystal, each with the direction across its fringes."""
    return [
        Measured(nm := lattice_nm / math.sqrt(sum(i * i for i in plane)), error * nm, degrees % 180, 0.3)
        for plane, degrees in planes
    ]


def named(sets, phases=METALS, **options) -> list[str]:
    return [match.phase for match in fitting(match_phases(sets, phases, **options), phases)]


SEEN = {
    (0, 1, 1): [((1, 1, 1), 10), ((1, 1, 1), 80.53), ((0, 0, 2), 135.26)],
    (0, 0, 1): [((0, 0, 2), 20), ((0, 0, 2), 110), ((0, 2, 2), 65)],
    (1, 1, 2): [((1, 1, 1), 175), ((0, 2, 2), 85), ((1, 1, 3), 175 - 58.52)],
    (1, 1, 1): [((0, 2, 2), 30), ((0, 2, 2), 90), ((0, 2, 2), 150)],
}


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("zone", SEEN)
@pytest.mark.parametrize(("metal", "told"), [("Au", {"Au", "Ag"}), ("Pt", {"Pt", "Pd"}), ("Cu", {"Cu"})])
def test_a_metal_is_named_with_what_cannot_be_told_from_it_and_its_zone_axis(metal, told, zone, count):
    matches = match_phases(measured(LATTICE_NM[metal], *SEEN[zone][:count]), METALS)
    fits = fitting(matches, METALS)
    assert {match.phase for match in fits} == told
    for match in fits:
        assert match.zone_axis == zone
        assert match.zone_is_fixed
        assert np.cross(match.planes[0], match.planes[1]).any()
        assert abs(match.ratio_residual) < 0.1 > abs(match.angle_residual)
    own = next(match for match in fits if match.phase == metal)
    assert own.scale == pytest.approx(1, abs=1e-3)
    assert own.geometry_chance > 0.99


def test_residuals_are_in_standard_deviations_of_all_that_is_uncertain():
    nm, error, turn = LATTICE_NM["Au"] / math.sqrt(3), 0.004, 0.4
    sets = [
        Measured(nm * 1.02, error * nm * 1.02, 10, turn),
        Measured(nm * 1.01, error * nm * 1.01, 10 + 70.53 + 1, turn),
    ]
    (match,) = match_phases(sets, METALS[:1])
    each = math.hypot(error, DISTORTION)
    assert match.ratio_residual == pytest.approx(math.log(1.02 / 1.01) / (each * math.sqrt(2)), rel=1e-3)
    assert match.angle_residual == pytest.approx(1 / math.sqrt(2 * (turn**2 + DISTORTION_DEG**2)), rel=0.02)
    mean = math.log(1.02 * 1.01) / 2
    assert match.spacing_residual == pytest.approx(
        mean / math.hypot(each / math.sqrt(2), CALIBRATION), rel=1e-3
    )
    assert match.spacing_chance == pytest.approx(math.erfc(match.spacing_residual / math.sqrt(2)))
    assert match.scale == pytest.approx(math.exp(mean), rel=1e-4)


def test_a_pixel_size_that_is_known_badly_leaves_more_phases_and_ratio_and_angle_are_free_of_it():
    sets = measured(LATTICE_NM["Au"], *SEEN[0, 1, 1][:2])
    assert named(sets, calibration=0.003) == ["Au", "Ag"]
    assert set(named(sets, calibration=0.05)) == {"Au", "Ag", "Pt", "Pd", "Cu"}
    wrong = measured(1.3 * LATTICE_NM["Au"], *SEEN[0, 1, 1][:2])
    assert named(wrong) == []
    assert match_phases(wrong, METALS[:1])[0].geometry_chance > 0.99


@pytest.mark.parametrize("off", [3, 5])
def test_angles_that_no_pair_of_planes_has_fit_nothing(off):
    assert named(measured(LATTICE_NM["Au"], ((1, 1, 1), 10), ((1, 1, 1), 80.53 - off), error=0.002)) == []


def test_a_phase_that_just_misses_is_named_with_the_one_that_it_cannot_be_told_from():
    # Au 3 % too narrow would still be Au; Ag, a fifth of a percent further off, not by itself
    for scale in np.arange(0.96, 1.0, 0.0005):
        found = named(measured(LATTICE_NM["Au"] * scale, *SEEN[0, 1, 1][:2]), METALS[:2])
        assert len(found) != 1


def test_a_further_set_has_to_lie_where_the_first_two_say():
    good = SEEN[0, 1, 1]
    assert named(measured(LATTICE_NM["Au"], *good)) == ["Au", "Ag"]
    astray = [*good[:2], ((0, 0, 2), good[2][1] + 12)]
    assert named(measured(LATTICE_NM["Au"], *astray)) == []
    assert match_phases(measured(LATTICE_NM["Au"], *good), METALS[:1])[0].planes[2] in {
        (0, 0, 2), (0, 0, -2), (0, 2, 0), (0, -2, 0), (2, 0, 0), (-2, 0, 0),
    }  # fmt: skip


def test_a_zone_axis_is_fixed_only_where_all_pairs_that_fit_have_it():
    # 200 of anatase is 0.1892 nm along a and b alike; its 103 and 004 differ by 2 %
    anatase = [find_phase("TiO2 anatase")]
    (match,) = match_phases([Measured(0.2378, 0.004, 0, 1.0), Measured(0.1892, 0.003, 90, 1.0)], anatase)
    assert match.zone_axis == (1, 0, 0)
    (match,) = match_phases([Measured(0.170, 0.02, 0, 10.0), Measured(0.167, 0.02, 60, 10.0)], anatase)
    assert not match.zone_is_fixed


def test_platinum_and_gamma_alumina_cannot_be_told_apart():
    phases = [find_phase(name) for name in ("Pt", "gamma-Al2O3", "MgO")]
    assert set(named(measured(LATTICE_NM["Pt"], *SEEN[0, 1, 1][:2]), phases)) >= {"Pt", "gamma-Al2O3"}


@pytest.mark.parametrize(
    ("one", "other", "between"), [(10, 80, 70), (5, 175, 10), (0, 180, 0), (30, 120, 90), (170, 20, 30)]
)
def test_directions_without_a_sense_are_at_most_90_degrees_apart(one, other, between):
    assert between_deg(one, other) == pytest.approx(between)
