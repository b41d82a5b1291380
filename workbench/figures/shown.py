"""What a notebook shows of a micrograph and of a segmentation; see `workbench.shown`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from workbench.figures.figure import figure
from workbench.figures.pane import draw_scale_bar, grey_of, short_name
from workbench.figures.paper import PaperFigure
from workbench.figures.sheet import PANE_INCHES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from workbench.micrographs.micrograph import Micrograph
    from workbench.segmentation.segmentation import Segmentation

INCHES = 1.4 * PANE_INCHES
SHARPEST_PX = 2048
"""Longest edge that is drawn: more would not be seen."""


def draw_micrograph(
    micrograph: Micrograph,
    axes: Axes | None = None,
    *,
    contrast: tuple[float, float] = (1.0, 99.0),
    colormap: str = "gray",
) -> Figure:
    """Draw a micrograph with its scale bar; see `Micrograph.plot`."""
    height, width = micrograph.shape
    if axes is None:
        tall = INCHES * min(max(height / width, 0.35), 3.0)
        made: Figure = PaperFigure(INCHES, tall + 0.3)
        axes = made.subplots()
    step = math.ceil(max(micrograph.shape) / SHARPEST_PX)
    axes.imshow(
        grey_of(micrograph.pixels[::step, ::step], contrast, micrograph.specimen[::step, ::step]),
        cmap=colormap,
        vmin=0,
        vmax=1,
        extent=(-0.5, width - 0.5, height - 0.5, -0.5),
        interpolation="antialiased",
    )
    axes.set_axis_off()
    axes.set_title(short_name(micrograph.name), fontsize=9, loc="left", parse_math=False)
    draw_scale_bar(axes, micrograph)
    return axes.figure.figure


def draw_segmentation(segmentation: Segmentation, **options: Any) -> Figure:
    """Draw a micrograph and the mask beside it; see `Segmentation.plot`."""
    return figure(segmentation.micrograph, [segmentation], **options)
