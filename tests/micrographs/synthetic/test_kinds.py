"""Each kind of micrograph lays its particles as its name says."""

import numpy as np
import pytest

from workbench.micrographs.synthetic import draw
from workbench.micrographs.synthetic.kinds import KINDS, MOST, made
from workbench.micrographs.synthetic.matter import draw_batch

SHAPE = (256, 256)


def laid(kind, median, count=20, shape=SHAPE):
    """Return the particles of so many micrographs of a kind."""
    return [KINDS[kind].draw(shape, median, np.random.default_rng([4, number])) for number in range(count)]


def places(particles):
    return np.array([(one.row, one.column) for one in particles])


def apart(particles):
    """Return the distances between all pairs over the mean of their widths."""
    where, widths = places(particles), np.array([one.width_px for one in particles])
    away = np.hypot(*(where[:, None] - where[None]).transpose(2, 0, 1))
    return (away / ((widths[:, None] + widths[None]) / 2))[np.triu_indices(len(particles), 1)]


def test_a_seed_gives_the_same_particles():
    for kind in KINDS.values():
        one, same = (kind.draw(SHAPE, 30.0, np.random.default_rng(7)) for _ in range(2))
        assert one == same


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("empty", "few", "array")])
def test_widths_lie_round_the_median_that_is_asked_for(kind):
    widths = [one.width_px for particles in laid(kind, 25.0) for one in particles]
    assert np.median(widths) == pytest.approx(25, rel=0.15)


@pytest.mark.parametrize("kind", KINDS)
def test_no_frame_has_more_than_can_be_drawn_and_a_larger_one_has_more(kind):
    low = KINDS[kind].widths_px[0]
    most = max(len(particles) for particles in laid(kind, low, 4))
    assert most <= 1.3 * MOST  # an array is whole, also at its edges
    if kind in ("scattered", "catalyst"):
        assert max(len(particles) for particles in laid(kind, low, 4, (512, 256))) > 1.2 * MOST


def test_there_is_none_in_an_empty_one():
    assert not any(laid("empty", 20.0))


def test_few_are_one_to_four_and_one_alone_where_it_fills_the_frame():
    assert {len(particles) for particles in laid("few", 90.0, 40)} == {1, 2, 3, 4}
    for particles in laid("few", 350.0, 20):
        assert len(particles) == 1 or particles[0].shape == "rod"


def test_touching_ones_touch_and_scattered_ones_seldom_do():
    def contacts(kind):
        many = [particles for particles in laid(kind, 25.0) if len(particles) > 4]
        nearest = [
            np.sort(apart(particles))[: len(particles) // 2].mean() for particles in many
        ]  # of the closest pairs, over their mean width
        return np.median(nearest)

    assert 0.9 < contacts("touching") < 1.15
    assert contacts("scattered") > 1.3
    assert contacts("overlapping") < 0.95


def test_an_array_has_one_pitch():
    shares = []
    for particles in laid("array", 30.0, 20):
        where = places(particles)
        if len(where) > 11:
            away = np.hypot(*(where[:, None] - where[None]).transpose(2, 0, 1))
            np.fill_diagonal(away, np.inf)
            nearest = away.min(1)
            shares.append(np.mean(np.abs(nearest / np.median(nearest) - 1) < 0.1))
    assert np.mean(shares) > 0.85  # vacancies and edges of islands leave some alone


def test_an_array_of_small_ones_is_as_coarse_as_can_be_drawn():
    small, large = (
        np.median([one.width_px for particles in laid("array", median, 10) for one in particles])
        for median in (6.0, 60.0)
    )
    assert small > 15
    assert large == pytest.approx(60, rel=0.1)


def test_rods_lie_side_by_side_or_free():
    bundled = 0
    for particles in laid("rods", 15.0, 40):
        if len(particles) < 4:
            continue
        # bundles point in one direction: neighbours in the list are of one bundle
        turns = np.array([one.angle for one in particles]) % np.pi
        steps = np.abs(np.diff(turns))
        bundled += np.median(np.minimum(steps, np.pi - steps)) < 0.15
    assert 3 < bundled < 25


def test_particles_of_a_catalyst_are_round_or_faceted():
    assert {one.shape for particles in laid("catalyst", 8.0, 12) for one in particles} == {
        "sphere",
        "facet",
        "rough",
    }


def test_overlapping_ones_are_seen_through_and_do_not_diffract():
    for particles in laid("overlapping", 40.0, 20):
        assert all(one.crystal is None for one in particles)
        depth = 40.0 / particles[0].material.mean_free_path_px
        assert 0.15 <= depth <= 0.9


def test_fringes_are_on_particles_of_the_lattice_kind_alone():
    def fringed(kind):
        return [bool(one.crystal and one.crystal.fringes) for group in laid(kind, 40.0, 15) for one in group]

    assert 0.6 < np.mean(fringed("lattice")) < 0.9
    assert not any(fringed("scattered"))


def test_all_of_a_micrograph_are_of_one_matter_but_for_another_shape_of_the_same_synthesis():
    for kind in KINDS:
        for particles in laid(kind, 30.0, 6):
            assert len({one.material for one in particles}) <= 1
            assert len({one.shape for one in particles}) <= (2 if kind == "scattered" else 1)


def test_particles_are_made_at_the_places_that_are_given():
    rng = np.random.default_rng(0)
    where = np.array([[3.0, 4.0, 5.0], [30.0, 40.0, 6.0]])
    one, other = made(where, draw_batch("cube", 5.0, rng), rng, angle=0.25)
    assert (one.row, one.column, one.width_px, one.angle) == (3, 4, 5, 0.25)
    assert (other.row, other.column, other.width_px, other.angle) == (30, 40, 6, 0.25)


def test_arrays_touching_and_overlapping_kinds_are_what_they_say():
    def overlapped(kind):
        shares = []
        for number in range(12):
            masks = draw(
                np.random.default_rng([6, number]), (128, 128), kinds=[kind], widths_px=(20, 30), burnt_in=0.0
            ).masks()
            shares.append((masks.sum(0) > 1).sum() / max(masks.any(0).sum(), 1))
        return np.mean(shares)

    assert overlapped("array") < 0.02
    assert overlapped("touching") < 0.03
    assert overlapped("overlapping") > 0.06
