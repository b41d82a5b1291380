"""Networks so small that what a method must say of them can be worked out by hand or by a plain loop."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from workbench.explanation.attribution_input import AttributionInput
from workbench.explanation.explainer import Explainer
from workbench.explanation.targets import Target
from workbench.explanation.windows import problems, see
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card
from workbench.networks.module import SegmentationModule
from workbench.networks.network import Network
from workbench.networks.steps import Convolution, Pool, Upsample


class Linear(SegmentationModule):
    """One convolution: the logit is linear in the micrograph."""

    architecture = "linear"

    def __init__(self, kernel: int = 9):
        super().__init__(classes=1, dilation=1, levels=1, options={})
        torch.manual_seed(1)
        self.kernel = kernel
        self.conv = nn.Conv2d(1, 1, kernel, padding=kernel // 2)

    def path(self):
        return [Convolution(self.kernel)]

    def forward(self, x):
        return self.conv(x)


class Tiny(SegmentationModule):
    """A convolution, a pool, another, upsampling, two classes: one of everything, and ReLUs as modules."""

    architecture = "tiny"

    def __init__(self):
        super().__init__(classes=2, dilation=1, levels=1, options={})
        torch.manual_seed(4)
        self.first, self.relu1 = nn.Conv2d(1, 3, 3, padding=1), nn.ReLU()
        self.pool = nn.MaxPool2d(2)
        self.second, self.relu2 = nn.Conv2d(3, 4, 3, padding=1), nn.ReLU()
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        self.head = nn.Conv2d(4, 2, 1)

    def path(self):
        return [Convolution(3), Pool(2), Convolution(3), Upsample(2)]

    def forward(self, x):
        return self.head(self.up(self.relu2(self.second(self.pool(self.relu1(self.first(x)))))))


class Hidden(Tiny):
    """The same, with a ReLU that no hook sees."""

    architecture = "hidden"

    def forward(self, x):
        return self.head(self.up(torch.relu(self.second(self.pool(self.relu1(self.first(x)))))))


class Clamped(Tiny):
    """The same, with a ReLU written as a clamp."""

    architecture = "clamped"

    def forward(self, x):
        return self.head(self.up(self.second(self.pool(self.relu1(self.first(x)))).clamp(min=0)))


def network(module: SegmentationModule, **card) -> Network:
    return Network(module.eval(), Card(name="small", architecture="unet", **card))


def noise(height: int, width: int | None = None, seed: int = 0) -> Micrograph:
    pixels = np.random.default_rng(seed).normal(100, 10, (height, width or height)).astype(np.float32)
    return Micrograph(pixels, None, "noise")


def problem_of(
    module: SegmentationModule, micrograph: Micrograph, target: Target | tuple[int, int]
) -> AttributionInput:
    """Return the one problem of a target, as a method is given it."""
    found = network(module)
    aim = target if isinstance(target, Target) else Target.pixel(micrograph.shape, target)
    seen = see(micrograph, found.card, module.stride)
    ((problem, count),) = problems(Explainer(found, "cpu")._module, seen, aim)
    assert count == 1
    return problem


def hooks_of(module: nn.Module) -> int:
    """Count all hooks on a module and its layers."""
    return sum(
        len(layer._forward_hooks)
        + len(layer._forward_pre_hooks)
        + len(layer._backward_hooks)
        + len(layer._backward_pre_hooks)
        for layer in module.modules()
    )
