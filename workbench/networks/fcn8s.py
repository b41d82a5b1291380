"""FCN-8s on VGG-16, after Long, Shelhamer and Darrell (2015), for one grey channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import nn

from workbench.networks.module import (
    DISTANCE,
    SegmentationModule,
    fraction,
    initialise_he,
    one_of,
    whole,
)
from workbench.networks.registry import architecture
from workbench.networks.steps import Bilinear, Convolution, Pool, Step
from workbench.networks.vgg_weights import BLOCKS, load_trunk

POOL4_SCALE, POOL3_SCALE = 0.01, 0.0001
WIDTHS = (64, 128, 256, 512, 512)
"""Filters of each block of VGG-16."""


@architecture("fcn8s", title="FCN8s")
class FCN8s(SegmentationModule):
    """FCN8s: VGG-16, conv6 and conv7; scores on conv7, pool4 and pool3; bilinear upsampling.

    Where it departs from the reference: one grey input channel (the three kernels of conv1 summed, which
    equals repeating the channel); "same" padding throughout instead of 100 px around the micrograph and a
    crop; upsampling by ``nn.Upsample(mode="bilinear", align_corners=False)``, which inside the micrograph is
    the reference's fixed transposed convolution (kernel 2f, stride f) and at its border repeats the outermost
    scores instead of fading to 0.

    Parameters
    ----------
    head : int
        Filters of conv6 and conv7; 4096 in the paper.
    stages : {8, 16, 32}
        Finest stride that is scored: FCN-8s, FCN-16s or FCN-32s.
    weights : str
        Where the 13 convolutions start: "none" (He), "imagenet", "edges", or the path of a file; see
        :mod:`workbench.networks.vgg_weights`. At ``head=4096`` conv6 and conv7 start from VGG-16's classifier
        too, if the file has it.
    dilation : int or sequence of int
        Of the 3x3 convolutions and conv6: one number, or six, one per block of VGG-16 and conv6.
    dropped_pools : {0, 1, 2}
        Leave out the last one or two pools and double the dilation of every later convolution for each:
        learned weights stay valid and the scores get finer (Yu and Koltun 2016).
    all_at_once : bool
        Scale pool4's features by 0.01 and pool3's by 0.0001 before scoring, so that all stages can be trained
        together.
    dropout : float
        Rate after conv6 and conv7.
    classes : {1, 2}
        Logits: 1 for sigmoid, 2 for softmax.
    distance : bool
        A second output, the distance to the particle's own rim, see :meth:`SegmentationModule.both`.

    References
    ----------
    E. Shelhamer, J. Long, T. Darrell, IEEE TPAMI 39 (2017) 640, doi 10.1109/TPAMI.2016.2572683.
    F. Yu, V. Koltun, ICLR 2016, arXiv 1511.07122.
    """

    rebuild_options: ClassVar[dict[str, Any]] = {"weights": "none"}
    encoder: ClassVar[tuple[str, ...]] = ("features.",)

    def __init__(
        self,
        head: int = 512,
        stages: int = 8,
        weights: str = "none",
        dilation: int | Sequence[int] = 1,
        dropped_pools: int = 0,
        all_at_once: bool = True,
        dropout: float = 0.5,
        classes: int = 1,
        distance: bool = False,
    ) -> None:
        head, stages = whole("head", head, 1, 8192), one_of("stages", stages, (8, 16, 32))
        dropped = whole("dropped_pools", dropped_pools, 0, 2)
        all_at_once, dropout = one_of("all_at_once", all_at_once, (True, False)), fraction("dropout", dropout)
        options = {
            "head": head,
            "stages": stages,
            "weights": str(weights),
            "dropped_pools": dropped,
            "all_at_once": all_at_once,
            "dropout": dropout,
        }
        super().__init__(classes=classes, dilation=dilation, levels=6, options=options, distance=distance)
        self.stages, self.all_at_once, self.dropped_pools = stages, all_at_once, dropped
        self.features = self._vgg16()
        rate = self._rates()[5]
        self.conv6 = nn.Conv2d(WIDTHS[4], head, 7, padding=3 * rate, dilation=rate)
        self.relu6, self.dropout6 = nn.ReLU(), nn.Dropout(dropout)
        self.conv7 = nn.Conv2d(head, head, 1)
        self.relu7, self.dropout7 = nn.ReLU(), nn.Dropout(dropout)
        self.score_conv7 = nn.Conv2d(head, self.classes, 1)
        at5, at4 = self._strides()
        scored = {32: (at5,), 16: (at5, at4), 8: (at5, at4, 8)}[stages]
        self.factors = [this // after for this, after in zip(scored, (*scored[1:], 1), strict=True)]
        if stages <= 16:
            self.score_pool4 = nn.Conv2d(WIDTHS[3], self.classes, 1)
        if stages == 8:
            self.score_pool3 = nn.Conv2d(WIDTHS[2], self.classes, 1)
        if self.distance:
            self.distance_conv7 = nn.Conv2d(head, 1, 1)
            if stages <= 16:
                self.distance_pool4 = nn.Conv2d(WIDTHS[3], 1, 1)
            if stages == 8:
                self.distance_pool3 = nn.Conv2d(WIDTHS[2], 1, 1)
        self.upsamples = nn.ModuleList(_bilinear(factor) for factor in self.factors)
        initialise_he(self)
        for name, layer in self.named_children():
            if (
                name.startswith(("score", DISTANCE))
                and isinstance(layer, nn.Conv2d)
                and not layer.weight.is_meta
            ):
                # 0 in the reference; small here, so that an untrained network answers to its input. For `meta` see
                # `initialise_he`.
                nn.init.normal_(layer.weight, std=0.01)
        if weights != "none":
            self._start_from(load_trunk(str(weights)), head)

    def path(self) -> list[Step]:
        """Return the way through all pools and conv6, and the upsampling."""
        steps: list[Step] = []
        for number, (count, rate) in enumerate(zip(BLOCKS, self._rates(), strict=False), start=1):
            if number <= 5 - self.dropped_pools:
                steps += [Convolution(3, rate)] * count + [Pool(2, f"pool{number}")]
            else:
                steps += [Convolution(3, rate)] * (count - 1) + [Convolution(3, rate, f"pool{number}")]
        steps += [Convolution(7, self._rates()[5], "conv6"), Convolution(1)]
        return steps + [Bilinear(factor) for factor in self.factors]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return logits (N, classes, H, W) for prepared micrographs (N, 1, H, W)."""
        return self._scored("score", *self._features(x))

    def both(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Return logits and distance, see :meth:`SegmentationModule.both`."""
        features = self._features(x)
        distance = self._scored(DISTANCE, *features)[:, 0] if self.distance else None
        return self._scored("score", *features), distance

    def _features(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return what is scored: conv7, pool4 and pool3."""
        self.check_input(x)
        pools = []
        for layer in self.features:
            x = layer(x)
            if isinstance(layer, nn.MaxPool2d | nn.AvgPool2d | nn.Identity):  # mean pools are probed
                pools.append(x)
        x = self.dropout6(self.relu6(self.conv6(x)))
        x = self.dropout7(self.relu7(self.conv7(x)))
        return x, pools[3], pools[2]

    def _scored(
        self, kind: str, conv7: torch.Tensor, pool4: torch.Tensor, pool3: torch.Tensor
    ) -> torch.Tensor:
        """Return the scores of one output, upsampled; ``kind`` begins the names of its layers."""
        score: torch.Tensor = self.upsamples[0](self.get_submodule(f"{kind}_conv7")(conv7))
        if self.stages <= 16:
            scale = POOL4_SCALE if self.all_at_once else 1.0
            score = self.upsamples[1](score + self.get_submodule(f"{kind}_pool4")(scale * pool4))
        if self.stages == 8:
            scale = POOL3_SCALE if self.all_at_once else 1.0
            score = self.upsamples[2](score + self.get_submodule(f"{kind}_pool3")(scale * pool3))
        return score

    def _strides(self) -> tuple[int, int]:
        """Return the strides of pool5 and pool4, where every dropped pool halves those at and after it."""
        return 32 >> self.dropped_pools, 16 >> max(0, self.dropped_pools - 1)

    def _rates(self) -> list[int]:
        """Return the dilation of each block and of conv6, dropped pools made up for."""
        made_up = [1, 1, 1, 1, 2 if self.dropped_pools == 2 else 1, 2**self.dropped_pools]
        return [rate * more for rate, more in zip(self.dilations, made_up, strict=True)]

    def _vgg16(self) -> nn.Sequential:
        """Return VGG-16's convolutions, numbered as in torchvision so that its files fit."""
        layers: list[nn.Module] = []
        inputs, rates = 1, self._rates()
        for block, (count, filters) in enumerate(zip(BLOCKS, WIDTHS, strict=True)):
            for _ in range(count):
                layers.append(nn.Conv2d(inputs, filters, 3, padding=rates[block], dilation=rates[block]))
                layers.append(nn.ReLU())
                inputs = filters
            layers.append(nn.MaxPool2d(2) if block < 5 - self.dropped_pools else nn.Identity())
        return nn.Sequential(*layers)

    def _start_from(self, trunk: dict[str, torch.Tensor], head: int) -> None:
        tensors = {name: tensor for name, tensor in trunk.items() if name.startswith("features.")}
        if head == 4096 and "classifier.0.weight" in trunk:
            tensors["conv6.weight"] = trunk["classifier.0.weight"].reshape(4096, 512, 7, 7)
            tensors["conv7.weight"] = trunk["classifier.3.weight"].reshape(4096, 4096, 1, 1)
            tensors["conv6.bias"], tensors["conv7.bias"] = (
                trunk["classifier.0.bias"],
                trunk["classifier.3.bias"],
            )
        self.load_state_dict(tensors, strict=False)


def _bilinear(factor: int) -> nn.Module:
    if factor == 1:
        return nn.Identity()
    return nn.Upsample(scale_factor=factor, mode="bilinear", align_corners=False)
