"""Parts of one particle and the passages between them: which parts are one, though there are holes between them."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from workbench.micrographs.micrograph import FloatImage
from workbench.segmentation.components import EIGHT, LabelImage

ROUGHNESS_PX = 4.0
"""Added to both half widths before they are compared, so that a rim rough by a pixel or two makes no neck."""

PERFORATED = 0.5
"""Where less of the line between two parts is particle than this, its passages are necks, not one neck with holes."""


def join_open_regions(
    regions: LabelImage,
    count: int,
    distance: FloatImage,
    neck: float,
    ask: Callable[[], None] = lambda: None,
) -> LabelImage:
    """Join regions between which there is no neck, but holes; the widest passages first.

    Parameters
    ----------
    regions : (H, W) int32 array
        The parts of a particle, numbered from 1 to ``count``.
    count : int
    distance : (H, W) float32 array
        To the background, in pixels.
    neck : float
        Regions are one where all passages together are this part of the width of the narrower region, or more.
    ask : callable()
        Called before each two regions that are joined; what it raises is passed on.

    Returns
    -------
    (H, W) int32 array
        Joined regions have the lowest of their numbers.
    """
    widest = np.zeros(count + 1)
    widest[1:] = ndimage.maximum(distance, regions, np.arange(1, count + 1))
    joining = _Joining(widest.tolist(), neck)
    for (first, second), passages in _passages(regions, distance).items():
        joining.enter(first, second, passages)
    while joining.join_widest():
        ask()
    joined: LabelImage = np.array(joining.numbers(), np.int32)[regions]
    return joined


def lowest_neighbour(regions: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the lowest number of a region in the 3 x 3 neighbourhood of each pixel, background left out."""
    # A line lies on the side of the later region. (watershed_line=True can take hours on a mask with specks.)
    none = regions.max() + 1
    lowest: npt.NDArray[Any] = ndimage.minimum_filter(
        np.where(regions, regions, none), footprint=EIGHT, mode="nearest"
    )
    return lowest


@dataclass(frozen=True)
class _Passages:
    """All passages between two regions: how many, their half widths together, and the box of their centres."""

    count: int
    half: float
    y: tuple[float, float]
    x: tuple[float, float]
    first_half: float
    last_half: float

    def and_then(self, other: _Passages) -> _Passages:
        return _Passages(
            self.count + other.count,
            self.half + other.half,
            (min(self.y[0], other.y[0]), max(self.y[1], other.y[1])),
            (min(self.x[0], other.x[0]), max(self.x[1], other.x[1])),
            self.first_half,
            other.last_half,
        )

    def openness(self, narrower: float) -> float:
        """Return the width of the neck over that of the narrower region, roughness added to both.

        0 where there is a single passage, which was found to be a neck, or where the passages are far apart.
        """
        if self.count < 2:
            return 0.0
        extent = math.hypot(self.y[1] - self.y[0], self.x[1] - self.x[0]) + self.first_half + self.last_half
        if 2 * self.half < PERFORATED * extent:
            return 0.0
        return (self.half + ROUGHNESS_PX) / (narrower + ROUGHNESS_PX)


class _Joining:
    """Regions that are joined, those with the widest passage first.

    A noisy mask has tens of thousands of regions, so what one step costs must not depend on how many there are.
    Openness falls as regions grow, and rises only where passages come together. So an entry of the heap is never
    too low: the uppermost is looked at again, and is the widest if it is still what it was.
    """

    def __init__(self, widest: list[float], neck: float) -> None:
        self._widest, self._neck = widest, neck
        self._into = list(range(len(widest)))
        self._number = list(range(len(widest)))
        self._beside: list[dict[int, _Passages]] = [{} for _ in widest]
        self._heap: list[tuple[float, int, int, int, int]] = []

    def enter(self, first: int, second: int, passages: _Passages) -> None:
        """Enter all passages between two regions."""
        self._beside[first][second] = self._beside[second][first] = passages
        entry = self._entry(first, second)
        if -entry[0] >= self._neck:
            heapq.heappush(self._heap, entry)

    def join_widest(self) -> bool:
        """Join the two regions with the widest passage; return whether there were two between which is no neck."""
        while self._heap:
            *_, first, second = entry = heapq.heappop(self._heap)
            if second not in self._beside[first]:
                continue
            if self._entry(first, second) != entry:
                self.enter(first, second, self._beside[first][second])
                continue
            self._join(first, second)
            return True
        return False

    def numbers(self) -> list[int]:
        """Return the number of what each region belongs to now."""
        found = []
        for region in range(len(self._into)):
            while self._into[region] != self._into[self._into[region]]:
                self._into[region] = self._into[self._into[region]]
            found.append(self._number[self._into[region]])
        return found

    def _entry(self, first: int, second: int) -> tuple[float, int, int, int, int]:
        """Return what is sorted by: the widest, of equally wide ones that between the last numbers."""
        share = self._beside[first][second].openness(min(self._widest[first], self._widest[second]))
        low, high = sorted((self._number[first], self._number[second]))
        return -share, -low, -high, first, second

    def _join(self, first: int, second: int) -> None:
        # What lies beside the region with fewer neighbours is moved to the other one.
        gone, kept = sorted((first, second), key=lambda region: len(self._beside[region]))
        gone_is_before = self._number[gone] < self._number[kept]
        self._into[gone] = kept
        self._number[kept] = min(self._number[kept], self._number[gone])
        self._widest[kept] = max(self._widest[kept], self._widest[gone])
        moved, self._beside[gone] = self._beside[gone], {}
        del moved[kept], self._beside[kept][gone]
        for third, passages in moved.items():
            del self._beside[third][gone]
            there = self._beside[kept].get(third)
            if there is not None:
                passages = passages.and_then(there) if gone_is_before else there.and_then(passages)
            self.enter(kept, third, passages)


def _passages(regions: LabelImage, distance: FloatImage) -> dict[tuple[int, int], _Passages]:
    """Return the passages between each two regions that touch."""
    from skimage.measure import label

    lowest = lowest_neighbour(regions)
    y, x = np.nonzero((lowest < regions) & (regions > 0))
    first, second = lowest[y, x].astype(np.int64), regions[y, x].astype(np.int64)
    _, pair = np.unique(first * (int(regions.max()) + 1) + second, return_inverse=True)
    line = np.zeros(regions.shape, np.int32)
    line[y, x] = pair + 1
    number = label(line, background=0, connectivity=2)[y, x]
    index, at = np.unique(number, return_index=True)
    half_width = ndimage.maximum(distance[y, x], number, index)
    centre_y, centre_x = ndimage.mean(y, number, index), ndimage.mean(x, number, index)
    found: dict[tuple[int, int], _Passages] = {}
    for one, place in enumerate(at):
        half, y_mean, x_mean = float(half_width[one]), float(centre_y[one]), float(centre_x[one])
        passage = _Passages(1, half, (y_mean, y_mean), (x_mean, x_mean), half, half)
        regions_beside = int(first[place]), int(second[place])
        there = found.get(regions_beside)
        found[regions_beside] = passage if there is None else there.and_then(passage)
    return found
