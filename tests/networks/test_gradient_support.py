"""What the gradient finds is what the path of a network says."""

import pytest
from torch import nn

from workbench.errors import NetworkError
from workbench.networks.gradient_support import gradient_support
from workbench.networks.registry import build
from workbench.networks.steps import support

pytestmark = pytest.mark.usefixtures("narrow_fcn8s")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        *[
            ("residual_unet", {"filters": 1, "blocks": 2, "pools": pools})
            for pools in ([2, 2], [2, 4], [4, 2], [2, 8], [4, 4])
        ],
        ("residual_unet", {"filters": 1, "blocks": 2, "dilation": [1, 2, 4]}),
        ("residual_unet", {"filters": 1, "blocks": 3, "pools": [2, 2, 4]}),
        ("unet", {"base": 1, "depth": 3}),
        ("unet", {"base": 1, "depth": 3, "dilation": [1, 2, 1, 3]}),
        ("unet", {"base": 1, "depth": 3, "dropped_pools": 1}),
        ("unet", {"base": 1, "depth": 3, "dropped_pools": 2, "dilation": 2}),
        ("unet", {"base": 1, "depth": 2, "dropped_pools": 2}),
        ("groschner_unet", {"filters": 1, "depth": 3}),
        ("mixed_scale", {"depth": 6, "dilation": 2}),
    ],
    ids=str,
)
def test_the_reach_of_every_place_in_the_pooling_grid_is_what_the_gradient_finds(name, options):
    module = build(name, **options)
    stride, path = module.stride, module.path()
    middle = (module.reach() // stride + 2) * stride
    for place in range(middle, middle + stride):
        assert gradient_support(module, place, 2 * middle + stride, stride) == support(path, place), place


@pytest.mark.parametrize("options", [{}, {"dropped_pools": 2}, {"dilation": [1, 1, 1, 1, 2, 1]}], ids=str)
def test_the_reach_of_fcn8s_is_what_the_gradient_finds(options):
    module = build("fcn8s", head=1, **options)
    stride, path = module.stride, module.path()
    middle = (module.reach() // stride + 2) * stride
    for place in (middle, middle + stride // 2, middle + stride - 1):
        assert gradient_support(module, place, 2 * middle + stride, stride) == support(path, place), place


def test_a_reach_as_far_as_the_image_is_refused_and_the_module_left_alone():
    module = nn.Sequential(nn.Conv2d(1, 2, 5, padding=2), nn.ReLU(), nn.Conv2d(2, 1, 3, padding=1))
    before = [tensor.clone() for tensor in module.parameters()]
    assert gradient_support(module, 5, 11) == (2, 8)
    with pytest.raises(NetworkError, match="5 rows are too few to see how far row 2 reaches; take more"):
        gradient_support(module, 2, 5)
    assert all(bool((now == then).all()) for now, then in zip(module.parameters(), before, strict=True))


def test_what_cancels_or_is_hidden_by_a_maximum_is_found_all_the_same():
    cancelling = nn.Conv2d(1, 1, 3, padding=1, bias=False)
    nn.init.zeros_(cancelling.weight)
    hidden = nn.Sequential(
        cancelling, nn.BatchNorm2d(1), nn.ReLU(), nn.MaxPool2d(2), nn.Upsample(scale_factor=2)
    )
    assert gradient_support(hidden, 4, 12, 2) == (3, 6)  # of pixels 4 and 5, and one to either side
