"""Hand-made networks of which it is known what they use: lattice fringes, contrast, or both."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from workbench.explanation.bands import GOLD_NM
from workbench.explanation.explain import explain
from workbench.explanation.targets import Target
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card, Input
from workbench.networks.module import SegmentationModule
from workbench.networks.network import Network
from workbench.networks.steps import Convolution

NM_PER_PX = 0.04


FRINGE_PX = GOLD_NM["111"] / NM_PER_PX


KERNEL = 49


class Square(nn.Module):
    def forward(self, x):
        return x**2


class FringesAndContrast(SegmentationModule):
    """Logit: ``fringes`` x squared amplitude of 111 fringes along the rows, plus ``contrast`` x smoothed intensity."""

    def __init__(self, fringes=0.0, contrast=0.0, offset=0.0):
        super().__init__(classes=1, dilation=1, levels=1, options={})
        at = np.arange(KERNEL) - KERNEL // 2
        rows, columns = np.meshgrid(at, at, indexing="ij")
        blob, wide = (np.exp(-(rows**2 + columns**2) / (2 * sigma**2)) for sigma in (4.0, 8.0))
        phase = 2 * np.pi * columns / FRINGE_PX
        waves = [blob * np.cos(phase), blob * np.sin(phase)]
        waves[0] -= blob * waves[0].sum() / blob.sum()  # no answer to an even micrograph
        self.waves = fixed(np.stack(waves) / blob.sum())
        self.smooth = fixed(wide[None] / wide.sum())
        self.square, self.fringes, self.contrast, self.offset = Square(), fringes, contrast, offset

    def path(self):
        return [Convolution(KERNEL)]

    def forward(self, x):
        amplitude = self.square(self.waves(x)).sum(1, keepdim=True)
        return self.fringes * amplitude + self.contrast * self.smooth(x) + self.offset


def fixed(kernels):
    layer = nn.Conv2d(1, len(kernels), KERNEL, padding=KERNEL // 2, bias=False)
    layer.weight.data = torch.from_numpy(kernels).float()[:, None]
    return layer


def network(**weights):
    card = Card(name="known", architecture="known", input=Input(standardise="none", outliers="none"))
    return Network(FringesAndContrast(**weights).eval(), card)


def particle(amplitude=1.0, level=1.0, radius=35, noise=0.0, nm_per_px=NM_PER_PX):
    """A disc of fringes on a level of its own above even surroundings; the mean is 0."""
    rows, columns = np.mgrid[:160, :160]
    inside = np.hypot(rows - 80, columns - 80) <= radius
    pixels = inside * (level + amplitude * np.cos(2 * np.pi * columns / FRINGE_PX))
    pixels = pixels + noise * np.random.default_rng(1).standard_normal(inside.shape)
    pixels = pixels - pixels.mean()
    return Micrograph(pixels.astype(np.float32), nm_per_px, "fringes"), Target("particle", inside, (80, 80))


def even_about_the_target():
    """Nothing but two specks in far corners, because an even micrograph is refused."""
    pixels = np.zeros((160, 160), np.float32)
    pixels[:3, :3], pixels[-3:, -3:] = 1, -1
    return Micrograph(pixels, NM_PER_PX, "even")


def explained(net, shown, method="integrated_gradients", **options):
    if method == "integrated_gradients":
        options = {"steps": 3, **options}  # Gauss's rule is exact for a quadratic answer
    return explain(shown[0], net, shown[1], method, device="cpu", **options)
