"""Particles as other programs give them, one shape each, which may overlap: made into a label image, with a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from workbench.errors import WorkbenchError
from workbench.micrographs.datasets.label_image import LARGEST_NUMBER
from workbench.micrographs.micrograph import BoolImage
from workbench.segmentation.components import LabelImage

OVERLAPS = "where particles overlap, the smaller one has the pixels"


@dataclass(frozen=True, eq=False)
class Piece:
    """One particle of a file.

    Attributes
    ----------
    pixels : (h, w) bool array
    top, left : int
        Where its first row and column lie in the micrograph.
    number : int or None
        Its number in the file; None where it has none.
    left_out : str or None
        Why it is left out; None where it counts.
    """

    pixels: BoolImage
    top: int = 0
    left: int = 0
    number: int | None = None
    left_out: str | None = None


@dataclass(frozen=True, eq=False)
class ReadParticles:
    """Particles that were read from a file.

    Attributes
    ----------
    labels : (H, W) int32 array
        0 is background.
    left_out : dict of int to str
        Particles that the file says are left out, and why.
    notes : list of str
        What a person has to know of how it was read.
    provenance : dict
        What the file says of where it came from; empty where it does not.
    outside : int
        How many particles of the file lie outside the micrograph.
    """

    labels: LabelImage
    left_out: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    provenance: dict[str, Any] = field(default_factory=dict)
    outside: int = 0


def paint(
    pieces: Sequence[Piece], shape: tuple[int, int], provenance: dict[str, Any] | None = None
) -> ReadParticles:
    """Make a label image of particles that may overlap: the smaller one has the pixels.

    A number that a piece has stays; one without a number, or with one that is taken, is given the next that is free.

    Parameters
    ----------
    pieces : sequence of Piece
    shape : (int, int)
        Of the micrograph; what lies outside is cut off.
    provenance : dict, optional
        Handed on.
    """
    notes: list[str] = []
    inside = [found for piece in pieces if (found := _within(piece, shape)) is not None]
    cut = sum(
        _area(one) < _area(piece) for piece in pieces for one in [_within(piece, shape)] if one is not None
    )
    if len(inside) < len(pieces):
        count = len(pieces) - len(inside)
        notes.append(f"{count} {_lie(count)} outside the micrograph or {_have(count)} no pixel: left away")
    if cut:
        notes.append(f"{cut} {_lie(cut)} partly outside the micrograph: cut off at its edge")
    numbers, changed = _numbered(inside)
    if changed:
        notes.append(
            f"{changed} had no number of {'its' if changed == 1 else 'their'} own: given the next that "
            f"{'is' if changed == 1 else 'are'} free"
        )
    labels = np.zeros(shape, np.int32)
    covered = np.zeros(shape, np.uint8)
    for place in sorted(range(len(inside)), key=lambda place: -_area(inside[place])):
        piece = inside[place]
        box = _box(piece)
        covered[box] += piece.pixels & (covered[box] < 2)
        labels[box][piece.pixels] = numbers[place]
    doubled = int(np.count_nonzero(covered > 1))
    if doubled:
        notes.append(f"{OVERLAPS} ({doubled} px)")
    kept = set(np.unique(labels).tolist())
    hidden = [number for number in numbers if number not in kept]
    if hidden:
        notes.append(f"{len(hidden)} {_lie(len(hidden))} wholly under smaller ones: left away")
    out = {
        number: piece.left_out
        for number, piece in zip(numbers, inside, strict=True)
        if piece.left_out is not None and number in kept
    }
    outside = len(pieces) - len(inside)
    return ReadParticles(labels, dict(sorted(out.items())), notes, provenance or {}, outside)


def _numbered(pieces: Sequence[Piece]) -> tuple[list[int], int]:
    """Return a number for each piece, and how many were changed."""
    taken = {piece.number for piece in pieces if piece.number is not None and piece.number > 0}
    if taken and max(taken) > LARGEST_NUMBER:
        raise WorkbenchError(
            f"A particle has the number {max(taken)}, but numbers run from 1 to {LARGEST_NUMBER}; number them anew."
        )
    after = max(taken, default=0)
    seen: set[int] = set()
    numbers, changed = [], 0
    for piece in pieces:
        number = piece.number
        if number is None or number < 1 or number in seen:
            after += 1
            number, changed = after, changed + 1
        seen.add(number)
        numbers.append(number)
    return numbers, changed


def _within(piece: Piece, shape: tuple[int, int]) -> Piece | None:
    """Return what of a piece lies in the micrograph."""
    height, width = piece.pixels.shape
    top, left = max(piece.top, 0), max(piece.left, 0)
    bottom, right = min(piece.top + height, shape[0]), min(piece.left + width, shape[1])
    if top >= bottom or left >= right:
        return None
    pixels = piece.pixels[top - piece.top : bottom - piece.top, left - piece.left : right - piece.left]
    return Piece(pixels, top, left, piece.number, piece.left_out) if pixels.any() else None


def _box(piece: Piece) -> tuple[slice, slice]:
    height, width = piece.pixels.shape
    return slice(piece.top, piece.top + height), slice(piece.left, piece.left + width)


def _area(piece: Piece) -> int:
    return int(np.count_nonzero(piece.pixels))


def _lie(count: int) -> str:
    return "particle lies" if count == 1 else "particles lie"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"
