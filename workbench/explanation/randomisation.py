"""The weight-randomisation check: a map that stays the same with random weights shows nothing of the network."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from scipy import ndimage, stats
from skimage.metrics import structural_similarity
from torch import nn

from workbench.explanation.methods.registry import Method
from workbench.explanation.problem import Problem, Watch
from workbench.explanation.trust_figures import Randomised
from workbench.micrographs.micrograph import BoolImage, FloatImage
from workbench.networks.module import SegmentationModule, initialise_he
from workbench.segmentation.inference import ask_at_each_layer

_BIN_PX = 2.0
_BRIGHT = 99.0


def randomised(
    problem: Problem,
    found: FloatImage,
    method: Method,
    options: Mapping[str, Any],
    stages: int,
    seed: int,
    watch: Watch,
) -> Randomised:
    """Run a method again on a network whose layers get random weights, from the answer down to the micrograph.

    Weights are drawn as before a training (He et al. 2015), seeded.

    Parameters
    ----------
    problem : Problem
    found : (h, w) array
        The map with the weights as they are.
    method : Method
    options : mapping
        That it was given.
    stages : int
        Maps that are made, the last with all layers random.
    seed : int
    watch : Watch

    Returns
    -------
    Randomised

    References
    ----------
    J. Adebayo et al., NeurIPS 2018, arXiv 1810.03292, section 3.1 (cascading).
    """
    module = copy.deepcopy(problem.module)
    ask_at_each_layer(module, watch.ask)
    layers = layers_from_the_top(module)
    ends = sorted({max(1, round(len(layers) * (stage + 1) / stages)) for stage in range(stages)})
    names, ranks, sizes, alike = [], [], [], []
    done = 0
    for number, end in enumerate(ends):
        for place in range(done, end):
            _draw(layers[place][1], seed + place)
        done = end
        other = method.run(problem.with_module(module), watch.part(number, len(ends)), **options)
        names.append(layers[end - 1][0])
        ranks.append(abs(rank_correlation(found, other, problem.selected)))
        sizes.append(rank_correlation(np.abs(found), np.abs(other), problem.selected))
        alike.append(similarity(found, other))
    return Randomised(tuple(names), np.array(ranks), np.array(sizes), np.array(alike))


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


def rank_correlation(found: FloatImage, other: FloatImage, target: BoolImage) -> float:
    """Return Spearman's rank correlation of two maps, at equal distance from the target.

    Any network sees only so far, so all maps of one target fade with the distance from it, trained or not: over the
    whole window the absolute values of maps that share nothing else have a correlation of 0.9 (gradient of the U-Net).
    So the mean rank at each distance (in rings of two pixels; within the target, from its edge) is taken off before
    ranks are correlated. An even map has no order: 0, or 1 if both are even.
    """
    distance = ndimage.distance_transform_edt(~target) - ndimage.distance_transform_edt(target)
    ring = np.floor(distance / _BIN_PX).astype(np.int64).ravel()
    ring -= ring.min()
    first, second = (_ranks_within(image.ravel(), ring) for image in (found, other))
    size = float(np.sqrt(np.sum(first**2) * np.sum(second**2)))
    if size == 0:
        return float(not first.any() and not second.any())
    return float(np.sum(first * second)) / size


def similarity(found: FloatImage, other: FloatImage) -> float:
    """Return the structural similarity (Wang et al. 2004) of absolute values, where either map says something.

    Each is cut off at its 99th percentile, which becomes 1, as maps are shown. Where both are near 0 any two maps are
    alike; so the mean over the window is weighted by the sum of both.
    """
    first, second = (_shown(image) for image in (found, other))
    weight = first + second
    edge = min(7, *((length - 1) // 2 * 2 + 1 for length in first.shape))
    if edge < 3 or not weight.any():
        return float(np.array_equal(first, second))
    _, local = structural_similarity(first, second, win_size=edge, data_range=1.0, full=True)
    return float(np.sum(local * weight) / np.sum(weight))


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


def _ranks_within(values: np.ndarray[Any, np.dtype[Any]], ring: np.ndarray[Any, np.dtype[np.int64]]) -> Any:
    ranks = stats.rankdata(values)
    mean = np.bincount(ring, ranks) / np.maximum(np.bincount(ring), 1)
    rest = ranks - mean[ring]
    # what is left of equal ranks by rounding is no order
    return np.where(np.abs(rest) < 1e-6, 0.0, rest)


def _shown(image: FloatImage) -> np.ndarray[Any, np.dtype[np.float64]]:
    values = np.abs(image).astype(np.float64)
    top = float(np.percentile(values, _BRIGHT)) or float(values.max())
    return np.clip(values / top, 0, 1) if top > 0 else values
