"""A label of one micrograph, and every change to it taken back and made again."""

from __future__ import annotations

import zlib
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.micrographs.labelling.shapes import Region

BACKGROUND, PARTICLE, NOT_SURE = 0, 1, 2
NAMES = {BACKGROUND: "background", PARTICLE: "particle", NOT_SURE: "not sure"}
LabelValues = npt.NDArray[np.uint8]


class _Change(NamedTuple):
    """What differs between before and after, in a box: exclusive-or, packed. Applied twice it takes itself back."""

    rows: slice
    columns: slice
    packed: bytes


class Label:
    """Values of each pixel: 0 background, 1 particle, 2 not sure.

    Parameters
    ----------
    values : (H, W) uint8 array
        What it starts from; copied.
    """

    def __init__(self, values: LabelValues) -> None:
        self.values: LabelValues = np.array(values, np.uint8)
        self._past: list[_Change] = []
        self._future: list[_Change] = []

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return (self.values.shape[0], self.values.shape[1])

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether there is a change to make again."""
        return bool(self._future)

    def set(self, region: Region, value: int) -> bool:
        """Give the pixels of a region a value; return whether any pixel changed."""
        part = self.values[region.rows, region.columns]
        return self._become(region.rows, region.columns, np.where(region.mask, np.uint8(value), part))

    def replace(self, values: LabelValues) -> bool:
        """Take other values for the whole label, as one change; return whether any pixel changed."""
        whole = (slice(0, self.shape[0]), slice(0, self.shape[1]))
        return self._become(*whole, np.asarray(values, np.uint8))

    def undo(self) -> tuple[slice, slice] | None:
        """Take back the last change; return the box in which pixels changed, None where there was no change."""
        return self._step(self._past, self._future)

    def redo(self) -> tuple[slice, slice] | None:
        """Make the change again that was taken back last; return its box, or None."""
        return self._step(self._future, self._past)

    def _become(self, rows: slice, columns: slice, after: LabelValues) -> bool:
        part = self.values[rows, columns]
        changed = part ^ after
        if not changed.any():
            return False
        self._past.append(_Change(rows, columns, zlib.compress(changed.tobytes(), 1)))
        self._future.clear()
        part[...] = after
        return True

    def _step(self, source: list[_Change], target: list[_Change]) -> tuple[slice, slice] | None:
        if not source:
            return None
        change = source.pop()
        part = self.values[change.rows, change.columns]
        part ^= np.frombuffer(zlib.decompress(change.packed), np.uint8).reshape(part.shape)
        target.append(change)
        return change.rows, change.columns
