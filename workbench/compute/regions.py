"""On a worker: where networks are in doubt about a micrograph, as a few numbers and a thumbnail each."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from workbench.compute import worker
from workbench.compute.features import Which
from workbench.micrographs.micrograph import BoolImage, FloatImage, Micrograph
from workbench.segmentation.active_learning import UncertainRegion, most_uncertain

THUMBNAIL_PX = 96
DISAGREEMENT = (255, 0)
"""White and black in stripes, as the viewer draws it: any colour may be that of a network."""
STRIPE_PX, OPACITY = 3, 0.45


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
    """Return a PNG of a region, its longer edge 96 px, striped where the masks differ."""
    pixels = micrograph.pixels
    step = max(int(np.sqrt(pixels.size / 1e5)), 1)
    low, high = (float(value) for value in np.percentile(pixels[::step, ::step], [1, 99]))
    part = pixels[region.box]
    grey = ((part - low) * (255 / (high - low)) if high > low else part * 0).clip(0, 255)
    size = [max(round(edge * THUMBNAIL_PX / max(part.shape)), 1) for edge in reversed(part.shape)]
    shown = _resized(grey.astype(np.uint8), size)
    if len(probabilities) > 1:
        masks = [
            probability[region.box] > threshold
            for probability, threshold in zip(probabilities, thresholds, strict=True)
        ]
        differ = np.any(masks, axis=0) & ~np.all(masks, axis=0)
        share = OPACITY / 255 * _resized(differ.astype(np.uint8) * np.uint8(255), size)
        rows, columns = np.indices(shown.shape)
        stripes = np.array(DISAGREEMENT, np.float32)[(rows + columns) // STRIPE_PX % 2]
        shown = (1 - share) * shown + share * stripes
    written = io.BytesIO()
    Image.fromarray(np.repeat(shown.astype(np.uint8)[:, :, None], 3, axis=2)).save(written, "PNG")
    return written.getvalue()


def _resized(image: npt.NDArray[np.uint8], size: list[int]) -> FloatImage:
    """Return an image of so many columns and rows."""
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BOX), np.float32)
