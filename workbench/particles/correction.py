"""Particles corrected by hand: taken out, cut in two, joined, drawn. What was done is kept as places, not as numbers.

A number means another particle as soon as a threshold moves. So a correction says where in the micrograph it was made,
and is made again on whatever lies there. Particles that were corrected elsewhere take the place of all that are there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from workbench.errors import WorkbenchError
from workbench.particles.external_labels import ExternalLabels
from workbench.particles.files.changes import compare_particles
from workbench.segmentation.components import EIGHT, LabelImage
from workbench.segmentation.parting import in_order

Kind = Literal["out", "in", "cut", "join", "draw", "replace"]
KINDS: tuple[Kind, ...] = get_args(Kind)
FEWEST_PLACES: dict[Kind, int] = {"out": 1, "in": 1, "cut": 2, "join": 2, "draw": 3, "replace": 0}
MOST_PLACES = 20_000
RULES = ("edge", "size", "confidence", "circularity")
"""Why a particle does not count, where no hand did that: a file that says so has it from rules."""
_WORDS = {"out": "taken out", "in": "taken in", "cut": "cut", "join": "joined", "draw": "drawn"}


@dataclass(frozen=True)
class Correction:
    """One thing that a hand did.

    Parameters
    ----------
    kind : {"out", "in", "cut", "join", "draw", "replace"}
        ``out``, ``in``: the particle at a place does not count, or does again. ``cut``: the particles that a line
        crosses are parted along it. ``join``: the particles along a line become one. ``draw``: what an outline encloses
        is a particle, as far as it is none yet. ``replace``: the particles of a file take the place of all.
    places : tuple of (y, x)
        In px, counted from the centre of the first pixel.
    external : ExternalLabels, optional
        The particles of the file.

    Raises
    ------
    WorkbenchError
        If the kind is not known, or it has too few places.
    """

    kind: Kind
    places: tuple[tuple[float, float], ...] = ()
    external: ExternalLabels | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise WorkbenchError(f"By hand one can {', '.join(KINDS)}, not {self.kind!r}; change it.")
        if (self.kind == "replace") is (self.external is None):
            raise WorkbenchError(
                "To replace particles takes those of a file, and nothing else does; change it."
            )
        try:
            places = tuple((float(y), float(x)) for y, x in self.places)
        except (TypeError, ValueError):
            raise WorkbenchError(f"{self.kind}: places are pairs of y and x in px; change them.") from None
        if not FEWEST_PLACES[self.kind] <= len(places) <= MOST_PLACES:
            raise WorkbenchError(
                f"To {self.kind} takes {FEWEST_PLACES[self.kind]} to {MOST_PLACES} places, not {len(places)}; "
                "change them."
            )
        if not np.isfinite(places).all():
            raise WorkbenchError(f"{self.kind}: a place is no number; change it.")
        object.__setattr__(self, "places", places)

    @classmethod
    def of(cls, given: Any) -> Correction:
        """Return what was given as a correction, or as a pair of kind and places, as a script writes it."""
        if isinstance(given, cls):
            return given
        try:
            kind, places = given
            if isinstance(kind, str) and kind == "replace":
                return cls("replace", (), ExternalLabels.read(places))
            places = tuple(places)
        except (TypeError, ValueError):
            raise WorkbenchError(
                f"A correction is a kind and places, such as ('out', [(12.0, 30.5)]), not {given!r}; change it."
            ) from None
        return cls(kind, places)

    def plain(self) -> tuple[str, Any]:
        """Return kind and places, to a hundredth of a px; of a file its name, its particles and their hash."""
        if self.external is not None:
            count = int(np.count_nonzero(np.bincount(self.external.labels.ravel())[1:]))
            return self.kind, {
                "file": self.external.file,
                "particles": count,
                "labels_sha256": self.external.sha256,
            }
        return self.kind, [(round(y, 2), round(x, 2)) for y, x in self.places]

    def kept(self) -> list[Any]:
        """Return all of it as JSON holds it: a session keeps the particles of a file, not its name alone."""
        if self.external is not None:
            return [self.kind, self.external.plain()]
        kind, places = self.plain()
        return [kind, [list(place) for place in places]]

    @property
    def code(self) -> str:
        """As a script writes it."""
        if self.external is not None:
            return f"wb.read_particles({self.external.file!r}, m).correction"
        return repr(self.plain())


def corrections_code(corrections: Iterable[Any]) -> str:
    """Return corrections as the list that a script writes; ``m`` is the micrograph there."""
    return f"[{', '.join(Correction.of(given).code for given in corrections)}]"


def files_of(corrections: Iterable[Any]) -> list[str]:
    """Return the files in which particles were corrected elsewhere, each once."""
    made = [Correction.of(given) for given in corrections]
    return list(dict.fromkeys(one.external.file for one in made if one.external is not None))


def corrections_text(corrections: Iterable[Any]) -> str:
    """Say what was done, such as ``3 cut, 1 drawn, corrected elsewhere in cells.zip``; empty: nothing.

    Parameters
    ----------
    corrections : iterable
        As `Correction.plain` or `Correction.kept` gives them.
    """
    made = [(one.plain() if isinstance(one, Correction) else one) for one in corrections if one]
    counted = Counter(str(one[0]) for one in made if one[0] != "replace")
    files = dict.fromkeys(str(one[1]["file"]) for one in made if one[0] == "replace")
    said = [f"{count} {_WORDS.get(kind, kind)}" for kind, count in counted.most_common()]
    return ", ".join([*said, *(f"corrected elsewhere in {file}" for file in files)])


class Corrected(NamedTuple):
    """A label image after corrections.

    Attributes
    ----------
    labels : (H, W) int32 array
        Numbered from 1 in the order of the first pixel, row by row.
    before : (N,) int array
        Which number each particle had; 0 for one that is new or has other pixels than before.
    out, kept : frozenset of int
        Numbers of those that were taken out, and of those that were drawn or taken in again.
    missed : tuple of Correction
        Those that met no particle.
    """

    labels: LabelImage
    before: npt.NDArray[np.int64]
    out: frozenset[int]
    kept: frozenset[int]
    missed: tuple[Correction, ...]


def correct(labels: npt.NDArray[Any], corrections: Iterable[Any]) -> Corrected:
    """Make corrections on a label image, one after the other.

    Parameters
    ----------
    labels : (H, W) array of whole numbers
        0 is background. Not changed.
    corrections : iterable of Correction
        Or of pairs, see `Correction.of`. Where several take the same particle out and in, the last counts.

    Returns
    -------
    Corrected

    Raises
    ------
    WorkbenchError
        If one of them is none.
    """
    made = [Correction.of(given) for given in corrections]
    found = np.array(labels, np.int32)
    changed: set[int] = set()
    state: dict[int, bool] = {}
    missed = []
    largest = int(found.max(initial=0))
    for correction in made:
        if correction.external is not None:
            replaced = _replace(found, correction.external, state, largest)
            if replaced is None:
                missed.append(correction)
            else:
                largest, now = replaced
                changed |= now
            continue
        touched = _numbers_along(found, correction)
        if correction.kind in ("out", "in"):
            if not touched:
                missed.append(correction)
            for number in touched[:1]:
                state[number] = correction.kind == "out"
            continue
        largest, now = _DOES[correction.kind](found, correction, touched, largest)
        if not now:
            missed.append(correction)
        changed |= now
        if correction.kind == "draw":  # who draws a particle wants it counted, however unsure the network is
            state.update(dict.fromkeys(now, False))
    numbered = in_order(found)
    count = int(numbered.max(initial=0))
    former = np.zeros(count + 1, np.int64)
    former[numbered.ravel()] = found.ravel()
    by_hand = {number: state.get(int(former[number])) for number in range(1, count + 1)}
    before = np.where(np.isin(former, list(changed)), 0, former)[1:]
    return Corrected(
        numbered,
        before,
        out=frozenset(number for number, out in by_hand.items() if out),
        kept=frozenset(number for number, out in by_hand.items() if out is False),
        missed=tuple(missed),
    )


def _cut(
    labels: LabelImage, correction: Correction, touched: Sequence[int], largest: int
) -> tuple[int, set[int]]:
    """Part the particles that a line crosses: its pixels go to the nearer piece."""
    line = _line(labels.shape, correction.places, wall=True)
    changed: set[int] = set()
    for number in touched:
        box = _box(labels, number)
        own = labels[box] == number
        rest = own & ~_within(line, box)
        pieces, count = ndimage.label(rest, structure=EIGHT)
        was = ndimage.label(own, structure=EIGHT)[1]
        if count <= max(was, 1):
            continue
        _, (rows, columns) = ndimage.distance_transform_edt(pieces == 0, return_indices=True)
        pieces = np.where(own, pieces[rows, columns], 0)
        sizes = np.bincount(pieces.ravel())[1:]
        first = int(sizes.argmax()) + 1  # the largest keeps its number
        changed.add(number)
        for piece in range(1, count + 1):
            if piece != first:
                largest += 1
                labels[box][pieces == piece] = largest
                changed.add(largest)
    return largest, changed


def _join(
    labels: LabelImage, _correction: Correction, touched: Sequence[int], largest: int
) -> tuple[int, set[int]]:
    """Make one particle of those along a line: the first keeps its number."""
    if len(touched) < 2:
        return largest, set()
    first, *others = touched
    for number in others:
        box = _box(labels, number)
        labels[box][labels[box] == number] = first
    return largest, set(touched)


def _draw(
    labels: LabelImage, correction: Correction, _touched: Sequence[int], largest: int
) -> tuple[int, set[int]]:
    """Make a particle of what an outline encloses, as far as it is none yet."""
    from skimage.draw import polygon

    ys, xs = np.array(correction.places).T
    rows, columns = polygon(ys, xs, shape=labels.shape)
    free = labels[rows, columns] == 0
    if not free.any():
        return largest, set()
    labels[rows[free], columns[free]] = largest + 1
    return largest + 1, {largest + 1}


def _replace(
    labels: LabelImage, external: ExternalLabels, state: dict[int, bool], largest: int
) -> tuple[int, set[int]] | None:
    """Put the particles of a file in the place of all; None where they have another shape.

    One that is the same as before keeps its number, and one with other pixels what a hand said of it.
    """
    given = external.labels
    if given.shape != labels.shape:
        return None
    changes = compare_particles(labels, given)
    numbers = np.zeros(int(given.max(initial=0)) + 1, np.int32)
    for number in changes.unchanged:
        numbers[number] = changes.former[number]
    others = [*changes.changed, *changes.new]
    numbers[others] = np.arange(largest + 1, largest + 1 + len(others))
    for number in changes.changed:
        if (said := state.get(changes.former[number])) is not None:
            state[int(numbers[number])] = said
    state.update({int(numbers[number]): True for number in external.out if 0 < number < len(numbers)})
    labels[...] = numbers[given]
    return largest + len(others), {int(numbers[number]) for number in others}


_DOES = {"cut": _cut, "join": _join, "draw": _draw}


def _numbers_along(labels: LabelImage, correction: Correction) -> list[int]:
    """Return the particles that a line meets, in their order along it."""
    rows, columns = _line(labels.shape, correction.places)
    met = labels[rows, columns]
    return [int(number) for number in dict.fromkeys(met.tolist()) if number]


def _line(
    shape: tuple[int, ...], places: Sequence[tuple[float, float]], wall: bool = False
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return rows and columns of the pixels along a line of several pieces, within the image.

    As a wall it has no gap at corners: of each step across both rows and columns there is a pixel more.
    """
    from skimage.draw import line

    points = [(round(y), round(x)) for y, x in places]
    pieces = [np.array(points[:1]).T]
    pieces += [np.stack(line(*a, *b)) for a, b in pairwise(points)]
    found = np.concatenate(pieces, axis=1)
    if wall:
        found = np.concatenate([found, np.stack([found[0, 1:], found[1, :-1]])], axis=1)
    within = ((found >= 0) & (found < np.array(shape)[:, np.newaxis])).all(axis=0)
    return found[0, within], found[1, within]


def _box(labels: LabelImage, number: int) -> tuple[slice, slice]:
    """Return rows and columns of a particle."""
    own = labels == number
    rows, columns = np.flatnonzero(own.any(axis=1)), np.flatnonzero(own.any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _within(
    line: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]], box: tuple[slice, slice]
) -> npt.NDArray[np.bool_]:
    """Return a line as a mask of a box."""
    height, width = (side.stop - side.start for side in box)
    mask = np.zeros((height, width), np.bool_)
    rows, columns = line[0] - box[0].start, line[1] - box[1].start
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    mask[rows[inside], columns[inside]] = True
    return mask
