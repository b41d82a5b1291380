"""A layer's features over a whole micrograph, a tile at a time: so that one of any size fits into memory."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from workbench.explanation.attribution_input import Progress
from workbench.explanation.features.layers import activations, check_layer, ready, window
from workbench.micrographs.cleaning import rescaled_shape
from workbench.micrographs.micrograph import FloatImage, Micrograph
from workbench.networks.network import Network
from workbench.segmentation.tiling import plan_tiles

MOST_PX = 1 << 20
"""Pixels of a tile, halo included; the first features of VGG-16 then take 256 MB."""
LONGEST = 384


@dataclass(frozen=True, eq=False)
class Part:
    """The features of a tile, without its halo: equal to those of the whole micrograph.

    Parameters
    ----------
    maps : (C, h, w) float32 array
    top, left : int
        Where it lies, in features.
    stride : int
        Edge of a feature in the network's pixels.
    """

    maps: FloatImage
    top: int
    left: int
    stride: int


@dataclass(frozen=True, eq=False)
class MeanMaps:
    """The features of a layer over a whole micrograph, as means over blocks.

    Parameters
    ----------
    maps : (C, h, w) float32 array
    strength : (C,) array
        Standard deviation of each feature over the micrograph, before means are taken.
    layer : str
    step : float
        Edge of one feature in the micrograph's pixels.
    factor : int
        Edge of a block in features.
    """

    maps: FloatImage
    strength: npt.NDArray[np.float64]
    layer: str
    step: float
    factor: int

    def __repr__(self) -> str:
        count, height, width = self.maps.shape
        return f"MeanMaps({self.layer}: {count} of {height} x {width})"


def feature_parts(
    network: Network,
    micrograph: Micrograph,
    layer: str,
    *,
    watch: Progress | None = None,
    most_px: int = MOST_PX,
    device: str = "cpu",
) -> Iterator[Part]:
    """Yield the features of a layer, tile by tile; the mirrored pixels that fill up the pooling grid are included.

    Raises
    ------
    ExplanationError
        If there is no such layer, or the network is a classical method.
    Stopped
        If the watch was told to stop.
    """
    check_layer(network, layer)
    module, watch = ready(network, device), watch or Progress()
    whole = window(network, module, micrograph).image
    shape = (int(whole.shape[2]), int(whole.shape[3]))
    plan = plan_tiles(shape, stride=module.stride, reach=module.reach(), most_pixels=most_px)
    for number, tile in enumerate(plan.tiles):
        watch.tell(number / len(plan.tiles))
        image = whole[:, :, *tile.window].contiguous()
        with torch.no_grad():
            found = activations(module, image, [layer])[layer][0].cpu().float().numpy()
        stride = image.shape[2] // found.shape[1]
        rows, columns = (slice(part.start // stride, part.stop // stride) for part in tile.inner)
        top, left = (part.start // stride for part in tile.kept)
        yield Part(found[:, rows, columns], top, left, stride)


def mean_maps(
    network: Network,
    micrograph: Micrograph,
    layer: str,
    *,
    longest: int = LONGEST,
    watch: Progress | None = None,
    most_px: int = MOST_PX,
    device: str = "cpu",
) -> MeanMaps:
    """Return the features of a layer over a whole micrograph, small enough to be looked at.

    Parameters
    ----------
    network : Network
    micrograph : Micrograph
    layer : str
        One of `layer_names`.
    longest : int
        Longest edge of a map that is returned.
    watch : Progress, optional
    most_px : int
        Pixels that go through the network at once.
    device : str

    Raises
    ------
    ExplanationError
        If there is no such layer (the message lists them), or the network is a classical method.
    Stopped
        If the watch was told to stop.
    """
    step = network.card.input.step(micrograph.nm_per_px)
    sums, counts, squares, stride, factor = np.zeros(0), np.zeros(0), np.zeros(0), 1, 1
    for part in feature_parts(network, micrograph, layer, watch=watch, most_px=most_px, device=device):
        if not counts.size:
            stride = part.stride
            # beyond that lie the mirrored pixels that fill up the pooling grid
            size = [math.ceil(length / stride) for length in rescaled_shape(micrograph.shape, step)]
            factor = math.ceil(max(size) / longest)
            shape = tuple(-(-length // factor) for length in size)
            sums, squares, counts = (
                np.zeros((len(part.maps), *shape)),
                np.zeros(len(part.maps)),
                np.zeros(shape),
            )
        maps = part.maps[:, : size[0] - part.top, : size[1] - part.left]
        if not maps.size:
            continue
        at = [
            (first + np.arange(length)) // factor
            for first, length in zip((part.top, part.left), maps.shape[1:], strict=True)
        ]
        box = tuple(slice(int(one[0]), int(one[-1]) + 1) for one in at)
        sums[:, *box] += _block_sums(maps, at)
        counts[box] += np.outer(*(np.unique(one, return_counts=True)[1] for one in at))
        squares += np.square(maps, dtype=np.float64).sum(axis=(1, 2))
    total = counts.sum()
    variance = squares / total - np.square(sums.sum(axis=(1, 2)) / total)
    return MeanMaps(
        (sums / counts).astype(np.float32), np.sqrt(variance.clip(min=0)), layer, step * stride, factor
    )


def _block_sums(maps: FloatImage, at: list[npt.NDArray[Any]]) -> npt.NDArray[np.float64]:
    """Return sums over the blocks whose numbers stand in ``at``, for rows and columns."""
    rows, columns = (np.unique(one, return_index=True)[1] for one in at)
    sums = np.add.reduceat(np.add.reduceat(maps, rows, 1, dtype=np.float64), columns, 2)
    return np.asarray(sums)


def features_at(
    network: Network,
    micrograph: Micrograph,
    layer: str,
    places: npt.NDArray[np.integer[Any]],
    *,
    watch: Progress | None = None,
    most_px: int = MOST_PX,
    device: str = "cpu",
) -> tuple[FloatImage, float]:
    """Return the features of a layer at places of a micrograph, and the edge of one feature in its pixels.

    Parameters
    ----------
    network : Network
    micrograph : Micrograph
    layer : str
        One of `layer_names`.
    places : (2, N) array of whole numbers
        Rows and columns of pixels; the feature is taken whose area holds the middle of the pixel.
    watch : Progress, optional
    most_px : int
        Pixels that go through the network at once.
    device : str

    Returns
    -------
    (N, C) float32 array, float

    Raises
    ------
    ExplanationError
        If there is no such layer, or the network is a classical method.
    Stopped
        If the watch was told to stop.
    """
    step = network.card.input.step(micrograph.nm_per_px)
    found, stride = np.zeros((places.shape[1], 0), np.float32), 1
    for part in feature_parts(network, micrograph, layer, watch=watch, most_px=most_px, device=device):
        count, height, width = part.maps.shape
        if not found.shape[1]:
            found, stride = np.zeros((places.shape[1], count), np.float32), part.stride
        rows, columns = ((places + 0.5) / (step * stride)).astype(np.intp)
        inside = (rows >= part.top) & (rows < part.top + height)
        inside &= (columns >= part.left) & (columns < part.left + width)
        found[inside] = part.maps[:, rows[inside] - part.top, columns[inside] - part.left].T
    return found, step * stride
