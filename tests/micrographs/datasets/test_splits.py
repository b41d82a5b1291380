"""Parts take their share, whole groups, and of every stratum."""

import numpy as np
import pytest

from workbench.micrographs.datasets.splits import none_empty, random_parts, stratified_parts

FRACTIONS = [(0.7, 0.1, 0.2), (0.5, 0.5), (0.25, 0.25, 0.25, 0.25)]


@pytest.mark.parametrize("fractions", FRACTIONS)
@pytest.mark.parametrize("stratified", [False, True])
def test_every_group_is_in_one_part_and_parts_have_their_share(fractions, stratified):
    groups = [[index] for index in range(100)]
    rng = np.random.default_rng(3)
    if stratified:
        parts = stratified_parts(groups, rng.random(100).tolist(), fractions, rng)
    else:
        parts = random_parts(groups, fractions, rng)
    assert sorted(index for part in parts for (index,) in part) == list(range(100))
    assert [len(part) for part in parts] == pytest.approx([100 * share for share in fractions], abs=1)


def test_no_part_is_empty_where_there_is_a_group_for_each():
    for count in (2, 3, 4):
        groups = [[index] for index in range(count)]
        parts = none_empty(random_parts(groups, (0.9, 0.1), np.random.default_rng(0)))
        assert sorted(index for part in parts for (index,) in part) == list(range(count))
        assert [len(part) for part in parts] == [count - 1, 1]
    assert none_empty([[[0]], []]) == [[[0]], []]


@pytest.mark.parametrize("fractions", FRACTIONS)
def test_each_tenth_of_the_range_is_shared_out(fractions):
    keys = np.random.default_rng(1).random(200)
    tenth = np.argsort(np.argsort(keys)) // 20
    for seed in range(5):
        rng = np.random.default_rng(seed)
        parts = stratified_parts([[index] for index in range(200)], keys.tolist(), fractions, rng)
        for part, share in zip(parts, fractions, strict=True):
            counts = np.bincount([tenth[index] for (index,) in part], minlength=10)
            assert (abs(counts - 20 * share) <= 2).all()


def test_stratified_parts_differ_by_seed():
    keys = list(range(40))
    one, two = (
        stratified_parts([[i] for i in keys], keys, (0.5, 0.5), np.random.default_rng(seed))
        for seed in (0, 1)
    )
    assert one != two
