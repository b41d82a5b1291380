"""What the frame does to a sample: which particles it cuts, and how the others stand for those that it left out."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.micrographs.micrograph import BoolImage, Micrograph
from workbench.segmentation.components import LabelImage

Floats = npt.NDArray[np.float64]
Box = tuple[slice, slice]


def touches_edge(labels: LabelImage, count: int, micrograph: Micrograph) -> BoolImage:
    """Say of each particle whether its rest may be missing: it touches the edge of the image or what is left out of it.

    Parameters
    ----------
    labels : (H, W) int array
        Particles from 1 to ``count``.
    count : int
    micrograph : Micrograph
        Its data bars and other marks (``left_out``) hide what lies behind them.

    Returns
    -------
    (count,) bool array
    """
    touches = np.zeros(count + 1, np.bool_)
    for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        touches[edge] = True
    for mark in micrograph.left_out:
        around = labels[
            max(mark.top - 1, 0) : mark.bottom + 1,
            max(mark.left - 1, 0) : mark.right + 1,
        ]
        touches[np.unique(around)] = True
    return touches[1:]


def edge_weights(boxes: list[Box], touching: BoolImage, micrograph: Micrograph) -> Floats:
    """Return how many particles each particle stands for, where those that touch the edge are left out.

    A large particle touches the edge more often than a small one. In a frame of W x H px a particle whose box is
    Fx x Fy px wide and high lies within with a chance in proportion to (W - Fx)(H - Fy), so it is weighted by
    W H / ((W - Fx)(H - Fy)).

    Parameters
    ----------
    boxes : list of (slice, slice)
        Rows and columns of each particle.
    touching : (N,) bool array
        See `touches_edge`.
    micrograph : Micrograph
        Rows and columns that a data bar takes as a whole are no part of the frame.

    Returns
    -------
    (N,) float array
        At least 1; 0 for a particle that touches the edge.

    References
    ----------
    R. E. Miles, Proc. Symp. Stochastic Geometry 1974; C. Lantuejoul, J. Microsc. 121 (1981); ISO 13322-1:2014, 8.3.
    """
    height, width = frame_px(micrograph)
    high = np.array([rows.stop - rows.start for rows, _ in boxes], np.float64)
    wide = np.array([columns.stop - columns.start for _, columns in boxes], np.float64)
    left = np.maximum(height - high, 0) * np.maximum(width - wide, 0)
    weights = np.zeros(len(boxes))
    within = ~touching & (left > 0)
    weights[within] = height * width / left[within]
    return weights


def frame_px(micrograph: Micrograph) -> tuple[int, int]:
    """Return height and width of what a micrograph shows of the specimen: without rows and columns of marks alone."""
    hidden_rows: list[Any] = []
    hidden_columns: list[Any] = []
    height, width = micrograph.shape
    for mark in micrograph.left_out:
        if mark.left <= 0 and mark.right >= width:
            hidden_rows.extend(range(max(mark.top, 0), min(mark.bottom, height)))
        if mark.top <= 0 and mark.bottom >= height:
            hidden_columns.extend(range(max(mark.left, 0), min(mark.right, width)))
    return max(height - len(set(hidden_rows)), 1), max(width - len(set(hidden_columns)), 1)
