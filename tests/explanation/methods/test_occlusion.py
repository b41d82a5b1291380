"""Occlusion beside a plain loop over the whole micrograph, and Captum."""

import numpy as np
import pytest
import torch
from captum.attr import Occlusion
from small_networks import Tiny, noise, problem_of

from workbench.errors import ExplanationError
from workbench.explanation.methods import find_method
from workbench.micrographs.cleaning import prepare

OCCLUSION = find_method("occlusion")


def by_loop(module, pixels: np.ndarray, at: tuple[int, int], edge: int, stride: int) -> np.ndarray:
    """Take patches out of the whole micrograph, one after the other."""

    def answer(image: np.ndarray) -> float:
        with torch.no_grad():
            logits = module(torch.from_numpy(image)[None, None])[0, :, *at]
        return float(logits[1] - logits[0])

    whole = answer(pixels)
    falls: list[list[list[float]]] = [[[] for _ in row] for row in pixels]
    for top in range(0, pixels.shape[0], stride):
        for left in range(0, pixels.shape[1], stride):
            image = pixels.copy()
            image[top : top + edge, left : left + edge] = 0
            fall = whole - answer(image)
            for row in falls[top : top + edge]:
                for pixel in row[left : left + edge]:
                    pixel.append(fall)
    return np.array([[np.mean(pixel) for pixel in row] for row in falls])


@pytest.mark.parametrize("at", [(14, 15), (0, 13), (27, 31)])
@pytest.mark.parametrize(("edge", "stride"), [(3, 2), (5, 5), (4, 1)])
def test_the_window_of_the_map_is_that_of_a_plain_loop_over_the_micrograph(at, edge, stride):
    micrograph = noise(28, 32)
    problem = problem_of(Tiny(), micrograph, at)
    expected = by_loop(problem.module, prepare(micrograph.pixels), at, edge, stride)[problem.window]
    assert np.abs(expected).max() > 0.001
    np.testing.assert_allclose(OCCLUSION.run(problem, edge_px=edge, stride_px=stride), expected, atol=1e-5)


def test_captum_says_the_same_for_patches_that_do_not_overlap():
    problem = problem_of(Tiny(), noise(12), (0, 0))
    assert problem.window[0].start == 0
    expected = Occlusion(problem.scorer).attribute(
        problem.image, sliding_window_shapes=(1, 2, 2), strides=(1, 2, 2), baselines=0
    )
    found = OCCLUSION.run(problem, edge_px=2, stride_px=2)
    np.testing.assert_allclose(found, expected[0, 0].numpy(), atol=1e-6)


@pytest.mark.parametrize(
    ("options", "said"),
    [({"edge_px": 0}, "at least 1 px"), ({"edge_px": 4, "stride_px": 5}, "leave pixels out")],
)
def test_patches_that_cannot_be_are_refused_in_a_sentence(options, said):
    with pytest.raises(ExplanationError, match=said):
        OCCLUSION.run(problem_of(Tiny(), noise(12), (4, 4)), **options)
