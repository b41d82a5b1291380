"""Particles, one by one, in the tables of scores: which ones a network is held to, and the columns of their metrics."""

from __future__ import annotations

import numpy as np
import pandas

from workbench.segmentation.components import LabelImage
from workbench.segmentation.segmentation import Segmentation

AGREEMENT = {
    "particle_f1": "F1 at IoU 0.5",
    "particle_mean_f1": "mean F1, IoU 0.5 to 0.95",
    "panoptic_quality": "panoptic quality",
}
ERRORS = {
    "count_error": "count off by",
    "median_diameter_error": "median diameter off by",
    "gsd_error": "GSD off by",
}
EXPLAINED = (
    "Particles are those of `Segmentation.label_image()`, matched greedily by IoU, one to one. F1, mean F1 and "
    "panoptic quality: mean over the micrographs. What count, median diameter and geometric standard deviation (GSD) "
    "are off by: median over the micrographs of the absolute error, as a share of the true one; 100 % where nothing "
    "was found."
)
PIECES = (
    "A particle that the edge of the frame parts, as a simulated specimen goes on periodically, counts once for each "
    "piece, a sliver of a few pixels too; thresholds and smallest diameters were chosen on validation when it counted "
    "once in all."
)
NOT_REACHED = "Which are not found, with pictures, and why: [what is not reached](not-reached.md)."


def particles_of(segmentation: Segmentation) -> LabelImage:
    """Return the particles that a network is held to: those that a user gets who changes nothing."""
    return segmentation.label_image()


def has_particles(rows: pandas.DataFrame) -> bool:
    """Say whether particles were compared in any of these rows; older tables have pixels only."""
    return "particle_f1" in rows and bool(numbers(rows, "particle_f1").notna().any())


def numbers(rows: pandas.DataFrame, column: str) -> pandas.Series:
    """Return a column of a CSV as numbers, NaN where it is empty."""
    return pandas.to_numeric(rows[column], errors="coerce")


def off_by(rows: pandas.DataFrame, column: str) -> float:
    """Return the median of the absolute errors; where particles are there and none was found, it is 1."""
    errors = numbers(rows, column).abs().mask(numbers(rows, "count_error") == -1, 1.0)
    return float(errors.median())


def particle_columns(rows: pandas.DataFrame) -> list[str]:
    """Return the cells of one network, one for each of `AGREEMENT` and `ERRORS`."""
    return [
        *(_cell(numbers(rows, column).mean(), "{:.3f}") for column in AGREEMENT),
        *(_cell(off_by(rows, column), "{:.0%}") for column in ERRORS),
    ]


def particle_table(rows: pandas.DataFrame) -> list[list[str]]:
    """Return a row a network, in their order; none for those whose particles were not compared."""
    told = [["network", *AGREEMENT.values(), *ERRORS.values()]]
    for label, part in rows.groupby("label", sort=False):
        if has_particles(part):
            told.append([str(label), *particle_columns(part)])
    return told


def _cell(value: float, form: str) -> str:
    return form.format(value) if np.isfinite(value) else ""
