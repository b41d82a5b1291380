"""Relevance rules: each layer hands back what the published formula says."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import nn

from workbench.explanation.relevance_rules import Leaves, RulesApply
from workbench.networks.unet import AveragedUpConvolution

# by the published formulas, with every layer as a matrix


def shared(rule: str, weights: np.ndarray, a: np.ndarray, bias: np.ndarray, given: np.ndarray) -> np.ndarray:
    """R_i = sum over j of share_ij R_j, neuron by neuron."""
    handed = np.zeros_like(a)
    for j, row in enumerate(weights):
        z = row * a
        same = np.where(np.sign(z) == np.sign(z.sum() + bias[j]), z, 0)
        same_bias = bias[j] if np.sign(bias[j]) == np.sign(z.sum() + bias[j]) else 0
        counted, own = {
            "epsilon": (z, bias[j]),
            "gamma": (z + 0.25 * same, bias[j] + 0.25 * same_bias),
            "z+": (same, same_bias),
        }[rule]
        handed += counted / (counted.sum() + own) * given[j]
    return handed


def check_against_formula(layer: nn.Module, rule: str, positive: bool) -> None:
    torch.manual_seed(0)
    layer = copy.deepcopy(layer).double().requires_grad_(False)
    if getattr(layer, "bias", None) is not None:
        layer.bias.copy_(torch.randn_like(layer.bias))
    x = torch.randn((1, 2, 6, 6)).double()
    x = x.abs() if positive else x
    nothing = layer(torch.zeros_like(x))
    columns = [layer(one.reshape(x.shape)) - nothing for one in torch.eye(x.numel()).double()]
    matrix = torch.stack([column.flatten() for column in columns], 1)
    x.requires_grad_()
    one = x.new_ones(())
    leaves = Leaves(torch.ones_like(x), one, one)
    with RulesApply(lambda *_: rule, leaves, epsilon=0.0, gamma=0.25, absorb=True, ask=lambda: None):
        answer = layer(x)
    given = torch.randn_like(answer)
    (carried,) = torch.autograd.grad(answer, x, given / answer)
    found = (carried * x).detach().flatten().numpy()
    known = (tensor.detach().flatten().numpy() for tensor in (x, nothing, given))
    assert found == pytest.approx(shared(rule, matrix.numpy(), *known), rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("rule", ["epsilon", "gamma", "z+"])
@pytest.mark.parametrize("positive", [True, False], ids=["positive", "either sign"])
@pytest.mark.parametrize(
    "layer",
    [
        nn.Conv2d(2, 3, 3, padding=2, dilation=2),
        nn.Conv2d(2, 4, 3, stride=2, groups=2),
        nn.ConvTranspose2d(2, 3, 2, stride=2),
        AveragedUpConvolution(2, 3, 2),
    ],
    ids=["dilated", "strided, in groups", "transposed", "averaged up-convolution"],
)
def test_a_layer_with_weights_hands_back_what_the_formula_says(layer, rule, positive):
    check_against_formula(layer, rule, positive)


@pytest.mark.parametrize(
    "layer",
    [
        nn.Upsample(scale_factor=2, mode="nearest"),
        nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False),
        nn.AvgPool2d(2),
        nn.BatchNorm2d(2).eval(),
        nn.Dropout(0.5).eval(),
        nn.Identity(),
    ],
    ids=lambda layer: f"{type(layer).__name__} {getattr(layer, 'mode', '')}",
)
def test_a_layer_without_hands_back_in_proportion(layer):
    check_against_formula(layer, "epsilon", positive=False)
