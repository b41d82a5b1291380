"""An explanation on paper: the micrograph, what the network made of it, and what made it say so."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from workbench.explanation.explanation import Explanation
from workbench.explanation.methods import find_method
from workbench.figures.figure import LARGEST_DRAWN_PX
from workbench.figures.overlays import check_shape
from workbench.figures.palette import colour_of
from workbench.figures.pane import draw_outline, draw_scale_bar, grey_of, head_pane, short_name
from workbench.figures.sheet import PANE_INCHES
from workbench.micrographs.micrograph import BoolImage, FloatImage

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TARGET_COLOUR = "#FF00C8"
SIGNED, UNSIGNED = "RdBu_r", "magma"
FEWEST_SHOWN_PX = 64


def explanation_figure(
    explanation: Explanation,
    mask: BoolImage | None = None,
    *,
    percentile: float = 99.5,
    contrast: tuple[float, float] = (1.0, 99.0),
    line: str = "",
) -> Figure:
    """Draw a micrograph, the mask of the network, and the map of what made the network say so.

    The micrograph is whole, with a frame around the part that can change the answer; mask and map show that part.

    Parameters
    ----------
    explanation : Explanation
    mask : (H, W) bool array, optional
        Drawn as an outline in the network's colour.
    percentile : float
        Of the map's absolute values within the frame: where its colours end. Those of a map with signs run from blue
        (negative) over white (0) to red, those of one without from black to yellow.
    contrast : (float, float)
        Percentiles of intensity that become black and white.
    line : str
        Stands below the map: how far it can be trusted.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    WorkbenchError
        If the mask has another shape than the micrograph.
    """
    from matplotlib.patches import Rectangle

    from workbench.figures.paper import PaperFigure

    micrograph, card, target = explanation.micrograph, explanation.network, explanation.target
    if mask is not None:
        check_shape(micrograph, mask, f"the mask of {card.label}")
    height, width = micrograph.shape
    frame = frame_of(explanation)
    made = PaperFigure(3 * PANE_INCHES + 0.9, PANE_INCHES * min(max(height / width, 0.6), 1.6) + 0.6)
    whole, near, found = made.subplots(1, 3)
    step = math.ceil(max(micrograph.shape) / LARGEST_DRAWN_PX)
    extent = (-0.5, width - 0.5, height - 0.5, -0.5)
    grey = grey_of(micrograph.pixels[::step, ::step], contrast, micrograph.specimen[::step, ::step])
    rows, columns = frame
    head_pane(whole, "a", short_name(micrograph.name, 28), "black")
    whole.imshow(grey, cmap="gray", vmin=0, vmax=1, extent=extent, interpolation="antialiased")
    whole.add_patch(
        Rectangle(
            (columns.start - 0.5, rows.start - 0.5),
            columns.stop - columns.start,
            rows.stop - rows.start,
            fill=False,
            edgecolor=TARGET_COLOUR,
            linewidth=1,
        )
    )
    head_pane(near, "b", f"{card.shown}, its mask" if mask is not None else card.shown, "black")
    inside = _extent(frame)
    near.imshow(grey_of(micrograph.pixels[frame], contrast), cmap="gray", vmin=0, vmax=1, extent=inside)
    if mask is not None:
        draw_outline(near, mask[frame], colour_of(card.name), inside)
    _draw_map(found, explanation, frame, percentile)
    if line:
        found.set_xlabel(line, fontsize=7, parse_math=False)
    for axis in (near, found):
        _draw_target(axis, target.selected[frame], inside)
    for axis in (whole, near, found):
        draw_scale_bar(axis, micrograph)
    return made


def frame_of(explanation: Explanation) -> tuple[slice, slice]:
    """Return the rows and columns of the micrograph that the target depends on, at least 64 px of each if there are.

    Where it is not known on what it depends, all of them.
    """
    shape = explanation.micrograph.shape
    if not explanation.parts:
        return slice(0, shape[0]), slice(0, shape[1])
    step = explanation.network.input.step(explanation.micrograph.nm_per_px)
    spans = []
    for axis, length in enumerate(shape):
        windows = [problem.window[axis] for problem, _ in explanation.parts]
        first = math.floor(min(window.start for window in windows) * step)
        last = math.ceil(max(window.stop for window in windows) * step)
        missing = max(0, FEWEST_SHOWN_PX - (last - first))
        first = max(0, first - missing // 2)
        spans.append(slice(first, min(length, last + missing - missing // 2)))
    return spans[0], spans[1]


def limits_of(shown: FloatImage, signed: bool, percentile: float) -> tuple[float, float]:
    """Return the values at both ends of the colours: symmetric about 0 where a map has signs."""
    sizes = np.abs(shown[shown != 0])
    largest = float(np.percentile(sizes, percentile)) if sizes.size else 1.0
    return (-largest if signed else 0.0), largest


def _draw_map(axis: Axes, explanation: Explanation, frame: tuple[slice, slice], percentile: float) -> None:
    from matplotlib.ticker import ScalarFormatter

    method = find_method(explanation.method)
    shown = explanation.map[frame]
    low, high = limits_of(shown, method.signed, percentile)
    head_pane(axis, "c", method.title, "black")
    drawn = axis.imshow(
        shown,
        cmap=SIGNED if method.signed else UNSIGNED,
        vmin=low,
        vmax=high,
        extent=_extent(frame),
        interpolation="nearest",
    )
    powers = ScalarFormatter()
    powers.set_powerlimits((-2, 3))
    bar = axis.figure.colorbar(drawn, ax=axis, fraction=0.05, pad=0.02, format=powers)
    bar.ax.tick_params(labelsize=6)
    bar.ax.yaxis.get_offset_text().set_fontsize(6)


def _draw_target(axis: Axes, selected: BoolImage, extent: tuple[float, float, float, float]) -> None:
    """Outline the target; one of a few pixels is a cross, which can be seen."""
    places = np.argwhere(selected)
    if len(places) > 9:
        draw_outline(axis, selected, TARGET_COLOUR, extent, 0.8)
    elif len(places):
        row, column = places.mean(axis=0)
        left, _, _, top = extent
        axis.plot(
            column + left + 0.5, row + top + 0.5, "+", color=TARGET_COLOUR, markersize=9, markeredgewidth=1.2
        )


def _extent(frame: tuple[slice, slice]) -> tuple[float, float, float, float]:
    rows, columns = frame
    return columns.start - 0.5, columns.stop - 0.5, rows.stop - 0.5, rows.start - 0.5
