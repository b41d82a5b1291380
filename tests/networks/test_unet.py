"""The U-Net: its levels, and the up-convolution across a pool that was dropped."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from workbench.errors import NetworkError
from workbench.networks.registry import build
from workbench.networks.unet import AveragedUpConvolution


def test_filters_double_at_each_level_and_biases_are_there_without_a_norm_only():
    module = build("unet", base=3, depth=2)
    assert [down[0].out_channels for down in module.downs] == [3, 6]
    assert module.bottleneck[0].out_channels == 12
    assert [up.in_channels for up in module.ups] == [6, 12]
    assert module.downs[0][0].bias is None
    plain = build("unet", base=3, depth=2, norm="none")
    assert plain.downs[0][0].bias is not None
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in plain.modules())


def test_every_dropped_pool_doubles_the_dilation_of_all_that_follows():
    module = build("unet", base=2, depth=3, dilation=[1, 1, 2, 3], dropped_pools=2)
    assert module.rates == [1, 1, 4, 12]
    assert module.stride == 2
    assert [up.step for up in module.ups if isinstance(up, AveragedUpConvolution)] == [1, 2]
    assert build("unet", base=2, depth=3, dropped_pools=0).rates == [1, 1, 1, 1]


@pytest.mark.parametrize("norm", ["batch", "none"])
def test_the_layer_of_grad_cam_is_the_last_relu_of_the_first_decoder(norm):
    module = build("unet", base=2, depth=2, norm=norm)
    name, _, place = module.grad_cam_layer.rpartition(".")
    layers = list(module.get_submodule(name))
    assert isinstance(layers[int(place)], nn.ReLU)
    assert int(place) == len(layers) - 1
    assert name == "decoders.1"


@pytest.mark.parametrize("step", [1, 2])
def test_an_averaged_up_convolution_is_the_mean_over_four_grids(step):
    torch.manual_seed(0)
    up = AveragedUpConvolution(2, 3, step)
    x = torch.randn(1, 2, 8, 8)
    expected = up.bias.detach()[None, :, None, None].expand(1, 3, 8, 8).clone()
    for row in (0, 1):
        for column in (0, 1):
            shifted = functional.pad(x, (column * step, 0, row * step, 0))[:, :, :8, :8]
            expected += torch.einsum("nchw,cd->ndhw", shifted, up.weight[:, :, row, column]) / 4
    assert torch.allclose(up(x), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"dropped_pools": 5}, "dropped_pools"),
        ({"norm": "layer"}, "norm"),
        ({"dropout": 1.5}, "dropout"),
        ({"depth": 0}, "depth"),
    ],
)
def test_an_option_out_of_range_is_named(options, said):
    with pytest.raises(NetworkError, match=said):
        build("unet", **options)
