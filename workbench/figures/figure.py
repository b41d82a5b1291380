"""Figure 1 on paper: the micrograph and what each network makes of it, with letters and scale bars."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.errors import ComputeError, WorkbenchError
from workbench.figures.overlays import check_shape, colours_of, filled, labels_of, masks_of, overlays_of
from workbench.figures.pane import (
    draw_outline,
    draw_scale_bar,
    grey_of,
    head_pane,
    letter_of,
    readable,
    short_name,
)
from workbench.figures.region import region_of
from workbench.figures.sheet import (
    BarCorner,
    Letters,
    Sheet,
    check_bar,
    check_corner,
    check_letters,
    folded,
    joined,
    sheet_for,
)
from workbench.figures.with_distribution import WIDTH_MM, add_distribution
from workbench.micrographs.micrograph import BoolImage, FloatImage, Micrograph
from workbench.particles.distribution_result import Distribution
from workbench.segmentation.segmentation import Segmentation
from workbench.whole_files import written_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIXES = (".png", ".svg", ".pdf", ".tif", ".tiff")
DPI, TIFF_DPI = 300, 600
LARGEST_DRAWN_PX = 4096
UNDATED = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
LONGEST_TITLE, LONGEST_NAME = 24, 36
TRUTH_COLOUR = "#FFFFFF"
OWN_PIXELS = "none"
"""A file of vectors holds the image as it is; where pixels are drawn, `PaperFigure` smooths it."""


def figure(
    micrograph: Micrograph,
    segmentations: Sequence[Segmentation] = (),
    *,
    thresholds: Sequence[float | None] | None = None,
    masks: Sequence[BoolImage] | None = None,
    labels: Sequence[npt.NDArray[Any] | None] | None = None,
    colours: Sequence[str | None] | None = None,
    truth: BoolImage | None = None,
    overlay: Literal["fill", "outline", "both"] = "fill",
    opacity: float = 0.45,
    contrast: tuple[float, float] = (1.0, 99.0),
    gamma: float = 1.0,
    invert: bool = False,
    colormap: str = "gray",
    columns: int | None = None,
    width_mm: float | None = None,
    letters: Letters = "a)",
    titles: Sequence[str | None] | None = None,
    bar_nm: float | None = None,
    bar_corner: BarCorner = "lower left",
    distribution: Distribution | None = None,
    region: Sequence[int] | None = None,
    largest_px: int = LARGEST_DRAWN_PX,
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
    colours : sequence of str or None, optional
        One for each segmentation, as ``#RRGGBB``, of its mask and its title. ``None``: the network's own.
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
    columns : int, optional
        Most panes in a row. ``None``: 4, and of a figure of ``width_mm`` no more than leave each pane 38 mm.
    width_mm : float, optional
        Width of the figure on paper in mm, exactly; journals take 85 (a single column), 120 (one and a half) or 180
        (a double column). Titles have 8 points and what is smaller 7, whatever the width. ``None``: 74 mm a pane.
    letters : {"a)", "a", "A", "(a)"}
        How panes are lettered.
    titles : sequence of str or None, optional
        One for each pane, the micrograph's first, in place of its name and of the network's name and threshold.
        ``None`` for a pane: as without; an empty text: the letter alone.
    bar_nm : float, optional
        Length of the scale bars in nm. ``None``: the longest round one below a third of a pane.
    bar_corner : {"lower left", "lower right"}
        Where in each pane the scale bar lies.
    distribution : Distribution, optional
        Of the sizes of the particles: drawn below the panes, as the last of them, as `workbench.figure_distribution`
        draws it. Without ``width_mm`` the figure is 180 mm wide then.
    region : (top, left, bottom, right) of int, optional
        The part that each pane shows, in px: from the first row and column to those behind the last ones. Contrast and
        Dice are those of the whole micrograph. ``None``: all of it.
    largest_px : int
        Longest edge of a pane in px of the micrograph above which every second pixel is drawn, or every third, and so
        on.

    Returns
    -------
    matplotlib.figure.Figure
        Belongs to no pyplot window; a notebook shows it as the last line of a cell, without a semicolon after it. As
        PDF and SVG it has text, outlines as paths, and images of the micrograph's own pixels.

    Raises
    ------
    WorkbenchError
        If the lists differ in length, an array has another shape than the micrograph, the width is none of a paper,
        the region is no part of the micrograph, a bar of that length cannot be drawn, or no particle is counted.

    Examples
    --------
    >>> import workbench as wb
    >>> m, truth = wb.open_sample("easy")
    >>> made = wb.figure(m, [wb.segment(m, "otsu")], truth=truth, overlay="outline")
    >>> made.axes[1].get_title(loc="left")
    'b) Blur + Otsu, threshold 0.5'
    """
    from workbench.figures.paper import PaperFigure

    check_letters(letters)
    bar_nm = check_bar(bar_nm)
    check_corner(bar_corner)
    shown = list(segmentations)
    numbers = labels_of(micrograph, shown, labels)
    used, drawn = masks_of(micrograph, shown, thresholds, masks, numbers)
    tints = colours_of(shown, colours)
    if truth is not None:
        check_shape(micrograph, truth, "the truth")
    part = region_of(micrograph.shape, region)
    seen = part.pixels(largest_px)
    step = seen[0].step
    grey = grey_of(micrograph.pixels[seen], contrast, micrograph.specimen[::step, ::step])
    base = _coloured(grey, gamma, invert, colormap)

    panes = 1 + len(shown)
    if distribution is not None and width_mm is None:
        width_mm = WIDTH_MM
    sheet = sheet_for(panes, columns, width_mm)
    of = "hard" if region is None else "hard, whole micrograph"
    words = _words(micrograph, shown, used, drawn, tints, (truth, of), titles, sheet)
    height, width = part.shape
    # very long and very flat micrographs still get a pane in which something can be seen
    aspect = min(max(height / width, 0.35), 3.0)
    made = PaperFigure(sheet.inches, sheet.first_height(aspect), exact=sheet.exact)
    axes = made.subplots(sheet.down, sheet.across, squeeze=False).ravel()
    for axis in axes[panes:]:
        axis.set_visible(False)
    extent = part.extent
    for place, (axis, said) in enumerate(zip(axes, words, strict=False)):
        axis.set_adjustable("box" if aspect == height / width else "datalim")
        head_pane(axis, letter_of(place), said.title, said.colour, sheet.title_points, letters)
        axis.set_xlabel(said.below, fontsize=sheet.label_points)
    sheet.place(made, list(axes[:panes]), aspect)

    axes[0].imshow(base, extent=extent, interpolation=OWN_PIXELS)
    for axis, mask, label, tint in zip(axes[1:], drawn, numbers, tints, strict=False):
        overlays = overlays_of(mask, label, tint, seen)
        image = base
        for ink, thin in overlays if overlay != "outline" else ():
            image = filled(image, thin, ink, opacity)
        axis.imshow(image, extent=extent, interpolation=OWN_PIXELS)
        for ink, thin in overlays if overlay != "fill" else ():
            draw_outline(axis, thin, ink, extent)
        if truth is not None:
            draw_outline(axis, truth[seen], TRUTH_COLOUR, extent, 0.7)
    for axis in axes[:panes]:
        draw_scale_bar(axis, micrograph, bar_nm, bar_corner, width)
    if distribution is not None:
        add_distribution(made, distribution, letter_of(panes), letters)
    return made


class _Words(NamedTuple):
    """What stands above and below a pane."""

    title: str
    colour: str
    below: str


def _words(
    micrograph: Micrograph,
    segmentations: Sequence[Segmentation],
    thresholds: Sequence[float | None],
    masks: Sequence[BoolImage],
    colours: Sequence[str],
    against: tuple[BoolImage | None, str],
    titles: Sequence[str | None] | None,
    sheet: Sheet,
) -> list[_Words]:
    """Return the words of each pane, the micrograph's first, in lines that fit; against which truth, and how told."""
    from workbench.segmentation.metrics import dice_hard

    truth, of = against
    panes = 1 + len(segmentations)
    chosen = [None] * panes if titles is None else list(titles)
    if isinstance(titles, str) or len(chosen) != panes:
        given = "one text" if isinstance(titles, str) else f"{len(chosen)}"
        raise WorkbenchError(f"{panes} panes need as many titles, the micrograph's first, not {given}.")
    room = sheet.title_letters() - len("(a) ")
    name = short_name(micrograph.name, min(LONGEST_NAME, room) if sheet.exact else LONGEST_NAME)
    words = [_Words(name, "black", "")]
    for segmentation, threshold, mask, colour in zip(segmentations, thresholds, masks, colours, strict=True):
        title, below = segmentation.network.shown, ""
        if threshold is not None:
            # beyond the width of a pane the next title begins
            between = ", " if len(title) < LONGEST_TITLE else ",\n"
            said = f"threshold {threshold:g}"
            title = joined(title, said, room) if sheet.exact else f"{title}{between}{said}"
        elif sheet.exact:
            title = folded(title, room)
        if truth is not None:
            found = f"Dice {dice_hard(mask, truth):.3f} ({of})"
            below = joined(found, "truth in white", sheet.label_letters())
        words.append(_Words(title, readable(colour), below))
    return [
        one if title is None else one._replace(title=folded(str(title), room))
        for one, title in zip(words, chosen, strict=True)
    ]


def save_figure(made: Figure, path: str | os.PathLike[str], dpi: int | None = None) -> Path:
    """Write a figure as PNG, SVG, PDF or TIFF, by the suffix; never half a file.

    Parameters
    ----------
    made : matplotlib.figure.Figure
    path : path
        Ends in .png, .svg, .pdf or .tif; an existing file is replaced.
    dpi : int, optional
        Resolution of PNG and TIFF. ``None``: 300, of TIFF 600.

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
    from workbench.figures.paper import TIFF, write

    target = Path(path)
    form = target.suffix.lower()
    if form not in SUFFIXES:
        raise WorkbenchError(
            f"{target.name}: a figure is saved as .png, .svg, .pdf or .tif, not {form or 'without suffix'}."
        )
    try:
        with written_whole(target, form) as half:
            # no date inside: the same figure is the same file
            used = dpi or (TIFF_DPI if form[1:] in TIFF else DPI)
            write(made, half, form[1:], dpi=used, metadata=UNDATED.get(form))
    except OSError as error:
        raise ComputeError(
            f"{target} cannot be written ({error.strerror or error}); choose another folder."
        ) from error
    return target


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
