"""A micrograph and the networks of a batch become what is kept of them: the command line and the workers use it."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.batch.answers import Answer
from workbench.batch.weights import Weights
from workbench.file_names import printable
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.loading import load_network
from workbench.networks.network import Network
from workbench.particles.post_processing import MaskSettings, post_process
from workbench.segmentation.segmentation import Segmentation
from workbench.segmentation.segmenter import Segmenter
from workbench.segmentation.segmenting import FoundWidths
from workbench.segmentation.segmenting import answer as ask


@dataclass(frozen=True, eq=False)
class Loaded:
    """A network that is ready to run, and the weights that it was loaded from."""

    weights: Weights
    sha256: str
    segmenter: Segmenter


def load_networks(given: Sequence[str], device: str) -> list[Loaded]:
    """Load networks, each once; those that would be shown under one name say in brackets which they are.

    Parameters
    ----------
    given : sequence of str
        Names or .safetensors files.
    device : str
        As `Segmenter` takes it.

    Raises
    ------
    NetworkError
        If one cannot be loaded.
    """
    chosen: dict[str, Weights] = {}
    for name in given:
        weights = Weights.of(name)
        chosen.setdefault(weights.identity, weights)
    found = [(weights, load_network(weights.given)) for weights in chosen.values()]
    counted = Counter(network.card.shown for _weights, network in found)
    loaded = []
    for weights, network in found:
        if counted[network.card.shown] > 1:
            title = f"{network.card.label} ({printable(weights.given)})"
            network = Network(
                network.module, network.card.model_copy(update={"title": title, "name": weights.given})
            )
        loaded.append(Loaded(weights, weights.sha256(), Segmenter(network, device)))
    return loaded


def answers_of(
    micrograph: Micrograph,
    networks: Sequence[Loaded],
    wanted: Mapping[str, Mapping[str, Any]],
    particle_px: float | None = None,
    *,
    stop: Callable[[], bool] | None = None,
) -> list[tuple[Answer, Segmentation]]:
    """Run networks on a micrograph, and clean and measure what they find.

    Parameters
    ----------
    micrograph : Micrograph
    networks : sequence of Loaded
    wanted : mapping
        For each of them, its name in the tables and what `ResultsFolder.made_from` gives, in their order.
    particle_px : float, optional
        About how wide particles are, where the pixel size is not known.
    stop : callable, optional

    Raises
    ------
    NetworkError, ComputeError, Stopped
    """
    widths = FoundWidths(micrograph)
    return [
        _answer(micrograph, one, name, made_from, particle_px, widths, stop)
        for one, (name, made_from) in zip(networks, wanted.items(), strict=True)
    ]


def _answer(
    micrograph: Micrograph,
    one: Loaded,
    name: str,
    made_from: Mapping[str, Any],
    particle_px: float | None,
    widths: FoundWidths,
    stop: Callable[[], bool] | None,
) -> tuple[Answer, Segmentation]:
    seen = ask(one.segmenter, micrograph, particle_px, widths=widths, stop=stop)
    asked = made_from["settings"]
    settings = MaskSettings(
        asked["threshold"], asked["min_area"], asked["fill_holes"], asked["split_touching"]
    )
    found = post_process(seen, settings, stop=stop)
    smallest = settings.smallest_area(seen.network, micrograph.nm_per_px)
    answer = Answer(
        name,
        seen.probability,
        found.mask,
        found.labels,
        found.particles,
        smallest,
        made_from,
        seen.particle_px,
    )
    return answer, seen


def figure_of(
    micrograph: Micrograph, found: Sequence[tuple[Answer, Segmentation]], marked: Mapping[str, str]
) -> bytes:
    """Draw the micrograph beside the masks, as a PNG.

    Parameters
    ----------
    micrograph : Micrograph
    found : sequence of (Answer, Segmentation)
    marked : mapping
        Metadata of the file, see `ResultsFolder.marked`.
    """
    from workbench.figures.figure import DPI, figure

    drawn = figure(
        micrograph,
        [seen for _, seen in found],
        masks=[one.mask for one, _ in found],
        labels=[
            one.labels if seen.distance is not None or one.made_from["settings"]["split_touching"] else None
            for one, seen in found
        ],
        thresholds=[one.made_from["settings"]["threshold"] for one, _ in found],
    )
    buffer = io.BytesIO()
    drawn.savefig(buffer, format="png", dpi=DPI, metadata=dict(marked))
    return buffer.getvalue()
