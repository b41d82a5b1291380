"""From mask to table: one row a particle, lengths in nm where the pixel size is known."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import ndimage

from workbench.errors import Stopped, WorkbenchError
from workbench.micrographs.datasets.label_image import interpret_array
from workbench.micrographs.micrograph import BoolImage, Micrograph
from workbench.particles.lattice.spacing import lattice_spacing_px
from workbench.particles.perimeter import perimeter_px
from workbench.segmentation.masks import LabelImage, label_particles

Floats = npt.NDArray[np.float64]

_STRIP_PIXELS = 1 << 20
_SPECK_PIXELS = 36
_SPECKS_KEPT = 1 << 16
_NEVER: Callable[[], bool] = lambda: False  # noqa: E731 - a default, named once


def measure(
    mask: npt.NDArray[Any],
    micrograph: Micrograph,
    *,
    lattice: bool = True,
    probability: npt.ArrayLike | None = None,
    stop: Callable[[], bool] | None = None,
) -> pd.DataFrame:
    """Measure each particle of a mask or of a label image.

    Parameters
    ----------
    mask : (H, W) array
        A mask: bool, or two values of which the larger is particle; particles are sets of pixels connected through
        sides or corners. Or a label image: whole numbers, 0 for background and one number a particle, which may touch
        others and lie in several pieces. See `workbench.micrographs.datasets.label_image.interpret_array`.
    micrograph : Micrograph
        What the mask was made from; its pixel size gives the unit.
    lattice : bool
        Look for lattice fringes in each particle, see `lattice_spacing_px`; the column is NaN otherwise.
    probability : (H, W) array or Segmentation, optional
        What the mask was made of; with it there is a column ``confidence``.
    stop : callable() -> bool, optional
        Asked before each particle.

    Returns
    -------
    pandas.DataFrame
        One row a particle, in the order of `label_particles` or by number; no row for an empty mask. ``attrs["unit"]``
        is ``"nm"``, or ``"px"`` where the pixel size is not known; the columns carry it in their names:

        ============================== ============================================================
        ``label``                      number of the particle: from 1, or as the label image has it
        ``y_px``, ``x_px``             centroid, row and column, counted from the centre of the first pixel
        ``y_nm``, ``x_nm``             the same in nm (absent where the pixel size is not known)
        ``area_nm2``                   number of pixels times the area of one
        ``diameter_nm``                of the circle of that area
        ``major_axis_nm``              of the ellipse with the same second moments
        ``minor_axis_nm``
        ``perimeter_nm``               of the outline smoothed by 1 px, holes included, see `perimeter_px`
        ``circularity``                4 pi area / perimeter^2: 1 for a disc; at most 1
        ``touches_edge``               whether it touches the edge of the image, so that the rest is missing
        ``mean_intensity``             of the micrograph inside the particle, in the units of the file
        ``lattice_nm``                 spacing of the strongest lattice fringes; NaN where none stand out
        ``confidence``                 mean probability of particle over its pixels (absent without ``probability``)
        ============================== ============================================================

        Without a pixel size: ``area_px2``, ``diameter_px``, ``lattice_px`` and so on.

    Raises
    ------
    WorkbenchError
        If mask or probability and micrograph differ in shape, or it is neither a mask nor a label image.
    Stopped
        If ``stop`` said so.

    Examples
    --------
    >>> import numpy as np
    >>> import workbench as wb
    >>> mask = np.zeros((64, 64), bool)
    >>> mask[20:40, 10:30] = True
    >>> table = wb.measure(mask, wb.Micrograph(np.ones((64, 64)), nm_per_px=0.5))
    >>> table[["y_nm", "x_nm", "area_nm2"]].iloc[0].to_dict()
    {'y_nm': 14.75, 'x_nm': 9.75, 'area_nm2': 100.0}
    """
    mask = np.asarray(mask)
    if mask.shape != micrograph.shape:
        raise WorkbenchError(
            f"{micrograph.name}: a mask of shape {mask.shape} does not belong to a micrograph of shape "
            f"{micrograph.shape}."
        )
    sure = None if probability is None else np.asarray(probability)
    if sure is not None and sure.shape != mask.shape:
        raise WorkbenchError(
            f"{micrograph.name}: a probability of shape {sure.shape} does not belong to a mask of shape {mask.shape}."
        )
    stopped = _NEVER if stop is None else stop
    labels, numbers = _numbered(mask, f"the mask of {micrograph.name}")
    boxes = ndimage.find_objects(labels)
    table = _moments(labels, boxes, micrograph, sure, stopped)
    perimeter, spacing = _shapes(labels, boxes, micrograph, lattice, stopped)
    unit = "px" if micrograph.nm_per_px is None else "nm"
    scale = micrograph.nm_per_px or 1.0
    area = table["area"]
    columns: dict[str, npt.NDArray[Any]] = {"label": numbers, "y_px": table["y"], "x_px": table["x"]}
    if unit == "nm":
        columns |= {"y_nm": table["y"] * scale, "x_nm": table["x"] * scale}
    columns |= {
        f"area_{unit}2": area * scale**2,
        f"diameter_{unit}": 2 * np.sqrt(area / np.pi) * scale,
        f"major_axis_{unit}": table["major"] * scale,
        f"minor_axis_{unit}": table["minor"] * scale,
        f"perimeter_{unit}": perimeter * scale,
        "circularity": np.minimum(1.0, 4 * np.pi * area / perimeter**2),
        "touches_edge": _on_the_edge(labels, len(boxes)),
        "mean_intensity": table["intensity"],
        f"lattice_{unit}": spacing * scale,
    }
    if sure is not None:
        columns["confidence"] = table["confidence"]
    found = pd.DataFrame(columns)
    found.attrs["unit"] = unit
    return found


def label_image(mask: npt.NDArray[Any]) -> LabelImage:
    """Number the particles of a mask.

    Parameters
    ----------
    mask : (H, W) array
        As for `measure`; the numbers of a label image become 1, 2, 3 ... in their order.

    Returns
    -------
    (H, W) int32 array
        0 is background. What `measure` takes, and other programs read as one number a particle.

    Raises
    ------
    WorkbenchError
        If it is neither a mask nor a label image.

    Examples
    --------
    >>> import numpy as np
    >>> import workbench as wb
    >>> wb.label_image(np.array([[True, False, True]]))
    array([[1, 0, 2]], dtype=int32)
    """
    return _numbered(np.asarray(mask), "this image")[0]


def of_micrograph(
    particles: pd.DataFrame,
    micrograph: str,
    network: str,
    threshold: float,
    min_area: float,
    particle_px: float | None = None,
) -> pd.DataFrame:
    """Return a table of `measure` with columns before it: what the particles were found in, and how.

    The fourth, ``min_area_nm2`` or ``min_area_px2``, is the area under which particles were left out; 0: none were.
    Where the pixel size is not known a fifth follows, ``seen_by_particle_px``: how wide particles were taken to be, see
    `Segmentation.particle_px`; empty where the network saw the micrograph as it is.
    """
    table = particles.copy()
    table.insert(0, "micrograph", micrograph)
    table.insert(1, "network", network)
    table.insert(2, "threshold", threshold)
    table.insert(3, f"min_area_{particles.attrs['unit']}2", min_area)
    if particles.attrs["unit"] == "px":
        table.insert(4, "seen_by_particle_px", np.nan if particle_px is None else particle_px)
    return table


def _numbered(mask: npt.NDArray[Any], name: str) -> tuple[LabelImage, npt.NDArray[np.int64]]:
    """Return the particles numbered from 1 without gaps, and the number of each in what was given."""
    found = interpret_array(mask, name)
    if found.numbers is None:
        labels, count = label_particles(found.mask)
        return labels, np.arange(1, count + 1, dtype=np.int64)
    largest = int(found.numbers.max())
    if largest <= max(found.numbers.size, 1 << 16):
        there = np.zeros(largest + 1, np.bool_)
        there[found.numbers] = True
        there[0] = False
        order = np.cumsum(there, dtype=np.int32)
        return np.where(found.mask, order[found.numbers], np.int32(0)), np.flatnonzero(there)
    numbers = np.unique(found.numbers[found.mask])
    labels = np.zeros(found.mask.shape, np.int32)
    labels[found.mask] = np.searchsorted(numbers, found.numbers[found.mask]) + 1
    return labels, numbers


def _moments(
    labels: LabelImage,
    boxes: list[Any],
    micrograph: Micrograph,
    probability: npt.NDArray[Any] | None,
    stopped: Callable[[], bool],
) -> dict[str, Floats]:
    """Return area, centroid, axes (in px), mean intensity and mean probability of all particles, from sums.

    Rows go through in strips, all particles of a strip at a time: the cost is that of the pixels, however many
    particles they are. Places are counted from the corner of a particle's box, so that the sums stay exact.
    """
    corner_y = np.array([0, *(box[0].start for box in boxes)], np.int64)
    corner_x = np.array([0, *(box[1].start for box in boxes)], np.int64)
    sums = np.zeros((8, len(boxes) + 1))
    height, width = labels.shape
    rows = max(1, _STRIP_PIXELS // width)
    for first in range(0, height, rows):
        _ask(stopped, micrograph)
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
            weights.append(probability[first : first + rows].ravel()[at].astype(np.float64))
        for number, weight in enumerate(weights):
            sums[number, low : high + 1] += np.bincount(label, weight, minlength=high - low + 1)
    area, y_sum, x_sum, yy_sum, xx_sum, xy_sum, total, sure = sums[:, 1:]
    y_mean, x_mean = y_sum / area, x_sum / area
    # 1/12 is the second moment of a pixel about its own centre: a particle of one pixel has a width too.
    yy = np.maximum(yy_sum / area - y_mean**2, 0) + 1 / 12
    xx = np.maximum(xx_sum / area - x_mean**2, 0) + 1 / 12
    middle, half = (yy + xx) / 2, np.hypot((yy - xx) / 2, xy_sum / area - y_mean * x_mean)
    return {
        "area": area,
        "y": corner_y[1:] + y_mean,
        "x": corner_x[1:] + x_mean,
        "major": 4 * np.sqrt(middle + half),
        "minor": 4 * np.sqrt(np.maximum(middle - half, 0.0)),
        "intensity": total / area,
        "confidence": sure / area,
    }


def _shapes(
    labels: LabelImage, boxes: list[Any], micrograph: Micrograph, lattice: bool, stopped: Callable[[], bool]
) -> tuple[Floats, Floats]:
    """Return the perimeter and the lattice spacing of each particle, in px: what needs its pixels in their place."""
    perimeter = np.empty(len(boxes))
    spacing = np.full(len(boxes), np.nan)
    for number, box in enumerate(boxes):
        _ask(stopped, micrograph)
        particle = labels[box] == number + 1
        perimeter[number] = _perimeter(particle)
        if lattice:
            corner = (box[0].start, box[1].start)
            spacing[number] = lattice_spacing_px(micrograph.pixels, particle, corner)
    return perimeter, spacing


def _perimeter(particle: BoolImage) -> float:
    # Of a noisy mask there are hundreds of thousands of specks, but they are of few shapes.
    if particle.size <= _SPECK_PIXELS:
        return _perimeter_of_speck(particle.shape, particle.tobytes())
    return perimeter_px(particle)


@lru_cache(maxsize=_SPECKS_KEPT)
def _perimeter_of_speck(shape: tuple[int, ...], pixels: bytes) -> float:
    return perimeter_px(np.frombuffer(pixels, np.bool_).reshape(shape))


def _on_the_edge(labels: LabelImage, count: int) -> BoolImage:
    touches = np.zeros(count + 1, np.bool_)
    for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        touches[edge] = True
    return touches[1:]


def _ask(stopped: Callable[[], bool], micrograph: Micrograph) -> None:
    if stopped():
        raise Stopped(f"Measuring {micrograph.name}: stopped.")
