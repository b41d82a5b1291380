"""The figure of not_reached.py: the worst micrographs, the true particles outlined, and what was found in colours."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from particle_columns import particles_of
from real_figure import pictures
from real_scores import Truth

from workbench.segmentation.segmentation import Segmentation

ACROSS = 2
"""Micrographs in a row, each two pictures wide."""
TRUE = "#FFD400"
MARGIN = 1.15
"""By how much more than the true particles is shown, of a picture of which they take a part."""
SHORT = {"pt-carbon": "Pt on carbon"}


def figure(shown: list[tuple[Any, Segmentation, Truth]]) -> Figure:
    """Return the page: of each micrograph its row of the table, the answer of the network, and the truth."""
    rows = -(-len(shown) // ACROSS)
    page = Figure(figsize=(13, 3.55 * rows), layout="constrained")
    axes = page.subplots(rows, 2 * ACROSS, squeeze=False)
    for place, (row, seen, truth) in enumerate(shown):
        left, right = axes[place // ACROSS, 2 * (place % ACROSS) : 2 * (place % ACROSS) + 2]
        grey, drawn = pictures(seen, particles_of(seen))
        for axis, image in ((left, grey), (right, drawn)):
            axis.imshow(image)
            axis.set_axis_off()
        outlined(left, truth, seen.micrograph.shape, grey.shape)
        for axis in (left, right):
            look_at(axis, truth, seen.micrograph.shape, grey.shape)
        dose = "" if np.isnan(row.dose_e_per_A2) else f", {row.dose_e_per_A2:.0f} e/Å²"
        left.set_title(f"{SHORT.get(row.set, row.set)}: {row.micrograph}{dose}\n{row.true} true", fontsize=9)
        right.set_title(f"{row.predicted} counted, {row.found} of them right\nF1 {row.f1:.2f}", fontsize=9)
    return page


def outlined(axis: Axes, truth: Truth, shape: tuple[int, int], drawn: tuple[int, ...]) -> None:
    """Draw the outline of each true particle, or its box, on a picture that is smaller by a whole number."""
    step = -(-max(shape) // 512)
    if truth.boxes is not None:
        for top, left, bottom, right in np.asarray(truth.boxes, float) / step:
            axis.add_patch(
                Rectangle((left, top), right - left, bottom - top, fill=False, edgecolor=TRUE, linewidth=0.7)
            )
        return
    particles = truth.particles
    masks = (
        particles
        if particles.ndim == 3
        else [particles == one for one in np.unique(particles[particles > 0])]
    )
    for mask in masks:
        padded = np.pad(mask[::step, ::step], 1)  # an outline that the edge of the frame cuts is closed
        axis.contour(
            np.arange(-1, drawn[1] + 1),
            np.arange(-1, drawn[0] + 1),
            padded,
            [0.5],
            colors=TRUE,
            linewidths=0.8,
        )


def look_at(axis: Axes, truth: Truth, shape: tuple[int, int], drawn: tuple[int, ...]) -> None:
    """Show the square in which the true particles lie, with a margin, or all of the picture."""
    if truth.boxes is not None:
        boxes = np.asarray(truth.boxes, float)
        (top, left), (bottom, right) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    else:
        rows, columns = np.nonzero(truth.mask)
        top, bottom, left, right = rows.min(), rows.max() + 1, columns.min(), columns.max() + 1
    step = -(-max(shape) // 512)
    edge = min(MARGIN * max(bottom - top, right - left) / step, *drawn[:2])
    y, x = (
        min(max((low + high) / 2 / step, edge / 2), length - edge / 2) - 0.5
        for low, high, length in ((top, bottom, drawn[0]), (left, right, drawn[1]))
    )
    axis.set_xlim(x - edge / 2, x + edge / 2)
    axis.set_ylim(y + edge / 2, y - edge / 2)
