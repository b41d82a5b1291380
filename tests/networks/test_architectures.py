"""What holds for every architecture."""

import pytest
import torch

from workbench.networks.registry import build

pytestmark = pytest.mark.usefixtures("narrow_fcn8s")


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
