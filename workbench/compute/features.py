"""On a worker: what the layers of a network hold. Only pictures and numbers come back, which need no torch."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from workbench.compute import worker
from workbench.micrographs.micrograph import FloatImage, Micrograph

if TYPE_CHECKING:
    from workbench.explanation.features.layers import LayerKnown
    from workbench.networks.network import Network

SHOWN = 48
"""Features of a layer that go to a page, those that vary most."""
THUMBNAIL_PX = 96
EXCITED_PX = 128

Progress = Callable[[float, str], None]
Stop = Callable[[], bool]


@dataclass(frozen=True)
class Which:
    """Which network, as `worker.network_at` takes it."""

    network: str
    dilation: int | tuple[int, ...] | None
    scale: float
    device: str = "auto"

    def load(self) -> Network:
        """Return the network, on the worker."""
        dilation = list(self.dilation) if isinstance(self.dilation, tuple) else self.dilation
        found: Network = worker.network_at(self.network, dilation, self.scale)
        return found

    @property
    def place(self) -> str:
        """The device that it runs on."""
        return worker.auto_device() if self.device == "auto" else self.device


@dataclass(frozen=True)
class LayerShown:
    """What a page shows of a layer: as `explanation.features.LayerKnown`, and whether it is looked at first."""

    name: str
    kind: str
    features: int
    stride: int
    first: bool = False

    @property
    def label(self) -> str:
        """Such as ``decoders.0.5 ReLU, 16``."""
        return f"{self.name} {self.kind}, {self.features}"


@dataclass(frozen=True, eq=False)
class FeatureShown:
    """One feature of a layer over a micrograph.

    Parameters
    ----------
    channel : int
        Which filter of the layer, from 0.
    strength : float
        Standard deviation over the micrograph.
    low, high : float
        What is drawn black and white: its 1st and 99th percentile.
    map : (h, w) uint8 array
    png : bytes
        A picture of it, its longer edge 96 px.
    """

    channel: int
    strength: float
    low: float
    high: float
    map: npt.NDArray[np.uint8] = field(repr=False)
    png: bytes = field(repr=False)


@dataclass(frozen=True, eq=False)
class MapsFound:
    """The features of a layer that vary most over a micrograph, the strongest first.

    Parameters
    ----------
    layer : str
    total, silent : int
        Features of the layer, and how many of them are the same everywhere.
    step : float
        Edge of one feature in px of the micrograph.
    shown : tuple of FeatureShown
    """

    layer: str
    total: int
    silent: int
    step: float
    shown: tuple[FeatureShown, ...]

    @property
    def nbytes(self) -> int:
        """What it takes in memory."""
        return sum(feature.map.nbytes + len(feature.png) for feature in self.shown)


@dataclass(frozen=True, eq=False)
class ExcitedFound:
    """The picture that a feature answers to most strongly.

    Parameters
    ----------
    layer : str
    channel : int
    before, after : float
        Mean of the feature for weak noise, and for the picture.
    edge_px : int
        Of the picture, in the network's pixels.
    nm_per_px : float or None
        Edge of such a pixel, where the card names one.
    png : bytes
    """

    layer: str
    channel: int
    before: float
    after: float
    edge_px: int
    nm_per_px: float | None
    png: bytes = field(repr=False)


@dataclass(frozen=True, eq=False)
class EmbeddingFound:
    """Places of a micrograph in the plane in which a layer's features differ most.

    Parameters
    ----------
    layer : str
    coordinates : (N, 2) float32 array
        First and second principal component; the second is 0 where the layer has one feature.
    explained : (float, float)
        Share of the variance that each holds.
    places : (2, N) array of whole numbers
        Rows and columns in the micrograph.
    step : float
        Edge of one feature in px of the micrograph.
    """

    layer: str
    coordinates: FloatImage
    explained: tuple[float, float]
    places: npt.NDArray[np.integer[Any]]
    step: float


def list_layers(which: Which, *, progress: Progress, stop: Stop) -> list[LayerShown]:  # noqa: ARG001
    """Return the layers of a network, in the order in which they work.

    Raises
    ------
    ExplanationError
        If it is a classical method.
    """
    from workbench.explanation.features import known_layers, last_features

    found = known_layers(which.load())
    first: LayerKnown = last_features(found)
    return [
        LayerShown(layer.name, layer.kind, layer.features, layer.stride, layer == first) for layer in found
    ]


def find_maps(
    micrograph: Micrograph, which: Which, layer: str, *, progress: Progress, stop: Stop
) -> MapsFound:
    """Return the features of a layer that vary most over a micrograph.

    Raises
    ------
    ExplanationError, NetworkError, Stopped
        As `workbench.explanation.features.mean_maps`.
    """
    from workbench.explanation.attribution_input import Progress
    from workbench.explanation.features import mean_maps

    network = which.load()
    watch = Progress(progress, stop, f"{network.card.label}, {layer}")
    found = mean_maps(network, micrograph, layer, watch=watch, device=which.place)
    order = np.argsort(-found.strength, kind="stable")
    alive = [int(channel) for channel in order if found.strength[channel] > 0]
    shown = []
    for channel in alive[:SHOWN]:
        grey, low, high = in_grey(found.maps[channel])
        shown.append(FeatureShown(channel, float(found.strength[channel]), low, high, grey, png_of(grey)))
    total = len(found.strength)
    return MapsFound(layer, total, total - len(alive), found.step, tuple(shown))


def find_excited(which: Which, layer: str, channel: int, *, progress: Progress, stop: Stop) -> ExcitedFound:
    """Make the picture that a feature answers to most strongly.

    Raises
    ------
    ExplanationError, NetworkError, Stopped
        As `workbench.explanation.features.maximise`.
    """
    from workbench.explanation.attribution_input import Progress
    from workbench.explanation.features import maximise

    network = which.load()
    watch = Progress(progress, stop, f"{network.card.label}, what excites {layer}, feature {channel}")
    found = maximise(network, layer, channel, size_px=EXCITED_PX, watch=watch, device=which.place)
    size = network.card.input.nm_per_px
    return ExcitedFound(
        layer,
        channel,
        float(found.answers[0]),
        float(found.answers[-1]),
        len(found.picture),
        None if size is None else size * network.card.input.scale,
        png_of(in_grey(found.picture)[0], 2 * len(found.picture)),
    )


def find_embedding(
    micrograph: Micrograph,
    which: Which,
    layer: str,
    places: npt.NDArray[np.integer[Any]],
    fitted: int,
    *,
    progress: Progress,
    stop: Stop,
) -> EmbeddingFound:
    """Return where places of a micrograph lie in the plane in which a layer's features differ most.

    Parameters
    ----------
    micrograph : Micrograph
    which : Which
    layer : str
    places : (2, N) array of whole numbers
        Rows and columns.
    fitted : int
        How many of them, from the first on, the plane is laid through.

    Raises
    ------
    ExplanationError, NetworkError, Stopped
        As `workbench.explanation.features.features_at`.
    """
    from workbench.explanation.attribution_input import Progress
    from workbench.explanation.features import features_at, principal_axes

    network = which.load()
    watch = Progress(progress, stop, f"{network.card.label}, {layer} pixel by pixel")
    features, step = features_at(network, micrograph, layer, places, watch=watch, device=which.place)
    axes = principal_axes(features[:fitted], 2)
    found = np.zeros((len(features), 2), np.float32)
    coordinates = axes.of(features)
    found[:, : coordinates.shape[1]] = coordinates
    explained = [*axes.explained.tolist(), 0.0]
    return EmbeddingFound(layer, found, (explained[0], explained[1]), places, step)


def in_grey(image: FloatImage) -> tuple[npt.NDArray[np.uint8], float, float]:
    """Return an image in 8 bits, black to white from its 1st to its 99th percentile, and these two.

    Where they are the same, as of a feature that answers in few places only, its minimum and maximum are taken.
    """
    low, high = (float(value) for value in np.percentile(image, [1, 99]))
    if not high > low:
        low, high = float(image.min()), float(image.max())
    if not high > low:
        return np.full(image.shape, 128, np.uint8), low, high
    grey = ((image - low) * (255 / (high - low))).clip(0, 255).astype(np.uint8)
    return grey, low, high


def png_of(grey: npt.NDArray[np.uint8], longest: int = THUMBNAIL_PX) -> bytes:
    """Return a PNG whose longer edge has a length: enlarged pixels stay squares, smaller ones are means."""
    image = Image.fromarray(grey)
    factor = longest / max(image.size)
    size = [max(round(edge * factor), 1) for edge in image.size]
    way = Image.Resampling.NEAREST if factor >= 1 else Image.Resampling.BOX
    written = io.BytesIO()
    image.resize(size, way).save(written, "PNG")
    return written.getvalue()
