"""How alike two maps of one target are, and how alike two maps as smooth as they would be by chance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage, stats
from skimage.metrics import structural_similarity

from workbench.explanation.deletion import as_smooth_as
from workbench.explanation.trust_figures import AGREEMENT
from workbench.micrographs.micrograph import BoolImage, FloatImage

Floats = npt.NDArray[np.float64]
Rings = npt.NDArray[np.int64]

SURROGATES = 39
"""Two statistics, each of which must exceed all of them: together a false alarm in at most 2 in 40 pairs of maps."""
_BIN_PX = 2.0
_BRIGHT = 99.0


@dataclass(frozen=True)
class Agreement:
    """How alike two maps are.

    Parameters
    ----------
    rank, similarity : float
        As `rank_correlation` and `similarity`, at the grain of the maps.
    rank_by_chance, similarity_by_chance : float
        The most that random maps as smooth as they reach; 0 where the figure itself is no more than `AGREEMENT`, since
        then it does not matter.
    """

    rank: float
    similarity: float
    rank_by_chance: float = 0.0
    similarity_by_chance: float = 0.0


def agreement(
    found: FloatImage, other: FloatImage, target: BoolImage, seed: int = 0, *, by_chance: bool = True
) -> Agreement:
    """Return how alike two maps are, and how alike they would be by chance.

    A smooth map holds few independent values, so two of them that share nothing often have a high correlation: its
    variance is that of as many samples as there are independent patches (Clifford et al. 1989). And the
    structural similarity compares windows of 7 pixels, within which any two smooth maps are alike. So both are taken at
    the grain of the maps, averaged over squares of `grain` pixels, and where they then exceed `AGREEMENT`, they are
    compared with what random maps reach: the second map with its phases drawn anew (so as smooth as it), each value
    put where it is in order at its distance from the target (so fading alike).

    Parameters
    ----------
    found, other : (h, w) arrays
    target : (h, w) bool array
    seed : int
        Of the random maps.
    by_chance : bool
        Whether to draw those.

    Returns
    -------
    Agreement

    References
    ----------
    P. Clifford, S. Richardson, D. Hémon, Biometrics 45 (1989) 123-134, doi 10.2307/2532039.
    J. Viladomat et al., Biometrics 70 (2014) 409-418, doi 10.1111/biom.12139: surrogate maps as smooth as the data.
    A. C. A. Hope, J. R. Stat. Soc. B 30 (1968) 582-598: to exceed all of n surrogates has a chance of 1 in n + 1.
    """
    edge = min(grain(found), grain(other))
    distance = _distance(target)
    ring = np.floor(distance / _BIN_PX).astype(np.int64)
    coarse = np.floor(_averaged(distance, edge) / max(_BIN_PX, edge)).astype(np.int64)
    rng = np.random.default_rng(seed)
    ranks = [_averaged(_ranks_within(image, ring), edge) for image in (found, other)]
    rank = _correlation(*ranks)
    shown = [_averaged(_shown(image), edge) for image in (found, other)]
    alike = similarity(*shown)
    most = [0.0, 0.0]
    if by_chance and abs(rank) > AGREEMENT:
        most[0] = _most(ranks[1], coarse, rng, lambda drawn: abs(_correlation(ranks[0], drawn)))
    if by_chance and alike > AGREEMENT:
        most[1] = _most(shown[1], coarse, rng, lambda drawn: similarity(shown[0], drawn))
    return Agreement(abs(rank), alike, *most)


def rank_correlation(found: FloatImage, other: FloatImage, target: BoolImage) -> float:
    """Return Spearman's rank correlation of two maps, at equal distance from the target.

    Any network sees only so far, so all maps of one target fade with the distance from it, trained or not: over the
    whole window the absolute values of maps that share nothing else have a correlation of 0.9 (gradient of the U-Net).
    So the mean rank at each distance (in rings of two pixels; within the target, from its edge) is taken off before
    ranks are correlated. An even map has no order: 0, or 1 if both are even.
    """
    ring = np.floor(_distance(target) / _BIN_PX).astype(np.int64)
    return _correlation(*(_ranks_within(image, ring) for image in (found, other)))


def similarity(found: FloatImage | Floats, other: FloatImage | Floats) -> float:
    """Return the structural similarity (Wang et al. 2004) of absolute values, where either map says something.

    Each is cut off at its 99th percentile, which becomes 1, as maps are shown. Where both are near 0 any two maps are
    alike; so the mean over the window is weighted by the sum of both.
    """
    first, second = (_shown(image) for image in (found, other))
    weight = first + second
    edge = min(7, *((length - 1) // 2 * 2 + 1 for length in first.shape))
    if edge < 3 or not weight.any():
        return float(np.array_equal(first, second))
    _, local = structural_similarity(first, second, win_size=edge, data_range=1.0, full=True)
    return float(np.sum(local * weight) / np.sum(weight))


def grain(image: FloatImage) -> int:
    """Return over how many pixels a map keeps its value: the first lag at which its autocorrelation is below 1/2.

    1 for white noise, about the stride of the patches for occlusion. An even map has none: its longer edge.
    """
    values = image - image.mean(dtype=np.float64)
    whole = float(np.sum(values**2))
    shortest, longest = (int(edge) for edge in sorted(image.shape))
    if whole <= 0 or np.ptp(image) == 0:
        return longest
    for lag in range(1, shortest // 2):
        down, across = values[lag:] * values[:-lag], values[:, lag:] * values[:, :-lag]
        if float(np.mean(down) + np.mean(across)) * image.size < whole:  # the mean of both, below one half
            return lag
    return max(1, shortest // 2)


def _distance(target: BoolImage) -> Floats:
    """Return how far each pixel lies from the edge of the target, below 0 within it."""
    found: Floats = ndimage.distance_transform_edt(~target) - ndimage.distance_transform_edt(target)
    return found


def _averaged(image: Any, edge: int) -> Floats:
    """Return means over squares; what is left over at the far edges goes."""
    height, width = (max(1, length // edge) for length in image.shape)
    down, across = min(edge, image.shape[0]), min(edge, image.shape[1])
    part = image[: height * down, : width * across].reshape(height, down, width, across)
    found: Floats = part.mean(axis=(1, 3), dtype=np.float64)
    return found


def _correlation(first: Floats, second: Floats) -> float:
    size = float(np.sqrt(np.sum(first**2) * np.sum(second**2)))
    if size == 0:
        return float(not first.any() and not second.any())
    return float(np.sum(first * second)) / size


def _most(
    values: Floats, ring: Rings, rng: np.random.Generator, statistic: Callable[[Floats], float]
) -> float:
    """Return the most that a statistic reaches over random maps as smooth as one."""
    return max(statistic(drawn) for drawn in _surrogates(values, ring, rng))


def _surrogates(values: Floats, ring: Rings, rng: np.random.Generator) -> Iterator[Floats]:
    """Draw maps that have the values of another at each distance, in the order of a random field as smooth as it."""
    flat: Rings = (ring - ring.min()).ravel()
    count = np.maximum(np.bincount(flat), 1)
    rest = values.ravel() - (np.bincount(flat, values.ravel()) / count)[flat]
    spread = np.sqrt(np.bincount(flat, rest**2) / count)[flat]
    even = np.divide(rest, spread, out=np.zeros_like(rest), where=spread > 0).reshape(values.shape)
    in_order = values.ravel()[_order_within(values, flat)]
    for _ in range(SURROGATES):
        drawn = np.empty(values.size)
        drawn[_order_within(as_smooth_as(even, rng), flat)] = in_order
        yield drawn.reshape(values.shape)


def _order_within(values: Floats | FloatImage, ring: Rings) -> Rings:
    """Return where values stand in order, ring by ring; one key, since a sort by two takes eight times as long."""
    beyond = float(np.ptp(values)) or 1.0
    return np.argsort(1.01 * beyond * ring + (values.ravel() - values.min()))


def _ranks_within(image: FloatImage, ring: Rings) -> Floats:
    """Return the ranks of all pixels less their mean at each distance."""
    flat = (ring - ring.min()).ravel()
    ranks = stats.rankdata(image.ravel())
    mean = np.bincount(flat, ranks) / np.maximum(np.bincount(flat), 1)
    rest = ranks - mean[flat]
    # what is left of equal ranks by rounding is no order
    found: Floats = np.where(np.abs(rest) < 1e-6, 0.0, rest).reshape(image.shape)
    return found


def _shown(image: FloatImage | Floats) -> Floats:
    values = np.abs(image).astype(np.float64)
    top = float(np.percentile(values, _BRIGHT)) or float(values.max())
    return np.clip(values / top, 0, 1) if top > 0 else values
