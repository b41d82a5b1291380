"""What a report draws: each micrograph small, with the outlines of its particles; the distribution as a picture."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from PIL import Image

from workbench.figures.palette import COLOURS, colour_of
from workbench.figures.pane import draw_scale_bar, grey_of
from workbench.figures.paper import PaperFigure, set_for_now
from workbench.particles.files.belonging import left_out_of
from workbench.particles.files.outlines import trace_outlines

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from workbench.report.reported import ReportedDistribution, ReportedMicrograph

INCHES, DPI = 2.4, 220
SHARPEST_PX = 1024
"""Longest edge of a small picture: more would not be seen."""
LEFT_OUT_COLOUR = "#FFFFFF"
WIDE_MM, NARROW_MM = 172.0, 105.0
FLATTEST, TALLEST = 0.5, 1.6


def aspect_of(one: ReportedMicrograph) -> float:
    """Return height over width of the picture of a micrograph."""
    height, width = one.shape
    return min(max(height / width, FLATTEST), TALLEST)


def draw_micrograph(axis: Axes, one: ReportedMicrograph) -> None:
    """Draw a micrograph with the outlines of its particles: dotted and white of those that are left out.

    Parameters
    ----------
    axis : Axes
    one : ReportedMicrograph
    """
    micrograph = one.micrograph
    height, width = micrograph.shape
    step = math.ceil(max(micrograph.shape) / SHARPEST_PX)
    axis.imshow(
        grey_of(micrograph.pixels[::step, ::step], (1.0, 99.0), micrograph.specimen[::step, ::step]),
        cmap="gray",
        vmin=0,
        vmax=1,
        extent=(-0.5, width - 0.5, height - 0.5, -0.5),
        interpolation="antialiased",
    )
    axis.set_axis_off()
    axis.set_adjustable("box" if aspect_of(one) == height / width else "datalim")
    out = set(left_out_of(one.table))
    loops = trace_outlines(np.asarray(one.labels)[::step, ::step])
    network = one.provenance.get("network")
    for colour, dashes, there in (
        (LEFT_OUT_COLOUR, (0, (1, 1)), True),
        (next(iter(COLOURS.values())) if not network else colour_of(str(network)), "solid", False),
    ):
        lines = [
            np.vstack([loop, loop[:1]]) * step - 0.5
            for number, of in loops.items()
            if (number in out) is there
            for loop in of
        ]
        axis.add_collection(
            LineCollection(lines, colors=colour, linewidths=0.6, linestyles=[dashes]), autolim=False
        )
    draw_scale_bar(axis, micrograph)


def picture(one: ReportedMicrograph) -> bytes:
    """Return a micrograph with the outlines of its particles as a JPEG."""
    if one.whole is not None and one.whole.picture:
        return one.whole.picture
    made = PaperFigure(INCHES, INCHES * aspect_of(one))
    made.set_layout_engine("none")
    draw_micrograph(made.add_axes((0, 0, 1, 1)), one)
    buffer = io.BytesIO()
    made.savefig(buffer, format="jpeg", dpi=DPI, pil_kwargs={"quality": 88})
    return buffer.getvalue()


def draw_sizes(distribution: ReportedDistribution) -> tuple[Figure, float]:
    """Return the figure of a distribution and its width in mm: across the page where a Q-Q plot stands beside it."""
    wide = WIDE_MM if distribution.to_dict().get("lognormal") is not None else NARROW_MM
    return distribution.plot(width_mm=wide, qq=True), wide


def as_svg(figure: Figure) -> bytes:
    """Return a figure as SVG whose letters are drawn: a page has to look the same on every machine."""
    buffer = io.BytesIO()
    with set_for_now({"svg.fonttype": "path", "svg.hashsalt": "report"}):
        Figure.savefig(figure, buffer, format="svg", metadata={"Date": None})  # a PaperFigure writes text
    return buffer.getvalue()


def as_pixels(figure: Figure, dpi: float = 300) -> npt.NDArray[np.uint8]:
    """Return a figure as an image (H, W, 4)."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi)
    with Image.open(buffer) as drawn:
        return np.asarray(drawn.convert("RGBA"))
