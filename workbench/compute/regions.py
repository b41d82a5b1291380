"""On a worker: where networks are in doubt about a micrograph, as a few numbers and a thumbnail each."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from workbench.compute import worker
from workbench.compute.features import Which
from workbench.micrographs.micrograph import BoolImage, FloatImage, Micrograph
from workbench.segmentation.active_learning import UncertainRegion, most_uncertain

THUMBNAIL_PX = 96
DISAGREEMENT = (213, 94, 0)
"""Vermilion, as the viewer draws it."""


@dataclass(frozen=True)
class RegionsAsked:
    """What is searched for: networks as shown with their thresholds, edge of a region in px, how many regions."""

    networks: tuple[tuple[Which, float], ...]
    edge_px: int
    count: int
    device: str = "auto"


def find_regions(
    micrograph: Micrograph,
    asked: RegionsAsked,
    done: BoolImage | None,
    *,
    progress: Callable[[float, str], None],
    stop: Callable[[], bool],
) -> list[tuple[UncertainRegion, bytes]]:
    """Run networks on a micrograph and return its doubtful regions, each with a PNG; probabilities stay on the worker.

    Parameters
    ----------
    micrograph : Micrograph
    asked : RegionsAsked
    done : (H, W) bool array, optional
        What is labelled already.
    """
    share = 1 / (len(asked.networks) + 1)
    probabilities = []
    for number, (which, _threshold) in enumerate(asked.networks):

        def part(fraction: float, text: str = "", number: int = number) -> None:
            progress((number + fraction) * share, text)

        rates = list(which.dilation) if isinstance(which.dilation, tuple) else which.dilation
        answer = worker.segment(
            micrograph, which.network, asked.device, rates, which.scale, progress=part, stop=stop
        )
        probabilities.append(answer.probability)
    progress(1 - share, f"regions of {micrograph.name}")
    thresholds = [threshold for _network, threshold in asked.networks]
    found = most_uncertain(probabilities, thresholds, edge_px=asked.edge_px, count=asked.count, done=done)
    return [(region, thumbnail(micrograph, region, probabilities, thresholds)) for region in found]


def thumbnail(
    micrograph: Micrograph,
    region: UncertainRegion,
    probabilities: Sequence[FloatImage] = (),
    thresholds: Sequence[float] = (),
) -> bytes:
    """Return a PNG of a region, its longer edge 96 px, tinted where the masks differ."""
    pixels = micrograph.pixels
    step = max(int(np.sqrt(pixels.size / 1e5)), 1)
    low, high = (float(value) for value in np.percentile(pixels[::step, ::step], [1, 99]))
    part = pixels[region.box]
    grey = ((part - low) * (255 / (high - low)) if high > low else part * 0).clip(0, 255)
    shown = np.repeat(grey[:, :, None], 3, axis=2)
    if len(probabilities) > 1:
        masks = [
            probability[region.box] > threshold
            for probability, threshold in zip(probabilities, thresholds, strict=True)
        ]
        differ = np.any(masks, axis=0) & ~np.all(masks, axis=0)
        shown[differ] = 0.55 * shown[differ] + 0.45 * np.array(DISAGREEMENT, np.float32)
    image = Image.fromarray(shown.astype(np.uint8))
    factor = THUMBNAIL_PX / max(image.size)
    image = image.resize([max(round(edge * factor), 1) for edge in image.size], Image.Resampling.BOX)
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()
