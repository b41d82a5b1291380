"""The U-Net of Groschner et al. (2021), as their published code builds it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import nn

from workbench.networks.module import OneHeadEach, fraction, initialise_he, whole
from workbench.networks.registry import architecture
from workbench.networks.steps import Convolution, Pool, Step, Upsample

BATCH_NORM_EPS = 1e-4


class ConvolutionNorm(nn.Module):
    """A 3x3 convolution and batch normalisation, without the ReLU."""

    def __init__(self, inputs: int, outputs: int, dilation: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, padding=dilation, dilation=dilation)
        # Keras' momentum of 0.99 is 0.01 in torch's convention.
        self.bn = nn.BatchNorm2d(outputs, eps=BATCH_NORM_EPS, momentum=0.01)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return features of the same height and width."""
        out: torch.Tensor = self.bn(self.conv(x))
        return out


@architecture("groschner_unet", title="U-Net (Groschner 2021)")
class GroschnerUNet(OneHeadEach):
    """U-Net with one convolution per encoder level, filters 4-8-16-32, nearest upsampling, two softmax classes.

    The skip takes ReLU(BN); the max-pool takes the output of BN before the ReLU.

    Parameters
    ----------
    filters : int
        Of the first level, doubled at each level below; the centre has as many as the last level.
    depth : int
        Number of pools.
    dilation : int or sequence of int
        One number, or ``depth + 1``, one per level with the centre last.
    dropout : float
        Rate between the two convolutions of a decoder level.
    classes : {1, 2}
        Logits: 1 for sigmoid, 2 for softmax (as published).
    distance : bool
        A second output, the distance to the particle's own rim, see :meth:`SegmentationModule.both`.

    References
    ----------
    C. K. Groschner, C. Choi, M. C. Scott, Microsc. Microanal. 27 (2021) 549, doi 10.1017/S1431927621000386.
    """

    encoder: ClassVar[tuple[str, ...]] = ("downs.", "centre.")

    def __init__(
        self,
        filters: int = 4,
        depth: int = 4,
        dilation: int | Sequence[int] = 1,
        dropout: float = 0.2,
        classes: int = 2,
        distance: bool = False,
    ) -> None:
        filters, depth = whole("filters", filters, 1, 1024), whole("depth", depth, 1, 7)
        dropout = fraction("dropout", dropout)
        options = {"filters": filters, "depth": depth, "dropout": dropout}
        super().__init__(
            classes=classes, dilation=dilation, levels=depth + 1, options=options, distance=distance
        )
        width = [filters * 2**level for level in range(depth)]
        inputs = [1, *width]
        rates = self.dilations
        self.downs = nn.ModuleList(
            ConvolutionNorm(inputs[level], width[level], rates[level]) for level in range(depth)
        )
        self.skip_relus = nn.ModuleList(nn.ReLU() for _ in range(depth))
        self.pools = nn.ModuleList(nn.MaxPool2d(2) for _ in range(depth))
        self.centre = nn.Sequential(
            ConvolutionNorm(width[-1], width[-1], rates[-1]),
            nn.ReLU(),
            ConvolutionNorm(width[-1], width[-1], rates[-1]),
            nn.ReLU(),
        )
        above = [width[-1], *reversed(width)]
        upwards = list(reversed(range(depth)))
        self.upsamples = nn.ModuleList(nn.Upsample(scale_factor=2, mode="nearest") for _ in upwards)
        self.ups = nn.ModuleList(
            nn.Sequential(
                ConvolutionNorm(width[level] + below, width[level], rates[level]),
                nn.ReLU(),
                nn.Dropout(dropout),
                ConvolutionNorm(width[level], width[level], rates[level]),
                nn.ReLU(),
            )
            for level, below in zip(upwards, above, strict=False)
        )
        self.head = nn.Conv2d(filters, self.classes, 1)
        self.distance_head = nn.Conv2d(filters, 1, 1) if self.distance else None
        initialise_he(self)

    def path(self) -> list[Step]:
        """Return the way down to the centre and up again."""
        *levels, bottom = self.dilations
        down: list[Step] = []
        for dilation in levels:
            down += [Convolution(3, dilation), Pool(2)]
        middle: list[Step] = [Convolution(3, bottom), Convolution(3, bottom, "bottleneck")]
        up: list[Step] = []
        for dilation in reversed(levels):
            up += [Upsample(2), Convolution(3, dilation), Convolution(3, dilation)]
        return down + middle + up

    def features(self, x: torch.Tensor) -> torch.Tensor:
        """Return what the outputs are made of, see :meth:`OneHeadEach.features`."""
        self.check_input(x)
        skips = []
        for down, relu, pool in zip(self.downs, self.skip_relus, self.pools, strict=True):
            x = down(x)
            skips.append(relu(x))
            x = pool(x)
        x = self.centre(x)
        for upsample, block, skip in zip(self.upsamples, self.ups, reversed(skips), strict=True):
            x = block(torch.cat([skip, upsample(x)], dim=1))
        return x
