"""The shapes of ImageJ's ROIs as pixels, by ImageJ's own conventions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workbench.micrographs.micrograph import BoolImage
from workbench.particles.files.outlines import fill_polygons

if TYPE_CHECKING:
    from roifile import ImagejRoi

_MARGIN = 1
_STEPS = 32
_MOVE, _LINE, _QUADRATIC, _CUBIC, _CLOSE = range(5)
_POINTS = {_MOVE: 1, _LINE: 1, _QUADRATIC: 2, _CUBIC: 3, _CLOSE: 0}

Corners = npt.NDArray[np.float64]


def pieces_of_roi(roi: ImagejRoi, shape: tuple[int, int]) -> tuple[BoolImage, int, int] | None:
    """Return the pixels of a ROI, and where their first row and column lie; None for what has no area.

    Parameters
    ----------
    roi : ImagejRoi
    shape : (int, int)
        Of the micrograph: what lies further outside than that is not drawn.
    """
    loops = _loops(roi)
    if loops is None:
        return None
    corners = np.concatenate(loops)
    corners = corners[np.isfinite(corners).all(axis=1)]
    if not len(corners):
        return np.zeros((1, 1), np.bool_), 0, 0
    low = np.floor(corners.min(axis=0)) - _MARGIN
    high = np.ceil(corners.max(axis=0)) + _MARGIN
    reach = max(shape)
    left, top = (int(place) for place in np.clip(low, -reach, 2 * reach))
    right, bottom = (int(place) for place in np.clip(high, -reach, 2 * reach))
    box = (max(bottom - top, 1), max(right - left, 1))
    return fill_polygons([loop - [left, top] for loop in loops], box), top, left


def _loops(roi: ImagejRoi) -> list[Corners] | None:
    """Return the polygons of a ROI; None where it has no area."""
    from roifile import ROI_SUBTYPE, ROI_TYPE

    if roi.subtype in (ROI_SUBTYPE.TEXT, ROI_SUBTYPE.ARROW, ROI_SUBTYPE.IMAGE):
        return None
    if roi.multi_coordinates is not None:
        return path_loops(roi.multi_coordinates)
    if roi.roitype == ROI_TYPE.RECT:
        return [_rectangle(roi)]
    if roi.roitype == ROI_TYPE.OVAL:
        return [_oval(roi.left, roi.top, roi.right, roi.bottom)]
    if roi.roitype in (ROI_TYPE.POLYGON, ROI_TYPE.FREEHAND, ROI_TYPE.TRACED):
        if roi.subpixel_coordinates is not None:
            return [roi.subpixel_coordinates.astype(np.float64)]
        if roi.integer_coordinates is not None:
            corner = np.array([roi.left, roi.top], np.float64)
            return [np.add(roi.integer_coordinates, corner, dtype=np.float64)]
    return None


def _rectangle(roi: ImagejRoi) -> Corners:
    """Return a rectangle, or one with round corners; ImageJ takes whole pixels of both, as of ovals."""
    low, high = np.array([roi.left, roi.top], np.float64), np.array([roi.right, roi.bottom], np.float64)
    if not roi.rounded_rect_arc_size:
        return np.array([low, [high[0], low[1]], high, [low[0], high[1]]])
    radius = np.minimum(roi.rounded_rect_arc_size, high - low) / 2
    angle = (np.arange(4 * _STEPS) + 0.5) * (np.pi / 2 / _STEPS)
    along = np.column_stack([np.cos(angle), np.sin(angle)])
    corners: Corners = np.where(along > 0, high - radius, low + radius) + radius * along
    return corners


def _oval(left: int, top: int, right: int, bottom: int) -> Corners:
    """Return an ellipse as a polygon so fine that no pixel of any micrograph is on the wrong side."""
    wide, high = (right - left) / 2, (bottom - top) / 2
    count = max(64, math.ceil(16 * math.sqrt(max(wide, high, 1)) * 8))
    angle = (np.arange(count) + 0.5) * (2 * np.pi / count)
    return np.column_stack([left + wide * (1 + np.cos(angle)), top + high * (1 + np.sin(angle))])


def path_loops(path: npt.NDArray[Any]) -> list[Corners]:
    """Return the polygons of a path of java.awt.geom, curves as chords.

    Parameters
    ----------
    path : (N,) array of numbers
        0 begins, 1 is a line, 2 and 3 are curves of second and third order, 4 closes; after each its points, x and y.
    """
    given = np.asarray(path, np.float64).tolist()
    loops: list[Corners] = []
    points: list[tuple[float, float]] = []
    place = 0
    while place < len(given):
        step = int(given[place])
        count = _POINTS.get(step, -1)
        if count < 0 or place + 1 + 2 * count > len(given):
            break  # no path, or its end is missing: what is whole stays
        ends = [(given[at], given[at + 1]) for at in range(place + 1, place + 1 + 2 * count, 2)]
        place += 1 + 2 * count
        if step == _MOVE and points:
            loops.append(np.array(points))
            points = []
        if step in (_QUADRATIC, _CUBIC) and points:
            points.extend(_curve([points[-1], *ends]))
        else:
            points += ends
    if points:
        loops.append(np.array(points))
    return loops or [np.empty((0, 2))]


def _curve(control: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return points along a Bezier curve after its first point."""
    share = np.arange(1, _STEPS + 1)[:, np.newaxis, np.newaxis] / _STEPS
    points = np.broadcast_to(np.array(control), (_STEPS, len(control), 2))
    while points.shape[1] > 1:
        points = points[:, :-1] * (1 - share) + points[:, 1:] * share
    return [(float(x), float(y)) for x, y in points[:, 0]]
