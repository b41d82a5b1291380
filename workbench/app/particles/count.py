"""How many particles count and how large they are in the middle: while a threshold moves, and when all is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from workbench.particles.correction import Correction, correct
from workbench.particles.distribution_result import Distribution
from workbench.particles.frame import edge_weights, touches_edge
from workbench.particles.intervals import quantile
from workbench.particles.particle_set import ParticleSet
from workbench.particles.post_processing import MaskSettings
from workbench.particles.selection import Selection, left_out_counts
from workbench.segmentation.components import label_particles
from workbench.segmentation.segmentation import Segmentation


@dataclass(frozen=True)
class Count:
    """How many particles count.

    Attributes
    ----------
    total, counted : int
    left_out : dict of str to int
        By reason, see `Selection.apply`.
    median : float or None
        Median diameter of those that count, weighted for the edge where that is asked for; in ``unit``. None: none
        counts.
    unit : str
        nm or px.
    measured : bool
        Whether it is of the table; else of the mask alone, while all is measured.
    """

    total: int = 0
    counted: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    median: float | None = None
    unit: str = "px"
    measured: bool = False


def count_of(found: ParticleSet, sizes: Distribution) -> Count:
    """Count the particles of a table, whose distribution is known."""
    return Count(
        total=len(found.table),
        counted=sizes.counted,
        left_out=left_out_counts(found.table),
        median=sizes.median,
        unit=sizes.unit,
        measured=True,
    )


def quick_count(
    segmentation: Segmentation,
    settings: MaskSettings,
    selection: Selection,
    corrections: Sequence[Correction | Any] = (),
) -> Count | None:
    """Count particles by their pixels alone, in a small part of the time that measuring them takes.

    Parameters
    ----------
    segmentation : Segmentation
    settings : MaskSettings
    selection : Selection
    corrections : sequence

    Returns
    -------
    Count or None
        None where a rule asks for what pixels alone do not say: another diameter, or a circularity.
    """
    if selection.diameter != "equal_circle" or selection.min_circularity:
        return None
    if settings.parts(segmentation.distance is not None):
        labels: npt.NDArray[Any] = segmentation.label_image(
            settings.threshold, settings.min_area_nm2, settings.fill_holes
        )
    else:
        labels, _ = label_particles(
            segmentation.mask(settings.threshold, settings.min_area_nm2, settings.fill_holes)
        )
    out: frozenset[int] = frozenset()
    kept: frozenset[int] = frozenset()
    if corrections:
        labels, _before, out, kept, _missed = correct(labels, corrections)
    count = int(labels.max(initial=0))
    area = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    micrograph = segmentation.micrograph
    sizes = 2 * np.sqrt(area / np.pi) * (micrograph.nm_per_px or 1.0)
    reason = np.full(count, "", object)
    numbers = np.arange(1, count + 1)
    by_hand = np.isin(numbers, list(kept))
    if selection.min_confidence:
        sure = np.bincount(labels.ravel(), segmentation.probability.ravel(), minlength=count + 1)[1:]
        reason[(sure / np.maximum(area, 1) < selection.min_confidence) & ~by_hand] = "confidence"
    low = -np.inf if selection.smallest is None else selection.smallest
    high = np.inf if selection.largest is None else selection.largest
    reason[((sizes < low) | (sizes > high)) & ~by_hand] = "size"
    weights = np.ones(count)
    if selection.edge != "keep":
        touching = touches_edge(np.asarray(labels, np.int32), count, micrograph)
        reason[touching] = "edge"
        if selection.edge == "weights":
            weights = edge_weights(ndimage.find_objects(labels), touching, micrograph)
    reason[np.isin(numbers, list(out))] = "hand"
    counts = reason == ""
    names, often = np.unique(reason[~counts].astype(str), return_counts=True)
    order = np.argsort(-often, kind="stable")
    return Count(
        total=count,
        counted=int(counts.sum()),
        left_out={str(names[at]): int(often[at]) for at in order},
        median=_median(sizes[counts], weights[counts]),
        unit="px" if micrograph.nm_per_px is None else "nm",
    )


def _median(sizes: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> float | None:
    order = np.argsort(sizes)
    return quantile(sizes[order], weights[order], 0.5) if len(order) else None
