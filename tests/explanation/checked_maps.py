"""What the checks of a map are tried on: a linear network, of which all is known, and a small U-Net."""

import numpy as np
import torch
from scipy import ndimage
from torch import nn

from workbench.explanation.attribution_input import AttributionInput
from workbench.explanation.methods.registry import find_method
from workbench.networks.card import Card
from workbench.networks.module import SegmentationModule
from workbench.networks.network import Network
from workbench.networks.registry import build
from workbench.networks.steps import Convolution

GRADIENT = find_method("gradient")


class Linear(SegmentationModule):
    """One convolution: what each pixel contributes to the answer is known."""

    def __init__(self) -> None:
        super().__init__(classes=1, dilation=1, levels=1, options={})
        self.only = nn.Conv2d(1, 1, 7, padding=3)

    def path(self):
        return [Convolution(7)]

    def forward(self, x):
        return self.only(x)


def linear_problem(sign: int = 1) -> AttributionInput:
    torch.manual_seed(0)
    module = Linear().eval()
    image = np.random.default_rng(1).normal(size=(40, 48)).astype(np.float32)
    selected = np.zeros(image.shape, np.bool_)
    selected[12:26, 15:30] = True
    window = (slice(0, 40), slice(0, 48))
    return AttributionInput(module, torch.from_numpy(image)[None, None], selected, sign, window, None, 100.0)


def slopes(problem: AttributionInput) -> np.ndarray:
    """dS/dx of the linear network, by SciPy."""
    kernel = problem.module.only.weight.detach().numpy()[0, 0]
    return problem.sign * ndimage.convolve(problem.selected.astype(float), kernel, mode="constant")


def small_network() -> Network:
    """A U-Net with random weights, and offsets as after a training."""
    torch.manual_seed(0)
    module = build("unet", base=4, depth=2)
    with torch.no_grad():
        for layer in module.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.running_mean.normal_(0, 0.3)
                layer.bias.normal_(0, 0.3)
    return Network(module.eval(), Card(name="small", architecture="unet"))


def small_unet(edge: int = 64) -> AttributionInput:
    module = small_network().module
    image = np.random.default_rng(2).normal(size=(edge, edge)).astype(np.float32)
    selected = np.zeros(image.shape, np.bool_)
    selected[24:40, 20:36] = True
    window = (slice(0, edge), slice(0, edge))
    return AttributionInput(module, torch.from_numpy(image)[None, None], selected, 1, window, None, 1000.0)
