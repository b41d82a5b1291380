"""Layer-wise relevance propagation beside zennit's, on a plain convolutional network (which zennit has rules for).

python benchmarks/relevance_by_zennit.py        needs zennit (extra bench); prints the greatest difference by rule
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import nn
from zennit.attribution import Gradient
from zennit.composites import LayerMapComposite, SpecialFirstLayerMapComposite
from zennit.rules import Epsilon, Gamma, Pass, WSquare

from workbench.explanation.attribution_input import AttributionInput, Progress
from workbench.explanation.methods.relevance import relevance

STABILISER = 1e-12


class Plain(nn.Sequential):
    """What both have rules for: convolutions, one dilated, a max-pool, an up-convolution."""

    encoder = ("0.", "2.", "4.")

    def __init__(self) -> None:
        super().__init__(
            nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(),
            nn.Conv2d(8, 8, 3, padding=2, dilation=2), nn.ReLU(),
            nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.ConvTranspose2d(16, 8, 2, stride=2), nn.ReLU(),
            nn.Conv2d(8, 1, 1),
        )  # fmt: skip


def main() -> None:
    torch.manual_seed(0)
    module = Plain().double().eval().requires_grad_(False)
    image = torch.randn((1, 1, 32, 32)).double()
    selected = np.zeros((32, 32), np.bool_)
    selected[10:20, 8:22] = True
    problem = AttributionInput(module, image, selected, 1, (slice(0, 32), slice(0, 32)), None, 1.0)
    weighted = (nn.Conv2d, nn.ConvTranspose2d)
    through = (nn.ReLU, Pass())
    epsilon = Epsilon(epsilon=STABILISER)
    peers: dict[str, Callable[[], object]] = {
        "epsilon": lambda: LayerMapComposite([through, (weighted, epsilon)]),
        "gamma": lambda: LayerMapComposite([through, (weighted, Gamma(0.25, STABILISER))]),
        "gamma, w2 first": lambda: SpecialFirstLayerMapComposite(
            [through, (weighted, Gamma(0.25, STABILISER))],
            [(nn.Conv2d, WSquare(STABILISER, zero_params=["bias"]))],
        ),
    }
    for name, peer in peers.items():
        if name.endswith("first"):
            module.encoder = ("",)  # of the whole network, so that composite is gamma throughout, w2 first
        rule = "composite" if name.endswith("first") else name
        ours = relevance(problem, Progress(), rule, epsilon=STABILISER).pixels
        with Gradient(module, peer()) as attributor:
            # what zennit is given at the answer is relevance itself
            _, theirs = attributor(image, lambda answer: answer * torch.from_numpy(selected))
        difference = float((ours - theirs[0, 0]).abs().max() / theirs.abs().max())
        print(f"{name:18s} greatest difference {difference:.1e} of the greatest relevance")


if __name__ == "__main__":
    main()
