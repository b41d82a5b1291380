"""The mixed-scale dense network: thin layers, each of which sees all earlier ones."""

import pytest
import torch

from workbench.networks.registry import build


@pytest.mark.parametrize(("depth", "width"), [(1, 1), (5, 1), (7, 3)])
def test_every_layer_sees_all_earlier_ones_and_the_head_all(depth, width):
    module = build("mixed_scale", depth=depth, width=width)
    layers = sum((1 + layer * width) * 9 * width + width for layer in range(depth))
    assert sum(tensor.numel() for tensor in module.parameters()) == layers + (1 + depth * width) + 1


def test_dilations_cycle_and_are_multiplied():
    assert build("mixed_scale", depth=5, dilations=3).rates == [1, 2, 3, 1, 2]
    assert build("mixed_scale", depth=4, dilations=2, dilation=3).rates == [3, 6, 3, 6]
    assert build("mixed_scale", depth=3, dilations=2, dilation=[1, 5, 2]).rates == [1, 10, 2]


def test_no_pool_makes_any_size_fit_and_the_reach_is_the_sum_of_the_dilations():
    module = build("mixed_scale", depth=12)
    assert module.stride == 1
    assert module.reach() == sum(range(1, 11)) + 1 + 2
    assert module(torch.zeros(2, 1, 7, 13)).shape == (2, 1, 7, 13)


def test_the_micrograph_itself_reaches_the_head():
    module = build("mixed_scale", depth=2).eval()
    with torch.no_grad():
        module.head.weight.zero_()
        module.head.weight[0, 0] = 2.0
        module.head.bias.fill_(0.5)
    image = torch.randn(1, 1, 5, 6)
    assert torch.allclose(module(image), 2 * image + 0.5)
