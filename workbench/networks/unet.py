"""The classic U-Net of Ronneberger, Fischer and Brox (2015), with "same" padding and batch normalisation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import nn
from torch.nn import functional

from workbench.networks.module import OneHeadEach, fraction, initialise_he, one_of, whole
from workbench.networks.registry import architecture
from workbench.networks.steps import Convolution, Pool, Step, UpConvolution, Upsample


@architecture("unet", title="U-Net")
class UNet(OneHeadEach):
    """U-Net: levels of two 3x3 convolutions, 2x2 max-pools, 2x2 up-convolutions, concatenated skips.

    Parameters
    ----------
    base : int
        Filters of the first level, doubled at each level below; 64 in the paper.
    depth : int
        Number of pools.
    dilation : int or sequence of int
        Of the 3x3 convolutions: one number, or ``depth + 1``, one per level with the bottleneck last; a
        level's decoder has the dilation of its encoder.
    norm : {"batch", "none"}
        Batch normalisation after each 3x3 convolution (none in the paper); a convolution has a bias only
        without.
    dropout : float
        Rate at the end of the bottleneck.
    classes : {1, 2}
        Logits: 1 for sigmoid, 2 for softmax.
    padding : {"same"}
        Zeros, so that the answer is as large as the micrograph (the paper crops instead).
    dropped_pools : int
        Leave out the last pools, at most ``depth``, and double the dilation of every later convolution for each:
        learned weights stay valid and the features get finer (Yu and Koltun 2016). The up-convolution across a
        dropped pool is averaged over the places that the pooling grid could have had.
    distance : bool
        A second output, the distance to the particle's own rim, see :meth:`SegmentationModule.both`.

    References
    ----------
    O. Ronneberger, P. Fischer, T. Brox, MICCAI 2015, doi 10.1007/978-3-319-24574-4_28.
    F. Yu, V. Koltun, ICLR 2016, arXiv 1511.07122.
    """

    encoder: ClassVar[tuple[str, ...]] = ("downs.", "bottleneck.")

    def __init__(
        self,
        base: int = 16,
        depth: int = 4,
        dilation: int | Sequence[int] = 1,
        norm: str = "batch",
        dropout: float = 0.0,
        classes: int = 1,
        padding: str = "same",
        dropped_pools: int = 0,
        distance: bool = False,
    ) -> None:
        base, depth = whole("base", base, 1, 1024), whole("depth", depth, 1, 7)
        norm, padding = one_of("norm", norm, ("batch", "none")), one_of("padding", padding, ("same",))
        dropout = fraction("dropout", dropout)
        dropped = whole("dropped_pools", dropped_pools, 0, depth)
        options = {
            "base": base,
            "depth": depth,
            "norm": norm,
            "dropout": dropout,
            "padding": padding,
            "dropped_pools": dropped,
        }
        super().__init__(
            classes=classes, dilation=dilation, levels=depth + 1, options=options, distance=distance
        )
        self.dropped_pools = dropped
        made_up = [2 ** max(0, level - (depth - dropped)) for level in range(depth + 1)]
        rates = self.rates = [rate * more for rate, more in zip(self.dilations, made_up, strict=True)]
        filters = [base * 2**level for level in range(depth + 1)]
        inputs = [1, *filters]
        self.downs = nn.ModuleList(
            _two_convolutions(inputs[level], filters[level], rates[level], norm) for level in range(depth)
        )
        self.pools = nn.ModuleList(
            nn.MaxPool2d(2) if level < depth - dropped else nn.Identity() for level in range(depth)
        )
        self.bottleneck = _two_convolutions(filters[depth - 1], filters[depth], rates[depth], norm)
        if dropout:
            self.bottleneck.append(nn.Dropout2d(dropout))
        self.ups = nn.ModuleList(
            nn.ConvTranspose2d(filters[level + 1], filters[level], 2, stride=2)
            if level < depth - dropped
            else AveragedUpConvolution(filters[level + 1], filters[level], made_up[level])
            for level in range(depth)
        )
        self.decoders = nn.ModuleList(
            _two_convolutions(2 * filters[level], filters[level], rates[level], norm)
            for level in range(depth)
        )
        # of the layers tried on validation micrographs the bottleneck says little, the first decoder most
        self.grad_cam_layer = f"decoders.{depth - 1}.{5 if norm == 'batch' else 3}"
        self.head = nn.Conv2d(base, self.classes, 1)
        self.distance_head = nn.Conv2d(base, 1, 1) if self.distance else None
        initialise_he(self)

    def path(self) -> list[Step]:
        """Return the way down to the bottleneck and up again."""
        *levels, bottom = self.rates
        down: list[Step] = []
        up: list[Step] = []
        for level, dilation in enumerate(levels):
            two: list[Step] = [Convolution(3, dilation), Convolution(3, dilation)]
            if level < len(levels) - self.dropped_pools:
                down += [*two, Pool(2, f"pool{level + 1}")]
                up = [Upsample(2), *two, *up]
            else:
                step = 2 ** (level - (len(levels) - self.dropped_pools))
                down += two
                up = [UpConvolution(step), *two, *up]
        return [*down, Convolution(3, bottom), Convolution(3, bottom, "bottleneck"), *up]

    def features(self, x: torch.Tensor) -> torch.Tensor:
        """Return what the outputs are made of, see :meth:`OneHeadEach.features`."""
        self.check_input(x)
        skips = []
        for down, pool in zip(self.downs, self.pools, strict=True):
            x = down(x)
            skips.append(x)
            x = pool(x)
        x = self.bottleneck(x)
        for up, decoder, skip in zip(
            reversed(self.ups), reversed(self.decoders), reversed(skips), strict=True
        ):
            x = decoder(torch.cat([skip, up(x)], dim=1))
        return x


class AveragedUpConvolution(nn.ConvTranspose2d):
    """A 2x2 up-convolution where its pool was dropped: the same weights, on features that are fine already.

    With the pool, an output pixel takes one of the four weights, by its place in the pooling grid. Without it there
    are four grids that it could lie in: their mean is taken.

    Parameters
    ----------
    inputs, outputs : int
        Channels.
    step : int
        Distance in features between the two pixels that came from one pixel below.
    """

    def __init__(self, inputs: int, outputs: int, step: int) -> None:
        super().__init__(inputs, outputs, 2)
        self.step = step

    def forward(self, x: torch.Tensor, output_size: list[int] | None = None) -> torch.Tensor:  # noqa: ARG002
        """Return features of the same height and width."""
        height, width = x.shape[2:]
        wide = functional.conv_transpose2d(x, self.weight / 4, self.bias, dilation=self.step)
        # at the first rows and columns fewer grids have a pixel: what lies outside counts as 0, as in a convolution
        return wide[:, :, :height, :width]


def _two_convolutions(inputs: int, outputs: int, dilation: int, norm: str) -> nn.Sequential:
    layers: list[nn.Module] = []
    for channels in (inputs, outputs):
        layers.append(
            nn.Conv2d(channels, outputs, 3, padding=dilation, dilation=dilation, bias=norm == "none")
        )
        if norm == "batch":
            layers.append(nn.BatchNorm2d(outputs))
        layers.append(nn.ReLU())
    return nn.Sequential(*layers)
