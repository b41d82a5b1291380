"""The part of a micrograph that a target depends on, as problems that fit into memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from workbench.errors import ExplanationError
from workbench.explanation.attribution_input import MOST_BYTES, SHARE_OF_MEMORY, AttributionInput, free_bytes
from workbench.explanation.targets import Target
from workbench.micrographs.cleaning import prepare, rescale
from workbench.micrographs.micrograph import BoolImage, FloatImage, Micrograph
from workbench.networks.card import Card
from workbench.networks.module import SegmentationModule
from workbench.networks.steps import support
from workbench.segmentation.tiling import pad_to_multiple, plan_tiles


@dataclass(frozen=True, eq=False)
class Seen:
    """A micrograph as a network sees it.

    Parameters
    ----------
    padded : (h, w) float32 array
        Prepared as the network's card says, and mirrored at the bottom and right up to the pooling grid.
    shape : (int, int)
        Height and width before that.
    step : float
        Edge of the network's pixel in pixels of the micrograph.
    nm_per_px : float or None
        Edge of the network's pixel.
    mean, span : float
        Mean intensity, and largest minus smallest, of the prepared micrograph.
    """

    padded: FloatImage
    shape: tuple[int, int]
    step: float
    nm_per_px: float | None
    mean: float
    span: float


def see(micrograph: Micrograph, card: Card, stride: int) -> Seen:
    """Prepare a micrograph for a network.

    Parameters
    ----------
    micrograph : Micrograph
    card : Card
    stride : int
        Of the network's pooling grid.

    Raises
    ------
    ExplanationError
        If it has the same intensity everywhere.
    """
    step = card.input.step(micrograph.nm_per_px)
    prepared = prepare(
        micrograph.specimen, outliers=card.input.outliers, step=step, standardise=card.input.standardise
    )
    low, high = float(prepared.min()), float(prepared.max())
    if low == high:
        raise ExplanationError(
            f"{micrograph.name} has the same intensity everywhere: nothing in it can explain an answer."
        )
    return Seen(
        pad_to_multiple(prepared, stride),
        (prepared.shape[0], prepared.shape[1]),
        step,
        None if micrograph.nm_per_px is None else micrograph.nm_per_px * step,
        # what is left of the mean after standardisation is rounding
        0.0 if card.input.standardise == "zscore" else float(prepared.mean(dtype=np.float64)),
        high - low,
    )


def problems(
    module: SegmentationModule, seen: Seen, target: Target, used: float | None = None
) -> Iterator[tuple[AttributionInput, int]]:
    """Yield a target as problems that fit into memory, each with how many there are in all.

    Most targets are one: a window around them. One that is spread over a large micrograph is cut into tiles, whose
    parts of the target do not overlap; the sum of the logits is the sum over them.

    Parameters
    ----------
    module : SegmentationModule
        For inference, on its device.
    seen : Seen
    target : Target
    used : float, optional
        As `activation_bytes` says, where it is known.
    """
    device = next(module.parameters()).device
    selected = _on_grid(target, seen.step, seen.shape)
    used = activation_bytes(module) if used is None else used
    most = int(min(MOST_BYTES, SHARE_OF_MEMORY * free_bytes(device)) / used)
    shape = (seen.padded.shape[0], seen.padded.shape[1])
    windows = list(_windows(module, selected, shape, most))
    for (rows, columns), part in windows:
        image = torch.from_numpy(np.ascontiguousarray(seen.padded[rows, columns]))[None, None].to(device)
        problem = AttributionInput(
            module, image, part, target.sign, (rows, columns), seen.nm_per_px, used, seen.mean, seen.span
        )
        yield problem, len(windows)


def _windows(
    module: SegmentationModule, selected: BoolImage, shape: tuple[int, int], most: int
) -> Iterator[tuple[tuple[slice, slice], BoolImage]]:
    """Yield windows on the pooling grid, each with its own part of the target."""
    whole = np.zeros(shape, np.bool_)
    whole[: selected.shape[0], : selected.shape[1]] = selected
    rows, columns = (_span(module, np.flatnonzero(whole.any(axis=1 - axis)), shape[axis]) for axis in (0, 1))
    if (rows.stop - rows.start) * (columns.stop - columns.start) <= most:
        yield (rows, columns), whole[rows, columns]
        return
    plan = plan_tiles(shape, stride=module.stride, reach=module.reach(), most_pixels=most)
    for tile in plan.tiles:
        part = np.zeros(plan.window, np.bool_)
        part[tile.inner] = whole[tile.kept]
        if part.any():
            yield tile.window, part


def _span(module: SegmentationModule, places: np.ndarray, length: int) -> slice:
    """Return the rows (or columns) that answers at these places depend on, out to the pooling grid."""
    path, stride = module.path(), module.stride
    first = support(path, int(places[0]))[0] // stride * stride
    last = -(-(support(path, int(places[-1]))[1] + 1) // stride) * stride
    return slice(max(0, first), min(length, last))


def _on_grid(target: Target, step: float, shape: tuple[int, int]) -> BoolImage:
    """Return the target in the network's pixels; one that is smaller than a pixel keeps the pixel of its centre."""
    if step == 1:
        return target.selected
    found: BoolImage = rescale(target.selected.astype(np.float32), step, shape) > 0.5
    if target.kind == "pixel" or not found.any():
        found = np.zeros(shape, np.bool_)
        centre = [(where.mean() + 0.5) / step for where in np.nonzero(target.selected)]
        found[min(int(centre[0]), shape[0] - 1), min(int(centre[1]), shape[1] - 1)] = True
    return found


@torch.no_grad()
def activation_bytes(module: SegmentationModule) -> float:
    """Return the size of all activations together, in bytes for each pixel of the input, as float32."""
    total = 0

    def look(_layer: nn.Module, _given: object, answer: object) -> None:
        nonlocal total
        if isinstance(answer, torch.Tensor):
            total += answer.numel()

    hooks = [layer.register_forward_hook(look) for layer in module.modules() if not any(layer.children())]
    try:
        edge = 2 * module.stride
        module(torch.zeros((1, 1, edge, edge), device=next(module.parameters()).device))
    finally:
        for hook in hooks:
            hook.remove()
    # concatenated and padded copies, and gradients on the way back, beside what the layers return
    return 2 * 4 * total / edge**2
