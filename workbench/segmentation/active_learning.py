"""Where a label would teach most: square regions in which networks contradict each other, or are not sure.

The doubt of a pixel is the entropy of the networks' mean probability, in bits, after each probability was shifted so
that its threshold lies at 1/2. It is the sum of two parts: the mean of the networks' own entropies (they are not sure)
and the rest, the mutual information of answer and network (they contradict each other), as in Houlsby et al.,
"Bayesian active learning for classification and preference learning", arXiv:1112.5745 (2011).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import entr

from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import BoolImage, FloatImage
from workbench.segmentation.segmentation import Segmentation

EDGE_NM, EDGE_PX = 4.0, 192
SMALLEST_EDGE_PX = 16
WINDOWS_PER_EDGE = 4
DONE_AT_MOST = 0.1
"""Share of a region that may be labelled already."""
DIFFER_FROM = 0.05
"""Share of a region on which masks differ from which on that is the reason given for it."""

Numbers = npt.NDArray[Any]


@dataclass(frozen=True)
class UncertainRegion:
    """A rectangle of a micrograph and how much doubt there is in it.

    Attributes
    ----------
    top, left, height, width : int
        In px.
    unsure : tuple of float
        For each network its own entropy, mean over the region, in bits (0 to 1); empty where none was measured.
    contradiction : float
        What the networks' contradicting each other adds to the mean of that, in bits; 0 with one network.
    differ : float
        Share of the region's pixels on which the masks are not all the same.

    Pixels that are labelled already count as free of doubt.
    """

    top: int
    left: int
    height: int
    width: int
    unsure: tuple[float, ...]
    contradiction: float
    differ: float

    @property
    def score(self) -> float:
        """Mean doubt of a pixel in bits, 0 to 1."""
        return sum(self.unsure) / max(len(self.unsure), 1) + self.contradiction

    @property
    def box(self) -> tuple[slice, slice]:
        """Rows and columns, to index an image with."""
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)

    def why(self, labels: Sequence[str]) -> str:
        """Say in a few words where the doubt comes from.

        Parameters
        ----------
        labels : sequence of str
            What to call the networks, in the order of their probabilities.
        """
        if self.differ >= DIFFER_FROM:
            return f"{_listed(labels)} disagree on {100 * self.differ:.0f} %"
        return f"{labels[int(np.argmax(self.unsure))]} is not sure"


def uncertain_regions(
    segmentations: Sequence[Segmentation],
    thresholds: Sequence[float | None] | None = None,
    *,
    edge_nm: float = EDGE_NM,
    edge_px: int = EDGE_PX,
    count: int = 5,
    done: BoolImage | None = None,
) -> list[UncertainRegion]:
    """Return the regions of a micrograph that are worth labelling next, the most doubtful first.

    Parameters
    ----------
    segmentations : sequence of Segmentation
        Of one micrograph, by one or more networks.
    thresholds : sequence of float, optional
        One a network; ``None``: what its card says.
    edge_nm, edge_px : float, int
        Edge of a region; ``edge_px`` counts where the pixel size is not known.
    count, done
        As for `most_uncertain`.

    Returns
    -------
    list of UncertainRegion

    Raises
    ------
    WorkbenchError
        As for `most_uncertain`, or if the segmentations are of different micrographs.

    Examples
    --------
    >>> import workbench as wb
    >>> m, _truth = wb.open_sample("easy")
    >>> answers = [wb.segment(m, name) for name in ("otsu", "bandpass")]
    >>> regions = wb.uncertain_regions(answers, count=3)
    >>> len(regions)
    3
    """
    if len({one.micrograph.sha256 for one in segmentations}) > 1:
        raise WorkbenchError("Networks are compared on one micrograph; these segmentations are of several.")
    asked = [None] * len(segmentations) if thresholds is None else list(thresholds)
    if len(asked) != len(segmentations):
        raise WorkbenchError(f"{len(segmentations)} networks need as many thresholds, not {len(asked)}.")
    return most_uncertain(
        [one.probability for one in segmentations],
        [
            one.network.threshold if value is None else value
            for one, value in zip(segmentations, asked, strict=True)
        ],
        edge_px=edge_in_px(segmentations[0].micrograph.nm_per_px, edge_nm, edge_px) if segmentations else 1,
        count=count,
        done=done,
    )


def edge_in_px(nm_per_px: float | None, edge_nm: float = EDGE_NM, edge_px: int = EDGE_PX) -> int:
    """Return the edge of a region in px: ``edge_nm`` where the pixel size is known, else ``edge_px``."""
    return max(edge_px if nm_per_px is None else round(edge_nm / nm_per_px), SMALLEST_EDGE_PX)


def most_uncertain(
    probabilities: Sequence[FloatImage],
    thresholds: Sequence[float],
    *,
    edge_px: int,
    count: int = 5,
    done: BoolImage | None = None,
) -> list[UncertainRegion]:
    """Return the ``count`` most doubtful square regions that do not overlap, the most doubtful first.

    Regions lie on a grid of a quarter of their edge, and flush with the far edges. They are chosen one after the other:
    the best, then the best of those that do not overlap it, and so on.

    Parameters
    ----------
    probabilities : sequence of (H, W) float32 arrays
        Of particle, in [0, 1], one a network.
    thresholds : sequence of float
        In (0, 1), one a network: where its mask begins, and it is least sure.
    edge_px : int
        A region is smaller only where the micrograph is.
    count : int
        Fewer are returned where there are no more, or no doubt.
    done : (H, W) bool array, optional
        What is labelled already: no doubt is left there, and a region may hold a tenth of it at most.

    Returns
    -------
    list of UncertainRegion

    Raises
    ------
    WorkbenchError
        If there is no probability, shapes differ, or a threshold or edge makes no sense.
    """
    _check(probabilities, thresholds, edge_px, done)
    height, width = probabilities[0].shape
    tops, rows = _grid(height, min(edge_px, height))
    lefts, columns = _grid(width, min(edge_px, width))
    sums = np.stack(
        [
            np.add.reduceat(
                _doubts(
                    [probability[top:bottom] for probability in probabilities],
                    thresholds,
                    None if done is None else done[top:bottom],
                ).sum(axis=1),
                columns[:-1],
                axis=1,
            )
            for top, bottom in pairwise(
                rows
            )  # a strip at a time: whole maps would take the memory of several micrographs
        ],
        axis=1,
    )
    edge_rows, edge_columns = min(edge_px, height), min(edge_px, width)
    means = _window_sums(sums, rows, columns, tops, lefts, edge_rows, edge_columns) / (
        edge_rows * edge_columns
    )
    doubt, labelled = means[0], means[-1]
    doubt = np.where(labelled <= DONE_AT_MOST, doubt, 0.0)
    found: list[UncertainRegion] = []
    while len(found) < count and doubt.max() > 1e-6:
        at = np.unravel_index(int(np.argmax(doubt)), doubt.shape)
        top, left = int(tops[at[0]]), int(lefts[at[1]])
        _total, differ, *unsure, _labelled = (float(value) for value in means[:, at[0], at[1]])
        contradiction = max(float(doubt[at]) - sum(unsure) / len(unsure), 0.0)
        found.append(
            UncertainRegion(top, left, edge_rows, edge_columns, tuple(unsure), contradiction, differ)
        )
        overlapping = np.outer(abs(tops - top) < edge_rows, abs(lefts - left) < edge_columns)
        doubt[overlapping] = 0.0
    return found


def _doubts(
    probabilities: Sequence[FloatImage], thresholds: Sequence[float], done: BoolImage | None
) -> Numbers:
    """Return maps of a strip: doubt, masks differ, each network's entropy, done; (maps, rows, columns)."""
    centred = np.stack(
        [
            np.where(p > t, 0.5 + (p - t) * np.float32(0.5 / (1 - t)), p * np.float32(0.5 / t))
            for p, t in zip(probabilities, thresholds, strict=True)
        ]
    ).clip(0, 1)
    masks = np.stack([p > t for p, t in zip(probabilities, thresholds, strict=True)])
    maps = np.empty((3 + len(centred), *centred.shape[1:]), np.float64)
    maps[0] = _entropy(centred.mean(axis=0))
    maps[1] = masks.any(axis=0) & ~masks.all(axis=0)
    maps[2:-1] = _entropy(centred)
    maps[-1] = 0.0
    if done is not None:
        maps[:, done] = 0.0
        maps[-1] = done
    return maps


def _entropy(probability: FloatImage) -> Numbers:
    return np.asarray((entr(probability) + entr(1 - probability)) / np.log(2))


def _grid(length: int, edge: int) -> tuple[Numbers, Numbers]:
    """Return where windows start along an axis, and every place where one starts or ends."""
    step = max(edge // WINDOWS_PER_EDGE, 1)
    starts = np.unique([*range(0, length - edge + 1, step), length - edge])
    return starts, np.unique([0, *starts, *(starts + edge), length])


def _window_sums(
    sums: Numbers,
    rows: Numbers,
    columns: Numbers,
    tops: Numbers,
    lefts: Numbers,
    height: int,
    width: int,
) -> Numbers:
    """Add up the cells between ``rows`` and ``columns`` over every window, by an integral image of the cells."""
    integral = np.pad(sums.cumsum(axis=1).cumsum(axis=2), ((0, 0), (1, 0), (1, 0)))
    top, bottom = (np.searchsorted(rows, place)[:, None] for place in (tops, tops + height))
    left, right = (np.searchsorted(columns, place)[None, :] for place in (lefts, lefts + width))
    return np.asarray(
        integral[:, bottom, right]
        - integral[:, top, right]
        - integral[:, bottom, left]
        + integral[:, top, left]
    )


def _check(
    probabilities: Sequence[FloatImage], thresholds: Sequence[float], edge_px: int, done: BoolImage | None
) -> None:
    if not probabilities:
        raise WorkbenchError("No network has answered; tick one and let it run first.")
    if len(probabilities) != len(thresholds):
        raise WorkbenchError(f"{len(probabilities)} networks need as many thresholds, not {len(thresholds)}.")
    shapes = {array.shape for array in probabilities} | ({done.shape} if done is not None else set())
    if len(shapes) > 1:
        raise WorkbenchError(
            f"Probabilities and labels of one micrograph have one shape, unlike {sorted(shapes)}."
        )
    if not all(0 < threshold < 1 for threshold in thresholds):
        raise WorkbenchError(f"A threshold lies between 0 and 1, unlike {list(thresholds)}.")
    if edge_px < 1:
        raise WorkbenchError(f"A region has an edge of at least 1 px, not {edge_px}.")


def _listed(labels: Sequence[str]) -> str:
    return " and ".join([", ".join(labels[:-1]), labels[-1]]) if len(labels) > 1 else labels[0]
