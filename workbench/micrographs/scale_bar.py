"""Finds the ends of a scale bar that is burnt into a picture, along a line that a person drew roughly."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from workbench.errors import MicrographError
from workbench.micrographs.bar_in_strip import SHORTEST_PX, Bar, Drawn, find_bar
from workbench.micrographs.length_text import length_nm
from workbench.micrographs.micrograph import FloatImage, Micrograph

Place = tuple[float, float]

CLICK_PX = 4.0
"""A shorter line is a click."""
NEAR_AXIS_DEGREES = 12.0
"""A line that is drawn so far from level or upright is meant to be so, as nearly all bars are."""
DEEP = 3
"""So many times as far as a line may miss its bar the picture is looked at: a bar is told from the plate beneath it."""
OBLIQUE_DEGREES = 5.0
"""So far off its bar a line of any other direction may be drawn."""


@dataclass(frozen=True)
class ScaleBar:
    """A scale bar in a picture.

    Parameters
    ----------
    start, end : (float, float)
        Row and column of its ends, in px from the corner of the picture: the middle of the first pixel is (0.5, 0.5).
        Of a bar with ticks at its ends, the middles of these.

    Examples
    --------
    >>> from workbench.micrographs.scale_bar import ScaleBar
    >>> bar = ScaleBar((200.5, 20.0), (200.5, 232.0))
    >>> bar.length_px, bar.nm_per_px("53 nm")
    (212.0, 0.25)
    """

    start: Place
    end: Place

    @property
    def length_px(self) -> float:
        """How long it is, in px."""
        return math.dist(self.start, self.end)

    @property
    def length_text(self) -> str:
        """Its length to a tenth of a pixel, such as ``212 px``."""
        return f"{round(self.length_px, 1):.10g} px"

    def nm_per_px(self, length: str) -> float:
        """Return the edge of a pixel in nm, for a bar of this length.

        Parameters
        ----------
        length : str
            As the caption says, with its unit: ``50 nm``, ``0.2 um``, ``200 Å``.

        Raises
        ------
        MicrographError
            If that is no length.
        """
        return float(f"{length_nm(length) / self.length_px:.6g}")

    def said(self, length: str) -> str:
        """Return where a pixel size came from, such as ``50 nm over 212 px``."""
        return f"{' '.join(length.split())} over {self.length_text}"


def find_scale_bar(micrograph: Micrograph, start: Place, end: Place | None = None) -> ScaleBar:
    """Find the ends of the scale bar along a line that was drawn roughly.

    A bar has one tone all along, other tones on all sides, and straight ends; it may be light or dark, solid or a line
    with ticks or arrows at its ends, level, upright or oblique. The line may miss it by 8 px (or 1 % of the picture's
    longer edge), be tilted by some degrees, and up to twice too long or four times too short. A bar with an outline
    ends where its fill ends; a line beside the plate beneath a bar is of that bar.

    Parameters
    ----------
    micrograph : Micrograph
    start, end : (float, float)
        Row and column of the line's ends, in px from the picture's corner; without ``end``, of a click on a level or
        upright bar.

    Returns
    -------
    ScaleBar

    Raises
    ------
    MicrographError
        If no bar lies there, or its ends cannot be told from what is around it.

    Examples
    --------
    >>> import numpy as np
    >>> import workbench as wb
    >>> pixels = np.random.default_rng(0).normal(120, 9, (256, 256))
    >>> pixels[220:226, 30:130] = 255
    >>> m = wb.Micrograph(pixels)
    >>> bar = wb.find_scale_bar(m, (220, 45), (226, 120))
    >>> round(bar.length_px, 1)
    100.0
    >>> m.with_nm_per_px(bar.nm_per_px("50 nm"))
    Micrograph('micrograph', 256 x 256, 0.4999 nm/px)
    """
    pixels = micrograph.pixels
    first, last = np.asarray(start, np.float64), np.asarray(start if end is None else end, np.float64)
    if not all(np.all((place >= 0) & (place <= pixels.shape)) for place in (first, last)):
        raise MicrographError("The line ends outside of the micrograph; draw it along the scale bar.")
    found = _best(list(_level_or_upright(pixels, first, last)))
    if found is None and math.dist(first, last) >= 4 * CLICK_PX:
        found = _oblique(pixels, first, last)
    if found is None:
        raise MicrographError(
            "No bar lies along this line; draw it along the scale bar from one end to the other, or type the "
            "pixel size."
        )
    if found[1].cut_off:
        raise MicrographError(
            "The bar along this line goes on to the edge of the picture, so how long it is cannot be seen; type the "
            "pixel size."
        )
    return found[0]


Found = tuple[ScaleBar, Bar]
Vector = npt.NDArray[np.float64]


def _best(found: list[Found]) -> Found | None:
    return max(found, key=lambda one: one[1].score, default=None)


def _level_or_upright(pixels: FloatImage, first: Vector, last: Vector) -> Iterator[Found]:
    """Look along rows or columns, as the line lies; along both for a click."""
    slope = np.abs(last - first)
    click = math.hypot(*slope) < CLICK_PX
    most, reach = math.tan(math.radians(NEAR_AXIS_DEGREES)), _reach(pixels)
    for axis in (1, 0):
        if not click and slope[1 - axis] > most * slope[axis]:
            continue
        turned = pixels if axis == 1 else pixels.T
        along, across = (first[axis], last[axis]), (first[1 - axis], last[1 - axis])
        top = max(math.floor(min(across) - DEEP * reach), 0)
        strip = turned[top : math.ceil(max(across) + DEEP * reach)]
        drawn = Drawn(
            None if click else (min(along), max(along)),
            sum(along) / 2,
            min(across) - top,
            max(across) - top,
            reach,
            SHORTEST_PX * (1 + click),
        )
        if (bar := find_bar(strip, drawn)) is None:
            continue
        ends: list[Place] = [(bar.middle + top, bar.left), (bar.middle + top, bar.right)]
        if axis == 0:
            ends = [(end[1], end[0]) for end in ends]
        yield ScaleBar(ends[0], ends[1]), bar


def _oblique(pixels: FloatImage, first: Vector, last: Vector) -> Found | None:
    """Look along directions near that of the line, first in coarse steps and then in fine ones."""
    middle, angle = (first + last) / 2, math.atan2(last[0] - first[0], last[1] - first[1])
    found: Found | None = None
    for width, step in ((OBLIQUE_DEGREES, 0.5), (0.4, 0.1)):
        turns = np.radians(np.arange(-width, width + step / 2, step))
        tried = [_along(pixels, middle, angle + turn, math.dist(first, last)) for turn in turns]
        # bars cut at a slant are shorter, and less sure
        best = _best([one for one in tried if one is not None])
        if best is None:
            return found
        found = best if found is None or best[1].score > found[1].score else found
        (row, column), (last_row, last_column) = found[0].start, found[0].end
        angle = math.atan2(last_row - row, last_column - column)
    return found


def _along(pixels: FloatImage, middle: Vector, angle: float, length: float) -> Found | None:
    """Look in a strip of the picture that is turned by an angle around the middle of the line."""
    reach, half = _reach(pixels), math.ceil(max(2.5 * length, 100.0))
    forth, down = np.array([math.sin(angle), math.cos(angle)]), np.array([math.cos(angle), -math.sin(angle)])
    along, across = np.arange(-half, half) + 0.5, np.arange(-DEEP * reach, DEEP * reach) + 0.5
    places = middle[:, None, None] + down[:, None, None] * across[:, None] + forth[:, None, None] * along
    strip = ndimage.map_coordinates(pixels, places - 0.5, order=1, cval=np.nan)
    level = float(DEEP * reach)
    bar = find_bar(
        strip, Drawn((half - length / 2, half + length / 2), half, level, level, reach, 2 * SHORTEST_PX)
    )
    if bar is None:
        return None
    ends = [middle + down * (bar.middle - level) + forth * (edge - half) for edge in (bar.left, bar.right)]
    start, end = ((float(row), float(column)) for row, column in ends)
    return ScaleBar(start, end), bar


def _reach(pixels: FloatImage) -> int:
    """Return how far a line may miss its bar, in px."""
    height, width = (int(edge) for edge in pixels.shape)
    return max(8, round(0.01 * max(height, width)))
