"""On a worker: two networks beside each other, their layers by linear CKA and the filters of their first layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workbench.compute.features import Progress, Stop, Which
from workbench.micrographs.micrograph import Micrograph

if TYPE_CHECKING:
    from workbench.networks.network import Network

MOST_COMPARED, PLACES_COMPARED, LARGEST_COMPARED_PX = 20, 3000, 1024


@dataclass(frozen=True, eq=False)
class TuningFound:
    """What the filters of the first layer of a network answer to most strongly.

    Parameters
    ----------
    layer : str
    orientation_deg, frequency, selectivity : (C,) float arrays
        Of each filter that answers to gratings: across its fringes, 0 along a row; in ``unit``; 0 any orientation,
        1 one only.
    total : int
        Filters of the layer.
    unit : str
        ``1/nm``, or ``1/px`` where the card names no pixel size.
    last : float
        Nyquist frequency, in ``unit``.
    """

    layer: str
    orientation_deg: npt.NDArray[np.float64]
    frequency: npt.NDArray[np.float64]
    selectivity: npt.NDArray[np.float64]
    total: int
    unit: str
    last: float


@dataclass(frozen=True, eq=False)
class ComparisonFound:
    """Two networks beside each other: how alike their layers are, and what their first filters answer to.

    Parameters
    ----------
    cka : (A, B) float array
        Linear CKA of each layer of the first with each of the second; NaN where one says the same everywhere.
    layers, other_layers : tuple of str
    places : int
        Pixels that were compared.
    whole : bool
        Whether they were drawn from the whole micrograph, or from its middle.
    tunings : (TuningFound, TuningFound)
    """

    cka: npt.NDArray[np.float64]
    layers: tuple[str, ...]
    other_layers: tuple[str, ...]
    places: int
    whole: bool
    tunings: tuple[TuningFound, TuningFound]


def find_comparison(
    micrograph: Micrograph, which: Which, other: Which, *, progress: Progress, stop: Stop
) -> ComparisonFound:
    """Compare two networks: linear CKA of their layers over a micrograph, and the filters of their first layers.

    Raises
    ------
    ExplanationError, NetworkError, Stopped
        As `workbench.explanation.features.similarity`.
    """
    from workbench.explanation.attribution_input import Progress
    from workbench.explanation.features import similarity

    first, second = which.load(), other.load()
    watch = Progress(progress, stop, f"{first.card.label} beside {second.card.label}")
    watch.tell(0.0)
    tunings = (_tuning(first, which.place), _tuning(second, other.place))
    watch.tell(0.3)
    box = tuple(_middle(length) for length in micrograph.shape)
    found = similarity(
        first,
        second,
        micrograph,
        _compared(first),
        _compared(second),
        box=(box[0], box[1]),
        places=PLACES_COMPARED,
        device=which.place,
    )
    watch.ask()
    whole = all(part.stop - part.start == length for part, length in zip(box, micrograph.shape, strict=True))
    return ComparisonFound(found.cka, found.layers, found.other_layers, found.places, whole, tunings)


def _middle(length: int) -> slice:
    """Return the middle of an edge, short enough that all layers of both networks are held at once."""
    first = max(0, (length - LARGEST_COMPARED_PX) // 2)
    return slice(first, min(length, first + LARGEST_COMPARED_PX))


def _compared(network: Network) -> list[str]:
    """Return the layers that are compared: those after a ReLU, where there are some; at most 20, evenly spread."""
    from workbench.explanation.features import known_layers

    known = [layer for layer in known_layers(network) if layer.features > 1]
    names = [layer.name for layer in known if layer.kind == "ReLU"] or [layer.name for layer in known]
    at = np.unique(np.linspace(0, len(names) - 1, min(len(names), MOST_COMPARED)).round().astype(int))
    return [names[place] for place in at]


def _tuning(network: Network, device: str) -> TuningFound:
    from workbench.explanation.features import known_layers, tune_filters

    known = known_layers(network)
    first = next((layer for layer in known if layer.features > 1), known[0])
    found = tune_filters(network, first.name, device=device)
    orientation, frequency, selectivity = (
        found.preferred_orientation_deg,
        found.preferred_frequency,
        found.selectivity,
    )
    answers = np.isfinite(frequency)
    return TuningFound(
        first.name,
        orientation[answers],
        frequency[answers],
        selectivity[answers],
        len(answers),
        found.unit,
        float(found.frequency[-1]),
    )
