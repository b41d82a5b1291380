"""RISE on a linear network, whose answer is known in expectation."""

import numpy as np
import pytest
from small_networks import Linear, noise, problem_of

from workbench.errors import ExplanationError
from workbench.explanation.methods import find_method
from workbench.explanation.methods.rise import mask

RISE = find_method("rise")
CELL = 3


def shared_along_one_axis(length: int) -> np.ndarray:
    """Return, for two pixels, the mean over offsets of the sum over grid points of the product of their weights."""
    found = np.zeros((length, length))
    for offset in range(CELL):
        places = (np.arange(length) + offset) / CELL
        weights = np.clip(1 - np.abs(places[:, None] - np.arange(length + 2)), 0, None)
        found += weights @ weights.T / CELL
    return found


def test_a_linear_network_gets_its_own_weights_blurred_by_what_masks_share():
    problem = problem_of(Linear(9), noise(40), (20, 19))
    pixels, kept = problem.pixels, 0.5
    weights = problem.module.conv.weight.detach().numpy()[0, 0]
    # E[(S - mean S) m_i] / p = sum of w_j x_j cov(m_j, m_i) / p, and the grid's points have variance p (1 - p)
    down, across = (shared_along_one_axis(edge) for edge in pixels.shape)
    expected = (1 - kept) * down @ (weights * pixels) @ across
    found = RISE.run(problem, masks=6000, cell_px=CELL, kept=kept)
    assert pixels.shape == (9, 9)
    assert np.corrcoef(found.ravel(), expected.ravel())[0, 1] > 0.98
    np.testing.assert_allclose(found, expected, atol=0.12 * np.abs(expected).max())


def test_a_mask_keeps_the_share_that_it_is_told_and_lies_between_0_and_1():
    drawn = np.stack([mask((slice(0, 40), slice(5, 50)), 8, 0.3, 0, number) for number in range(300)])
    assert drawn.min() >= 0
    assert drawn.max() <= 1
    assert drawn.mean() == pytest.approx(0.3, abs=0.02)


def test_a_mask_belongs_to_its_place_in_the_micrograph():
    whole = mask((slice(0, 200), slice(0, 300)), 7, 0.5, 4, 11)
    part = mask((slice(64, 150), slice(120, 260)), 7, 0.5, 4, 11)
    np.testing.assert_array_equal(part, whole[64:150, 120:260])


def test_the_same_seed_gives_the_same_map_however_many_fit_into_memory(monkeypatch):
    problem = problem_of(Linear(9), noise(40), (20, 19))
    at_once = RISE.run(problem, masks=50, cell_px=CELL)
    monkeypatch.setattr(type(problem), "most_at_once", 7)
    np.testing.assert_allclose(RISE.run(problem, masks=50, cell_px=CELL), at_once, atol=1e-6)
    assert np.abs(RISE.run(problem, masks=50, cell_px=CELL, seed=1) - at_once).max() > 1e-3


@pytest.mark.parametrize(
    "options", [{"masks": 1}, {"cell_px": 0}, {"kept": 1.0}, {"kept": 0.0}, {"seed": -1}]
)
def test_masks_that_cannot_be_are_refused_in_a_sentence(options):
    with pytest.raises(ExplanationError, match=r"at least|between 0 and 1"):
        RISE.run(problem_of(Linear(9), noise(40), (20, 19)), **options)
