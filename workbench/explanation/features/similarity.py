"""How alike two networks are inside, layer by layer: linear centred kernel alignment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from workbench.errors import ExplanationError
from workbench.explanation.features.layers import activations, check_layer, ready, window
from workbench.micrographs.micrograph import FloatImage, Micrograph
from workbench.networks.network import Network

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Similarity:
    """Linear CKA of each layer of one network with each of another.

    Parameters
    ----------
    cka : (A, B) array
        In [0, 1]; NaN where a layer says the same everywhere.
    layers, other_layers : tuple of str
    places : int
        Pixels of the micrograph that were compared.
    """

    cka: Floats
    layers: tuple[str, ...]
    other_layers: tuple[str, ...]
    places: int

    def __repr__(self) -> str:
        return f"Similarity({len(self.layers)} x {len(self.other_layers)} layers, {self.places} places)"


def linear_cka(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> float:
    """Return the linear centred kernel alignment of two sets of features of the same places.

    ``||Y'X||^2 / (||X'X|| ||Y'Y||)`` in Frobenius norms, of features whose mean is subtracted: 1 if one is the other
    turned, mirrored or scaled as a whole, 0 if they have nothing linear in common.

    Parameters
    ----------
    one : (N, p) array
    other : (N, q) array

    Returns
    -------
    float
        NaN where one of them is constant.

    Raises
    ------
    ExplanationError
        If they are not features of equally many places.

    References
    ----------
    S. Kornblith, M. Norouzi, H. Lee, G. Hinton, ICML 2019, arXiv 1905.00414, section 3.
    """
    if one.ndim != 2 or other.ndim != 2 or len(one) != len(other):
        raise ExplanationError(
            f"Features must be (places, filters) of the same places, not {one.shape} and {other.shape}."
        )
    x, y = (np.asarray(part, np.float64) - np.mean(part, axis=0, dtype=np.float64) for part in (one, other))
    own = float(np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y))
    return float(np.linalg.norm(y.T @ x) ** 2 / own) if own > 0 else float("nan")


def similarity(
    network: Network,
    other: Network,
    micrograph: Micrograph,
    layers: Sequence[str],
    other_layers: Sequence[str] | None = None,
    *,
    box: tuple[slice, slice] | None = None,
    places: int = 4000,
    seed: int = 0,
    device: str = "cpu",
) -> Similarity:
    """Compare layers of two networks, or of two states of one, at the same places of a micrograph.

    Parameters
    ----------
    network, other : Network
        They may see the micrograph at different pixel sizes.
    micrograph : Micrograph
    layers : sequence of str
        Of `network`.
    other_layers : sequence of str, optional
        Of `other`; by default the same names.
    box : (slice, slice), optional
        Rows and columns of the micrograph that places are drawn from; by default all.
    places : int
        Pixels that are drawn. With as many as a layer has filters, or fewer, CKA comes out too high.
    seed : int
    device : str

    Raises
    ------
    ExplanationError
        If there is no such layer, the box is empty, or a network is a classical method.
    """
    names, other_names = tuple(layers), tuple(layers if other_layers is None else other_layers)
    rng = np.random.default_rng(seed)
    spans = [
        part.indices(length) for part, length in zip(box or (slice(None),) * 2, micrograph.shape, strict=True)
    ]
    drawn = np.stack([rng.integers(first, max(last, first + 1), places) for first, last, _ in spans])
    first, second = (
        _features(net, micrograph, wanted, box, drawn, device)
        for net, wanted in ((network, names), (other, other_names))
    )
    found = np.array([[linear_cka(first[a], second[b]) for b in other_names] for a in names])
    return Similarity(found, names, other_names, places)


def _features(
    network: Network,
    micrograph: Micrograph,
    layers: Sequence[str],
    box: tuple[slice, slice] | None,
    drawn: npt.NDArray[np.int64],
    device: str,
) -> dict[str, FloatImage]:
    """Return (places, filters) of each layer."""
    for layer in layers:
        check_layer(network, layer)
    module = ready(network, device)
    seen = window(network, module, micrograph, box)
    with torch.no_grad():
        found = activations(module, seen.image, layers)
    height, width = seen.image.shape[2:]
    # the feature whose area holds the centre of the pixel
    at = [
        (axis + 0.5) / seen.step - span.start
        for axis, span in zip(drawn, (seen.rows, seen.columns), strict=True)
    ]
    picked = {}
    for layer, maps in found.items():
        rows, columns = (
            np.minimum((where * size / length).astype(np.intp), size - 1)
            for where, size, length in zip(at, maps.shape[2:], (height, width), strict=True)
        )
        picked[layer] = maps[0].cpu().float().numpy()[:, rows, columns].T
    return picked
