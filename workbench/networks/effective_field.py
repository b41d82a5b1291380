"""The effective receptive field: over which distance the answer is really made, measured on micrographs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from workbench.errors import NetworkError, Stopped, WorkbenchError
from workbench.micrographs.cleaning import prepare
from workbench.micrographs.micrograph import FloatImage, Micrograph

if TYPE_CHECKING:
    from workbench.networks.network import Network

LARGEST_WINDOW = 768
"""Edge in px of what is looked at around a place; beyond it memory grows and almost nothing is added."""


@dataclass(frozen=True, eq=False)
class EffectiveField:
    """How the answer at a pixel depends on the pixels around it, on average.

    Parameters
    ----------
    map : (2 R + 1, 2 R + 1) float32 array
        Mean absolute gradient by displacement from the pixel, in the network's pixels; sums to 1.
    radius_50_px, radius_95_px : float
        Radii of the circles that hold 50 % and 95 % of it, in the network's pixels.
    radius_50_nm, radius_95_nm : float or None
        The same in nm; ``None`` where the pixel size is not known.
    places : int
        How many output pixels the mean was taken over.
    """

    map: FloatImage
    radius_50_px: float
    radius_95_px: float
    radius_50_nm: float | None
    radius_95_nm: float | None
    places: int

    def __repr__(self) -> str:
        radii = f"50 %: {self.radius_50_px:.1f} px, 95 %: {self.radius_95_px:.1f} px"
        return f"EffectiveField({radii}, {self.places} places)"


def effective_receptive_field(
    network: Network,
    micrographs: Micrograph | Sequence[Micrograph],
    *,
    places: int = 16,
    seed: int = 0,
    progress: Callable[[float, str], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> EffectiveField:
    """Measure the effective receptive field of a network on micrographs.

    The gradient of the logit at a pixel with respect to the prepared micrograph, in absolute value, averaged over
    places drawn at random, each as far from the edges as the micrograph allows.

    Parameters
    ----------
    network : Network
    micrographs : Micrograph or sequence of Micrograph
        Prepared as the network's card says. Where they have different pixel sizes and the card names none, radii in
        nm are not given.
    places : int
        Output pixels in all, spread evenly over the micrographs.
    seed : int
        Of the places.
    progress, stop : callable, optional
        Told and asked after each place.

    Raises
    ------
    NetworkError
        If the network is a classical method, or no output depends on its input.

    References
    ----------
    W. Luo, Y. Li, R. Urtasun, R. Zemel, NeurIPS 2016, arXiv 1701.04128.

    Examples
    --------
    >>> import workbench as wb
    >>> m, _truth = wb.open_sample("easy")
    >>> network = wb.load_network("mixed_scale")
    >>> field = wb.effective_receptive_field(network, m.cropped(0, 128), places=1)
    >>> type(field).__name__
    'EffectiveField'
    """
    from workbench.networks.module import SegmentationModule

    module, card = network.module, network.card
    if not isinstance(module, SegmentationModule):
        raise NetworkError(f"{card.label} is a classical method, not a network: it has no receptive field.")
    shown = [micrographs] if isinstance(micrographs, Micrograph) else list(micrographs)
    if not shown or places < 1:
        raise WorkbenchError(
            "An effective receptive field needs a micrograph and a place; give at least one."
        )
    random = np.random.default_rng(seed)
    reach = min(module.reach(), LARGEST_WINDOW // 2)
    total = np.zeros((2 * reach + 1,) * 2)
    sizes: set[float | None] = set()
    prepared: dict[int, FloatImage] = {}
    for number in range(places):
        index = number * len(shown) // places
        if index not in prepared:
            step = card.input.step(shown[index].nm_per_px)
            own = shown[index].nm_per_px
            sizes.add(None if own is None else own * step)
            prepared = {
                index: prepare(
                    shown[index].specimen,
                    outliers=card.input.outliers,
                    step=step,
                    standardise=card.input.standardise,
                )
            }
        total += _at_one_place(module, prepared[index], reach, random)
        if progress is not None:
            progress((number + 1) / places, f"{card.label}, effective field, place {number + 1} of {places}")
        if stop is not None and stop():
            raise Stopped(f"{card.label}: stopped.")
    if not total.sum() > 0:
        raise NetworkError(
            f"{card.label} does not answer to its input: no gradient was found; train it first."
        )
    total /= total.sum()
    half, most = radius_that_holds(total, 0.5), radius_that_holds(total, 0.95)
    size = next(iter(sizes)) if len(sizes) == 1 else None
    return EffectiveField(
        total.astype(np.float32),
        half,
        most,
        None if size is None else half * size,
        None if size is None else most * size,
        places,
    )


def radius_that_holds(weights: npt.NDArray[np.floating], share: float) -> float:
    """Return the radius in px of the circle about the centre of a map that holds a share of its sum.

    Parameters
    ----------
    weights : (2 R + 1, 2 R + 1) array
        Not negative.
    share : float
        Between 0 and 1.

    Notes
    -----
    A pixel is a square, not a point: half of what lies at a distance counts as within it, half as beyond, and
    between two distances that occur on the grid the sum is taken to grow evenly.
    """
    edge = weights.shape[0]
    rows, columns = np.mgrid[:edge, :edge] - edge // 2
    distances, ring = np.unique(np.hypot(rows, columns), return_inverse=True)
    at_distance = np.bincount(ring.ravel(), weights=weights.ravel())
    within = np.cumsum(at_distance) - at_distance / 2
    return float(np.interp(share * at_distance.sum(), within, distances))


def _at_one_place(
    module: nn.Module, prepared: FloatImage, reach: int, random: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Return the absolute gradient about one random pixel; where the micrograph ends it is 0."""
    stride = int(module.stride)  # type: ignore[arg-type]
    halo = math.ceil(reach / stride) * stride
    window, centre = [], []
    for length in prepared.shape:
        margin = min(reach, (length - 1) // 2)
        at = int(random.integers(margin, length - margin))
        first = max(0, at // stride * stride - halo)
        window.append((first, min(first + 2 * halo + stride, length)))
        centre.append(at - first)
    (top, bottom), (left, right) = window
    pixels = prepared[top:bottom, left:right]
    rows, columns = (-edge % stride for edge in pixels.shape)
    image = torch.from_numpy(np.pad(pixels, ((0, rows), (0, columns)), mode="symmetric"))[None, None]
    image.requires_grad_()
    logits = module(image)
    answer = logits[0, -1, centre[0], centre[1]]
    if logits.shape[1] == 2:
        answer = answer - logits[0, 0, centre[0], centre[1]]
    (gradient,) = torch.autograd.grad(answer, image)
    found = gradient[0, 0, : pixels.shape[0], : pixels.shape[1]].abs().double().numpy()
    padded = np.pad(found, reach)
    about = padded[centre[0] : centre[0] + 2 * reach + 1, centre[1] : centre[1] + 2 * reach + 1]
    return np.asarray(about / max(about.sum(), np.finfo(float).tiny))
