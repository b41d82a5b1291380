"""What is burnt into a picture: data bars, scale bars, letters, what was painted over. None of it is specimen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

Kind = Literal["data bar", "scale bar", "label", "text", "blank", "missing"]
FloatImage = npt.NDArray[np.float32]


class Mark(NamedTuple):
    """A box of a picture that shows no specimen.

    Attributes
    ----------
    kind : str
        ``data bar``: a strip along the bottom or the top; ``scale bar``; ``label``: letters on a ground of their own;
        ``text``: letters on the specimen; ``blank``: what somebody painted over;
        ``missing``: pixels without a value.
    top, bottom, left, right : int
        Rows ``top`` to ``bottom - 1`` and columns ``left`` to ``right - 1``.
    """

    kind: Kind
    top: int
    bottom: int
    left: int
    right: int

    @property
    def box(self) -> tuple[slice, slice]:
        """Rows and columns, to index an image with."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


def within_rows(marks: Iterable[Mark], top: int, bottom: int) -> tuple[Mark, ...]:
    """Return what of marks lies in rows ``top`` to ``bottom - 1``, as those rows count them."""
    moved = (
        mark._replace(top=max(mark.top - top, 0), bottom=min(mark.bottom, bottom) - top) for mark in marks
    )
    return tuple(mark for mark in moved if mark.top < mark.bottom)


def without_marks(pixels: FloatImage, marks: tuple[Mark, ...]) -> FloatImage:
    """Return a picture in which each mark is replaced by what lies above and below it, mirrored.

    So that neither grey levels nor noise of the picture tell where a mark was; what is found there is nobody's.

    Parameters
    ----------
    pixels : (H, W) float32 array
        Not changed.
    marks : tuple of Mark

    Returns
    -------
    (H, W) float32 array
        The same one where there is no mark.
    """
    if not marks:
        return pixels
    filled = pixels.copy()
    free = np.ones(pixels.shape, np.bool_)
    for mark in marks:
        free[mark.box] = False
    middle = np.median(pixels[free]) if free.any() else np.float32(0)
    for mark in marks:
        filled[mark.box] = middle
    for mark in marks:
        rows, columns = mark.box
        above, below = filled[: mark.top, columns][::-1], filled[mark.bottom :, columns]
        height = mark.bottom - mark.top
        if len(above) and len(below):
            half = (height + 1) // 2
            filled[rows, columns] = np.concatenate(
                [_repeated(above, half), _repeated(below, height - half)[::-1]]
            )
        elif len(above):
            filled[rows, columns] = _repeated(above, height)
        elif len(below):
            filled[rows, columns] = _repeated(below, height)[::-1]
    return filled


def specimen_px(shape: tuple[int, ...], marks: Iterable[Mark]) -> int:
    """Return how many pixels of a picture are not in a mark; at least 1."""
    free = np.ones(shape, np.bool_)
    for mark in marks:
        free[mark.box] = False
    return max(int(np.count_nonzero(free)), 1)


def said(marks: tuple[Mark, ...]) -> str:
    """Return what was found, such as ``data bar, 2 x text``."""
    counts = Counter(mark.kind for mark in marks)
    return ", ".join(kind if count == 1 else f"{count} x {kind}" for kind, count in counts.items())


def _repeated(rows: FloatImage, count: int) -> FloatImage:
    """Return so many rows, there and back and there again."""
    there_and_back = np.concatenate([rows[: max(count, 1)], rows[: max(count, 1)][::-1]])
    return np.resize(there_and_back, (count, rows.shape[1]))
