"""Figure 1 of a study: a micrograph beside the masks of every network and dilation, with the truth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from workbench.micrographs.micrograph import BoolImage, FloatImage, Micrograph
from workbench.segmentation.metrics import dice_hard
from workbench.study.cells import Cell
from workbench.study.drawing import colours_of, new_figure, save
from workbench.study.evaluation_set import EvaluationMicrograph
from workbench.study.results import masks_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PANE_INCHES = 1.9
LARGEST_DRAWN_PX = 1024
OPACITY = 0.4


def draw_figure_1(folder: Path, out: Path, one: EvaluationMicrograph, cells: Sequence[Cell]) -> Path | None:
    """Draw a test micrograph and the masks of cells of one seed: a row a network, a column a dilation.

    Parameters
    ----------
    folder : Path
        Of the figures.
    out : Path
        Of the study.
    one : EvaluationMicrograph
    cells : sequence of Cell
        Those of one seed and training size; a pane stays empty where no mask was kept.

    Returns
    -------
    Path or None
        None where no mask was kept at all.
    """
    masks = {(cell.kind, cell.rates): found for cell in cells if (found := _mask(out, cell, one)) is not None}
    if not masks:
        return None
    micrograph, truth = one.pair.read()
    kinds = list(dict.fromkeys(cell.kind for cell in cells if any(key[0] == cell.kind for key in masks)))
    columns = list(dict.fromkeys(cell.rates for cell in cells if any(key[1] == cell.rates for key in masks)))
    step = math.ceil(max(micrograph.shape) / LARGEST_DRAWN_PX)
    grey = _grey(micrograph.pixels[::step, ::step])
    aspect = min(max(grey.shape[0] / grey.shape[1], 0.4), 2.5)
    figure = new_figure(PANE_INCHES * (len(columns) + 1), (PANE_INCHES * aspect + 0.35) * len(kinds))
    axes = figure.subplots(len(kinds), len(columns) + 1, squeeze=False)
    for axis in axes.ravel():
        axis.set_axis_off()
    axes[0, 0].imshow(grey, cmap="gray", vmin=0, vmax=1)
    dose = one.pair.dose_e_per_A2
    axes[0, 0].set_title(_title(one, dose), fontsize=7, loc="left", parse_math=False)
    _scale_bar(axes[0, 0], micrograph, step)
    for row, (kind, colour) in enumerate(zip(kinds, colours_of(len(kinds)), strict=True)):
        for column, rates in enumerate(columns, start=1):
            mask, axis = masks.get((kind, rates)), axes[row, column]
            if mask is None:
                continue
            axis.imshow(_filled(grey, mask[::step, ::step], colour))
            _outline(axis, truth[::step, ::step])
            said = f"{kind}, dilation {rates}\nDice {dice_hard(mask, truth):.3f}"
            axis.set_title(said, fontsize=7, loc="left", parse_math=False)
    return save(figure, folder / f"figure-1-{one.shown.replace('/', '-')}")


def _mask(out: Path, cell: Cell, one: EvaluationMicrograph) -> BoolImage | None:
    try:
        with np.load(masks_file(out, cell.name), allow_pickle=False) as kept:
            return np.asarray(kept[one.shown], np.bool_)
    except (OSError, KeyError, ValueError):
        return None


def _title(one: EvaluationMicrograph, dose: float | None) -> str:
    return one.shown if dose is None else f"{one.shown}\n{float(f'{dose:.3g}'):g} e/Å²"


def _grey(pixels: FloatImage) -> FloatImage:
    low, high = np.percentile(pixels, (1.0, 99.0))
    if not high > low:
        return np.full(pixels.shape, 0.5, np.float32)
    grey: FloatImage = np.clip((pixels - low) / (high - low), 0, 1).astype(np.float32)
    return grey


def _filled(grey: FloatImage, mask: BoolImage, colour: str) -> FloatImage:
    from matplotlib.colors import to_rgb

    image = np.repeat(grey[..., None], 3, axis=2)
    image[mask] = (1 - OPACITY) * image[mask] + OPACITY * np.array(to_rgb(colour), np.float32)
    return image


def _outline(axis: Axes, truth: BoolImage) -> None:
    if truth.any() and not truth.all():
        axis.contour(truth.astype(np.float32), levels=[0.5], colors=["#FFFFFF"], linewidths=0.7)


def _scale_bar(axis: Axes, micrograph: Micrograph, step: int) -> None:
    from matplotlib_scalebar.scalebar import PIXEL_LENGTH, SI_LENGTH, ScaleBar

    known = micrograph.nm_per_px is not None
    axis.add_artist(
        ScaleBar(
            micrograph.nm_per_px * step if micrograph.nm_per_px is not None else step,
            "nm" if known else "px",
            dimension=SI_LENGTH if known else PIXEL_LENGTH,
            location="lower left",
            color="white",
            box_color="black",
            box_alpha=0.55,
            font_properties={"size": 6},
        )
    )
