"""The layers of a network by name, and what they hold when it sees a micrograph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from workbench.errors import ExplanationError
from workbench.micrographs.cleaning import prepare
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.module import DISTANCE, SegmentationModule
from workbench.networks.network import Network
from workbench.segmentation.inference import for_inference
from workbench.segmentation.segmenter import choose_device
from workbench.segmentation.tiling import pad_to_multiple

_SAME_AS_BEFORE = (nn.Identity, nn.Dropout, nn.Dropout2d, nn.BatchNorm2d)


def layer_names(network: Network) -> list[str]:
    """Return the names of the layers that can be looked at, in the order in which they are defined.

    Batch normalisation is merged into the convolution before it, and dropout does nothing in a trained network: both
    are left out, and so are the layers of the second output, on which no logit depends.

    Raises
    ------
    ExplanationError
        If the network is a classical method.
    """
    return [
        name
        for name, layer in _module(network).named_modules()
        if not any(layer.children())
        and not isinstance(layer, _SAME_AS_BEFORE)
        and not name.startswith(DISTANCE)
    ]


@dataclass(frozen=True)
class LayerKnown:
    """A layer: its name, kind (such as ``ReLU``), number of features, and the edge of one in the network's pixels."""

    name: str
    kind: str
    features: int
    stride: int


def known_layers(network: Network) -> list[LayerKnown]:
    """Return the layers that can be looked at, in the order in which they work.

    Raises
    ------
    ExplanationError
        If the network is a classical method.
    """
    module = ready(network)
    edge = 2 * module.stride
    with torch.no_grad():
        found = activations(module, torch.zeros((1, 1, edge, edge)), None)
    kinds = {name: type(layer).__name__ for name, layer in module.named_modules()}
    return [
        LayerKnown(name, kinds[name], int(maps.shape[1]), edge // int(maps.shape[2]))
        for name, maps in found.items()
    ]


def last_features(layers: Sequence[LayerKnown]) -> LayerKnown:
    """Return the last layer with at least three features; the one with most where there is none."""
    wide = [layer for layer in layers if layer.features >= 3]
    return wide[-1] if wide else max(layers, key=lambda layer: layer.features)


def check_layer(network: Network, layer: str) -> None:
    """Raise an `ExplanationError` that lists the layers if there is none of that name."""
    names = layer_names(network)
    if layer not in names:
        raise ExplanationError(
            f"{network.card.label} has no layer {layer!r}; choose one of {', '.join(names)}."
        )


def ready(network: Network, device: str = "cpu") -> SegmentationModule:
    """Return a copy of a network's module on a device, batch normalisation merged, its weights without gradients."""
    module = for_inference(_module(network), choose_device(device))
    for parameter in module.parameters():
        parameter.requires_grad_(False)
    return module


def activations(
    module: nn.Module, images: torch.Tensor, layers: Sequence[str] | None
) -> dict[str, torch.Tensor]:
    """Return what layers answer to (N, 1, H, W) images, in the order of the pass; all that can be looked at for None.

    The pass ends with the last layer that was asked for. The hooks are taken away again, also if it fails.
    """
    found: dict[str, torch.Tensor] = {}

    def keep(name: str) -> torch.utils.hooks.RemovableHandle:
        def look(_layer: nn.Module, _given: object, answer: torch.Tensor) -> None:
            found[name] = answer
            if wanted is not None and len(found) == len(wanted):
                raise _EnoughError

        hook: torch.utils.hooks.RemovableHandle = modules[name].register_forward_hook(look)
        return hook

    modules = dict(module.named_modules())
    wanted = None if layers is None else set(layers)
    if layers is None:
        layers = [
            name
            for name, layer in modules.items()
            if not any(layer.children()) and not isinstance(layer, _SAME_AS_BEFORE)
        ]
    hooks = [keep(name) for name in dict.fromkeys(layers)]
    try:
        module(images)
    except _EnoughError:
        pass
    finally:
        for hook in hooks:
            hook.remove()
    return found


class _EnoughError(Exception):
    """All layers that were asked for have answered."""


@dataclass(frozen=True, eq=False)
class Window:
    """Part of a prepared micrograph, on the pooling grid, in the network's pixels.

    Parameters
    ----------
    image : (1, 1, h, w) tensor
    rows, columns : slice
        Where it lies in the prepared micrograph.
    step : float
        Edge of the network's pixel in pixels of the micrograph.
    """

    image: torch.Tensor
    rows: slice
    columns: slice
    step: float


def window(
    network: Network,
    module: SegmentationModule,
    micrograph: Micrograph,
    box: tuple[slice, slice] | None = None,
    halo_px: int = 0,
) -> Window:
    """Return what a network sees of a micrograph, or of a box of it, grown by a halo and out to the pooling grid.

    Parameters
    ----------
    network, module
    micrograph : Micrograph
        Standardised as a whole, whatever the box.
    box : (slice, slice), optional
        Rows and columns of the micrograph.
    halo_px : int
        In the network's pixels.

    Raises
    ------
    ExplanationError
        If the box holds no pixel of the micrograph.
    """
    card, stride = network.card, module.stride
    step = card.input.step(micrograph.nm_per_px)
    prepared = prepare(
        micrograph.specimen, outliers=card.input.outliers, step=step, standardise=card.input.standardise
    )
    padded = pad_to_multiple(prepared, stride)
    spans = []
    for axis, wanted in enumerate(box or (slice(None), slice(None))):
        first, last, _ = wanted.indices(micrograph.shape[axis])
        if last <= first:
            raise ExplanationError(f"The box holds no pixel of {micrograph.name}; draw it inside.")
        low = int(first / step - halo_px) // stride * stride
        high = -(-int(np.ceil(last / step + halo_px)) // stride) * stride
        spans.append(slice(max(0, low), min(padded.shape[axis], high)))
    image = torch.from_numpy(np.ascontiguousarray(padded[spans[0], spans[1]]))[None, None]
    return Window(image.to(next(module.parameters()).device), spans[0], spans[1], step)


def _module(network: Network) -> SegmentationModule:
    if not isinstance(network.module, SegmentationModule):
        raise ExplanationError(f"{network.card.label} is a classical method: it has no layers to look into.")
    return network.module
