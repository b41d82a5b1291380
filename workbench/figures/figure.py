"""Figure 1 on paper: the micrograph and what each network makes of it, with letters and scale bars."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from workbench.errors import ComputeError, WorkbenchError
from workbench.figures.palette import PARTICLES, colour_of, rgb
from workbench.figures.pane import (
    draw_outline,
    draw_scale_bar,
    grey_of,
    head_pane,
    letter_of,
    readable,
    short_name,
)
from workbench.micrographs.micrograph import BoolImage, FloatImage, Micrograph
from workbench.segmentation.colouring import colour_numbers
from workbench.segmentation.segmentation import Segmentation
from workbench.whole_files import written_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIXES = (".png", ".svg", ".pdf")
PANE_INCHES = 2.9
DPI = 300
LARGEST_DRAWN_PX = 4096
LONGEST_TITLE = 24
TRUTH_COLOUR = "#FFFFFF"


def figure(
    micrograph: Micrograph,
    segmentations: Sequence[Segmentation] = (),
    *,
    thresholds: Sequence[float | None] | None = None,
    masks: Sequence[BoolImage] | None = None,
    labels: Sequence[npt.NDArray[Any] | None] | None = None,
    truth: BoolImage | None = None,
    overlay: Literal["fill", "outline", "both"] = "fill",
    opacity: float = 0.45,
    contrast: tuple[float, float] = (1.0, 99.0),
    gamma: float = 1.0,
    invert: bool = False,
    colormap: str = "gray",
    columns: int = 4,
) -> Figure:
    """Draw a micrograph and the masks of networks beside it.

    Parameters
    ----------
    micrograph : Micrograph
        Drawn as pane a); its scale bar is in nm, or in px where the pixel size is not known.
    segmentations : sequence of Segmentation
        One pane each, titled with the network's name and threshold in the network's colour.
    thresholds : sequence of float or None, optional
        One for each segmentation; ``None``: the threshold on the network's card.
    masks : sequence of (H, W) bool arrays, optional
        Masks to draw, where they were cleaned; without them they follow from the thresholds.
    labels : sequence of (H, W) arrays of whole numbers or None, optional
        Label images, such as `Segmentation.label_image` returns: of these particles, those that lie next to others are
        drawn each in another colour than its neighbours. ``None``: the mask, in the network's colour.
    truth : (H, W) bool array, optional
        Drawn as an outline in white, with its Dice coefficient (hard) under each pane.
    overlay : {"fill", "outline", "both"}
        How the masks are drawn.
    opacity : float
        Of a filled overlay, in [0, 1].
    contrast : (float, float)
        Percentiles of intensity that become black and white.
    gamma : float
        Exponent on the intensity between the two: below 1 shows more of the dark.
    invert : bool
        Draw bright what is dark.
    colormap : str
        Of the micrograph, by its name in Matplotlib.
    columns : int
        Most panes in a row.

    Returns
    -------
    matplotlib.figure.Figure
        Belongs to no pyplot window; a notebook shows it as the last line of a cell, without a semicolon after it.

    Raises
    ------
    WorkbenchError
        If the lists differ in length, or an array has another shape than the micrograph.

    Examples
    --------
    >>> import workbench as wb
    >>> m, truth = wb.open_sample("easy")
    >>> made = wb.figure(m, [wb.segment(m, "otsu")], truth=truth, overlay="outline")
    >>> made.axes[1].get_title(loc="left")
    'b) Blur + Otsu, threshold 0.5'
    """
    from workbench.figures.paper import PaperFigure

    shown = list(segmentations)
    numbers = _labels(micrograph, shown, labels)
    used, drawn = _masks(micrograph, shown, thresholds, masks, numbers)
    if truth is not None:
        check_shape(micrograph, truth, "the truth")
    step = math.ceil(max(micrograph.shape) / LARGEST_DRAWN_PX)
    base = _coloured(grey_of(micrograph.pixels[::step, ::step], contrast), gamma, invert, colormap)

    panes = 1 + len(shown)
    across = min(panes, max(columns, 1))
    down = math.ceil(panes / across)
    height, width = micrograph.shape
    # very long and very flat micrographs still get a pane in which something can be seen
    aspect = min(max(height / width, 0.35), 3.0)
    made = PaperFigure(PANE_INCHES * across, (PANE_INCHES * aspect + 0.35) * down)
    axes = made.subplots(down, across, squeeze=False).ravel()
    for axis in axes[panes:]:
        axis.set_visible(False)
    for axis in axes[:panes]:
        axis.set_adjustable("box" if aspect == height / width else "datalim")

    extent = (-0.5, width - 0.5, height - 0.5, -0.5)
    head_pane(axes[0], letter_of(0), short_name(micrograph.name), "black")
    axes[0].imshow(base, extent=extent, interpolation="antialiased")
    draw_scale_bar(axes[0], micrograph)
    for place, (segmentation, threshold, mask) in enumerate(zip(shown, used, drawn, strict=True), start=1):
        colour = colour_of(segmentation.network.name)
        axis = axes[place]
        title = segmentation.network.shown
        if threshold is not None:
            # beyond the width of a pane the next title begins
            between = ", " if len(title) < LONGEST_TITLE else ",\n"
            title = f"{title}{between}threshold {threshold:g}"
        head_pane(axis, letter_of(place), title, readable(colour))
        overlays = _overlays(mask, numbers[place - 1], colour, step)
        image = base
        for ink, thin in overlays if overlay != "outline" else ():
            image = _filled(image, thin, ink, opacity)
        axis.imshow(image, extent=extent, interpolation="antialiased")
        for ink, thin in overlays if overlay != "fill" else ():
            draw_outline(axis, thin, ink, extent)
        if truth is not None:
            from workbench.segmentation.metrics import dice_hard

            draw_outline(axis, truth[::step, ::step], TRUTH_COLOUR, extent, 0.7)
            axis.set_xlabel(f"Dice {dice_hard(mask, truth):.3f} (hard), truth in white", fontsize=8)
        draw_scale_bar(axis, micrograph)
    return made


def save_figure(made: Figure, path: str | os.PathLike[str], dpi: int = DPI) -> Path:
    """Write a figure as PNG, SVG or PDF, by the suffix; never half a file.

    Parameters
    ----------
    made : matplotlib.figure.Figure
    path : path
        Ends in .png, .svg or .pdf; an existing file is replaced.
    dpi : int
        Resolution of PNG and of the images inside SVG and PDF.

    Returns
    -------
    Path

    Raises
    ------
    WorkbenchError
        If the suffix is another.
    ComputeError
        If the file cannot be written.

    Examples
    --------
    >>> import workbench as wb
    >>> m, _truth = wb.open_sample("easy")
    >>> wb.save_figure(wb.figure(m), "figure.svg").name
    'figure.svg'
    """
    target = Path(path)
    form = target.suffix.lower()
    if form not in SUFFIXES:
        raise WorkbenchError(
            f"{target.name}: a figure is saved as .png, .svg or .pdf, not {form or 'without suffix'}."
        )
    try:
        with written_whole(target, form) as half:
            # no date inside: the same figure is the same file
            made.savefig(half, format=form[1:], dpi=dpi, metadata=None if form == ".png" else _undated(form))
    except OSError as error:
        raise ComputeError(
            f"{target} cannot be written ({error.strerror or error}); choose another folder."
        ) from error
    return target


def _undated(form: str) -> dict[str, None]:
    return {"Date": None} if form == ".svg" else {"CreationDate": None}


def _masks(
    micrograph: Micrograph,
    segmentations: list[Segmentation],
    thresholds: Sequence[float | None] | None,
    masks: Sequence[BoolImage] | None,
    labels: Sequence[npt.NDArray[Any] | None],
) -> tuple[list[float | None], list[BoolImage]]:
    """Return threshold and mask of each pane."""
    for name, given in (("thresholds", thresholds), ("masks", masks)):
        if given is not None and len(given) != len(segmentations):
            raise WorkbenchError(f"{len(segmentations)} segmentations need as many {name}, not {len(given)}.")
    used: list[float | None] = []
    drawn: list[BoolImage] = []
    for place, segmentation in enumerate(segmentations):
        threshold = None if thresholds is None else thresholds[place]
        numbers = labels[place]
        if masks is None and numbers is not None:
            mask = numbers > 0
        elif masks is None:
            threshold = segmentation.network.threshold if threshold is None else threshold
            mask = segmentation.mask(threshold)
        else:
            mask = np.asarray(masks[place]).astype(bool)
            if thresholds is None:
                threshold = None
        check_shape(micrograph, mask, f"the mask of {segmentation.network.label}")
        used.append(threshold)
        drawn.append(mask)
    return used, drawn


def _labels(
    micrograph: Micrograph,
    segmentations: list[Segmentation],
    labels: Sequence[npt.NDArray[Any] | None] | None,
) -> list[npt.NDArray[Any] | None]:
    """Return the label image of each pane, None where its mask is drawn."""
    if labels is None:
        return [None] * len(segmentations)
    if len(labels) != len(segmentations):
        raise WorkbenchError(f"{len(segmentations)} segmentations need as many labels, not {len(labels)}.")
    found: list[npt.NDArray[Any] | None] = []
    for segmentation, given in zip(segmentations, labels, strict=True):
        numbers = None if given is None else np.asarray(given)
        if numbers is not None:
            what = f"the label image of {segmentation.network.label}"
            check_shape(micrograph, numbers, what)
            if numbers.dtype.kind not in "ui" or numbers.min() < 0:
                raise WorkbenchError(f"{what} needs whole numbers, 0 for background, not {numbers.dtype}.")
        found.append(numbers)
    return found


def _overlays(
    mask: BoolImage, numbers: npt.NDArray[Any] | None, colour: str, step: int
) -> list[tuple[str, BoolImage]]:
    """Return what is drawn in which colour: a mask in that of its network, neighbours in colours of their own."""
    if numbers is None:
        return [(colour, mask[::step, ::step])]
    coloured = colour_numbers(numbers)[numbers][::step, ::step]
    alone = (numbers[::step, ::step] > 0) & (coloured == 0)
    return [(colour, alone)] + [(ink, coloured == number) for number, ink in enumerate(PARTICLES, start=1)]


def check_shape(micrograph: Micrograph, array: npt.NDArray[Any], what: str) -> None:
    """Refuse an array that does not lie on a micrograph's grid."""
    if array.shape != micrograph.shape:
        raise WorkbenchError(
            f"{micrograph.name} has shape {micrograph.shape}, but {what} has {array.shape}; "
            "they do not belong together."
        )


def _coloured(grey: FloatImage, gamma: float, invert: bool, colormap: str) -> FloatImage:
    """Return intensities from 0 to 1 as the page draws them: (H, W, 3) colours from 0 to 1."""
    from matplotlib import colormaps

    if colormap not in colormaps:
        raise WorkbenchError(
            f"There is no colormap {colormap!r} in Matplotlib; gray, viridis and cividis are."
        )
    value = 1 - grey**gamma if invert else grey**gamma
    if colormap == "gray":  # its table has 256 steps
        return np.repeat(value[..., None], 3, axis=2)
    return np.asarray(colormaps[colormap](value)[..., :3], np.float32)


def _filled(base: FloatImage, mask: BoolImage, colour: str, opacity: float) -> FloatImage:
    image = base.copy()
    image[mask] = (1 - opacity) * image[mask] + opacity * np.array(rgb(colour), np.float32)
    return image
