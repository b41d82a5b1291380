"""Guided backpropagation, by hand on a tiny network; a ReLU that it cannot see is refused."""

import numpy as np
import pytest
import torch
from captum.attr import GuidedBackprop
from small_networks import Clamped, Hidden, Linear, Tiny, hooks_of, noise, problem_of
from torch.nn import functional

from workbench.errors import ExplanationError
from workbench.explanation.methods import find_method

GUIDED = find_method("guided_backprop")


def by_hand(module: Tiny, image: torch.Tensor, selected: np.ndarray) -> torch.Tensor:
    """Take the answer back step by step, with Springenberg's rule at each ReLU."""
    with torch.no_grad():
        entered1 = module.first(image)
        pooled, places = functional.max_pool2d(functional.relu(entered1), 2, return_indices=True)
        entered2 = module.second(pooled)
        back = torch.from_numpy(selected).float()[None, None]
        difference = (module.head.weight[1] - module.head.weight[0])[None]
        back = back * difference
        # nearest upsampling hands back the sum of its four pixels
        back = 4 * functional.avg_pool2d(back, 2)
        back = back.clamp(min=0) * (entered2 > 0)
        back = functional.conv_transpose2d(back, module.second.weight, padding=1)
        back = functional.max_unpool2d(back, places, 2)
        back = back.clamp(min=0) * (entered1 > 0)
        return functional.conv_transpose2d(back, module.first.weight, padding=1)


def test_every_relu_lets_back_only_what_is_positive():
    problem = problem_of(Tiny(), noise(16), (8, 7))
    expected = by_hand(problem.module, problem.image, problem.selected)[0, 0].numpy()
    found = GUIDED.run(problem)
    assert np.abs(expected).max() > 0.01
    assert not np.allclose(found, find_method("gradient").run(problem), atol=1e-3)
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("relus", ["in place", "one module, used twice"])
def test_how_a_relu_module_is_used_changes_nothing(relus):
    problem = problem_of(Tiny(), noise(16), (8, 7))
    expected = GUIDED.run(problem)
    module = problem.module
    module.relu1 = torch.nn.ReLU(inplace=relus == "in place")
    module.relu2 = module.relu1 if relus != "in place" else torch.nn.ReLU(inplace=True)
    np.testing.assert_array_equal(GUIDED.run(problem), expected)


@pytest.mark.filterwarnings("ignore:Setting backward hooks")
def test_captum_says_the_same():
    problem = problem_of(Tiny(), noise(16), (3, 12))
    image = problem.image.clone().requires_grad_()
    expected = GuidedBackprop(problem.scorer).attribute(image)[0, 0].detach().numpy()
    np.testing.assert_allclose(GUIDED.run(problem), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("module", "said"), [(Hidden, "1 ReLU that is no module"), (Clamped, "other than ReLU")]
)
def test_a_relu_that_no_hook_sees_is_refused_and_not_passed_by(module, said):
    problem = problem_of(module(), noise(16), (8, 7))
    with pytest.raises(ExplanationError, match=said):
        GUIDED.run(problem)


def test_a_network_without_relus_has_its_gradient_for_guided_backpropagation():
    problem = problem_of(Linear(), noise(24), (8, 7))
    np.testing.assert_allclose(GUIDED.run(problem), find_method("gradient").run(problem), atol=1e-7)


def test_no_hook_stays_behind():
    problem = problem_of(Tiny(), noise(16), (8, 7))
    before = hooks_of(problem.module)
    GUIDED.run(problem)
    assert hooks_of(problem.module) == before
