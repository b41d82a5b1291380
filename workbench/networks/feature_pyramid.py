"""An output that is made of several levels of a decoder: a small feature pyramid beside the last features."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional


class FeaturePyramid(nn.Module):
    """Bring features of several levels to one number of channels, from the coarsest up, and to one output.

    Each level is reduced by a 1x1 convolution, what comes from the coarser level is repeated up to its grid and added,
    and one 3x3 convolution joins both. So large particles are told apart where the features see far, at few
    multiplications, and no features at full resolution are needed but the output.

    Parameters
    ----------
    inputs : sequence of int
        Channels of the levels, coarsest first.
    channels : int
        Channels of the pyramid.
    rates : sequence of int
        Dilation of the 3x3 convolution of each level but the coarsest, which has none.
    norm : {"batch", "none"}
        Batch normalisation after each 3x3 convolution; a convolution has a bias only without.
    last : Module
        From ``channels`` channels on the finest of these levels to the output.

    References
    ----------
    T.-Y. Lin et al., CVPR 2017, doi 10.1109/CVPR.2017.106.
    """

    def __init__(
        self, inputs: Sequence[int], channels: int, rates: Sequence[int], norm: str, last: nn.Module
    ) -> None:
        super().__init__()
        self.laterals = nn.ModuleList(nn.Conv2d(width, channels, 1) for width in inputs)
        self.joins = nn.ModuleList(_join(channels, rate, norm) for rate in rates)
        self.last = last

    def forward(self, levels: Sequence[torch.Tensor]) -> torch.Tensor:
        """Return the output for features of all levels, each (N, channels, H, W), coarsest first."""
        x: torch.Tensor = self.laterals[0](levels[0])
        for lateral, join, level in zip(list(self.laterals)[1:], self.joins, levels[1:], strict=True):
            x = join(lateral(level) + functional.interpolate(x, size=level.shape[2:], mode="nearest"))
        output: torch.Tensor = self.last(x)
        return output


def _join(channels: int, rate: int, norm: str) -> nn.Sequential:
    convolution = nn.Conv2d(channels, channels, 3, padding=rate, dilation=rate, bias=norm == "none")
    if norm == "batch":
        return nn.Sequential(convolution, nn.BatchNorm2d(channels), nn.ReLU())
    return nn.Sequential(convolution, nn.ReLU())
