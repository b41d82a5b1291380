"""A level bar in a strip of a picture: a rectangle of one tone, with other tones on all sides."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from workbench.micrographs.marks import FloatImage

BoolImage = npt.NDArray[np.bool_]

TONES = (0.06, 0.13, 0.25)
"""How far pixels of one tone may lie apart, in shares of the range of grey: as drawn, through JPEG, and amid noise."""
SHORTEST_PX = 12
THICKEST = 0.5
"""Share of a bar's length."""
ENDS_APART_PX = 3
"""So far the ends of two rows of one bar may lie apart: corners are round where a picture was enlarged."""
LEAST_CONTRAST = 0.1
RIM_PX = 4
"""The change from a bar to what is around it takes so many px at most, each side of half of it."""


@dataclass(frozen=True)
class Drawn:
    """What a person drew in a strip, in px from its corner.

    Parameters
    ----------
    span : (float, float) or None
        First and last column of the line; None for a click.
    column : float
        Its middle.
    top, bottom : float
        Between which rows it lies.
    reach : int
        How far away from it the bar may lie.
    shortest : int
        So long the bar is at least: longer where more is tried, as chance makes short ones amid noise.
    """

    span: tuple[float, float] | None
    column: float
    top: float
    bottom: float
    reach: int
    shortest: int = SHORTEST_PX

    def seeds(self) -> list[int]:
        """Return columns of which one lies in the bar."""
        if self.span is None:
            return [int(self.column + shift) for shift in (0, -6, 6)]
        first, last = self.span
        return [int(first + share * (last - first)) for share in (0.5, 0.3, 0.7, 0.15, 0.85)]

    def along(self, bar: Bar) -> Drawn:
        """Return a line along a bar that was found, from which what is drawn on it is not too far away."""
        reach = max(self.reach, 2 * bar.thickness)
        return replace(
            self,
            span=(bar.left, bar.right),
            column=(bar.left + bar.right) / 2,
            top=bar.middle,
            bottom=bar.middle,
            reach=reach,
        )

    def fits(self, left: float, right: float, middle: float) -> float:
        """Return how well a bar lies along what was drawn, from 0 (not at all) to 1."""
        away = max(self.top - middle, middle - self.bottom, 0.0) / self.reach
        if away > 1:
            return 0.0
        near = 1 - 0.5 * away
        if self.span is None:
            return near * math.sqrt(min(1.0, (right - left) / 80))
        first, last = self.span
        length, drawn = right - left, last - first
        shared = min(right, last) - max(left, first)
        if shared < 0.6 * min(length, drawn) or not 0.45 <= length / drawn <= 4.5:
            return 0.0
        return near * math.sqrt(shared / max(length, drawn))


@dataclass(frozen=True)
class Bar:
    """A bar in a strip.

    Parameters
    ----------
    left, right : float
        Its ends, in px from the strip's left edge.
    middle : float
        Its row, in px from the strip's upper edge.
    score : float
        How sure it is, and how well it fits what was drawn.
    thickness : int
        In px.
    tone : float
        In shares of the range of grey.
    beside : (float, float)
        The tones above and below it.
    cut_off : bool
        Whether one of its ends lies at the edge of the strip, so that it may go on there.
    """

    left: float
    right: float
    middle: float
    score: float
    thickness: int
    tone: float
    beside: tuple[float, float]
    cut_off: bool

    @property
    def length(self) -> float:
        """In px."""
        return self.right - self.left

    def is_ground_of(self, other: Bar) -> bool:
        """Say whether this is of the plate on which another bar was drawn, or what lies between its ticks.

        Where the specimen has the tone of the bar, each could be the other's ground; a plate is the longer one.
        """
        return self._surrounds(other) and not (other._surrounds(self) and self.length < other.length)

    def _surrounds(self, other: Bar) -> bool:
        """Say whether another bar lies here, and has this one's tone above and below."""
        shared = min(self.right, other.right) - max(self.left, other.left)
        near = abs(other.middle - self.middle) <= 3 + (other.thickness + self.thickness) / 2
        apart = abs(other.tone - self.tone)
        return (
            near
            and shared > 0.8 * min(self.length, other.length)
            and all(abs(beside - self.tone) < 0.3 * apart for beside in other.beside)
        )


def find_bar(strip: FloatImage, drawn: Drawn) -> Bar | None:
    """Find the bar along what was drawn.

    Parameters
    ----------
    strip : (H, W) float32 array
        NaN outside of the picture.
    drawn : Drawn

    Returns
    -------
    Bar or None
        None where there is none.
    """
    known = strip[np.isfinite(strip)]
    if known.size == 0:
        return None
    low, high = np.percentile(known, (0.05, 99.95))
    if not high > low:
        return None
    grey = ((strip - low) / (high - low)).clip(-0.05, 1.05)
    noise = 1.05 * float(np.nanmedian(np.abs(np.diff(grey, axis=1))))
    best = _best(_bars(grey, drawn, noise))
    if best is None:
        return None
    # of a plate only the rim may be near enough, and the bar on it too far away
    on_it = [bar for bar in _bars(grey, drawn.along(best), noise) if best.is_ground_of(bar)]
    return _best(on_it) or best


def _bars(grey: FloatImage, drawn: Drawn, noise: float) -> list[Bar]:
    """Return all bars along what was drawn, the plates beneath others too."""
    tried: set[tuple[int, int, int, int]] = set()
    found: list[Bar] = []
    for seed, tone in itertools.product(drawn.seeds(), TONES):
        for box in _boxes(grey, seed, tone, drawn):
            if box in tried:
                continue
            tried.add(box)
            if (bar := _measured(grey, box, tone, drawn, noise)) is not None:
                found.append(bar)
    return found


def _best(found: list[Bar]) -> Bar | None:
    bars = [bar for bar in found if not any(bar.is_ground_of(other) for other in found)]
    return max(bars, key=lambda bar: bar.score, default=None)


def _boxes(grey: FloatImage, seed: int, tone: float, drawn: Drawn) -> Iterator[tuple[int, int, int, int]]:
    """Yield top, bottom, left and right of rows around a column that have one tone between the same ends."""
    height, width = grey.shape
    if not 1 <= seed < width - 1:
        return
    tones = np.median(grey[:, seed - 1 : seed + 2], axis=1)
    same = np.abs(grey - tones[:, None]) <= tone
    same[:, 1:-1] |= same[:, :-2] & same[:, 2:]  # a pixel of noise
    left = seed + 1 - np.argmin(same[:, : seed + 1][:, ::-1], axis=1)
    right = seed + np.argmin(same[:, seed:], axis=1)
    left[same[:, : seed + 1].all(1)] = 0
    right[same[:, seed:].all(1)] = width
    alike = (right - left >= drawn.shortest) & (right - left < width - 2)
    first, last = int(max(drawn.top - drawn.reach, 0)), int(min(drawn.bottom + drawn.reach + 1, height))
    for row in range(first, last):
        if not alike[row]:
            continue
        own = (
            alike
            & (np.abs(left - left[row]) <= ENDS_APART_PX)
            & (np.abs(right - right[row]) <= ENDS_APART_PX)
            & (np.abs(tones - tones[row]) <= tone)
        )
        top = row - int(np.argmin(own[: row + 1][::-1])) + 1 if not own[: row + 1].all() else 0
        bottom = row + int(np.argmin(own[row:])) if not own[row:].all() else height
        if bottom - top <= THICKEST * (right[row] - left[row]) and top >= 2 and bottom <= height - 2:
            yield top, bottom, int(np.median(left[top:bottom])), int(np.median(right[top:bottom]))


def _measured(
    grey: FloatImage, box: tuple[int, int, int, int], tone: float, drawn: Drawn, noise_around: float
) -> Bar | None:
    """Return the bar in a box, None where it is none: too noisy, or not another tone on all sides."""
    top, bottom, left, right = box
    width = grey.shape[1]
    fits = drawn.fits(left, right, (top + bottom) / 2)
    if not fits:
        return None
    middle, beyond = (grey[at, left + 2 : right - 2] for at in ((top + bottom) // 2, (top - 2, bottom + 1)))
    if (np.abs(beyond - middle.mean()) > tone).mean(1).min() < 0.6:
        return None  # quickly, as most are
    cut = left < 2, right > width - 2
    thin = bottom - top < 4
    rows = slice(top, bottom) if thin else slice(top + 1, bottom - 1)
    inside = grey[rows, left + 2 : right - 2]
    own = float(np.median(inside))
    noise = 1.48 * float(np.median(np.abs(inside - own)))
    profile = np.median(grey[rows], axis=0)
    sides = [
        _beside(grey[max(top - RIM_PX, 0) : top, left + 2 : right - 2], own),
        _beside(grey[bottom : bottom + RIM_PX, left + 2 : right - 2], own),
    ]
    if not cut[0]:
        sides.append(_beside(profile[max(left - RIM_PX, 0) : left, None], own))
    if not cut[1]:
        sides.append(_beside(profile[right : right + RIM_PX, None], own))
    contrast = min(sides)
    amid_noise = (2.0 if bottom - top >= 3 else 3.0) * noise_around
    if not contrast >= max(LEAST_CONTRAST, 3 * noise, 0.8 * tone, amid_noise):
        return None
    if (np.abs(inside - own) > 0.5 * contrast).mean() > 0.06:
        return None
    near_ends = [profile[at] for at, gone in zip((left + 5, right - 6), cut, strict=True) if not gone]
    if any(abs(near - own) > 0.25 * contrast for near in near_ends):
        return None  # it fades out
    start = 0.0 if cut[0] else width - _end(profile[::-1], width - left, own)
    end = float(width) if cut[1] else _end(profile, right, own)
    ticks = [_tick(grey, box, own, contrast, side) for side in (-1, 1)]
    if min(ticks) > 0 and abs(ticks[0] - ticks[1]) <= 2:
        start, end = start + ticks[0] / 2, end - ticks[1] / 2
    sure = contrast / (noise + 0.1) * (0.8 if bottom - top < 2 else 1.0)
    above, below = (float(np.median(row)) for row in beyond)
    return Bar(
        start,
        end,
        (top + bottom) / 2,
        float(min(sure, 4.0) * fits),
        bottom - top,
        own,
        (above, below),
        any(cut),
    )


def _beside(rows: FloatImage, own: float) -> float:
    """Return by how much the tone beside a bar differs from its own in three quarters of its length."""
    if not len(rows) or not np.isfinite(rows).all():
        return 0.0
    return float(np.percentile(np.abs(rows - own), 25, axis=1).max())


def _end(profile: FloatImage, right: int, own: float) -> float:
    """Return where a profile has gone half of the way from the bar's tone to the tone after it, in px."""
    outside = profile[right : right + RIM_PX]
    other = outside[np.argmax(np.abs(outside - own))]
    share = (profile - own) / (other - own)
    place = next(at for at in range(max(right - RIM_PX, 1), right + RIM_PX) if share[at] >= 0.5)
    before, after = float(share[place - 1]), float(share[place])
    return place + 0.5 - (after - 0.5) / max(after - before, 1e-6)


def _tick(grey: FloatImage, box: tuple[int, int, int, int], own: float, contrast: float, side: int) -> int:
    """Return how wide the tick is that stands across a bar at one of its ends; 0: there is none."""
    top, bottom, left, right = box
    widest = max((right - left) // 8, 3)
    columns = slice(left, left + widest + 1) if side < 0 else slice(right - widest - 1, right)
    widths = []
    for rows in ((top - 2, top - 1), (bottom + 1, bottom + 2)):
        if rows[0] < 0 or rows[1] > len(grey):
            return 0
        there = (np.abs(grey[rows[0] : rows[1], columns] - own) < 0.5 * contrast).all(0)[::-side]
        if not there[:2].any() or there.all():
            return 0
        begin = int(np.argmax(there))
        widths.append(int(np.argmin(there[begin:])))
    return round(sum(widths) / 2)
