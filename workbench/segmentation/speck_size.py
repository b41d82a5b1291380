"""Which diameter tells specks from particles: chosen on validation, where the true particles are known one by one."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from workbench.errors import WorkbenchError
from workbench.segmentation.components import LabelImage
from workbench.segmentation.particle_metrics import IOU, particle_overlaps

LARGEST_PX = 30.0
"""No larger diameter is chosen: what is so wide to a network is no speck."""


def choose_smallest_diameter(
    answers: Iterable[tuple[LabelImage, LabelImage, float]], step_px: float = 0.5
) -> float | None:
    """Return the smallest diameter of particles with which F1 at IoU 0.5 is best, for `Card.smallest_diameter_px`.

    Particles count over all micrographs together. Of diameters that do equally well the smallest is taken.

    Parameters
    ----------
    answers : iterable of (found, true, step)
        Of each micrograph of the validation set: the particles that the network finds, with nothing left out
        (`Segmentation.label_image` with ``min_area_nm2=0``), the true ones, both (H, W) label images, and the edge of
        the network's pixel in pixels of the micrograph (`Input.step`).
    step_px : float
        Diameters that are tried lie so far apart, in pixels as the network sees them.

    Returns
    -------
    float or None
        Of the circle of the same area, in pixels as the network sees them; None where it is best to leave nothing out.

    Raises
    ------
    WorkbenchError
        If there is no true particle to choose by.

    Examples
    --------
    >>> found = np.zeros((20, 20), np.int32)
    >>> found[2:12, 2:12], found[16:18, 16:18] = 1, 2
    >>> choose_smallest_diameter([(found, found * (found == 1), 1.0)])
    2.5
    """
    diameters, hits, true_count = [], [], 0
    for found, true, step in answers:
        numbers, areas = np.unique(found[found > 0], return_counts=True)
        overlaps = particle_overlaps(found, true)
        hit = np.zeros(len(numbers), np.bool_)
        # particles of a label image do not overlap, so above 0.5 each has one partner at most
        hit[overlaps.tocoo().row[overlaps.tocoo().data > IOU]] = True
        diameters.append(2 * np.sqrt(areas / np.pi) / step)
        hits.append(hit)
        true_count += overlaps.shape[1]
    if not true_count:
        raise WorkbenchError(
            "No true particle is there to choose a smallest diameter by; take a set with one number a particle."
        )
    sizes, found_right = np.concatenate(diameters), np.concatenate(hits)
    tried = np.arange(0, LARGEST_PX + step_px / 2, step_px)
    scores = [_f1(found_right[sizes >= smallest], true_count) for smallest in tried]
    best = float(tried[int(np.argmax(scores))])
    return best or None


def _f1(hits: npt.NDArray[np.bool_], true_count: int) -> float:
    return 2 * int(hits.sum()) / (len(hits) + true_count)
