"""Paper, colours and files of the figures of a study."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""After Okabe and Ito, "Color Universal Design" (2008): told apart by colour-blind eyes too."""
PANEL_INCHES = (2.7, 2.6)
MOST_ACROSS = 4
DPI = 200


def colours_of(count: int, *, ordered: bool = False) -> list[str]:
    """Return colours: of things apart, or ``ordered`` from light to dark, for values of one thing."""
    if not ordered:
        return [COLOURS[place % len(COLOURS)] for place in range(count)]
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    return [to_hex(colormaps["viridis"](place)) for place in np.linspace(0.8, 0.1, max(count, 1))]


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure that belongs to no window; lengths in inches."""
    from workbench.figures.paper import PaperFigure

    return PaperFigure(width, height)


def panels(count: int, across: int = MOST_ACROSS) -> tuple[Figure, list[Axes]]:
    """Return a figure with so many panels that share their vertical axis, at most so many in a row."""
    across = min(count, across)
    down = math.ceil(count / across)
    figure = new_figure(max(PANEL_INCHES[0] * across, 3.4), PANEL_INCHES[1] * down)
    axes = list(figure.subplots(down, across, squeeze=False, sharey=True).ravel())
    for axis in axes[count:]:
        axis.set_visible(False)
    return figure, axes[:count]


def tidy(axis: Axes, title: str, below: str) -> None:
    """Give a panel its title and quiet lines."""
    axis.set_title(title, fontsize=9, parse_math=False)
    axis.set_xlabel(below, fontsize=8)
    axis.tick_params(labelsize=7)
    axis.grid(True, color="#DDDDDD", linewidth=0.5)
    axis.set_axisbelow(True)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)


def save(figure: Figure, stem: Path) -> Path:
    """Write a figure as SVG and PNG; the same numbers give the same files. Return the PNG."""
    from matplotlib import rc_context

    stem.parent.mkdir(parents=True, exist_ok=True)
    with rc_context({"svg.hashsalt": stem.name}):
        figure.savefig(stem.with_suffix(".svg"), metadata={"Date": None})
    png = stem.with_suffix(".png")
    figure.savefig(png, dpi=DPI)
    return png
