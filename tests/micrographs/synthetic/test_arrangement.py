"""Where particles lie: apart, in contact, in arrays; and how wide they are."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from workbench.micrographs.synthetic.arrangement import array, clustered, scattered, seen, widths

SHAPE = (256, 256)


def gaps(places):
    """Return for each pair the distance of the centres over the sum of the radii."""
    first, second = np.triu_indices(len(places), 1)
    apart = np.hypot(*(places[first, :2] - places[second, :2]).T)
    return apart / (0.5 * (places[first, 2] + places[second, 2]))


@pytest.mark.parametrize("spread", [0.03, 0.3])
def test_widths_are_lognormal(spread):
    drawn = np.log(widths(4000, 20.0, spread, np.random.default_rng(0)))
    assert drawn.mean() == pytest.approx(np.log(20), abs=0.02)
    assert drawn.std() == pytest.approx(spread, rel=0.06)


@pytest.mark.parametrize("gap", [0.0, 0.3])
def test_scattered_discs_keep_their_distance(gap):
    places = scattered(SHAPE, np.full(60, 16.0), gap, np.random.default_rng(1))
    assert len(places) > 40
    assert gaps(places).min() >= 1 + gap


def test_discs_may_overlap_by_a_share():
    places = scattered(SHAPE, np.full(100, 40.0), -0.5, np.random.default_rng(1))
    assert 0.5 <= gaps(places).min() < 0.8


@pytest.mark.parametrize(("contact", "low", "high"), [((1.0, 1.0), 0.98, 1.01), ((0.6, 0.9), 0.59, 0.91)])
def test_each_disc_of_a_cluster_touches_or_overlaps_another(contact, low, high):
    places = clustered(SHAPE, np.full(20, 14.0), contact, 1, np.random.default_rng(2), chain=0.0)
    assert len(places) >= 8
    nearest = cKDTree(places[:, :2]).query(places[:, :2], k=2)[0][:, 1] / 14
    assert low <= nearest.min()
    assert np.median(nearest) <= high


def test_a_chain_is_longer_than_a_compact_cluster():
    def size(chain):
        drawn = [
            clustered(
                (4000, 4000), np.full(30, 10.0), (1.0, 1.0), 1, np.random.default_rng(seed), chain=chain
            )
            for seed in range(12)
        ]
        return np.mean([places[:, :2].std(0).mean() for places in drawn])

    assert size(1.0) > 1.2 * size(0.0)


@pytest.mark.parametrize(("square", "neighbours"), [(False, 6), (True, 4)])
def test_arrays_have_as_many_neighbours_in_contact(square, neighbours):
    places = array(SHAPE, 20.0, 0.0, 1.0, np.random.default_rng(3), square=square, angle=0.4, jitter=0.0)
    inner = (np.abs(places[:, :2] - 128) < 90).all(1)
    tree = cKDTree(places[:, :2])
    near = [len(tree.query_ball_point(place, 20.5)) - 1 for place in places[inner, :2]]
    assert set(near) == {neighbours}
    assert gaps(places).min() == pytest.approx(1)


def test_arrays_have_pitch_and_vacancies():
    rng = np.random.default_rng(4)
    assert gaps(array(SHAPE, 20.0, 0.0, 1.5, rng, jitter=0.0)).min() == pytest.approx(1.5)
    full, sparse = (len(array(SHAPE, 12.0, 0.0, 1.0, rng, vacancies=share)) for share in (0.0, 0.5))
    assert sparse == pytest.approx(full / 2, rel=0.15)


def test_what_the_frame_does_not_show_is_left_out():
    places = np.array([[-11.0, 50, 20], [-9.0, 50, 20], [50, 267, 20], [50, 265, 20]])
    assert seen(places, SHAPE)[:, 0].tolist() == [-9, 50]
