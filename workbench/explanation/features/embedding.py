"""Every pixel by its last features, in the plane where they differ most: so that failures show as a kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from workbench.errors import ExplanationError
from workbench.explanation.attribution_input import one_logit
from workbench.explanation.features.layers import activations, check_layer, ready, window
from workbench.micrographs.micrograph import BoolImage, FloatImage, Micrograph
from workbench.networks.network import Network

KINDS = ("background", "particle", "missed", "false")
"""Names of the numbers in `Embedding.kind`; the last two need a truth."""


@dataclass(frozen=True, eq=False)
class Embedding:
    """Principal components of the features of a layer, a point for each of its places.

    Parameters
    ----------
    coordinates : (h, w, k) float32 array
        In the directions of largest variance; the mean is 0.
    explained : (k,) array
        Share of the variance that each direction holds.
    kind : (h, w) uint8 array
        Index into `KINDS`. Without a truth: what the network calls background and particle.
    centres : (2, h, w) float32 array
        Row and column of each place in the micrograph's pixels.
    layer : str
    """

    coordinates: FloatImage
    explained: npt.NDArray[np.float64]
    kind: npt.NDArray[np.uint8]
    centres: FloatImage
    layer: str

    def where(self, low: tuple[float, ...], high: tuple[float, ...]) -> npt.NDArray[np.intp]:
        """Return row and column in the micrograph, (N, 2), of the places that lie in a box of the first components."""
        part = self.coordinates[..., : len(low)]
        inside = ((part >= np.asarray(low)) & (part <= np.asarray(high))).all(axis=-1)
        return self.centres[:, inside].T.astype(np.intp)

    def __repr__(self) -> str:
        return (
            f"Embedding({self.layer}: {self.coordinates.shape}, {self.explained.sum():.0%} of the variance)"
        )


def embed(
    network: Network,
    micrograph: Micrograph,
    *,
    truth: BoolImage | None = None,
    layer: str | None = None,
    components: int = 2,
    device: str = "cpu",
) -> Embedding:
    """Return the principal components of a layer's features over a micrograph, with what is right and wrong there.

    Parameters
    ----------
    network : Network
    micrograph : Micrograph
    truth : (H, W) bool array, optional
        True where there is particle.
    layer : str, optional
        By default the last features: the last layer of the pass with at least three filters.
    components : int
        At least 1; no more than the layer has filters.
    device : str

    Raises
    ------
    ExplanationError
        If there is no such layer, the truth has another shape, or the network is a classical method.
    """
    if truth is not None and truth.shape != micrograph.shape:
        raise ExplanationError(
            f"The truth of shape {truth.shape} does not belong to {micrograph.name} of {micrograph.shape}."
        )
    if layer is not None:
        check_layer(network, layer)
    module = ready(network, device)
    seen = window(network, module, micrograph)
    with torch.no_grad():
        found = activations(module, seen.image, None if layer is None else [layer])
        name = layer or [key for key, maps in found.items() if maps.shape[1] >= 3][-1]
        maps = found[name][0].cpu().float().numpy()
        logits = one_logit(module(seen.image))[0].cpu().numpy()
    count, height, width = maps.shape
    centres = np.stack(
        np.meshgrid(
            *(
                (np.arange(size) + 0.5) * (length / size)
                for size, length in ((height, logits.shape[0]), (width, logits.shape[1]))
            ),
            indexing="ij",
        )
    )
    threshold = network.card.threshold
    called = logits[tuple(centres.astype(np.intp))] > np.log(threshold / (1 - threshold))
    at = np.floor(centres * seen.step).astype(np.intp)
    # mirrored pixels that fill up the pooling grid show what lies before the edge
    at = np.minimum(at, np.array(micrograph.shape)[:, np.newaxis, np.newaxis] - 1)
    kind = called.astype(np.uint8)
    if truth is not None:
        true = truth[tuple(at)]
        kind[true & ~called] = KINDS.index("missed")
        kind[~true & called] = KINDS.index("false")
    points = maps.reshape(count, -1).T
    axes = principal_axes(points, components)
    return Embedding(
        axes.of(points).reshape(height, width, -1), axes.explained, kind, at.astype(np.float32), name
    )


@dataclass(frozen=True, eq=False)
class Axes:
    """Directions of largest variance.

    Parameters
    ----------
    mean : (C,) array
    directions : (C, k) array
    explained : (k,) array
        Share of the variance that each holds.
    """

    mean: npt.NDArray[np.float64]
    directions: npt.NDArray[np.float64]
    explained: npt.NDArray[np.float64]

    def of(self, points: npt.NDArray[Any]) -> FloatImage:
        """Return the coordinates, (N, k) float32, of (N, C) points."""
        return ((points - self.mean) @ self.directions).astype(np.float32)


def principal_axes(points: npt.NDArray[Any], components: int) -> Axes:
    """Return the principal axes of (N, C) points, at most C of them.

    Of the two signs of an axis the one whose largest entry is positive, so that the same points give the same picture.
    """
    mean = points.mean(axis=0, dtype=np.float64)
    centred = points - mean
    variances, directions = np.linalg.eigh(centred.T @ centred / len(points))
    most = min(max(components, 1), points.shape[1])
    variances, directions = variances[::-1].clip(min=0), directions[:, ::-1][:, :most]
    directions = directions * np.where(
        directions[np.abs(directions).argmax(axis=0), np.arange(most)] < 0, -1, 1
    )
    whole = float(variances.sum())
    return Axes(mean, directions, variances[:most] / whole if whole else np.zeros(most))
