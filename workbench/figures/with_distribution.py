"""The distribution of sizes below the panes of a figure: one sheet for both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.figures.distribution import SMALL_POINTS, figure_distribution
from workbench.figures.lettering import letter as in_fonts
from workbench.figures.pane import lettered
from workbench.figures.sheet import JOURNAL_WIDTHS_MM, MM_PER_INCH, PAD_POINTS, POINTS_PER_INCH, Letters
from workbench.particles.distribution_result import Distribution

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from workbench.figures.paper import PaperFigure

WIDTH_MM = JOURNAL_WIDTHS_MM["double column"]
"""Of a figure for which none is asked."""
LOWEST_MM, HIGHEST_MM, HEIGHT = 42.0, 62.0, 0.5
"""Of the axes of the distribution: a part of the width, between two bounds."""
_GAP_MM = 2.0


def add_distribution(made: PaperFigure, distribution: Distribution, letter: str, letters: Letters) -> None:
    """Draw a distribution below all that a figure of exact width has; it grows by just as much as that takes.

    Parameters
    ----------
    made : PaperFigure
        Whose panes are placed, see `Sheet.place`.
    distribution : Distribution
    letter : str
        Of the pane, such as ``c``.
    letters : str
        How panes are lettered.

    Raises
    ------
    WorkbenchError
        If no particle is counted; the figure is as before then.
    """
    wide, high = (float(inches) for inches in made.get_size_inches())
    pad = PAD_POINTS / POINTS_PER_INCH
    tall = min(max(wide * MM_PER_INCH * HEIGHT, LOWEST_MM), HIGHEST_MM) / MM_PER_INCH
    axes = made.add_axes((0.1, 0.1, 0.8, 0.8))
    try:
        figure_distribution(distribution, axes)
    except BaseException:
        axes.remove()
        raise
    words = axes.get_title(loc="left")
    axes.set_title(
        f"{lettered(letter, letters)} {words}",
        fontsize=SMALL_POINTS,
        loc="left",
        parse_math=False,
        linespacing=1.3,
    )
    in_fonts(made)
    panes = {one: one.get_position() for one in made.axes if one.get_subplotspec() is not None}
    own = [one for one in made.axes if one not in panes]  # the cumulative curve has axes of its own
    for _round in range(
        2
    ):  # which numbers stand along the axes, and how wide they are, changes with their size
        left, right, below, above = _room(made, axes, own)
        grown = high + above + tall + below + pad + _GAP_MM / MM_PER_INCH
        made.set_size_inches(wide, grown)
        for one, was in panes.items():
            bottom = grown - high + was.y0 * high
            one.set_position((was.x0, bottom / grown, was.width, was.height * high / grown))
        inner = wide - left - right - 2 * pad
        for one in own:
            one.set_position(((left + pad) / wide, (below + pad) / grown, inner / wide, tall / grown))


def _room(made: PaperFigure, axes: Axes, own: Sequence[Axes]) -> tuple[float, float, float, float]:
    """Return how far labels and title of the axes reach beyond them, in inches: left, right, below, above."""
    canvas: Any = made.canvas
    renderer = canvas.get_renderer()
    inner = axes.get_window_extent(renderer)
    boxes = [box for one in own if (box := one.get_tightbbox(renderer)) is not None]
    left = inner.x0 - min(box.x0 for box in boxes)
    right = max(box.x1 for box in boxes) - inner.x1
    below = inner.y0 - min(box.y0 for box in boxes)
    above = max(box.y1 for box in boxes) - inner.y1
    return left / made.dpi, right / made.dpi, below / made.dpi, above / made.dpi
