"""Finds what was burnt into a picture: strips of one grey, solid bars, letters, areas that were painted over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from workbench.micrographs.blank_finding import find_blanks
from workbench.micrographs.marks import FloatImage, Kind, Mark

BoolImage = npt.NDArray[np.bool_]

LARGEST_PX = 1024
"""Longer edge of the reduced picture in which marks are looked for; what is burnt in is made to be read."""

SMALLEST_PX = 64
LEVELS = (0.02, 0.12, 0.30)
"""Shares of the range of grey that count as black (or white): as drawn, amid noise that reaches as far; as most are;
and what JPEG or resampling has blurred."""

MOST_COHERENT = 0.74
"""Of the edges of text: letters have edges of all directions, lattice fringes of one."""

MARGIN_PX = 2
_EIGHT = np.ones((3, 3), np.bool_)
_MOST_PIECES = 20_000


def find_marks(pixels: npt.NDArray[Any]) -> tuple[Mark, ...]:
    """Find what was burnt into a picture.

    Marks are drawn: they have the darkest or the brightest grey of the picture, all over, with an edge of a pixel or
    two. A data bar is a strip of one grey along the bottom or the top, a scale bar a long solid rectangle, a label a
    rectangle of one grey with holes in it, text a line of pieces of one height, thin in the stroke and not convex as
    particles are, its edges not all in one direction as those of lattice fringes are, or one such letter in an upper
    corner, a blank an area of one grey with straight edges (`find_blanks`). What is grey else, or lies over something
    of its own grey, is not found.

    Parameters
    ----------
    pixels : (H, W) array of real numbers

    Returns
    -------
    tuple of Mark
        Boxes that do not touch each other, with a margin of 2 px; none for pictures under 64 px.
    """
    step = -(-max(pixels.shape) // LARGEST_PX)
    grey = _reduced(pixels, step)
    spread = float(grey.max() - grey.min()) if grey.size else 0.0
    if min(grey.shape) < SMALLEST_PX or not spread > 0:
        return ()
    grey = (grey - grey.min()) / np.float32(spread)
    differs = ndimage.maximum_filter(grey, 3) - ndimage.minimum_filter(grey, 3)
    flat = differs <= 0.03
    found = [*_strips(grey, flat), *find_blanks(differs)]
    for dark in (grey, 1 - grey):
        for level in LEVELS:
            found += _Pieces.of(dark, flat, level).marks()
    return _joined(found, step, pixels.shape)


def _reduced(pixels: npt.NDArray[Any], step: int) -> FloatImage:
    if step == 1:
        return np.asarray(pixels, np.float32)
    height, width = (edge // step * step for edge in pixels.shape)
    blocks = np.asarray(pixels[:height, :width], np.float32).reshape(
        height // step, step, width // step, step
    )
    mean: FloatImage = blocks.mean((1, 3), dtype=np.float32)
    return mean


def _strips(grey: FloatImage, flat: BoolImage) -> Iterator[Mark]:
    height, width = grey.shape
    if rows := _strip(grey[::-1], flat[::-1]):
        yield Mark("data bar", height - rows, height, 0, width)
    if rows := _strip(grey, flat):
        yield Mark("data bar", 0, rows, 0, width)


def _strip(grey: FloatImage, flat: BoolImage) -> int:
    """Return how many of the first rows are one strip of a single grey with letters in it; 0: none."""
    height = len(grey)
    most, edge = int(0.35 * height), max(int(0.03 * height), 2)
    counts, bounds = np.histogram(grey[1:edge], 50, (0, 1))
    common = float(bounds[counts.argmax()] + bounds[counts.argmax() + 1]) / 2
    longest = 0
    for ground in (common, 0.0, 1.0):
        on_ground = (np.abs(grey[: most + 60] - ground) < 0.05) & flat[: most + 60]
        share = on_ground.mean(1)
        begin = int(np.argmax(share >= 0.5))
        if share[begin] < 0.5 or begin > 0.04 * height:
            continue
        goes_on = ndimage.maximum_filter1d(share, 5)[begin:] >= 0.3
        end = begin + (len(goes_on) if goes_on.all() else int(np.argmin(goes_on)))
        if not 0.015 * height <= end <= most or share[end : end + max(10, end // 2)].mean() > 0.12:
            continue
        if share[max(end - 6, begin) : end].max() < 0.5 or share[end + 1 : end + 4].max(initial=0) > 0.15:
            continue  # vacuum ends in one row here and another there
        parts = sorted(part.mean() for part in np.array_split(on_ground[begin:end], 12, axis=1))
        if parts[2] >= 0.1:  # a scale bar or large letters may fill two of them
            longest = max(longest, end)
    return longest


class _Letter(NamedTuple):
    top: int
    bottom: int
    left: int
    right: int
    convex: bool
    solid: bool
    sharpness: float

    @property
    def height(self) -> int:
        return self.bottom - self.top

    def beside(self, other: _Letter) -> bool:
        """Say whether two letters, the first one further left, stand in one line of text."""
        low, high = sorted((self.height, other.height))
        overlap = min(self.bottom, other.bottom) - max(self.top, other.top)
        aligned = min(abs(self.bottom - other.bottom), abs(self.top - other.top)) <= 0.3 * high
        return (
            other.left - self.right <= 1.2 * high and overlap >= 0.5 * low and high <= 2.5 * low and aligned
        )


@dataclass
class _Pieces:
    """Connected pieces of the darkest grey."""

    dark: FloatImage
    flat: BoolImage
    level: float
    labels: npt.NDArray[np.intp]
    boxes: list[tuple[slice, slice]]
    area: npt.NDArray[np.intp]
    rim: npt.NDArray[np.intp]

    @classmethod
    def of(cls, dark: FloatImage, flat: BoolImage, level: float) -> _Pieces:
        """Part the pixels up to a level; none where they are most of the picture, or specks."""
        there = dark <= level
        labels, count = ndimage.label(there, _EIGHT)
        if there.mean() > 0.5 or count > _MOST_PIECES:
            return cls(dark, flat, level, labels, [], np.zeros(0, np.intp), np.zeros(0, np.intp))
        rim = there & ~ndimage.binary_erosion(there, _EIGHT, border_value=1)
        return cls(
            dark,
            flat,
            level,
            labels,
            ndimage.find_objects(labels),
            np.bincount(labels.ravel(), minlength=count + 1)[1:],
            np.bincount(labels[rim], minlength=count + 1)[1:],
        )

    def marks(self) -> list[Mark]:
        """Return scale bars, labels and lines of text."""
        found: list[Mark] = []
        letters: list[_Letter] = []
        for index, box in enumerate(self.boxes):
            if self.area[index] < 6:
                continue
            if kind := self._rectangle(index, box):
                found.append(_mark(kind, box))
            elif (letter := self._letter(index, box)) is not None:
                letters.append(letter)
        bars = [mark for mark in found if mark.kind == "scale bar"]
        return found + [
            _around("text", line)
            for line in _lines(letters)
            if self._is_text(_around("text", line), line, bars)
        ]

    def _rectangle(self, index: int, box: tuple[slice, slice]) -> Kind | None:
        height, width = (part.stop - part.start for part in box)
        rows, columns = self.dark.shape
        area = int(self.area[index])
        if 2 <= height <= 0.06 * rows and width >= max(3.5 * height, 0.03 * columns):
            full = area >= (0.88 if width < 6 * height else 0.8) * height * width
            if (
                full
                and self.dark[box][self._own(index, box)].mean() <= 0.12
                and self._edge_of_bar(box) > 0.75
                and not self._as_noisy_as_around(box)
            ):
                return "scale bar"
        wide = height >= max(0.02 * rows, 10) and width >= max(0.02 * columns, 10)
        if wide and height * width < 0.3 * rows * columns:
            own = self._own(index, box)
            filled = int(ndimage.binary_fill_holes(own).sum())
            written = filled - area >= 0.03 * height * width
            if filled >= 0.93 * height * width and written and self.flat[box][own].mean() > 0.5:
                return "label"
        return None

    def _letter(self, index: int, box: tuple[slice, slice]) -> _Letter | None:
        height, width = (part.stop - part.start for part in box)
        rows, columns = self.dark.shape
        if not (5 <= height <= 0.16 * rows and 2 <= width <= 0.3 * columns):
            return None
        area, stroke = int(self.area[index]), 2 * self.area[index] / max(self.rim[index], 1)
        own = self._own(index, box)
        convex = area >= 0.8 * _area_of_ellipse(own)
        longer, shorter = max(height, width), min(height, width)
        if convex and shorter > 0.4 * longer and longer > 0.015 * rows:
            return None  # neither l nor a full stop
        greys = self.dark[box][own]
        thin = stroke <= max(0.36 * (longer if convex else shorter), 2.2 if height >= 10 else 0)
        if not thin or np.median(greys) > 0.12 or greys.min() > 0.05:
            return None
        sharpness = self._sharpness(box, own)
        if sharpness <= 0.7:
            return None
        solid = (
            self.level < LEVELS[-1]
            and float(self.flat[box][own].mean()) > 0.15
            and float(np.percentile(greys, 90)) <= 0.08
            and sharpness > 0.85
        )
        return _Letter(
            box[0].start, box[0].stop, box[1].start, box[1].stop, convex, solid and not convex, sharpness
        )

    def _is_text(self, text: Mark, line: list[_Letter], bars: list[Mark]) -> bool:
        rows, columns = self.dark.shape
        height = text.bottom - text.top
        letters = sum(not letter.convex for letter in line)
        if len(line) >= 3 and letters >= max(2, len(line) / 2):
            sharp = float(np.mean([letter.sharpness for letter in line])) > 0.85
            return sharp and self._coherence(text) < MOST_COHERENT
        for bar in bars:
            beside = text.right > bar.left - height and text.left < bar.right + height
            if beside and text.bottom > bar.top - 3 * height and text.top < bar.bottom + 3 * height:
                return True
        middle = (text.left + text.right) / 2 / columns
        in_corner = (text.top + text.bottom) / 2 < 0.14 * rows and min(middle, 1 - middle) < 0.2
        return in_corner and 0.025 <= height / rows <= 0.13 and any(letter.solid for letter in line)

    def _coherence(self, text: Mark) -> float:
        """Return how far the edges in a box run one way, as lattice fringes do and letters do not: 0 to 1.

        The coherence of the structure tensor (Bigun and Granlund, Proc. 1st ICCV, 433 (1987)) of the whole box.
        """
        rows, columns = (
            slice(max(start - 4, 0), stop + 4)
            for start, stop in ((text.top, text.bottom), (text.left, text.right))
        )
        smooth = ndimage.gaussian_filter(self.dark[rows, columns], 1)
        squared = (ndimage.sobel(smooth, 1) + 1j * ndimage.sobel(smooth, 0)) ** 2
        return float(np.abs(squared.sum()) / max(np.abs(squared).sum(), 1e-9))

    def _own(self, index: int, box: tuple[slice, slice]) -> BoolImage:
        own: BoolImage = self.labels[box] == index + 1
        return own

    def _as_noisy_as_around(self, box: tuple[slice, slice]) -> bool:
        """Say whether a bar has the noise of the picture, as a rod of specimen has and nothing that was drawn."""
        (top, bottom), columns = (box[0].start, box[0].stop), box[1]
        inside = self.dark[top + 2 : bottom - 2, columns.start + 2 : columns.stop - 2]
        if inside.size < 40:
            return False
        around = [row for row in (top - 5, top - 4, bottom + 3, bottom + 4) if 0 <= row < len(self.dark)]
        noise = min((float(self.dark[row, columns].std()) for row in around), default=np.inf)
        return float(inside.std()) > max(0.02, 0.5 * noise)

    def _edge_of_bar(self, box: tuple[slice, slice]) -> float:
        """Return how much of the contrast above and below a bar is there 3 px from it, in shares of that at 7 px."""
        (top, bottom), columns = (box[0].start, box[0].stop), box[1]
        inside = float(self.dark[box].mean())
        steps = []
        for away in (3, 7):
            rows = [row for row in (top - away, bottom + away - 1) if 0 <= row < len(self.dark)]
            if not rows:
                return 0.0
            steps.append(float(np.median(self.dark[rows, columns])) - inside)
        return steps[0] / steps[1] if steps[1] > 0.15 else 0.0

    def _sharpness(self, box: tuple[slice, slice], own: BoolImage) -> float:
        """Return how much of the contrast around a piece is there 2 px from it, in shares of that at 4 to 5 px."""
        rows, columns = (
            slice(max(part.start - 6, 0), min(part.stop + 6, edge))
            for part, edge in zip(box, self.dark.shape, strict=True)
        )
        piece = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.bool_)
        piece[
            box[0].start - rows.start : box[0].stop - rows.start,
            box[1].start - columns.start : box[1].stop - columns.start,
        ] = own
        away = ndimage.distance_transform_cdt(~piece, "chessboard")
        around = self.dark[rows, columns]
        near, far = around[away == 2], around[(away == 4) | (away == 5)]
        if not near.size or not far.size:
            return 0.0
        inside = float(around[piece].mean())
        contrast = float(np.median(far)) - inside
        return (float(np.median(near)) - inside) / contrast if contrast > 0.2 else 0.0


def _area_of_ellipse(own: BoolImage) -> float:
    """Return the area of the ellipse with the second moments of a piece; rods, discs and squares fill theirs."""
    places = np.array(np.nonzero(own), np.float64)
    spread = np.cov(places, ddof=0) + np.eye(2) / 12
    return 4 * np.pi * float(np.sqrt(max(np.linalg.det(spread), 1e-9)))


def _lines(letters: list[_Letter]) -> list[list[_Letter]]:
    """Group letters that stand beside each other."""
    letters = sorted(letters, key=lambda letter: letter.left)
    line_of = list(range(len(letters)))
    tallest = max((letter.height for letter in letters), default=0)
    for first, letter in enumerate(letters):
        for second in range(first + 1, len(letters)):
            if letters[second].left - letter.right > 1.2 * tallest:
                continue
            if letter.beside(letters[second]):
                old, new = line_of[second], line_of[first]
                line_of = [new if line == old else line for line in line_of]
    lines: dict[int, list[_Letter]] = {}
    for line, letter in zip(line_of, letters, strict=True):
        lines.setdefault(line, []).append(letter)
    return list(lines.values())


def _mark(kind: Kind, box: tuple[slice, slice]) -> Mark:
    return Mark(kind, box[0].start, box[0].stop, box[1].start, box[1].stop)


def _around(kind: Kind, parts: list[_Letter] | list[Mark]) -> Mark:
    return Mark(
        kind,
        min(part.top for part in parts),
        max(part.bottom for part in parts),
        min(part.left for part in parts),
        max(part.right for part in parts),
    )


def _joined(found: list[Mark], step: int, shape: tuple[int, ...]) -> tuple[Mark, ...]:
    """Bring boxes to the pixels of the picture, with a margin, and join those that touch."""
    height, width = shape
    boxes = [
        Mark(
            mark.kind,
            max(mark.top * step - MARGIN_PX * step, 0),
            min(mark.bottom * step + MARGIN_PX * step, height),
            max(mark.left * step - MARGIN_PX * step, 0),
            min(mark.right * step + MARGIN_PX * step, width),
        )
        for mark in found
    ]
    order = ("data bar", "scale bar", "label", "text", "blank")
    joined: list[Mark] = []
    for box in sorted(boxes, key=lambda mark: order.index(mark.kind)):
        here = box
        while touching := [mark for mark in joined if _touch(mark, here)]:
            kind = min((mark.kind for mark in [*touching, here]), key=order.index)
            joined = [mark for mark in joined if mark not in touching]
            here = _around(kind, [*touching, here])
        joined.append(here)
    return tuple(sorted(joined, key=lambda mark: (mark.top, mark.left)))


def _touch(one: Mark, other: Mark) -> bool:
    return (
        one.top <= other.bottom
        and other.top <= one.bottom
        and one.left <= other.right
        and other.left <= one.right
    )
