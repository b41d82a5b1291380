"""The diameter that tells specks from particles, where the true ones are known."""

import numpy as np
import pytest

from workbench.errors import WorkbenchError
from workbench.segmentation.speck_size import choose_smallest_diameter


def squares(*edges):
    """Return a label image of squares in a row, with these edges in px."""
    labels = np.zeros((40, 40 * len(edges)), np.int32)
    for number, edge in enumerate(edges, start=1):
        left = 40 * (number - 1) + 2
        labels[2 : 2 + edge, left : left + edge] = number
    return labels


def only(labels, *numbers):
    return np.where(np.isin(labels, numbers), labels, 0)


def test_it_lies_above_the_specks_and_below_the_particles_over_all_micrographs_together():
    first, second = squares(20, 3, 3), squares(3, 12, 20)
    chosen = choose_smallest_diameter([(first, only(first, 1), 1.0), (second, only(second, 2, 3), 1.0)])
    assert 3 * 2 / np.sqrt(np.pi) < chosen <= 12 * 2 / np.sqrt(np.pi)
    assert chosen == 3.5  # the smallest that does it: a square of 3 px is 3.39 px wide


def test_it_is_in_the_pixels_that_the_network_sees():
    found = squares(20, 6)
    assert choose_smallest_diameter([(found, only(found, 1), 2.0)]) == 3.5


@pytest.mark.parametrize(
    ("edges", "true"),
    [
        ((20, 3), (1, 2)),  # small particles that are true
        ((20, 3, 3, 3), (1, 2, 3)),  # one speck among more true ones of its size
        ((20, 12), (1, 2)),
    ],
)
def test_nothing_is_left_out_where_that_would_cost_more_particles_than_specks(edges, true):
    found = squares(*edges)
    assert choose_smallest_diameter([(found, only(found, *true), 1.0)]) is None


def test_without_true_particles_there_is_nothing_to_choose_by():
    with pytest.raises(WorkbenchError, match="No true particle"):
        choose_smallest_diameter([(squares(3), squares(0), 1.0)])
