"""Networks of which it is known what their filters answer to, and one with random weights."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from workbench.networks.card import Card, Input
from workbench.networks.module import SegmentationModule
from workbench.networks.network import Network
from workbench.networks.registry import build
from workbench.networks.steps import Convolution

ALONG_ROW, DOWN_COLUMN = (0.125, 0.0), (0.0, 0.25)
"""Frequencies in 1/px of two filters: columns, rows."""


class TwoFringes(SegmentationModule):
    """A convolution of two filters, each a fringe, and their sum."""

    def __init__(self):
        super().__init__(classes=1, dilation=1, levels=1, options={})
        at = np.arange(17) - 8
        rows, columns = np.meshgrid(at, at, indexing="ij")
        blob = np.exp(-(rows**2 + columns**2) / (2 * 4.0**2))
        kernels = [blob * np.cos(2 * np.pi * (u * columns + v * rows)) for u, v in (ALONG_ROW, DOWN_COLUMN)]
        self.first = nn.Conv2d(1, 2, 17, padding=8, bias=False)
        self.first.weight.data = torch.from_numpy(np.stack(kernels)).float()[:, None] / float(blob.sum())
        self.relu = nn.ReLU()
        self.head = nn.Conv2d(2, 1, 1)

    def path(self):
        return [Convolution(17), Convolution(1)]

    def forward(self, x):
        return self.head(self.relu(self.first(x)))


def known(**options):
    card = Card(
        name="known", architecture="known", input=Input(standardise="none", outliers="none", **options)
    )
    return Network(TwoFringes().eval(), card)


def small_unet(seed, **options):
    torch.manual_seed(seed)
    module = build("unet", base=4, depth=2).eval()
    card = Card(name=f"unet{seed}", architecture="unet", input=Input(**options))
    return Network(module, card)
