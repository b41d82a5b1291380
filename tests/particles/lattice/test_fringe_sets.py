"""All sets of fringes of a particle: found, named for what they are, and none made up."""

import math

import numpy as np
import pytest
from drawn_crystals import COLUMNS, DRAWN, ROWS, crystal, disc, micrograph, noise, wave
from scipy import ndimage

from workbench.particles.lattice import fringe_sets
from workbench.particles.lattice.fringe_sets import MOST_SETS, TILT, find_sets
from workbench.particles.lattice.spacing import lattice_spacing_px

DISC = disc(38)


def found(image: np.ndarray, **options):
    return find_sets(micrograph(image), DISC, **options)


def test_every_set_has_its_spacing_and_direction_with_standard_errors():
    drawn = [(4.0, 25.0, 2.0), (3.2, 100.0, 1.4), (5.5, 160.0, 1.0)]
    sets = found(noise(1) + DISC * sum(height * wave(px, turn) for px, turn, height in drawn))
    assert len(sets) == 3
    for one, (px, degrees, _) in zip(sets, drawn, strict=True):
        assert one.px == pytest.approx(px, rel=0.004)
        assert abs(one.px - px) < 4 * one.noise_error_px
        assert one.angle_deg == pytest.approx(degrees, abs=0.3)
        assert one.error_px == pytest.approx(math.hypot(one.noise_error_px, TILT * px**2 / 76), rel=0.02)
        assert one.own
        assert one.note == ""
    strengths = [one.strength for one in sets]
    assert strengths == sorted(strengths, reverse=True)
    assert len({one.grain for one in sets}) == 1


def test_the_first_is_that_of_the_column_lattice_nm_to_the_last_bit():
    for seed, degrees in enumerate((0, 33, 71, 124)):
        image = noise(seed) + DISC * (2 * wave(4.3, degrees) + 1.2 * wave(3.1, degrees + 70))
        assert found(image)[0].px == lattice_spacing_px(micrograph(image), DISC)


def test_directions_are_those_of_the_fourier_panel():
    from workbench.micrographs.power_spectrum import power_spectrum
    from workbench.particles.lattice.spots import find_spots

    image = noise(2) + wave(4.3, 25)
    (spot,) = find_spots(power_spectrum(micrograph(image)))
    (one,) = found(image * DISC)
    assert one.angle_deg == pytest.approx(spot.angle_deg, abs=0.5)
    assert one.px == pytest.approx(spot.px, rel=0.005)


def test_lengths_are_in_nm_where_the_pixel_size_is_known():
    (one,) = found(noise(3) + 2 * DISC * wave(4.3, 25), nm_per_px=0.05)
    assert one.nm == pytest.approx(one.px * 0.05)
    assert one.error_nm == pytest.approx(one.error_px * 0.05)
    (one,) = found(noise(3) + 2 * DISC * wave(4.3, 25))
    assert one.nm is None
    assert one.error_nm is None


@pytest.mark.parametrize(("order", "period"), [(2, 9.0), (2, 4.8), (3, 9.0)])
def test_a_higher_order_is_named_after_its_first(order, period):
    image = noise(4) + DISC * (3 * wave(period, 20) + 1.5 * wave(period / order, 20) + 2 * wave(4.1, 90))
    sets = found(image)
    (higher,) = [one for one in sets if one.order_of is not None]
    assert higher.px == pytest.approx(period / order, rel=0.01)
    number = next(n for n, one in enumerate(sets, 1) if one.px == pytest.approx(period, rel=0.01))
    assert higher.order_of == (order, number)
    assert higher.note == f"{order} x of no. {number}"
    assert not higher.own
    assert [one.own for one in sets].count(True) == 2


def test_an_order_too_fine_for_the_pixels_is_named_where_they_show_it():
    # the second order of 3.2 px at 15 degrees has 1.6 px, which shows as wider fringes elsewhere
    sets = found(noise(5) + DISC * (6 * wave(3.2, 15) + 1.5 * wave(1.6, 15)))
    assert [one.note for one in sets] == ["", "2 x of no. 1"]
    assert sets[1].px > 2.2


def test_a_folded_order_is_told_where_little_noise_makes_it_stand_out_more_than_the_first():
    smooth = ndimage.gaussian_filter(noise(5), 0.7)  # noise of a camera: less of it at high frequencies
    sets = found(smooth + DISC * (9 * wave(3.416, 67.5) + 4 * wave(3.416 / 3, 67.5)))
    first = next(n for n, one in enumerate(sets, 1) if one.px == pytest.approx(3.416, rel=0.01))
    assert [one.order_of for one in sets if one.order_of] == [(3, first)]
    assert [one.own for one in sets].count(True) == 1


def test_a_sum_of_two_sets_too_fine_for_the_pixels_is_told():
    one, two = (np.array([math.cos(t), math.sin(t)]) / px for t, px in ((0.0, 2.6), (0.6, 2.8)))
    total = one + two
    period, degrees = 1 / np.hypot(*total), math.degrees(math.atan2(total[1], total[0]))
    assert (abs(total) > 0.5).any()
    image = 4 * wave(2.6, 0) + 4 * wave(2.8, math.degrees(0.6)) + 1.5 * wave(period, degrees)
    sets = found(noise(6) + DISC * image)
    assert sorted(one.note for one in sets) == ["", "", "aliased"]


def test_fringes_that_go_on_beside_the_particle_are_not_its_own():
    image = noise(7) + 1.5 * wave(7.4, 60) + 2 * DISC * wave(4.3, 130)
    own, beside = sorted(found(image, nm_per_px=0.0453), key=lambda one: one.px)
    assert own.own
    assert beside.note == "graphite of the support"  # 0.335 nm
    assert not beside.own
    other = max(found(image, nm_per_px=0.03), key=lambda one: one.px)
    assert other.note == "beside the particle, too"
    within = max(found(noise(7) + 1.5 * DISC * wave(7.4, 60), nm_per_px=0.0453), key=lambda one: one.px)
    assert within.own  # the same spacing, but in the particle only
    assert not within.is_graphite


def test_sets_in_two_halves_are_of_two_grains():
    left = COLUMNS < 0
    sets = found(noise(8) + 3 * DISC * (left * wave(4.3, 20) + ~left * wave(3.5, 75)))
    assert sorted(one.grain for one in sets) == [1, 2]


def test_no_more_sets_are_kept_than_said():
    image = sum(
        wave(px, turn) for px, turn in ((3, 0), (3.3, 35), (3.7, 70), (4.1, 105), (4.6, 140), (5.1, 165))
    )
    assert len(found(noise(9) + 3 * DISC * image)) == MOST_SETS


@pytest.mark.parametrize("degrees", range(0, 180, 15))
def test_nothing_below_the_limit_of_the_pixels_and_all_above_it(degrees):
    assert found(noise(degrees) + 3 * DISC * wave(2.12, degrees)) == ()
    (one,) = found(noise(degrees) + 3 * DISC * wave(2.26, degrees))
    assert one.px == pytest.approx(2.26, rel=0.005)


@pytest.mark.parametrize("spoiled", ["bent", "a step in phase", "thin at one side", "in a part"])
def test_fringes_that_are_not_perfect_make_no_second_set(spoiled):
    turn = 0.6
    along = COLUMNS * math.cos(turn) - ROWS * math.sin(turn)
    across = COLUMNS * math.sin(turn) + ROWS * math.cos(turn)
    phase, height = 2 * np.pi * along / 4.1, np.ones(ROWS.shape)
    if spoiled == "bent":
        phase = phase + 3 * (across / 38) ** 2
    elif spoiled == "a step in phase":
        phase = phase + 2.5 * (across > 5)
    elif spoiled == "in a part":
        height = height * (along > -8)
    else:
        height = (1 + along / 40).clip(0)
    for seed in range(4):
        assert len(found(noise(seed) + 20 * DISC * height * np.cos(phase))) <= 1


def test_of_a_large_particle_the_rest_does_not_count_as_beside_it(monkeypatch):
    monkeypatch.setattr("workbench.particles.lattice.spacing.MOST_PX", 60)
    (one,) = found(noise(10) + 2 * DISC * wave(4.3, 25))
    assert one.own


def test_noise_has_no_sets_and_specks_have_none():
    assert all(found(noise(seed)) == () for seed in range(40))
    assert find_sets(micrograph(noise(1) + 5 * wave(3, 20)), disc(4)) == ()


def test_all_sets_of_a_crystal_are_of_one_grain():
    assert fringe_sets.MOST_SETS >= 3
    for zone in DRAWN:
        sets = found(noise(11) + 1.5 * DISC * crystal(zone, 17, 0.05))
        assert len(sets) == len(DRAWN[zone])
        assert {one.grain for one in sets} == {1}
