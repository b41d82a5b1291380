"""The mixed-scale dense network of Pelt and Sethian (2018): dilation instead of pooling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import nn

from workbench.networks.module import OneHeadEach, initialise_he, whole
from workbench.networks.registry import architecture
from workbench.networks.steps import Convolution, Step


@architecture("mixed_scale", title="Mixed-scale dense network")
class MixedScale(OneHeadEach):
    """Mixed-scale dense network: thin 3x3 layers, each of which sees all earlier ones, and a 1x1 head on them all.

    Parameters
    ----------
    depth : int
        Number of layers; 100 in the paper.
    width : int
        Channels of a layer; 1 in the paper.
    dilations : int
        The dilation of the layers cycles from 1 to this; 10 in the paper.
    dilation : int or sequence of int
        Multiplies all of them, or one number per layer.
    classes : {1, 2}
        Logits: 1 for sigmoid, 2 for softmax.
    distance : bool
        A second output, the distance to the particle's own rim, see :meth:`SegmentationModule.both`.

    References
    ----------
    D. M. Pelt, J. A. Sethian, PNAS 115 (2018) 254, doi 10.1073/pnas.1715832114.
    """

    encoder: ClassVar[tuple[str, ...]] = ("layers.",)

    def __init__(
        self,
        depth: int = 100,
        width: int = 1,
        dilations: int = 10,
        dilation: int | Sequence[int] = 1,
        classes: int = 1,
        distance: bool = False,
    ) -> None:
        depth, width = whole("depth", depth, 1, 1000), whole("width", width, 1, 64)
        dilations = whole("dilations", dilations, 1, 100)
        options = {"depth": depth, "width": width, "dilations": dilations}
        super().__init__(classes=classes, dilation=dilation, levels=depth, options=options, distance=distance)
        self.rates = [factor * (1 + layer % dilations) for layer, factor in enumerate(self.dilations)]
        self.layers = nn.ModuleList(
            nn.Conv2d(1 + layer * width, width, 3, padding=rate, dilation=rate)
            for layer, rate in enumerate(self.rates)
        )
        self.relus = nn.ModuleList(nn.ReLU() for _ in self.rates)
        self.head = nn.Conv2d(1 + depth * width, self.classes, 1)
        self.distance_head = nn.Conv2d(1 + depth * width, 1, 1) if self.distance else None
        initialise_he(self)

    def path(self) -> list[Step]:
        """Return the way through every layer."""
        return [Convolution(3, rate) for rate in self.rates]

    def features(self, x: torch.Tensor) -> torch.Tensor:
        """Return what the outputs are made of, see :meth:`OneHeadEach.features`."""
        self.check_input(x)
        for layer, relu in zip(self.layers, self.relus, strict=True):
            x = torch.cat([x, relu(layer(x))], dim=1)
        return x
