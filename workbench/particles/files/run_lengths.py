"""Particles as run lengths, column by column, as COCO keeps them; and run lengths as particles."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import WorkbenchError
from workbench.particles.files.pieces import Piece

Counts = npt.NDArray[np.int64]
_FIVE_BITS, _MORE, _FIRST = 0x1F, 0x20, 48


def run_lengths(labels: npt.NDArray[Any]) -> dict[int, Counts]:
    """Return the run lengths of each particle of a label image.

    Parameters
    ----------
    labels : (H, W) array of whole numbers
        0 is background.

    Returns
    -------
    dict of int to (N,) int64 array
        By the number of the particle: how many pixels do not belong to it, how many do, how many do not ..., down the
        first column, then the second, and so on; they add up to H W.

    Examples
    --------
    >>> run_lengths(np.array([[0, 7, 0], [0, 7, 7]]))[7].tolist()
    [2, 2, 1, 1]
    """
    columns = np.asarray(labels).T.ravel()
    flat = np.flatnonzero(columns)
    number = columns[flat]
    order = np.argsort(number, kind="stable")
    flat, number = flat[order], number[order]
    bounds = np.append(np.flatnonzero(np.diff(number, prepend=0)), len(flat))  # 0 is nobody's number
    return {
        int(number[first]): _counts(flat[first:last], len(columns))
        for first, last in pairwise(bounds.tolist())
    }


def _counts(flat: npt.NDArray[np.int64], size: int) -> Counts:
    breaks = np.flatnonzero(np.diff(flat) > 1)
    begins = flat[np.append(0, breaks + 1)]
    ends = flat[np.append(breaks, len(flat) - 1)] + 1
    edges = np.column_stack([begins, ends]).ravel()
    counts = np.diff(np.concatenate([[0], edges, [size]]))
    return counts[:-1] if counts[-1] == 0 else counts


def piece_of(
    counts: Sequence[int] | Counts, shape: tuple[int, int], number: int | None, why: str | None
) -> Piece:
    """Return the particle of run lengths.

    Parameters
    ----------
    counts : sequence of int
    shape : (int, int)
        Height and width of the image.
    number, why
        See `Piece`.

    Raises
    ------
    WorkbenchError
        If they do not add up to the image.
    """
    runs = np.asarray(counts, np.int64)
    if (runs < 0).any() or runs.sum() > shape[0] * shape[1]:
        raise WorkbenchError(
            f"run lengths of {int(runs.sum())} px do not fit {shape[1]} x {shape[0]} px; save the file again"
        )
    edges = np.cumsum(runs)
    begins, ends = edges[0:-1:2], edges[1::2]
    lengths = ends - begins[: len(ends)]
    flat = np.repeat(begins[: len(ends)] - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum())
    if not len(flat):
        return Piece(np.zeros((1, 1), np.bool_), 0, 0, number, why)
    column, row = np.divmod(flat, shape[0])
    top, left = int(row.min()), int(column.min())
    pixels = np.zeros((int(row.max()) - top + 1, int(column.max()) - left + 1), np.bool_)
    pixels[row - top, column - left] = True
    return Piece(pixels, top, left, number, why)


def unpacked(text: str | bytes) -> Counts:
    """Return run lengths from the text that COCO packs them into.

    Five bits a character, from "0" on, the lowest first; a sixth says that more follow. From the fourth run on only the
    difference to the last but one is kept.

    Raises
    ------
    WorkbenchError
        If it is no such text.

    References
    ----------
    pycocotools, https://github.com/ppwwyyxx/cocoapi, of which the tests take the numbers.
    """
    codes = text if isinstance(text, bytes) else text.encode("ascii", "replace")
    runs: list[int] = []
    value, shift = 0, 0
    for code in codes:
        bits = code - _FIRST
        if not 0 <= bits < 2 * _MORE:
            raise WorkbenchError("its packed run lengths are damaged; save the file again")
        value |= (bits & _FIVE_BITS) << shift
        shift += 5
        if bits & _MORE:
            continue
        if bits & 0x10:
            value -= 1 << shift
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
        value, shift = 0, 0
    return np.array(runs, np.int64)
