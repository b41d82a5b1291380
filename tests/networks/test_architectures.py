"""The architectures against the numbers of the publications that define them."""

import pytest
import torch

from workbench.errors import NetworkError
from workbench.networks.receptive_field import receptive_field
from workbench.networks.registry import architectures, build


def parameters(module: torch.nn.Module) -> int:
    return sum(tensor.numel() for tensor in module.parameters())


def test_the_five_architectures_are_registered():
    assert set(architectures()) >= {"unet", "groschner_unet", "residual_unet", "fcn8s", "mixed_scale"}


@pytest.mark.parametrize(
    ("blocks", "count"), [(1, 1_826), (2, 8_074), (3, 32_730), (4, 130_682), (5, 521_146)]
)
def test_residual_unet_has_the_published_number_of_parameters(blocks, count):
    assert parameters(build("residual_unet", blocks=blocks)) == count


def test_groschner_unet_has_the_published_number_of_parameters():
    assert parameters(build("groschner_unet")) == 65_002


def test_fcn8s_at_full_width_has_vggs_parameters():
    with torch.device("meta"):
        module = build("fcn8s", head=4096)
    # one grey input kernel instead of three: 2 * 64 * 9 fewer
    assert parameters(module.features) == 14_714_688 - 2 * 64 * 9
    assert parameters(module.conv6) == 102_764_544
    assert parameters(module.conv7) == 16_781_312


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


def test_receptive_fields_of_unet_groschner_and_fcn8s():
    unet = receptive_field(build("unet"))
    assert unet.pixels == 200
    assert unet.at["bottleneck"] == 140
    assert receptive_field(build("groschner_unet")).pixels == 170
    with torch.device("meta"):
        fcn = receptive_field(build("fcn8s", head=8))
    assert [fcn.at[name] for name in ("pool3", "pool4", "pool5", "conv6")] == [44, 100, 212, 404]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("unet", {"base": 4, "depth": 2}),
        ("unet", {"base": 4, "depth": 2, "dilation": [1, 2, 4]}),
        ("groschner_unet", {}),
        ("residual_unet", {"blocks": 2, "pools": [4, 2]}),
        ("fcn8s", {"head": 8}),
        ("fcn8s", {"head": 8, "dropped_pools": 1}),
        ("mixed_scale", {"depth": 12}),
    ],
)
def test_logits_have_the_size_of_the_micrograph_and_reach_covers_the_gradient(name, options):
    torch.manual_seed(0)
    module = build(name, **options).eval()
    with torch.no_grad():  # all positive: no ReLU is dead, the gradient finds every way through
        for tensor in module.parameters():
            tensor.copy_(tensor.abs() / tensor.abs().sum().clamp(min=1))
    size = module.stride * (2 * (module.reach() // module.stride + 2))
    image = torch.rand(1, 1, size, size, requires_grad=True)
    logits = module(image)
    assert logits.shape == (1, module.classes, size, size)
    middle = size // 2
    logits[0, -1, middle, middle].backward()
    rows = torch.nonzero(image.grad[0, 0].abs().sum(1))[:, 0]
    assert middle - int(rows.min()) <= module.reach()
    assert int(rows.max()) - middle <= module.reach()


def test_wrong_size_names_the_padding():
    with pytest.raises(NetworkError, match="pad 4 rows and 0 columns to 32 x 16"):
        build("unet")(torch.zeros(1, 1, 28, 16))


def test_unknown_architecture_and_option_are_named():
    with pytest.raises(NetworkError, match=r"choose one of .*unet"):
        build("unetx")
    with pytest.raises(NetworkError, match="no option bass"):
        build("unet", bass=3)
