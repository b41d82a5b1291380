"""The residual U-Net against its publication: parameters and receptive fields."""

import pytest
import torch
from torch import nn

from workbench.networks.receptive_field import receptive_field
from workbench.networks.registry import build
from workbench.networks.residual_unet import ResidualBlock


@pytest.mark.parametrize(
    ("blocks", "count"), [(1, 1_826), (2, 8_074), (3, 32_730), (4, 130_682), (5, 521_146)]
)
def test_residual_unet_has_the_published_number_of_parameters(blocks, count):
    module = build("residual_unet", blocks=blocks)
    assert sum(tensor.numel() for tensor in module.parameters()) == count


@pytest.mark.parametrize(
    ("pools", "pixels"),
    [
        ([2, 2], 44),
        ([2, 4], 64),
        ([4, 2], 80),
        ([2, 8], 104),
        ([4, 4], 120),
        ([8, 2], 152),
        ([4, 8], 200),
        ([8, 4], 232),
        ([8, 8], 392),
        ([2, 2, 2], 96),
        ([2, 2, 4], 136),
        ([2, 2, 2, 2], 200),
    ],
)
def test_receptive_field_of_pool_sizes(pools, pixels):
    assert receptive_field(build("residual_unet", blocks=len(pools), pools=pools)).pixels == pixels


@pytest.mark.parametrize(
    ("dilation", "pixels"), [([1, 1, 2], 60), ([1, 1, 4], 92), ([1, 2, 4], 108), ([2, 2, 2], 84)]
)
def test_receptive_field_of_dilations(dilation, pixels):
    assert receptive_field(build("residual_unet", blocks=2, dilation=dilation)).pixels == pixels


def test_a_block_adds_a_1x1_convolution_of_its_input_before_the_last_relu():
    torch.manual_seed(0)
    block = ResidualBlock(2, 3, 1).eval()
    image = torch.randn(1, 2, 8, 8)
    nn.init.zeros_(block.conv2.weight)
    nn.init.zeros_(block.conv2.bias)
    assert torch.equal(block(image), torch.relu(block.conv_add(image)))


def test_levels_have_their_own_pools_and_dilations():
    module = build("residual_unet", blocks=2, filters=2, pools=[2, 4], dilation=[1, 2, 3])
    assert module.stride == 8
    assert [pool.kernel_size for pool in module.pools] == [2, 4]
    assert [one.scale_factor for one in module.upsamples] == [4, 2]
    assert [block.conv1.dilation[0] for block in (*module.downs, module.bottleneck, *module.ups)] == [
        *(1, 2, 3),
        *(2, 1),
    ]
