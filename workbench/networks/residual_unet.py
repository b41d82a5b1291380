"""The residual U-Net of the receptive-field and generalisation studies of HRTEM segmentation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import nn

from workbench.errors import NetworkError
from workbench.networks.module import OneHeadEach, initialise_he, whole
from workbench.networks.registry import architecture
from workbench.networks.steps import Convolution, Pool, Step, Upsample


class ResidualBlock(nn.Module):
    """conv3-BN-ReLU-conv3-BN plus a 1x1 convolution of the input, then ReLU."""

    def __init__(self, inputs: int, outputs: int, dilation: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=dilation, dilation=dilation)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=dilation, dilation=dilation)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.conv_add = nn.Conv2d(inputs, outputs, 1)
        self.relu2 = nn.ReLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return features of the same height and width."""
        inner = self.bn2(self.conv2(self.relu1(self.bn1(self.conv1(x)))))
        out: torch.Tensor = self.relu2(inner + self.conv_add(x))
        return out


@architecture("residual_unet", title="Residual U-Net")
class ResidualUNet(OneHeadEach):
    """Residual U-Net: blocks with a 1x1 shortcut, any pool sizes, nearest upsampling by the same factors.

    State-dict keys are those of the published files: ``downs.i.*``, ``bottleneck.*``, ``ups.i.*``, ``final_conv``.

    Parameters
    ----------
    blocks : int
        Levels above the bottleneck.
    filters : int
        Of the first level, doubled at each level below.
    pools : int or sequence of int
        Size of each max-pool; one number for all, or one per level.
    dilation : int or sequence of int
        One number, or ``blocks + 1``, one per level with the bottleneck last.
    classes : {1, 2}
        Logits: 1 for sigmoid, 2 for softmax (as published).
    distance : bool
        A second output, the distance to the particle's own rim, see :meth:`SegmentationModule.both`.

    References
    ----------
    Published networks and code: github.com/ScottLabUCB/HRTEM-Generalization (MIT).
    """

    encoder: ClassVar[tuple[str, ...]] = ("downs.", "bottleneck.")

    logits_head = "final_conv"  # as published

    def __init__(
        self,
        blocks: int = 4,
        filters: int = 4,
        pools: int | Sequence[int] = 2,
        dilation: int | Sequence[int] = 1,
        classes: int = 2,
        distance: bool = False,
    ) -> None:
        blocks, filters = whole("blocks", blocks, 1, 7), whole("filters", filters, 1, 1024)
        sizes = [pools] * blocks if isinstance(pools, int) else list(pools)
        if len(sizes) != blocks:
            raise NetworkError(
                f"The option pools takes one number or {blocks} (one per block), "
                f"not {len(sizes)}; change the list."
            )
        self_pools = [whole("pools", size, 1, 16) for size in sizes]
        options = {"blocks": blocks, "filters": filters, "pools": self_pools}
        super().__init__(
            classes=classes, dilation=dilation, levels=blocks + 1, options=options, distance=distance
        )
        self.pool_sizes = self_pools
        width = [filters * 2**level for level in range(blocks + 1)]
        inputs = [1, *width]
        self.downs = nn.ModuleList(
            ResidualBlock(inputs[level], width[level], self.dilations[level]) for level in range(blocks)
        )
        self.pools = nn.ModuleList(nn.MaxPool2d(size) for size in self_pools)
        self.bottleneck = ResidualBlock(width[-2], width[-1], self.dilations[-1])
        upwards = list(reversed(range(blocks)))
        self.upsamples = nn.ModuleList(
            nn.Upsample(scale_factor=self_pools[level], mode="nearest") for level in upwards
        )
        self.ups = nn.ModuleList(
            ResidualBlock(width[level + 1] + width[level], width[level], self.dilations[level])
            for level in upwards
        )
        self.final_conv = nn.Conv2d(filters, self.classes, 1)
        self.distance_head = nn.Conv2d(filters, 1, 1) if self.distance else None
        initialise_he(self)

    def path(self) -> list[Step]:
        """Return the way down to the bottleneck and up again."""
        *levels, bottom = self.dilations
        down: list[Step] = []
        for dilation, size in zip(levels, self.pool_sizes, strict=True):
            down += [Convolution(3, dilation), Convolution(3, dilation), Pool(size)]
        middle: list[Step] = [Convolution(3, bottom), Convolution(3, bottom, "bottleneck")]
        up: list[Step] = []
        for dilation, size in zip(reversed(levels), reversed(self.pool_sizes), strict=True):
            up += [Upsample(size), Convolution(3, dilation), Convolution(3, dilation)]
        return down + middle + up

    def features(self, x: torch.Tensor) -> torch.Tensor:
        """Return what the outputs are made of, see :meth:`OneHeadEach.features`."""
        self.check_input(x)
        skips = []
        for down, pool in zip(self.downs, self.pools, strict=True):
            x = down(x)
            skips.append(x)
            x = pool(x)
        x = self.bottleneck(x)
        for upsample, block, skip in zip(self.upsamples, self.ups, reversed(skips), strict=True):
            x = block(torch.cat([skip, upsample(x)], dim=1))
        return x
