"""Which tiles, and with how much halo, so that the seams are exact.

A network looks at pixels around the one it judges, at most ``reach`` to each side, and its pooling cells lie on a
grid of ``stride`` pixels. A tile that starts on that grid and whose inner part keeps ``reach`` pixels away from
each cut edge therefore gives, on the inner part, what the network gives on the whole image. Where the tile ends
at the edge of the image, the network fills up with zeros beyond it just as it does for the whole image, and
no halo is needed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.micrographs.micrograph import FloatImage


@dataclass(frozen=True)
class Span:
    """One tile along one axis: read ``start:stop``, keep ``keep_start:keep_stop`` (all in image pixels)."""

    start: int
    stop: int
    keep_start: int
    keep_stop: int


@dataclass(frozen=True)
class Tile:
    """A rectangle to read with its halo, and the inner rectangle to keep."""

    rows: Span
    columns: Span

    @property
    def window(self) -> tuple[slice, slice]:
        """What to read from the image."""
        return slice(self.rows.start, self.rows.stop), slice(self.columns.start, self.columns.stop)

    @property
    def kept(self) -> tuple[slice, slice]:
        """Where in the image the answer goes."""
        return (
            slice(self.rows.keep_start, self.rows.keep_stop),
            slice(self.columns.keep_start, self.columns.keep_stop),
        )

    @property
    def inner(self) -> tuple[slice, slice]:
        """The kept part, counted from the corner of the window."""
        return (
            slice(self.rows.keep_start - self.rows.start, self.rows.keep_stop - self.rows.start),
            slice(self.columns.keep_start - self.columns.start, self.columns.keep_stop - self.columns.start),
        )


@dataclass(frozen=True)
class Plan:
    """How an image is cut. All windows have the same shape, so that they can go through in batches.

    Parameters
    ----------
    shape : (int, int)
        Height and width of the image, multiples of the stride.
    window : (int, int)
        Height and width of every window.
    tiles : tuple of Tile
        Their kept parts cover the image once; row by row.
    """

    shape: tuple[int, int]
    window: tuple[int, int]
    tiles: tuple[Tile, ...]

    @property
    def pixels(self) -> int:
        """Pixels that go through the network, halos included."""
        return len(self.tiles) * self.window[0] * self.window[1]


def pad_to_multiple(pixels: FloatImage, stride: int) -> FloatImage:
    """Extend an image at the bottom and the right to multiples of ``stride``, by reflection.

    The image is mirrored about its last row and column, which are not repeated (``reflect`` of `numpy.pad`),
    as often as it takes; a single row or column is repeated. Bottom and right only, so that the pooling grid
    still starts at the first pixel.

    Parameters
    ----------
    pixels : (H, W) array
    stride : int

    Returns
    -------
    (H', W') array
        The same array where nothing is missing.
    """
    rows, columns = (-length % stride for length in pixels.shape)
    if not rows and not columns:
        return pixels
    return np.pad(pixels, ((0, rows), (0, columns)), mode="reflect")


def plan_tiles(shape: tuple[int, int], *, stride: int, reach: int, most_pixels: int) -> Plan:
    """Cut an image into the tiles that cost least within a number of pixels each.

    Parameters
    ----------
    shape : (int, int)
        Height and width in pixels, multiples of ``stride``.
    stride : int
        Period of the network's pooling grid.
    reach : int
        How far the network looks to one side.
    most_pixels : int
        A window, halo included, is at most this large; but never smaller than two halos and one stride.

    Returns
    -------
    Plan
        Of all grids that keep to the limit, the one with the fewest pixels to compute.

    Examples
    --------
    >>> plan = plan_tiles((64, 256), stride=16, reach=20, most_pixels=64 * 128)
    >>> len(plan.tiles), plan.window
    (3, (64, 128))
    """
    halo = math.ceil(reach / stride) * stride
    height, width = shape
    best: tuple[int, int, int] | None = None
    for across in range(1, max(1, math.ceil(width / stride)) + 1):
        wide = _window(width, across, halo, stride)
        rows_left = most_pixels // wide // stride * stride
        smallest = min(height, 2 * halo + stride)
        if rows_left < smallest and wide > min(width, 2 * halo + stride):
            continue
        down = _count(height, max(rows_left, smallest), halo)
        cost = down * _window(height, down, halo, stride) * across * wide
        if best is None or cost < best[0]:
            best = (cost, down, across)
        elif cost > 2 * best[0]:
            break  # narrower windows only add halo
    assert best is not None, "the narrowest windows are always allowed"
    _, down, across = best
    rows, columns = _spans(height, down, halo, stride), _spans(width, across, halo, stride)
    return Plan(
        shape=shape,
        window=(rows[0].stop - rows[0].start, columns[0].stop - columns[0].start),
        tiles=tuple(Tile(row, column) for row in rows for column in columns),
    )


def _count(length: int, window: int, halo: int) -> int:
    return 1 if window >= length else math.ceil((length - 2 * halo) / (window - 2 * halo))


def _window(length: int, count: int, halo: int, stride: int) -> int:
    """Return the smallest window on the grid of which ``count`` cover the length."""
    if count == 1:
        return length
    return min(length, math.ceil((length - 2 * halo) / count / stride) * stride + 2 * halo)


def _spans(length: int, count: int, halo: int, stride: int) -> list[Span]:
    window = _window(length, count, halo, stride)
    spans = []
    done = 0
    for start in range(0, length, max(window - 2 * halo, stride)):
        start = min(start, length - window)
        stop = start + window
        end = length if stop == length else stop - halo
        spans.append(Span(start, stop, done, end))
        done = end
        if done == length:
            break
    return spans


def batches(plan: Plan, most_pixels: int) -> Iterator[tuple[Tile, ...]]:
    """Group the tiles of a plan such that each group has at most ``most_pixels``, and at least one tile."""
    size = max(1, most_pixels // (plan.window[0] * plan.window[1]))
    for first in range(0, len(plan.tiles), size):
        yield plan.tiles[first : first + size]


def read(pixels: FloatImage, tiles: tuple[Tile, ...]) -> Any:
    """Return the windows of some tiles as one (N, 1, h, w) float32 array."""
    return np.stack([pixels[tile.window] for tile in tiles])[:, np.newaxis]
