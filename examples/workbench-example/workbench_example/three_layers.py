"""An architecture: one decorated class."""

from __future__ import annotations

import torch
from torch import nn

from workbench.networks.module import SegmentationModule, initialise_he, whole
from workbench.networks.registry import architecture
from workbench.networks.steps import Convolution, Step


@architecture("three_layers", title="Three layers")
class ThreeLayers(SegmentationModule):
    """Two 3x3 convolutions with ReLU and a 1x1 head: the smallest network that is one.

    Parameters
    ----------
    width : int
        Channels.
    dilation : int or sequence of int
        Of both convolutions, or one number each.
    classes : {1, 2}
        Logits: 1 for sigmoid, 2 for softmax.
    """

    def __init__(self, width: int = 8, dilation: int | list[int] = 1, classes: int = 1) -> None:
        width = whole("width", width, 1, 256)
        super().__init__(classes=classes, dilation=dilation, levels=2, options={"width": width})
        first, second = self.dilations
        self.layers = nn.Sequential(
            nn.Conv2d(1, width, 3, padding=first, dilation=first),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=second, dilation=second),
            nn.ReLU(),
            nn.Conv2d(width, self.classes, 1),
        )
        initialise_he(self)

    def path(self) -> list[Step]:
        """Return the steps from micrograph to answer: receptive field and tiles follow from them."""
        return [Convolution(3, rate) for rate in self.dilations]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return logits (N, classes, H, W) for prepared micrographs (N, 1, H, W)."""
        self.check_input(x)
        logits: torch.Tensor = self.layers(x)
        return logits
