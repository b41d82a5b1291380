"""Which part of the micrograph the maps are shown on, at which size, and on which scale of colour."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.app.widgets.outlines import Lines, outlines
from workbench.compute.explaining import MapFound, PackedTarget, in_blocks
from workbench.explanation.targets import Target
from workbench.micrographs.length_text import length_text
from workbench.micrographs.micrograph import FloatImage, Micrograph

LARGEST_SHOWN_PX = 400
LEAST_MARGIN_PX = 40


@dataclass(frozen=True)
class ExplainView:
    """A part of the micrograph around a target, the same for all maps.

    Parameters
    ----------
    rows, columns : slice
        In px of the micrograph.
    step : int
        Edge of a pixel that is shown, in px of the micrograph.
    """

    rows: slice
    columns: slice
    step: int

    @classmethod
    def around(cls, targets: Iterable[Target | PackedTarget], shape: tuple[int, int]) -> ExplainView:
        """Return a square around the targets, with a third of its edge to each side, as far as the micrograph goes."""
        boxes = [
            (target if isinstance(target, PackedTarget) else PackedTarget.of(target)).box
            for target in targets
        ]
        sides = []
        spans = [
            (min(box[axis] for box in boxes), max(box[axis] + box[axis + 2] for box in boxes))
            for axis in (0, 1)
        ]
        longest = max(stop - start for start, stop in spans)
        edge = longest + 2 * max(LEAST_MARGIN_PX, longest // 3)
        for (start, stop), length in zip(spans, shape, strict=True):
            first = max(0, min((start + stop - edge) // 2, length - edge))
            sides.append(slice(first, min(length, first + edge)))
        longest = max(side.stop - side.start for side in sides)
        return cls(sides[0], sides[1], -(-longest // LARGEST_SHOWN_PX))

    def grey(self, micrograph: Micrograph) -> npt.NDArray[np.uint8]:
        """Return the micrograph there, 8 bits, black to white from its 1st to its 99th percentile."""
        part = in_blocks(micrograph.pixels[self.rows, self.columns], self.step)
        low, high = np.percentile(part, [1, 99])
        if not high > low:
            return np.full(part.shape, 128, np.uint8)
        grey: npt.NDArray[np.uint8] = ((part - low) * (255 / (high - low))).clip(0, 255).astype(np.uint8)
        return grey

    def map(self, found: MapFound) -> FloatImage:
        """Return a map there, at the size that is shown."""
        return in_blocks(found.within((self.rows, self.columns)), self.step)

    def outside(self, found: MapFound) -> float:
        """Return which part of the absolute attribution lies outside of what is shown."""
        whole = float(np.abs(found.map).sum(dtype=np.float64)) * found.factor**2
        seen = float(np.abs(found.within((self.rows, self.columns))).sum(dtype=np.float64))
        return max(0.0, 1 - seen / whole) if whole else 0.0

    def lines(self, target: Target) -> Lines:
        """Return the outline of a target, in pixels that are shown."""
        corner = (self.columns.start, self.rows.start)
        return [
            [(value - corner[place % 2]) / self.step for place, value in enumerate(line)]
            for line in outlines(target.selected)
        ]


def full_colour(
    maps: Mapping[tuple[str, str], FloatImage], percentile: float, own_scale: Collection[str] = ()
) -> dict[tuple[str, str], float]:
    """Return, for each map, the attribution that is drawn in full colour.

    It is a percentile of absolute attribution: the largest over the networks, so that one colour means the same in
    each, but for methods whose maps are in units of the network's own.

    Parameters
    ----------
    maps : mapping of (str, str) to (h, w) float32 array
        By network and method, as they are shown.
    percentile : float
    own_scale : collection of str
        Methods whose maps have a scale each.
    """
    limits: dict[tuple[str, str], float] = {}
    for cell, shown in maps.items():
        values = np.abs(shown)
        limits[cell] = float(np.percentile(values, percentile)) or float(values.max())
    most: dict[str, float] = {}
    for (_network, method), limit in limits.items():
        most[method] = max(most.get(method, 0.0), limit)
    return {cell: (limit if cell[1] in own_scale else most[cell[1]]) or 1.0 for cell, limit in limits.items()}


def scale_bar(view: ExplainView, nm_per_px: float | None) -> tuple[float, str]:
    """Return a round length of at most a third of the view, as a share of its width, and in words."""
    width = view.columns.stop - view.columns.start
    size = nm_per_px or 1.0
    longest = width * size / 3
    power = 10 ** np.floor(np.log10(longest))
    length = float(next(factor * power for factor in (5, 2, 1) if factor * power <= longest * (1 + 1e-9)))
    return length / size / width, f"{length:g} px" if nm_per_px is None else length_text(length)
