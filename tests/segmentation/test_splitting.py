"""Particles that touch are parted, single ones stay whole."""

import math
import sys

import numpy as np
import pytest

from workbench.errors import Stopped
from workbench.segmentation.masks import clean_mask, label_particles

EDGE = 300
ROWS, COLUMNS = np.mgrid[:EDGE, :EDGE].astype(float)
away = np.hypot(ROWS - 150, COLUMNS - 150)
angle_of = np.arctan2(ROWS - 150, COLUMNS - 150)


def discs(centres, radius: float) -> np.ndarray:
    mask = np.zeros((EDGE, EDGE), bool)
    for y, x in centres:
        mask |= np.hypot(ROWS - 150 - y, COLUMNS - 150 - x) <= radius
    return mask


def parts(mask: np.ndarray) -> int:
    return label_particles(clean_mask(mask, split_touching=True))[1]


@pytest.mark.parametrize("closeness", [1.0, 0.98, 0.96])
@pytest.mark.parametrize(("count", "radius"), [(3, 40), (7, 12), (7, 30), (19, 20), (37, 12), (37, 20)])
def test_discs_in_hexagonal_contact_are_parted_though_they_close_in_small_gaps(count, radius, closeness):
    apart = 2 * radius * closeness
    sites = sorted(
        (round(math.hypot(i + j / 2, j * 0.75**0.5), 6), i, j) for i in range(-4, 5) for j in range(-4, 5)
    )
    cluster = discs([(j * apart * 0.75**0.5, (i + j / 2) * apart) for _, i, j in sites[:count]], radius)
    assert parts(cluster) == count


@pytest.mark.parametrize("edge", [2, 3, 5, 6])
def test_discs_in_square_contact_are_parted(edge):
    places = (np.arange(edge) - (edge - 1) / 2) * 2 * 20 * 0.98
    assert parts(discs([(y, x) for y in places for x in places], 20)) == edge**2


@pytest.mark.parametrize("neck", [0.1, 0.35, 0.6])
@pytest.mark.parametrize("radius", [12, 25, 45])
def test_pairs_and_rows_with_narrow_necks_are_parted(neck, radius):
    apart = 2 * radius * math.sqrt(1 - neck**2)
    assert (
        parts(discs([(-apart / 2 * 0.6, -apart / 2 * 0.8), (apart / 2 * 0.6, apart / 2 * 0.8)], radius)) == 2
    )
    assert parts(discs([(0, -apart), (0, 0), (0, apart)], radius)) == 3


@pytest.mark.parametrize("neck", [0.1, 0.35])
def test_triangles_are_parted(neck):
    from_middle = 2 * 30 * math.sqrt(1 - neck**2) / math.sqrt(3)
    corners = [
        (from_middle * math.sin(a), from_middle * math.cos(a)) for a in (0.3, 0.3 + 2.0944, 0.3 + 4.1888)
    ]
    assert parts(discs(corners, 30)) == 3


@pytest.mark.parametrize("angle", np.linspace(0, 1.5, 6))
@pytest.mark.parametrize(("half_width", "half_length"), [(5, 40), (10, 100), (20, 80), (40, 40), (60, 60)])
def test_rods_squares_and_ellipses_stay_whole(angle, half_width, half_length):
    u = (ROWS - 150) * math.cos(angle) + (COLUMNS - 150) * math.sin(angle)
    v = (COLUMNS - 150) * math.cos(angle) - (ROWS - 150) * math.sin(angle)
    assert parts((abs(u) <= half_width) & (abs(v) <= half_length)) == 1
    assert parts((u / half_width) ** 2 + (v / half_length) ** 2 <= 1) == 1


@pytest.mark.parametrize("radius", [10, 20, 40, 80])
def test_a_rough_disc_and_one_with_small_holes_stay_whole(radius):
    rng = np.random.default_rng(radius)
    rough = sum(rng.normal(0, 0.4) * np.cos(k * angle_of + rng.uniform(0, 6.3)) for k in range(3, 30))
    assert parts(away <= radius + 0.5 * rough) == 1
    salted = (away <= radius) & (rng.random((EDGE, EDGE)) > 0.03)
    kept, _ = label_particles(salted)
    assert parts(kept == kept[kept > 0][0]) == 1
    for off in (0, 0.3, 0.6):
        hole = np.hypot(ROWS - 150 - off * radius, COLUMNS - 150) <= radius / 8
        assert parts((away <= radius) & ~hole) == 1


def test_a_ring_stays_whole():
    assert parts((away < 80) & (away > 65)) == 1


def test_rods_that_touch_here_and_there_are_two():
    rods = ((abs(ROWS - 139) <= 10) | (abs(ROWS - 161) <= 10)) & (abs(COLUMNS - 150) <= 100)
    for at in range(60, 240, 20):
        rods[149:152, at : at + 4] = True
    assert label_particles(rods)[1] == 1
    assert parts(rods) == 2


def test_a_line_one_pixel_wide_is_all_that_goes():
    pair = discs([(0, -24), (0, 24)], 25)
    lost = pair & ~clean_mask(pair, split_touching=True)
    assert 0 < np.count_nonzero(lost) < 20
    assert np.ptp(np.nonzero(lost)[1]) <= 1


def test_parting_asks_for_a_stop_before_each_particle():
    mask = np.random.default_rng(0).random((EDGE, EDGE)) > 0.7
    asked = []

    def stop() -> bool:
        asked.append(None)
        return len(asked) > 20

    with pytest.raises(Stopped):
        clean_mask(mask, split_touching=True, stop=stop)
    assert len(asked) == 21


def noise(edge: int) -> np.ndarray:
    """Return a mask of white noise, seven tenths of it particle: nearly all of it is one, with holes without number."""
    return np.random.default_rng(0).random((edge, edge)) < 0.7


def test_parting_one_noisy_particle_asks_for_a_stop_within_it():
    mask = noise(EDGE)
    particles, asked = label_particles(mask)[1], []
    assert particles < 10

    def stop() -> bool:
        asked.append(None)
        return len(asked) > 100

    with pytest.raises(Stopped):
        clean_mask(mask, split_touching=True, stop=stop)
    assert len(asked) == 101


def test_the_steps_that_noise_takes_grow_with_its_pixels_and_not_with_their_square():
    def steps(edge: int) -> int:
        calls = []
        before = sys.getprofile()
        sys.setprofile(lambda _frame, event, _arg: calls.append(None) if event == "call" else None)
        try:
            clean_mask(noise(edge), split_touching=True)
        finally:
            sys.setprofile(before)
        return len(calls)

    steps(40)  # what is imported once
    small, large = steps(64), steps(256)
    assert small > 1000
    assert large < 1.25 * 16 * small
