"""Random weights from the top down: what passes, what fails, and that the network is left alone."""

import numpy as np
import pytest
import torch
from checked_maps import GRADIENT, small_unet
from torch import nn

import workbench as wb
from workbench.explanation.attribution_input import Progress
from workbench.explanation.methods import registry
from workbench.explanation.methods.registry import find_method, method
from workbench.explanation.randomisation import layers_from_the_top, randomised


@pytest.fixture
def guided(monkeypatch):
    """Guided backpropagation, which is known not to heed the weights (Adebayo et al. 2018)."""
    monkeypatch.setattr(registry, "_METHODS", {**registry._METHODS})

    @method("guided", "Guided", signed=True, kind="gradient")
    def _guided(problem, watch):
        hooks = [
            layer.register_full_backward_hook(lambda _layer, given, _came: (given[0].clamp(min=0),))
            for layer in problem.module.modules()
            if isinstance(layer, nn.ReLU)
        ]
        image = problem.image.clone().requires_grad_()
        (found,) = torch.autograd.grad(problem.scorer(image).sum(), image)
        for hook in hooks:
            hook.remove()
        return found[0, 0].numpy()

    return find_method("guided")


def test_trained_weights_matter_to_the_gradient_and_not_to_guided_backpropagation(guided):
    micrograph, truth = wb.open_sample("easy")
    at = tuple(int(place[len(place) // 2]) for place in np.nonzero(truth))
    network = wb.load_network("unet")
    passed, failed = (
        randomised(
            *wb.explain(micrograph, network, at, name).parts[0], find_method(name), {}, 1, 0, Progress()
        )
        for name in ("gradient_x_input", "guided")
    )
    assert passed.depends_on_weights
    assert passed.rank_correlation[-1] < 0.1
    assert not failed.depends_on_weights
    assert failed.same_map
    assert failed.rank_by_chance < 0.1


def test_the_cascade_goes_from_the_answer_to_the_micrograph_and_leaves_the_network_alone():
    problem = small_unet()
    before = {name: value.clone() for name, value in problem.module.state_dict().items()}
    found = randomised(problem, GRADIENT.run(problem), GRADIENT, {}, 5, 0, Progress())
    names = [name for name, _ in layers_from_the_top(problem.module)]
    convolutions = [
        name
        for name, layer in problem.module.named_modules()
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d)
    ]
    assert names[0] == "head"
    assert names[-1] == found.layers[-1] == "downs.0.0"
    assert set(names) >= set(convolutions)
    assert len(found.layers) == len(found.rank_correlation) == len(found.similarity) == 5
    assert all(torch.equal(value, before[name]) for name, value in problem.module.state_dict().items())
