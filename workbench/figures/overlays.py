"""What of a network's answer a figure draws over the micrograph, and in which colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import WorkbenchError
from workbench.figures.palette import PARTICLES, check_colour, network_colours, rgb
from workbench.micrographs.micrograph import BoolImage, FloatImage, Micrograph
from workbench.segmentation.colouring import colour_numbers
from workbench.segmentation.segmentation import Segmentation


def masks_of(
    micrograph: Micrograph,
    segmentations: list[Segmentation],
    thresholds: Sequence[float | None] | None,
    masks: Sequence[BoolImage] | None,
    labels: Sequence[npt.NDArray[Any] | None],
) -> tuple[list[float | None], list[BoolImage]]:
    """Return threshold and mask of each pane."""
    for name, given in (("thresholds", thresholds), ("masks", masks)):
        if given is not None and len(given) != len(segmentations):
            raise WorkbenchError(f"{len(segmentations)} segmentations need as many {name}, not {len(given)}.")
    used: list[float | None] = []
    drawn: list[BoolImage] = []
    for place, segmentation in enumerate(segmentations):
        threshold = None if thresholds is None else thresholds[place]
        numbers = labels[place]
        if masks is None and numbers is not None:
            mask = numbers > 0
        elif masks is None:
            threshold = segmentation.network.threshold if threshold is None else threshold
            mask = segmentation.mask(threshold)
        else:
            mask = np.asarray(masks[place]).astype(bool)
            if thresholds is None:
                threshold = None
        check_shape(micrograph, mask, f"the mask of {segmentation.network.label}")
        used.append(threshold)
        drawn.append(mask)
    return used, drawn


def labels_of(
    micrograph: Micrograph,
    segmentations: list[Segmentation],
    labels: Sequence[npt.NDArray[Any] | None] | None,
) -> list[npt.NDArray[Any] | None]:
    """Return the label image of each pane, None where its mask is drawn."""
    if labels is None:
        return [None] * len(segmentations)
    if len(labels) != len(segmentations):
        raise WorkbenchError(f"{len(segmentations)} segmentations need as many labels, not {len(labels)}.")
    found: list[npt.NDArray[Any] | None] = []
    for segmentation, given in zip(segmentations, labels, strict=True):
        numbers = None if given is None else np.asarray(given)
        if numbers is not None:
            what = f"the label image of {segmentation.network.label}"
            check_shape(micrograph, numbers, what)
            if numbers.dtype.kind not in "ui" or numbers.min() < 0:
                raise WorkbenchError(f"{what} needs whole numbers, 0 for background, not {numbers.dtype}.")
        found.append(numbers)
    return found


def overlays_of(
    mask: BoolImage, numbers: npt.NDArray[Any] | None, colour: str, seen: tuple[slice, slice]
) -> list[tuple[str, BoolImage]]:
    """Return what is drawn in which colour: a mask in that of its network, neighbours in colours of their own.

    Of those pixels that are seen; who is a neighbour of whom is decided on all of them.
    """
    if numbers is None:
        return [(colour, mask[seen])]
    coloured = colour_numbers(numbers)[numbers[seen]]
    alone = (numbers[seen] > 0) & (coloured == 0)
    return [(colour, alone)] + [(ink, coloured == number) for number, ink in enumerate(PARTICLES, start=1)]


def check_shape(micrograph: Micrograph, array: npt.NDArray[Any], what: str) -> None:
    """Refuse an array that does not lie on a micrograph's grid."""
    if array.shape != micrograph.shape:
        raise WorkbenchError(
            f"{micrograph.name} has shape {micrograph.shape}, but {what} has {array.shape}; "
            "they do not belong together."
        )


def colours_of(segmentations: Sequence[Segmentation], colours: Sequence[str | None] | None) -> list[str]:
    """Return the colour of each network: the one given, else its own, no two networks alike."""
    names = [segmentation.network.name for segmentation in segmentations]
    own, given = network_colours(names), [None] * len(names) if colours is None else list(colours)
    if isinstance(colours, str) or len(given) != len(names):
        said = "one text" if isinstance(colours, str) else f"{len(given)}"
        raise WorkbenchError(f"{len(names)} segmentations need as many colours, not {said}.")
    return [
        own[name] if colour is None else check_colour(colour)
        for name, colour in zip(names, given, strict=True)
    ]


def filled(base: FloatImage, mask: BoolImage, colour: str, opacity: float) -> FloatImage:
    """Return an image of red, green and blue from 0 to 1 in which a mask is tinted."""
    image = base.copy()
    image[mask] = (1 - opacity) * image[mask] + opacity * np.array(rgb(colour), np.float32)
    return image
