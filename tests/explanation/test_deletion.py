"""Curves of deletion and insertion against a linear network, whose answer is known."""

import numpy as np
import pytest
from checked_maps import GRADIENT, linear_problem, slopes
from scipy import ndimage

from workbench.explanation.attribution_input import Progress
from workbench.explanation.deletion import Steps, as_smooth_as, curves, evidence, without_detail
from workbench.explanation.methods.registry import find_method


@pytest.mark.parametrize("sign", [1, -1])
def test_no_order_beats_what_a_linear_network_adds_up(sign):
    problem = linear_problem(sign)
    exact = (slopes(problem) * (problem.pixels - without_detail(problem))).astype(np.float32)
    deletion, insertion = curves(problem, exact, Steps(20, 2), 0, Progress())
    rng = np.random.default_rng(3)
    rivals = [rng.normal(size=exact.shape), exact + rng.normal(size=exact.shape) * exact.std() / 4]
    rivals += [np.abs(slopes(problem)), np.abs(exact), problem.pixels, -problem.pixels, -exact]
    for rival in rivals:
        other, back = curves(problem, rival.astype(np.float32), Steps(20, 1), 0, Progress())
        assert deletion.area < other.area
        assert insertion.area > back.area
    assert deletion.better_than_random
    assert deletion.better_than_intensity
    assert insertion.better_than_random
    assert insertion.better_than_intensity


def test_a_curve_of_a_linear_network_is_the_sum_of_what_is_left():
    problem = linear_problem()
    exact = slopes(problem) * (problem.pixels - without_detail(problem))
    deletion, insertion = curves(problem, exact.astype(np.float32), Steps(10, 1), 0, Progress())
    gone = np.concatenate([[0], np.cumsum(np.sort(exact.ravel())[::-1])])
    at = np.round(deletion.fractions * exact.size).astype(int)
    size = abs(exact.sum())
    assert np.allclose(deletion.by_map, (exact.sum() - gone[at]) / size, atol=1e-4)
    assert np.allclose(insertion.by_map, gone[at] / size, atol=1e-4)


def test_random_maps_are_as_smooth_as_the_map():
    smooth = ndimage.gaussian_filter(np.random.default_rng(0).normal(size=(50, 61)), 4)
    drawn = as_smooth_as(smooth, np.random.default_rng(1))
    power = [np.abs(np.fft.fft2(image - image.mean())) for image in (smooth, drawn)]
    assert np.allclose(*power, atol=1e-4 * power[0].max())
    assert abs(np.corrcoef(smooth.ravel(), drawn.ravel())[0, 1]) < 0.5


def test_what_speaks_for_the_answer_is_the_size_of_a_derivative_and_the_sign_of_a_share():
    found = np.array([[-2.0, 1.0]], np.float32)
    assert evidence(found, GRADIENT).tolist() == [[2.0, 1.0]]
    assert evidence(found, find_method("integrated_gradients")).tolist() == [[-2.0, 1.0]]
