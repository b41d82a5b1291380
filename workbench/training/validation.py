"""How good the network is after an epoch, at which threshold, and the card that says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
import torch
from lightning_fabric import Fabric
from torch.nn import functional

from workbench.micrographs.micrograph import BoolImage, FloatImage
from workbench.networks.card import Card, Input, Score
from workbench.networks.module import SegmentationModule, to_probability
from workbench.segmentation.metrics import dice_hard
from workbench.segmentation.tiling import pad_to_multiple, plan_tiles, read
from workbench.training.datasets import Pairs
from workbench.training.recipe import Recipe

THRESHOLDS = np.round(np.arange(0.05, 0.96, 0.05), 2)
MOST_PIXELS = 1 << 22
"""Larger micrographs are validated in tiles."""


@dataclass(frozen=True)
class Validated:
    """What an epoch reached.

    Parameters
    ----------
    dice : float
        Mean hard Dice at the best threshold.
    std : float
        Its standard deviation over the micrographs.
    threshold : float
        The threshold with the best mean.
    loss : float
        Mean cross-entropy.
    """

    dice: float
    std: float
    threshold: float
    loss: float


@torch.inference_mode()
def validate(
    module: SegmentationModule,
    pairs: Pairs,
    fabric: Fabric | None = None,
    between: Callable[[], None] | None = None,
) -> Validated:
    """Score a network on whole micrographs, in float32; several processes take turns at them.

    Parameters
    ----------
    module : SegmentationModule
        Set to evaluation.
    pairs : list of (pixels, mask)
        Prepared.
    fabric : Fabric, optional
        The processes; by default this one alone.
    between : callable(), optional
        Called before each micrograph; what it raises ends the validation.
    """
    module.eval()
    rank, world = (0, 1) if fabric is None else (fabric.global_rank, fabric.world_size)
    rows = {}
    for number in range(rank, len(pairs), world):
        if between is not None:
            between()
        pixels, mask = pairs[number]
        probability = _probability(module, pixels)
        if mask.dtype != np.bool_:  # only what somebody is sure of is scored
            sure = mask >= 0
            probability, mask = probability[sure], mask[sure] > 0
        clipped = torch.from_numpy(probability).clamp(1e-7, 1 - 1e-7)
        entropy = functional.binary_cross_entropy(clipped, torch.from_numpy(mask.astype(np.float32)))
        rows[number] = [*_dice_at_thresholds(probability, mask), float(entropy)]
    if world > 1:
        shares: list[dict[int, list[float]]] = [{} for _ in range(world)]
        torch.distributed.all_gather_object(shares, rows)
        rows = {number: row for share in shares for number, row in share.items()}
    table = np.array([rows[number] for number in sorted(rows)])
    means = table.mean(0)
    best = int(means[:-1].argmax())
    return Validated(
        float(means[best]), float(table[:, best].std()), float(THRESHOLDS[best]), float(means[-1])
    )


def make_card(
    recipe: Recipe,
    module: SegmentationModule,
    given: Input,
    found: Validated,
    on: str,
    count: int,
    remark: str = "",
) -> Card:
    """Return the card of a network after an epoch.

    Parameters
    ----------
    recipe : Recipe
    module : SegmentationModule
    given : Input
        How its input is prepared.
    found : Validated
    on : str
        Name of the validation set.
    count : int
        How many micrographs it was validated on.
    remark : str
        What else to say of the micrographs it was trained on.
    """
    return Card(
        name=recipe.name,
        title=recipe.title,
        architecture=recipe.architecture,
        options={key: value for key, value in module.options.items() if key != "dilation"},
        dilation=module.dilation,
        trained_dilation=module.dilation,
        input=given,
        nm_per_px=recipe.nm_per_px,
        threshold=found.threshold,
        scores=[
            Score(
                metric="dice_hard",
                value=round(found.dice, 4),
                set=on,
                split="validation",
                micrographs=count,
                std=round(found.std, 4),
            )
        ],
        trained_on="; ".join(filter(None, [recipe.trained_on, remark])),
        recipe=recipe.model_dump(mode="json"),
        parameters=sum(parameter.numel() for parameter in module.parameters()),
        licence=recipe.licence,
        attribution=recipe.attribution,
        version=version("hrtem-workbench"),
    )


def _dice_at_thresholds(probability: FloatImage, mask: BoolImage) -> list[float]:
    return [dice_hard(probability > value, mask) for value in THRESHOLDS]


def _probability(module: SegmentationModule, pixels: FloatImage) -> FloatImage:
    device = next(module.parameters()).device
    padded = pad_to_multiple(pixels, module.stride)
    plan = plan_tiles(padded.shape, stride=module.stride, reach=module.reach(), most_pixels=MOST_PIXELS)
    out = np.empty(padded.shape, np.float32)
    for tile in plan.tiles:
        window = torch.from_numpy(read(padded, (tile,))).to(device, memory_format=torch.channels_last)
        out[tile.kept] = to_probability(module(window)).float().cpu().numpy()[0][tile.inner]
    return np.ascontiguousarray(out[: pixels.shape[0], : pixels.shape[1]])
