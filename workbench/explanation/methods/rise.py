"""RISE: which pixels matter, asked with many random masks and nothing but the network's answers."""

from __future__ import annotations

import numpy as np
import torch

from workbench.errors import ExplanationError
from workbench.explanation.attribution_input import AttributionInput, Progress
from workbench.explanation.batches import in_batches
from workbench.explanation.methods.registry import method
from workbench.explanation.position_seeded import anchored
from workbench.micrographs.micrograph import FloatImage


@method("rise", "RISE", signed=True, additive=False)
def rise(
    problem: AttributionInput,
    watch: Progress,
    masks: int = 1000,
    cell_px: int = 32,
    kept: float = 0.5,
    seed: int = 0,
) -> FloatImage:
    """Return E[S(x m) | pixel kept] - E[S(x m)], estimated from N random masks: sum of (S_n - mean S) m_n, over N p.

    A mask m is a random grid of zeros and ones, 1 with probability p, brought to pixels by bilinear interpolation
    from a random offset. Where it is 0 the micrograph has its mean intensity. The paper does not subtract
    the mean answer; here it is, so that 0 means that a pixel makes no difference. An estimate: its noise falls as
    the square root of N.

    Parameters
    ----------
    problem, watch
    masks : int
        N; the paper takes 4000 to 8000.
    cell_px : int
        Distance of the grid's points, in the network's pixels.
    kept : float
        p, between 0 and 1.
    seed : int
        The same seed gives the same masks, whatever the window.

    References
    ----------
    V. Petsiuk, A. Das, K. Saenko, BMVC 2018, arXiv 1806.07421, equation 6 and section 3.2.
    """
    if masks < 2 or cell_px < 1 or seed < 0:
        raise ExplanationError(
            f"RISE needs 2 masks, cells of 1 px and a seed of 0 at least, not {masks}, {cell_px} and {seed}."
        )
    if not 0 < kept < 1:
        raise ExplanationError(
            f"The share of pixels that a mask keeps lies between 0 and 1; {kept} does not."
        )
    answers, sums, weighted = 0.0, np.zeros(problem.pixels.shape), np.zeros(problem.pixels.shape)

    def ask(part: slice) -> None:
        nonlocal answers
        drawn = np.stack([mask(problem.window, cell_px, kept, seed, number) for number in _range(part)])
        shown = torch.from_numpy(drawn)[:, None].to(problem.image.device)
        # in double: the mean answer is taken away from the sums in the end, and may be far larger than what is left
        values = problem.values(problem.mean + shown * (problem.image - problem.mean)).double().cpu().numpy()
        answers += float(values.sum())
        sums[...] += drawn.sum(0, dtype=np.float64)
        weighted[...] += np.tensordot(values, drawn.astype(np.float64), 1)

    in_batches(problem, masks, ask, watch)
    found: FloatImage = ((weighted - answers / masks * sums) / (masks * kept)).astype(np.float32)
    return found


def mask(window: tuple[slice, slice], cell_px: int, kept: float, seed: int, number: int) -> FloatImage:
    """Return one random mask of a window of the micrograph, (h, w), from 0 to 1."""
    offsets = np.random.default_rng([seed, number]).integers(0, cell_px, 2)
    (low_rows, down), (low_columns, across) = (
        _grid(part, int(offset), cell_px) for part, offset in zip(window, offsets, strict=True)
    )
    points = anchored(
        slice(low_rows[0], low_rows[-1] + 2),
        slice(low_columns[0], low_columns[-1] + 2),
        (seed, number),
        lambda generator, shape: (generator.random(shape, np.float32) < kept).astype(np.float32),
    )
    rows, columns = low_rows - low_rows[0], low_columns - low_columns[0]
    # along the rows first, then along the columns
    tall = points[rows] * (1 - down)[:, None] + points[rows + 1] * down[:, None]
    found: FloatImage = tall[:, columns] * (1 - across) + tall[:, columns + 1] * across
    return found


def _grid(part: slice, offset: int, cell: int) -> tuple[np.ndarray, FloatImage]:
    """Return the point of the grid before each pixel, and how far it lies from there to the next, 0 to 1."""
    places = np.arange(part.start, part.stop) + offset
    return places // cell, ((places % cell) / cell).astype(np.float32)


def _range(part: slice) -> range:
    return range(part.start, part.stop)
