"""What every filter of a layer says about a part of a micrograph."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from workbench.explanation.features.layers import activations, check_layer, ready, window
from workbench.micrographs.micrograph import FloatImage, Micrograph
from workbench.networks.network import Network


@dataclass(frozen=True, eq=False)
class FeatureMaps:
    """The features of a layer.

    Parameters
    ----------
    maps : (C, h, w) float32 array
        One map a filter.
    layer : str
    origin : (float, float)
        Upper left corner of the maps in the micrograph's pixels.
    step : float
        Edge of one feature in the micrograph's pixels.
    """

    maps: FloatImage
    layer: str
    origin: tuple[float, float]
    step: float

    def __repr__(self) -> str:
        count, height, width = self.maps.shape
        return f"FeatureMaps({self.layer}: {count} of {height} x {width}, one every {self.step:.3g} px)"


def feature_maps(
    network: Network,
    micrograph: Micrograph,
    layer: str,
    box: tuple[slice, slice] | None = None,
    *,
    device: str = "cpu",
) -> FeatureMaps:
    """Return the features of a layer on a part of a micrograph.

    The part is seen with as much around it as the network reaches, so its features are those of the whole micrograph.

    Parameters
    ----------
    network : Network
    micrograph : Micrograph
    layer : str
        One of `layer_names`.
    box : (slice, slice), optional
        Rows and columns of the micrograph; by default all. It is grown to the pooling grid.
    device : str

    Raises
    ------
    ExplanationError
        If there is no such layer (the message lists them), the box is empty, or the network is a classical method.
    """
    check_layer(network, layer)
    module = ready(network, device)
    inner = window(network, module, micrograph, box)
    seen = window(network, module, micrograph, box, halo_px=module.reach())
    with torch.no_grad():
        found = activations(module, seen.image, [layer])[layer][0].cpu().float().numpy()
    stride = seen.image.shape[2] // found.shape[1]
    rows, columns = (
        slice((part.start - whole.start) // stride, (part.stop - whole.start) // stride)
        for part, whole in ((inner.rows, seen.rows), (inner.columns, seen.columns))
    )
    origin = (inner.rows.start * inner.step, inner.columns.start * inner.step)
    return FeatureMaps(found[:, rows, columns].copy(), layer, origin, stride * inner.step)
