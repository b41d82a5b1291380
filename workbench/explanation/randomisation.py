"""The weight-randomisation check: a map that stays the same with random weights shows nothing of the network."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from workbench.explanation.agreement import agreement, rank_correlation
from workbench.explanation.attribution_input import AttributionInput, Progress
from workbench.explanation.methods.registry import Method
from workbench.explanation.trust_figures import Randomised
from workbench.micrographs.micrograph import FloatImage
from workbench.networks.module import SegmentationModule, initialise_he
from workbench.segmentation.inference import ask_at_each_layer


def randomised(
    problem: AttributionInput,
    found: FloatImage,
    method: Method,
    options: Mapping[str, Any],
    stages: int,
    seed: int,
    watch: Progress,
) -> Randomised:
    """Run a method again on a network whose layers get random weights, from the answer down to the micrograph.

    Weights are drawn as before a training (He et al. 2015), seeded.

    Parameters
    ----------
    problem : AttributionInput
    found : (h, w) array
        The map with the weights as they are.
    method : Method
    options : mapping
        That it was given.
    stages : int
        Maps that are made, the last with all layers random.
    seed : int
    watch : Progress

    Returns
    -------
    Randomised

    References
    ----------
    J. Adebayo et al., NeurIPS 2018, arXiv 1810.03292, section 3.1 (cascading). Of what chance gives: see `agreement`.
    """
    module = copy.deepcopy(problem.module)
    ask_at_each_layer(module, watch.ask)
    layers = layers_from_the_top(module)
    ends = sorted({max(1, round(len(layers) * (stage + 1) / stages)) for stage in range(stages)})
    names, sizes, alike = [], [], []
    done = 0
    for number, end in enumerate(ends):
        for place in range(done, end):
            _draw(layers[place][1], seed + place)
        done = end
        other = method.run(problem.with_module(module), watch.part(number, len(ends)), **options)
        names.append(layers[end - 1][0])
        sizes.append(rank_correlation(np.abs(found), np.abs(other), problem.selected))
        # only with all weights random does it matter what chance would give
        alike.append(agreement(found, other, problem.selected, seed, by_chance=end == len(layers)))
    return Randomised(
        tuple(names),
        np.array([one.rank for one in alike]),
        np.array(sizes),
        np.array([one.similarity for one in alike]),
        alike[-1].rank_by_chance,
        alike[-1].similarity_by_chance,
    )


def layers_from_the_top(module: SegmentationModule) -> list[tuple[str, nn.Module]]:
    """Return the layers that have weights, by name, the last that is run first."""
    names = {layer: name for name, layer in module.named_modules()}
    ran: list[tuple[str, nn.Module]] = []

    def look(layer: nn.Module, _given: object, _answer: object) -> None:
        ran.append((names[layer], layer))

    own = [layer for layer in module.modules() if any(True for _ in layer.parameters(recurse=False))]
    hooks = [layer.register_forward_hook(look) for layer in own]
    try:
        with torch.no_grad():
            edge = 2 * module.stride
            module(torch.zeros((1, 1, edge, edge), device=next(module.parameters()).device))
    finally:
        for hook in hooks:
            hook.remove()
    return ran[::-1]


def _draw(layer: nn.Module, seed: int) -> None:
    """Give a layer random weights, the same on every device."""
    device = next(layer.parameters()).device
    layer.cpu()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            initialise_he(layer)
        elif callable(reset := getattr(layer, "reset_parameters", None)):
            reset()
    layer.to(device)
