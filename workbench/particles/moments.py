"""Area, place, axes and mean values of all particles of a label image, from sums over its pixels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import Stopped
from workbench.micrographs.micrograph import BoolImage, Micrograph
from workbench.segmentation.components import LabelImage

Floats = npt.NDArray[np.float64]

_STRIP_PIXELS = 1 << 20


def moments(
    labels: LabelImage,
    boxes: list[Any],
    micrograph: Micrograph,
    probability: npt.NDArray[Any] | None,
    stopped: Callable[[], bool],
) -> dict[str, Floats]:
    """Return area, centroid, axes (in px), mean intensity and mean probability of all particles, from sums.

    Rows go through in strips, all particles of a strip at a time: the cost is that of the pixels, however many
    particles they are. Places are counted from the corner of a particle's box, so that the sums stay exact.

    Parameters
    ----------
    labels : (H, W) int array
        Particles from 1 to N.
    boxes : list of (slice, slice)
        Rows and columns of each.
    micrograph : Micrograph
    probability : (H, W) array or None
    stopped : callable() -> bool
        Asked before each strip.

    Returns
    -------
    dict of str to (N,) float array
        ``area``, ``y``, ``x``, ``major``, ``minor`` (axes of the ellipse with the same second moments),
        ``orientation_deg`` (of its major axis in [0, 180): 0 along a row of pixels, 90 up a column), ``intensity``,
        and with a probability ``confidence`` and ``rim_confidence``, which is that of the pixels at the rim.

    Raises
    ------
    Stopped
        If ``stopped`` said so.
    """
    corner_y = np.array([0, *(box[0].start for box in boxes)], np.int64)
    corner_x = np.array([0, *(box[1].start for box in boxes)], np.int64)
    sums = np.zeros((10, len(boxes) + 1))
    height, width = labels.shape
    rows = max(1, _STRIP_PIXELS // width)
    for first in range(0, height, rows):
        ask(stopped, micrograph)
        strip = labels[first : first + rows]
        at = np.flatnonzero(strip != 0)
        if not at.size:
            continue
        y = at // width  # quicker than np.divmod
        x = at - y * width
        label = strip.ravel()[at].astype(np.intp)
        intensity = micrograph.pixels[first : first + rows].ravel()[at].astype(np.float64)
        dy = (y + (first - corner_y[label])).astype(np.float64)
        dx = (x - corner_x[label]).astype(np.float64)
        low, high = int(label.min()), int(label.max())
        label -= low
        weights = [None, dy, dx, dy * dy, dx * dx, dy * dx, intensity]
        if probability is not None:
            sure = probability[first : first + rows].ravel()[at].astype(np.float64)
            rim = _rim(labels, first, first + rows).ravel()[at].astype(np.float64)
            weights += [sure, rim, rim * sure]
        for number, weight in enumerate(weights):
            sums[number, low : high + 1] += np.bincount(label, weight, minlength=high - low + 1)
    area, y_sum, x_sum, yy_sum, xx_sum, xy_sum, total, sure, rim, rim_sure = sums[:, 1:]
    y_mean, x_mean = y_sum / area, x_sum / area
    # 1/12 is the second moment of a pixel about its own centre: a particle of one pixel has a width too.
    yy = np.maximum(yy_sum / area - y_mean**2, 0) + 1 / 12
    xx = np.maximum(xx_sum / area - x_mean**2, 0) + 1 / 12
    xy = xy_sum / area - y_mean * x_mean
    middle, half = (yy + xx) / 2, np.hypot((yy - xx) / 2, xy)
    return {
        "area": area,
        "y": corner_y[1:] + y_mean,
        "x": corner_x[1:] + x_mean,
        "major": 4 * np.sqrt(middle + half),
        "minor": 4 * np.sqrt(np.maximum(middle - half, 0.0)),
        "orientation_deg": np.degrees(np.arctan2(-2 * xy, xx - yy) / 2) % 180,
        "intensity": total / area,
        "confidence": sure / area,
        "rim_confidence": rim_sure / np.maximum(rim, 1),
    }


def _rim(labels: LabelImage, first: int, last: int) -> BoolImage:
    """Say of the pixels of some rows which have a side to background, to another particle or to the edge."""
    rows = np.pad(labels[max(first - 1, 0) : last + 1], ((first == 0, last >= len(labels)), (1, 1)))
    own = rows[1:-1, 1:-1]
    differs: BoolImage = own != rows[:-2, 1:-1]
    for beside in (rows[2:, 1:-1], rows[1:-1, :-2], rows[1:-1, 2:]):
        differs |= own != beside
    return differs


def ask(stopped: Callable[[], bool], micrograph: Micrograph) -> None:
    """Raise `Stopped` where somebody asked to stop."""
    if stopped():
        raise Stopped(f"Measuring {micrograph.name}: stopped.")
