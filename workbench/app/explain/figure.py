"""Explanations on paper: a row a network, a column a method, the same target, one scale of colour where it can be."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.app.explain.view import ExplainView, full_colour
from workbench.compute.explaining import FiguresFound, MapFound
from workbench.errors import WorkbenchError
from workbench.explanation.targets import Target
from workbench.figures.pane import draw_outline, draw_scale_bar, head_pane, letter_of, readable
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STOPS = ("#005294", "#80BAE0", "#FFFFFF", "#FDB863", "#C75900")
"""From what speaks against the answer to what speaks for it; told apart by colour-blind eyes."""
PANE_INCHES = 2.6
FAILED = "#B34A00"


@dataclass(frozen=True, eq=False)
class Shown:
    """One map of a figure: the network and its colour, what is explained of it, the map, and what is known of that."""

    network: Card
    colour: str
    target: Target
    map: MapFound
    figures: FiguresFound | None = None


def maps_figure(
    micrograph: Micrograph, shown: Sequence[Shown], *, percentile: float = 99.0, opacity: float = 0.75
) -> Figure:
    """Draw maps over their micrograph, with the outline of the target, a scale bar and how far to trust each.

    Parameters
    ----------
    micrograph : Micrograph
    shown : sequence of Shown
        A row for each network and a column for each method, in the order in which they come first.
    percentile : float
        Of absolute attribution by a method, over its networks: drawn in full colour. Maps in units of the network's
        own have a scale each, and a bar each that says so.
    opacity : float
        Of the maps over the micrograph.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    WorkbenchError
        If there is no map.
    """
    from matplotlib.colors import LinearSegmentedColormap

    from workbench.figures.paper import PaperFigure

    if not shown:
        raise WorkbenchError("There is no map to draw; explain something first.")
    names = list(dict.fromkeys(shown_map.network.name for shown_map in shown))
    methods = list(dict.fromkeys(shown_map.map.method for shown_map in shown))
    view = ExplainView.around([shown_map.target for shown_map in shown], micrograph.shape)
    drawn = {(shown_map.network.name, shown_map.map.method): view.map(shown_map.map) for shown_map in shown}
    own = {shown_map.map.method for shown_map in shown if shown_map.map.own_scale}
    most = full_colour(drawn, percentile, own)
    height, width = (side.stop - side.start for side in (view.rows, view.columns))
    pane = PANE_INCHES * min(max(height / width, 0.4), 2.5)
    made = PaperFigure(PANE_INCHES * len(methods), (pane + 1.0) * len(names) + 0.5)
    axes = made.subplots(len(names), len(methods), squeeze=False)
    extent = (view.columns.start - 0.5, view.columns.stop - 0.5, view.rows.stop - 0.5, view.rows.start - 0.5)
    colours = LinearSegmentedColormap.from_list("for and against", STOPS)
    grey = view.grey(micrograph)
    by_place = {(shown_map.network.name, shown_map.map.method): shown_map for shown_map in shown}
    for place, (name, method) in enumerate((name, method) for name in names for method in methods):
        axis: Axes = axes[divmod(place, len(methods))]
        shown_map = by_place.get((name, method))
        if shown_map is None:
            axis.set_visible(False)
            continue
        head_pane(
            axis,
            letter_of(place),
            f"{shown_map.network.label}\n{shown_map.map.title}",
            readable(shown_map.colour),
        )
        axis.imshow(grey, cmap="gray", vmin=0, vmax=255, extent=extent, interpolation="antialiased")
        limit = most[name, method]
        axis.imshow(
            drawn[name, method],
            cmap=colours,
            vmin=-limit,
            vmax=limit,
            alpha=opacity,
            extent=extent,
            interpolation="antialiased",
        )
        _outline(axis, shown_map.target, view)
        draw_scale_bar(axis, micrograph)
        _caption(axis, shown_map)
        if method in own:
            told = "scale of this network" if len(names) > 1 else ""
            _colour_bar(made, axis, colours, limit, shown_map.map.signed, told)
    for column, method in enumerate(methods):
        first = next(shown_map for shown_map in shown if shown_map.map.method == method)
        if method not in own:
            told = "one scale for all networks" if len(names) > 1 else ""
            limit = most[first.network.name, method]
            _colour_bar(made, axes[:, column], colours, limit, first.map.signed, told)
    return made


def _outline(axis: Axes, target: Target, view: ExplainView) -> None:
    part = target.selected[view.rows, view.columns]
    if target.kind == "pixel" and target.at is not None:
        axis.plot(target.at[1], target.at[0], "+", color="black", markersize=8, markeredgewidth=1.2)
        return
    draw_outline(
        axis,
        part,
        "black",
        (view.columns.start - 0.5, view.columns.stop - 0.5, view.rows.stop - 0.5, view.rows.start - 0.5),
        0.8,
    )


def _caption(axis: Axes, shown_map: Shown) -> None:
    """Write below a map what it explains and what is known of it; one that fails a check is framed and says so."""
    lines = [shown_map.target.label]
    failed = shown_map.figures is not None and shown_map.figures.trust.failed
    if shown_map.figures is None:
        lines.append("no trust figures yet")
    else:
        lines += [shown_map.figures.trust.line, shown_map.figures.spectrum.line, shown_map.figures.removal]
    told = "\n".join(textwrap.fill(line, 52) for line in lines if line)
    axis.set_xlabel(told, fontsize=6, color=FAILED if failed else "black", parse_math=False)
    if failed:
        for spine in axis.spines.values():
            spine.set_visible(True)
            spine.set_color(FAILED)
            spine.set_linewidth(2)


def _colour_bar(made: Figure, axes: Any, colours: Any, limit: float, signed: bool, told: str) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    shades = ScalarMappable(Normalize(-limit, limit), colours)
    bar = made.colorbar(shades, ax=list(np.ravel(axes)), location="bottom", shrink=0.7, aspect=30, pad=0.01)
    bar.set_ticks([-limit, 0, limit] if signed else [0, limit])
    bar.set_ticklabels([f"{value:.2g}" for value in ([-limit, 0, limit] if signed else [0, limit])])
    bar.ax.tick_params(labelsize=6)
    if not signed:
        bar.ax.set_xlim(0, limit)
    meaning = "lowers | raises the answer" if signed else "raises the answer"
    bar.set_label(f"{meaning}; {told}" if told else meaning, fontsize=6)
