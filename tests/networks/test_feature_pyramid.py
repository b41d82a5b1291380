"""A feature pyramid by hand: what a coarse level says arrives on every pixel below it, each level at its own grid."""

import pytest
import torch
from torch import nn

from workbench.errors import NetworkError
from workbench.networks.feature_pyramid import FeaturePyramid
from workbench.networks.registry import build


def test_levels_are_added_up_from_the_coarsest_and_joined_by_a_convolution():
    pyramid = FeaturePyramid([2, 1], 1, [1], "none", nn.Identity())
    with torch.no_grad():
        for tensor in pyramid.parameters():
            tensor.zero_()
        pyramid.laterals[0].weight[0, :, 0, 0] = torch.tensor([1.0, 10.0])
        pyramid.laterals[1].weight[:] = 100
        pyramid.joins[0][0].weight[0, 0, 1, 1:] = torch.tensor(
            [1.0, -1.0]
        )  # a pixel less its right neighbour
    coarse = torch.tensor([[[[1.0, 2.0]], [[3.0, 4.0]]]])  # 31 and 42 on a grid of 1 x 2
    fine = torch.tensor([[[[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]]]])
    # sums 131 31 42 42 and 31 31 42 142: beyond the edge is 0, below 0 the ReLU cuts
    expected = torch.tensor([[[[100.0, 0.0, 0.0, 42.0], [0.0, 0.0, 0.0, 142.0]]]])
    assert torch.equal(pyramid([coarse, fine]), expected)


def test_batch_normalisation_stands_in_for_the_bias():
    join = FeaturePyramid([4, 2], 3, [5], "batch", nn.Identity()).joins[0]
    assert [type(layer) for layer in join] == [nn.Conv2d, nn.BatchNorm2d, nn.ReLU]
    assert (join[0].bias, join[0].dilation) == (None, (5, 5))
    assert FeaturePyramid([4, 2], 3, [5], "none", nn.Identity()).joins[0][0].bias is not None


def test_the_pyramid_of_a_unet_takes_every_level_but_the_finest():
    module = build("unet", base=2, depth=3, dilation=[1, 2, 3, 4], distance=True, distance_channels=5)
    pyramid = module.distance_pyramid
    assert [lateral.in_channels for lateral in pyramid.laterals] == [16, 8, 4]
    assert [join[0].dilation[0] for join in pyramid.joins] == [3, 2]
    assert module.distance_head is None
    assert build("unet", base=2, depth=3, distance=True).distance_pyramid is None


def test_a_pyramid_without_a_second_output_is_refused():
    with pytest.raises(NetworkError, match="distance_channels are those of the second output"):
        build("unet", base=2, depth=1, distance_channels=5)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"depth": 1},
        {"dilation": [1, 1, 2, 5]},
        {"dropped_pools": 1},
        {"dropped_pools": 3, "norm": "none"},
    ],
    ids=str,
)
def test_no_distance_reaches_farther_than_the_module_says(options):
    torch.manual_seed(0)
    module = build("unet", **{"base": 1, "depth": 3, **options}, distance=True, distance_channels=2).eval()
    with torch.no_grad():  # all positive: no ReLU is dead, the gradient finds every way through
        for tensor in module.parameters():
            tensor.abs_()
    stride, reach = module.stride, module.reach()
    first = (reach // stride + 1) * stride
    found = 0
    for place in range(first, first + stride):
        image = torch.rand(1, 1, stride, 2 * first + stride, requires_grad=True)
        module.both(image)[1][0, 0, place].backward()
        columns = torch.nonzero(image.grad[0, 0].abs().sum(0))[:, 0]
        found = max(found, place - int(columns.min()), int(columns.max()) - place)
    assert reach / 2 < found <= reach
