"""The classic U-Net of Ronneberger, Fischer and Brox (2015), with "same" padding and batch normalisation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import nn
from torch.nn import functional

from workbench.errors import NetworkError
from workbench.networks.feature_pyramid import FeaturePyramid
from workbench.networks.module import OneHeadEach, fraction, initialise_he, one_of, whole
from workbench.networks.registry import architecture
from workbench.networks.steps import Convolution, Pool, Step, UpConvolution, Upsample, reach_of


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
    distance_channels : int
        Channels of a feature pyramid of all levels below full resolution that the distance is made of: it can be
        learned with every other weight frozen. 0: the distance is a 1x1 convolution of the last features, as the
        logits are.

    References
    ----------
    O. Ronneberger, P. Fischer, T. Brox, MICCAI 2015, doi 10.1007/978-3-319-24574-4_28.
    T.-Y. Lin et al., CVPR 2017, doi 10.1109/CVPR.2017.106 (feature pyramids).
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
        distance_channels: int = 0,
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
            "distance_channels": whole("distance_channels", distance_channels, 0, 1024),
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
            self._up(level, filters[level + 1], filters[level]) for level in range(depth)
        )
        self.decoders = nn.ModuleList(
            _two_convolutions(2 * filters[level], filters[level], rates[level], norm)
            for level in range(depth)
        )
        # of the layers tried on validation micrographs the bottleneck says little, the first decoder most
        self.grad_cam_layer = f"decoders.{depth - 1}.{5 if norm == 'batch' else 3}"
        self.head = nn.Conv2d(base, self.classes, 1)
        self.distance_head = nn.Conv2d(base, 1, 1) if self.distance and not distance_channels else None
        self.distance_pyramid = self._pyramid(filters, distance_channels, norm) if distance_channels else None
        initialise_he(self)

    def path(self) -> list[Step]:
        """Return the way down to the bottleneck and up again."""
        return self._way()

    def reach(self) -> int:
        """Return the widest one-sided reach in pixels, of both outputs."""
        depth = len(self.rates) - 1
        ways = range(1, depth + 1 if self.distance_pyramid is not None else 1)
        return max(super().reach(), *(reach_of(self._way(level)) for level in ways), 0)

    def features(self, x: torch.Tensor) -> torch.Tensor:
        """Return what the outputs are made of, see :meth:`OneHeadEach.features`."""
        return self._levels(x)[-1]

    def both(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Return logits and distance, see :meth:`SegmentationModule.both`."""
        if self.distance_pyramid is None:
            return super().both(x)
        *coarser, features = self._levels(x)
        return self.head(features), self.distance_pyramid(coarser)[:, 0]

    def _levels(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Return the features of all levels on the way up: the bottleneck's, then each decoder's."""
        self.check_input(x)
        skips = []
        for down, pool in zip(self.downs, self.pools, strict=True):
            x = down(x)
            skips.append(x)
            x = pool(x)
        levels = [self.bottleneck(x)]
        for up, decoder, skip in zip(
            reversed(self.ups), reversed(self.decoders), reversed(skips), strict=True
        ):
            levels.append(decoder(torch.cat([skip, up(levels[-1])], dim=1)))
        return levels

    def _pyramid(self, filters: list[int], channels: int, norm: str) -> FeaturePyramid:
        if not self.distance:
            raise NetworkError("distance_channels are those of the second output; set distance = true, too.")
        last = self._up(0, channels, 1)
        return FeaturePyramid(filters[:0:-1], channels, self.rates[-2:0:-1], norm, last)

    def _up(self, level: int, inputs: int, outputs: int) -> nn.ConvTranspose2d:
        """Return an up-convolution from the level below to this one."""
        first_dropped = len(self.rates) - 1 - self.dropped_pools
        if level < first_dropped:
            return nn.ConvTranspose2d(inputs, outputs, 2, stride=2)
        return AveragedUpConvolution(inputs, outputs, 2 ** (level - first_dropped))

    def _way(self, pyramid: int = 0) -> list[Step]:
        """Return the steps down to the bottleneck and up again: by the decoders, from a level on by the pyramid."""
        *levels, bottom = self.rates
        kept = len(levels) - self.dropped_pools
        down: list[Step] = []
        up: list[Step] = []
        for level, dilation in enumerate(levels):
            one = Convolution(3, dilation)
            down += [one, one, *([Pool(2, f"pool{level + 1}")] if level < kept else [])]
            joins = 2 * (level >= pyramid) + (0 < level <= pyramid)
            up = [Upsample(2) if level < kept else UpConvolution(2 ** (level - kept)), *[one] * joins, *up]
        return [*down, Convolution(3, bottom), Convolution(3, bottom, "bottleneck"), *up]


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
