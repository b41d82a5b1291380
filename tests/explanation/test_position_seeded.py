"""Random numbers that belong to a place in the micrograph."""

import numpy as np
import pytest

from workbench.explanation.position_seeded import BLOCK, anchored


def drawn(rows: slice, columns: slice, *key: int) -> np.ndarray:
    return anchored(rows, columns, key or (3,), lambda random, shape: random.normal(size=shape))


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        (slice(0, 5), slice(0, 7)),
        (slice(60, 70), slice(100, 200)),
        (slice(BLOCK, 2 * BLOCK), slice(2 * BLOCK, 3 * BLOCK)),
        (slice(63, 64), slice(64, 65)),
        (slice(10, 250), slice(1, 300)),
    ],
)
def test_a_part_of_the_plane_is_that_of_the_whole(rows, columns):
    whole = drawn(slice(0, 260), slice(0, 310))
    found = drawn(rows, columns)
    assert found.dtype == np.float32
    assert np.array_equal(found, whole[rows, columns])


def test_each_key_has_a_plane_of_its_own_and_no_block_is_another():
    whole = slice(0, 2 * BLOCK)
    first, same, other = (drawn(whole, whole, *key) for key in ((3, 1), (3, 1), (3, 2)))
    assert np.array_equal(first, same)
    blocks = [
        made[rows, columns]
        for made in (first, other)
        for rows in (slice(0, BLOCK), slice(BLOCK, 2 * BLOCK))
        for columns in (slice(0, BLOCK), slice(BLOCK, 2 * BLOCK))
    ]
    for number, one in enumerate(blocks):
        for another in blocks[:number]:
            assert abs(np.corrcoef(one.ravel(), another.ravel())[0, 1]) < 0.06
    assert first.mean() == pytest.approx(0, abs=0.03)
    assert first.std() == pytest.approx(1, abs=0.03)
