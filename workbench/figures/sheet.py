"""How a figure lies on paper: its width, its rows of panes, the size of its lettering, lines that fit a pane."""

from __future__ import annotations

import math
import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from workbench.errors import WorkbenchError
from workbench.figures.lettering import letter, spelled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from workbench.figures.paper import PaperFigure

MM_PER_INCH = 25.4
POINTS_PER_INCH = 72.0
JOURNAL_WIDTHS_MM = {"single column": 85.0, "one and a half": 120.0, "double column": 180.0}
"""Widths that journals print figures at; most differ from these by a few mm."""
NARROWEST_MM, WIDEST_MM = 20.0, 1000.0
NARROWEST_PANE_MM = 38.0
"""A row holds fewer panes where they would be narrower: a title would not fit above one."""
PANE_INCHES = 2.9
MOST_COLUMNS = 4
PAD_POINTS = 3.0
"""On each side of a pane."""
LETTER_WIDTH, WIDE_LETTER_WIDTH = 0.55, 1.0
"""Of a letter on average, over the size of the font; of a letter of an East Asian script."""

Letters = Literal["a)", "a", "A", "(a)"]
LETTERS: tuple[Letters, ...] = get_args(Letters)
BarCorner = Literal["lower left", "lower right"]
BAR_CORNERS: tuple[BarCorner, ...] = get_args(BarCorner)


@dataclass(frozen=True)
class Sheet:
    """How wide a figure is, and what that leaves to its panes.

    Attributes
    ----------
    across, down : int
        Panes in a row, and rows.
    inches : float
        Width of the figure.
    exact : bool
        Whether the figure is that wide on paper, however it is saved.
    title_points, label_points : float
        Size of the titles above the panes and of the lines below them.
    """

    across: int
    down: int
    inches: float
    exact: bool
    title_points: float
    label_points: float

    @property
    def pane_inches(self) -> float:
        """Width of a pane, with what keeps it apart from the next."""
        return self.inches / self.across

    def title_letters(self) -> int:
        """Return how many letters of a title fit above a pane."""
        return self._fitting(self.title_points)

    def label_letters(self) -> int:
        """Return how many letters fit into a line below a pane."""
        return self._fitting(self.label_points)

    def _fitting(self, points: float) -> int:
        room = self.pane_inches * POINTS_PER_INCH - 2 * PAD_POINTS
        return max(8, math.floor(room / (LETTER_WIDTH * points)))

    def first_height(self, aspect: float) -> float:
        """Return how high the figure is, in inches, for panes of height over width, with a line above each."""
        return (self.pane_inches * aspect + 0.35) * self.down

    def place(self, made: PaperFigure, panes: Sequence[Axes], aspect: float) -> None:
        """Put the panes of a figure where they belong, and make it just as high as they need.

        Matplotlib's own layout leaves room beside pictures of a fixed aspect, and cuts titles of several lines.

        Parameters
        ----------
        made : PaperFigure
        panes : sequence of Axes
            With their titles and labels, before anything is drawn in them.
        aspect : float
            Height over width of a pane.
        """
        letter(made)
        made.set_layout_engine("none")
        canvas: Any = made.canvas
        renderer, pad = canvas.get_renderer(), PAD_POINTS / POINTS_PER_INCH
        wide = self.pane_inches - 2 * pad
        tops, total = [], 0.0
        for first in range(0, len(panes), self.across):
            above, below = 0.0, 0.0
            for axis in panes[first : first + self.across]:
                inner, outer = axis.get_window_extent(renderer), axis.get_tightbbox(renderer)
                if outer is not None:
                    above, below = max(above, outer.y1 - inner.y1), max(below, inner.y0 - outer.y0)
            tops.append(total + pad + above / made.dpi)
            total = tops[-1] + wide * aspect + below / made.dpi + pad
        made.set_size_inches(self.inches, total)
        for place, axis in enumerate(panes):
            row, column = divmod(place, self.across)
            left, low = column * self.pane_inches + pad, total - tops[row] - wide * aspect
            axis.set_position((left / self.inches, low / total, wide / self.inches, wide * aspect / total))


def sheet_for(panes: int, columns: int | None, width_mm: float | None) -> Sheet:
    """Return how panes lie in a figure of a width in mm; ``None``: as wide as its panes need on a screen."""
    if width_mm is None:
        across = min(panes, max(MOST_COLUMNS if columns is None else columns, 1))
        return Sheet(across, math.ceil(panes / across), PANE_INCHES * across, False, 9, 8)
    width = check_width(width_mm)
    fitting = min(MOST_COLUMNS, math.floor(width / NARROWEST_PANE_MM)) if columns is None else columns
    across = min(panes, max(fitting, 1))
    return Sheet(across, math.ceil(panes / across), width / MM_PER_INCH, True, 8, 7)


def check_width(width_mm: Any) -> float:
    """Return the width of a figure on paper in mm.

    Raises
    ------
    WorkbenchError
        If it is no number, or one that no paper has.
    """
    try:
        width = float(width_mm)
    except (TypeError, ValueError):
        width = math.nan
    if not NARROWEST_MM <= width <= WIDEST_MM:
        raise WorkbenchError(
            f"A figure is {NARROWEST_MM:g} to {WIDEST_MM:g} mm wide on paper, not {width_mm!r}; "
            f"journals take {', '.join(f'{width:g}' for width in JOURNAL_WIDTHS_MM.values())}."
        )
    return width


def check_letters(letters: Any) -> Letters:
    """Return how panes are lettered.

    Raises
    ------
    WorkbenchError
        If there is no such way.
    """
    if letters not in LETTERS:
        raise WorkbenchError(f"Panes are lettered {', '.join(map(repr, LETTERS))}, not {letters!r}.")
    return LETTERS[LETTERS.index(letters)]


def check_corner(corner: Any) -> BarCorner:
    """Return where a scale bar lies.

    Raises
    ------
    WorkbenchError
        If none can lie there.
    """
    if corner not in BAR_CORNERS:
        raise WorkbenchError(f"A scale bar lies at the {' or '.join(BAR_CORNERS)}, not at {corner!r}.")
    return BAR_CORNERS[BAR_CORNERS.index(corner)]


def check_bar(bar_nm: Any) -> float | None:
    """Return the length of a scale bar in nm, ``None`` where it is chosen by the width of the pane.

    Raises
    ------
    WorkbenchError
        If it is no positive number.
    """
    if bar_nm is None:
        return None
    try:
        length = float(bar_nm)
    except (TypeError, ValueError):
        length = math.nan
    if not 0 < length < math.inf:
        raise WorkbenchError(f"A scale bar is a positive number of nm long, not {bar_nm!r}.")
    return length


def folded(text: str, letters: int) -> str:
    """Break a text into lines of so many letters at most, between words where it can; its own lines stay."""
    lines = [spelled(line) for line in text.split("\n")]
    wide = any(unicodedata.east_asian_width(one) in "WF" for line in lines for one in line)
    room = max(4, math.floor(letters * LETTER_WIDTH / WIDE_LETTER_WIDTH) if wide else letters)
    return "\n".join(
        part for line in lines for part in textwrap.wrap(line, room, break_on_hyphens=False) or [""]
    )


def joined(first: str, second: str, letters: int) -> str:
    """Put two parts of a sentence into one line of so many letters, or below each other where it is too long."""
    whole = f"{first}, {second}"
    apart = len(spelled(whole)) > letters >= len(spelled(first)) + 1
    return folded(f"{first},\n{second}" if apart else whole, letters)
