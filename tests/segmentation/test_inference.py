"""The module as it runs: the same answers, less work."""

import pytest
import torch
from torch import nn

from workbench.errors import Stopped
from workbench.networks.module import SegmentationModule
from workbench.networks.registry import build
from workbench.networks.steps import Convolution
from workbench.segmentation.inference import ask_at_each_layer, bytes_per_pixel, for_inference

CPU = torch.device("cpu")


def trained(name: str, **options) -> SegmentationModule:
    return randomised(build(name, **options))


def randomised(module: SegmentationModule) -> SegmentationModule:
    """Give the normalisation statistics, as training does, so that it is not the identity."""
    torch.manual_seed(0)
    module.eval()
    with torch.no_grad():
        for layer in module.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.running_mean.normal_(0, 0.3)
                layer.running_var.uniform_(0.5, 2)
                layer.weight.uniform_(0.5, 1.5)
                layer.bias.normal_(0, 0.2)
    return module


@pytest.mark.parametrize(
    ("name", "options"),
    [("unet", {"base": 4}), ("residual_unet", {}), ("groschner_unet", {}), ("mixed_scale", {"depth": 6})],
)
@torch.inference_mode()
def test_folding_leaves_no_normalisation_and_the_same_logits(name, options):
    module = trained(name, **options)
    folded = for_inference(module, CPU)
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in folded.modules())
    image = torch.randn(1, 1, 64, 64)
    assert torch.allclose(folded(image), module(image), atol=1e-4)


class Odd(SegmentationModule):
    """Normalisation stands behind the convolution in the list, but works behind the ReLU."""

    def __init__(self):
        super().__init__(classes=1, dilation=1, levels=1, options={})
        self.conv, self.norm, self.relu = nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU()
        self.head = nn.Conv2d(4, 1, 1)

    def path(self):
        return [Convolution(3), Convolution(1)]

    def forward(self, x):
        return self.head(self.norm(self.relu(self.conv(x))))


@torch.inference_mode()
def test_a_module_whose_order_misleads_is_left_unfolded():
    module = randomised(Odd())
    image = torch.randn(1, 1, 32, 32)
    assert torch.allclose(for_inference(module, CPU)(image), module(image), atol=1e-6)


def test_the_largest_activation_is_measured():
    # base 4: two skips of 4 channels each meet at full size, 8 channels of 4 bytes
    assert bytes_per_pixel(build("unet", base=4, depth=2).eval()) == 32


def test_a_stop_is_heard_between_layers():
    module = trained("unet", base=4, depth=2)
    asked = []

    def ask():
        asked.append(True)
        if len(asked) == 5:
            raise Stopped("stopped")

    ask_at_each_layer(module, ask)
    with pytest.raises(Stopped):
        module(torch.zeros(1, 1, 16, 16))
    assert len(asked) == 5
