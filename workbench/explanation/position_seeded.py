"""Random numbers that belong to a place in the micrograph, so that no window or tile changes what is drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from workbench.micrographs.micrograph import FloatImage

BLOCK = 64
Draw = Callable[[np.random.Generator, tuple[int, int]], FloatImage]


def anchored(rows: slice, columns: slice, key: tuple[int, ...], draw: Draw) -> FloatImage:
    """Return a random image of a part of an endless plane; the same key gives the same plane.

    Parameters
    ----------
    rows, columns : slice
        With start and stop, at least 0.
    key : tuple of int
        At least 0 each, such as a seed and the number of a sample.
    draw : callable(generator, shape) -> float32 array
        Draws independent numbers.

    Returns
    -------
    (h, w) float32 array
    """
    found = np.empty((rows.stop - rows.start, columns.stop - columns.start), np.float32)
    for row in range(rows.start // BLOCK, -(-rows.stop // BLOCK)):
        for column in range(columns.start // BLOCK, -(-columns.stop // BLOCK)):
            block = draw(np.random.default_rng([*key, row, column]), (BLOCK, BLOCK))
            down, block_rows = _shared(rows, row)
            across, block_columns = _shared(columns, column)
            found[down, across] = block[block_rows, block_columns]
    return found


def _shared(part: slice, block: int) -> tuple[slice, slice]:
    """Return where a block and a part of an axis overlap, counted from the part's and from the block's beginning."""
    first, last = max(part.start, block * BLOCK), min(part.stop, (block + 1) * BLOCK)
    return slice(first - part.start, last - part.start), slice(first - block * BLOCK, last - block * BLOCK)
