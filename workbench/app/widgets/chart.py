"""Charts as this page draws them: axes without grid lines, narrow margins, no animation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bqplot
import ipywidgets as widgets
import numpy as np

INK = "#5c6670"
"""Colour of axes and of what marks a value."""
NO_POINTS = np.zeros(0)
"""Coordinates of a mark that shows nothing yet."""


def axis(scale: bqplot.Scale, *, upright: bool = False, **how: Any) -> bqplot.Axis:
    """Return an axis without grid lines.

    Parameters
    ----------
    scale : bqplot.Scale
    upright : bool
        Whether it stands at the left; else it lies below.
    **how
        Whatever else a `bqplot.Axis` takes.
    """
    drawn = bqplot.Axis(scale=scale, grid_lines="none", color=INK, **how)
    if upright:
        drawn.orientation = "vertical"  # to its constructor it would be an unknown argument: traitlets warns
    return drawn


def figure(
    marks: Sequence[bqplot.Mark],
    axes: Sequence[bqplot.Axis],
    *,
    left: int,
    right: int = 12,
    top: int = 8,
    bottom: int = 24,
    min_height: int = 110,
    padding: tuple[float, float] = (0.0, 0.05),
    layout: widgets.Layout | None = None,
    **how: Any,
) -> bqplot.Figure:
    """Return a figure that fills its box.

    Parameters
    ----------
    marks, axes : sequence
    left, right, top, bottom : int
        Margins in px, in which the numbers of the axes stand.
    min_height : int
        In px.
    padding : (float, float)
        Share of the width and of the height that stays free around the marks.
    layout : Layout, optional
        By default as large as its box, and not lower than ``min_height``.
    **how
        Whatever else a `bqplot.Figure` takes.
    """
    return bqplot.Figure(
        marks=list(marks),
        axes=list(axes),
        fig_margin={"top": top, "bottom": bottom, "left": left, "right": right},
        layout=layout
        or widgets.Layout(
            width="100%", height="100%", min_width="80px", min_height=f"{min_height}px", overflow="hidden"
        ),
        animation_duration=0,
        padding_x=padding[0],
        padding_y=padding[1],
        **how,
    )
