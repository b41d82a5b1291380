"""What a reader found in a file: one image, stack or other thing, not yet read."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Axis:
    """Step between two pixels, in the unit that the file names; ``None`` where it says nothing."""

    scale: float | None = None
    unit: str | None = None


@dataclass(frozen=True)
class Content:
    """One signal of a file.

    Parameters
    ----------
    title : str
    shape : tuple of int
        Frames first, height and width last, without colours.
    dtype : numpy dtype
        Of the numbers in the file.
    read : callable
        Frame number to its pixels, (H, W), or (H, W, C) in colour: an array that nobody else keeps.
    axes : (Axis, Axis)
        Of rows (y) and columns (x); of the first frame, where they differ.
    original : callable
        Gives what else the file says, as the file has it.
    known : dict
        What else the file says, by our names.
    refused : str or None
        Why it is no micrograph, as the end of a sentence that begins with the name of the file.
    preview : bool
        Whether it is a thumbnail, preview or label beside the image, which is opened only where it is asked for.
    axes_of : callable, optional
        Frame number to its axes, where those of frames may differ.
    """

    title: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    read: Callable[[int], npt.NDArray[Any]]
    axes: tuple[Axis, Axis] = (Axis(), Axis())
    original: Callable[[], dict[str, Any]] = dict
    known: dict[str, Any] = field(default_factory=dict)
    refused: str | None = None
    preview: bool = False
    axes_of: Callable[[int], tuple[Axis, Axis]] | None = None

    @property
    def frames(self) -> int:
        """Number of images."""
        return math.prod(self.shape[:-2])


Reader = Callable[[Path, ExitStack], list[Content]]
"""Reads what a file holds; what must stay open while frames are read goes on the stack."""


class Unreadable(Exception):
    """A file is sound but holds nothing we can read; the text ends a sentence that begins with its name."""


def never_read(_frame: int) -> npt.NDArray[Any]:
    """Stand for the pixels of a content that is refused."""
    raise Unreadable("holds no image")
