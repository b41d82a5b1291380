"""Places that stand for the pixels of a micrograph: which are drawn, what the mask says there, what is like them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.compute.features import EmbeddingFound
from workbench.compute.regions import thumbnail
from workbench.micrographs.micrograph import BoolImage, Micrograph
from workbench.segmentation.active_learning import UncertainRegion, edge_in_px

KINDS = ("background", "particle", "missed particle", "false alarm")
"""What the numbers in `kinds_of` say; the last two need a truth."""
PLACES, MORE_WRONG = 2000, 1000
ALIKE = 6
"""Places that are shown at once: the one that was chosen and others like it."""

Places = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True, eq=False)
class Spot:
    """A place, and a picture of what lies around it.

    Parameters
    ----------
    index : int
        Among the places of the embedding.
    row, column : int
    kind : int
        Index into `KINDS`.
    region : UncertainRegion
        What is shown around it.
    png : bytes
    """

    index: int
    row: int
    column: int
    kind: int
    region: UncertainRegion
    png: bytes = field(repr=False)

    @property
    def key(self) -> str:
        """Names it among all others."""
        return str(self.index)

    @property
    def name(self) -> str:
        """What the mask makes of it."""
        return KINDS[self.kind]

    @property
    def box(self) -> tuple[slice, slice]:
        """Rows and columns around it."""
        return self.region.box


def draw_places(shape: tuple[int, int], wrong: BoolImage | None, seed: int = 0) -> tuple[Places, int]:
    """Draw places of a micrograph: some everywhere, and more where the mask is wrong, which may be rare.

    Parameters
    ----------
    shape : (int, int)
    wrong : (H, W) bool array, optional
        Where mask and truth differ.
    seed : int

    Returns
    -------
    (2, N) array of whole numbers, int
        Rows and columns, and how many of them, from the first on, were drawn everywhere.
    """
    rng = np.random.default_rng(seed)
    everywhere = rng.integers(0, np.array(shape)[:, np.newaxis], (2, PLACES))
    where = np.zeros(0, np.intp) if wrong is None else np.flatnonzero(wrong)
    drawn = rng.choice(where, min(MORE_WRONG, len(where)), replace=False) if len(where) else where
    more = np.stack(np.unravel_index(drawn, shape))
    return np.concatenate([everywhere, more], axis=1).astype(np.int32), PLACES


def kinds_of(places: Places, mask: BoolImage, truth: BoolImage | None) -> npt.NDArray[np.uint8]:
    """Return what the mask makes of each place, (N,): an index into `KINDS`; without a truth what it calls it."""
    at = tuple(places)
    called = mask[at]
    kinds: npt.NDArray[np.uint8] = called.astype(np.uint8)
    if truth is not None:
        kinds[truth[at] & ~called] = KINDS.index("missed particle")
        kinds[~truth[at] & called] = KINDS.index("false alarm")
    return kinds


def spots_of(
    micrograph: Micrograph,
    found: EmbeddingFound,
    kinds: npt.NDArray[np.uint8],
    index: int,
    mask: BoolImage | None,
    truth: BoolImage | None,
) -> list[Spot]:
    """Return a place and those of its kind whose features are most like its own, none in the region of another.

    Parameters
    ----------
    micrograph : Micrograph
    found : EmbeddingFound
    kinds : (N,) array
    index : int
        Of the place.
    mask, truth : (H, W) bool array, optional
        Where they differ the pictures are striped.
    """
    edge = edge_in_px(micrograph.nm_per_px)
    distance = np.square(found.coordinates - found.coordinates[index]).sum(axis=1)
    distance[kinds != kinds[index]] = np.inf
    distance[index] = -1
    differ = [mask, truth] if mask is not None and truth is not None else []
    spots: list[Spot] = []
    for near in np.argsort(distance, kind="stable"):
        if len(spots) == ALIKE or not np.isfinite(distance[near]):
            break
        row, column = (int(value) for value in found.places[:, near])
        if any(max(abs(row - spot.row), abs(column - spot.column)) < edge for spot in spots):
            continue
        region = region_around(row, column, edge, micrograph.shape)
        png = thumbnail(micrograph, region, differ, [0.5] * len(differ))  # type: ignore[arg-type]
        spots.append(Spot(int(near), row, column, int(kinds[near]), region, png))
    return spots


def region_around(row: int, column: int, edge: int, shape: tuple[int, int]) -> UncertainRegion:
    """Return the square around a pixel, moved so that it lies in the micrograph; no doubt was measured there."""
    height, width = (min(edge, length) for length in shape)
    top = min(max(row - height // 2, 0), shape[0] - height)
    left = min(max(column - width // 2, 0), shape[1] - width)
    return UncertainRegion(top, left, height, width, (), 0.0, 0.0)
