"""The distance to the rim against its definition, pixel by pixel."""

import numpy as np
import pytest

from workbench.segmentation.rim_distance import rim_distance


def by_hand(labels, widest=16.0):
    """Return the distance to the nearest rim pixel of the own particle, over the largest one there."""
    height, width = labels.shape
    found = np.zeros(labels.shape)
    for number in np.unique(labels[labels > 0]):
        own = np.argwhere(labels == number)
        rim = [
            (y, x)
            for y, x in own
            if any(
                0 <= y + dy < height and 0 <= x + dx < width and labels[y + dy, x + dx] != number
                for dy, dx in ((0, 1), (1, 0), (0, -1), (-1, 0))
            )
        ]
        away = np.sqrt(((own[:, None] - np.array(rim)[None]) ** 2).sum(-1)).min(1).clip(max=widest)
        found[tuple(own.T)] = away / away.max() if away.max() else 1
    return found


@pytest.mark.parametrize("widest", [3.0, 16.0])
def test_it_is_that_of_the_definition_also_where_particles_touch(widest):
    rows, columns = np.mgrid[:60, :80]
    labels = np.zeros((60, 80), np.int32)
    for number, (y, x, radius) in enumerate(
        [(20, 20, 12), (20, 43, 11), (43, 30, 13), (50, 70, 6), (5, 70, 9)], 1
    ):
        labels[np.hypot(rows - y, columns - x) <= radius] = 3 * number
    labels[30, 60:78] = labels[33:35, 60:78] = 40
    found = rim_distance(labels, widest)
    assert found.dtype == np.float32
    assert np.allclose(found, by_hand(labels, widest), atol=1e-6)
    assert found.max() == 1
    assert all(found[labels == number].max() == 1 for number in np.unique(labels[labels > 0]))


def test_a_particle_twice_as_large_has_the_same_distance():
    rows, columns = np.mgrid[:120, :120]
    small = rim_distance((np.hypot(rows[::2, ::2] - 59, columns[::2, ::2] - 59) <= 26).astype(np.int32), 100)
    large = rim_distance((np.hypot(rows - 59, columns - 59) <= 26).astype(np.int32), 100)
    assert np.abs(large[::2, ::2] - small).max() < 0.12


def test_the_edge_of_the_image_and_what_is_not_sure_are_no_particle_of_its_own():
    assert (rim_distance(np.ones((9, 9), np.int32)) == 1).all()
    assert not rim_distance(np.zeros((9, 9), np.int32)).any()
    half = np.zeros((21, 21), np.int32)
    half[:, :11] = 1
    assert np.allclose(rim_distance(half)[:, 0], 1)  # cut by the edge, which is no rim
    half[:, 15:] = -1
    assert not rim_distance(half)[half < 1].any()
