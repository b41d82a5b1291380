"""From mask to table: one row a particle, lengths in nm where the pixel size is known."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import ndimage

from workbench.errors import WorkbenchError
from workbench.micrographs.datasets.label_image import interpret_array
from workbench.micrographs.micrograph import BoolImage, FloatImage, Micrograph
from workbench.particles.diameter_error import diameter_error_px
from workbench.particles.feret import feret
from workbench.particles.frame import edge_weights, touches_edge
from workbench.particles.lattice.particle_lattice import (
    ParticleLattice,
    lattice_columns,
    particle_lattices,
)
from workbench.particles.moments import ask, moments
from workbench.particles.perimeter import perimeter_px
from workbench.segmentation.masks import LabelImage, label_particles

Floats = npt.NDArray[np.float64]

_SPECK_PIXELS = 36
_SPECKS_KEPT = 1 << 16
_NEVER: Callable[[], bool] = lambda: False  # noqa: E731 - a default, named once


def measure(
    mask: npt.NDArray[Any],
    micrograph: Micrograph,
    *,
    lattice: bool = True,
    probability: npt.ArrayLike | None = None,
    threshold: float | None = None,
    stop: Callable[[], bool] | None = None,
    progress: Callable[[float], object] | None = None,
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
        Look for lattice fringes in each particle, see `workbench.particles.lattice.particle_lattice`; their columns are
        NaN or empty otherwise.
    probability : (H, W) array or Segmentation, optional
        What the mask was made of; with it there are the columns ``confidence`` and ``rim_confidence``.
    threshold : float, optional
        Above which a pixel is particle; with it and ``probability`` the error of a diameter has a part for it.
    stop : callable() -> bool, optional
        Asked before each particle.
    progress : callable(fraction), optional
        Told how far it is.

    Returns
    -------
    pandas.DataFrame
        One row a particle, in the order of `label_particles` or by number; no row for an empty mask. ``attrs["unit"]``
        is ``"nm"``, or ``"px"`` where the pixel size is not known; the columns carry it in their names:

        ============================== ============================================================
        ``label``                      number of the particle: from 1, or as the label image has it
        ``y_px``, ``x_px``             centroid, row and column, counted from the centre of the first pixel
        ``y_nm``, ``x_nm``             the same in nm (absent where the pixel size is not known)
        ``pixels``                     number of its pixels
        ``area_nm2``                   that times the area of one
        ``diameter_nm``                of the circle of that area
        ``diameter_error_nm``          its standard uncertainty, by pixels and threshold, see `diameter_error_px`
        ``feret_min_nm``               smallest and largest distance between two parallel lines that touch the hull of
        ``feret_max_nm``               its pixels' corners, see `workbench.particles.feret.feret`
        ``aspect_ratio``               smallest over largest of these
        ``major_axis_nm``              of the ellipse with the same second moments
        ``minor_axis_nm``
        ``orientation_deg``            of its major axis in [0, 180): 0 along a row of pixels, 90 up a column
        ``perimeter_nm``               of the outline smoothed by 1 px, holes included, see `perimeter_px`
        ``circularity``                4 pi area / perimeter^2: 1 for a disc; at most 1
        ``solidity``                   area over that of the hull of its pixels' corners
        ``neighbour_distance_nm``      from its centroid to the nearest other; NaN for a particle alone
        ``touches_edge``               whether it touches the edge of the image or what is left out of it, such as a
                                       data bar, so that the rest is missing
        ``edge_weight``                how many it stands for where these are left out, see `edge_weights`; 0 for them
        ``mean_intensity``             of the micrograph inside the particle, in the units of the file
        ``lattice_nm``                 spacing of the strongest lattice fringes; NaN where none stand out
        ``d1_nm``, ``d1_error_nm``     spacing of the strongest fringes that are the particle's own, not its support's,
                                       and its standard error
        ``d2_nm``, ``d2_error_nm``     of the second, not parallel to the first
        ``lattice_angle_deg``          between the two; NaN where they lie in different grains
        ``phase``                      such as ``Au or Ag``; ``one set``, ``two grains``, ``support``, or empty
        ``zone_axis``                  such as ``[011]``, or empty
        ``confidence``                 mean probability of particle over its pixels (absent without ``probability``)
        ``rim_confidence``             the same over its pixels that have a side outside
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
    >>> table[["y_nm", "x_nm", "area_nm2", "feret_min_nm"]].iloc[0].to_dict()
    {'y_nm': 14.75, 'x_nm': 9.75, 'area_nm2': 100.0, 'feret_min_nm': 10.0}
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
    labels, numbers = _numbered(mask, f"the mask of {micrograph.name}")
    return _measured(labels, numbers, micrograph, lattice, sure, threshold, stop=stop, progress=progress)


def measure_numbers(
    labels: npt.NDArray[Any],
    micrograph: Micrograph,
    *,
    lattice: bool = True,
    probability: FloatImage | None = None,
    threshold: float | None = None,
    covered: BoolImage | None = None,
) -> pd.DataFrame:
    """Measure the particles of what is a label image whatever its values: of 0 and 1 alone, too.

    Parameters
    ----------
    labels : (H, W) array of whole numbers
        0 is background, each number one particle.
    micrograph, lattice, probability, threshold
        As for `measure`.
    covered : (H, W) bool array, optional
        Pixels of any particle, where ``labels`` has only some of them.

    Returns
    -------
    DataFrame
        As of `measure`.
    """
    dense, numbers = _dense(labels, labels > 0)
    return _measured(dense, numbers, micrograph, lattice, probability, threshold, covered)


def _measured(
    labels: LabelImage,
    numbers: npt.NDArray[np.int64],
    micrograph: Micrograph,
    lattice: bool,
    sure: npt.NDArray[Any] | None,
    threshold: float | None,
    covered: BoolImage | None = None,
    stop: Callable[[], bool] | None = None,
    progress: Callable[[float], object] | None = None,
) -> pd.DataFrame:
    """Measure particles that are numbered from 1 without gaps, and are called by other numbers."""
    stopped = _NEVER if stop is None else stop
    boxes = ndimage.find_objects(labels)
    table = moments(labels, boxes, micrograph, sure, stopped)
    told = progress or (lambda _fraction: None)
    share = 0.5 if lattice else 1.0
    table |= _shapes(labels, boxes, micrograph, stopped, lambda fraction: told(share * fraction))
    lattices = [ParticleLattice(nm_per_px=micrograph.nm_per_px)] * len(boxes)
    if lattice:
        lattices = [
            one
            for _number, one in particle_lattices(
                labels,
                micrograph,
                covered=covered,
                stop=stopped,
                progress=lambda done, total: told(share + (1 - share) * done / total),
            )
        ]
    table["diameter_error"] = diameter_error_px(labels, table["area"], sure, threshold)
    touching = touches_edge(labels, len(boxes), micrograph)
    found = _table(numbers, table, micrograph, touching, edge_weights(boxes, touching, micrograph))
    unit, scale = ("px", 1.0) if micrograph.nm_per_px is None else ("nm", micrograph.nm_per_px)
    found[f"lattice_{unit}"] = np.array([one.strongest_px for one in lattices], np.float64) * scale
    for name, values in lattice_columns(lattices, unit).items():
        found[name] = values
    if sure is not None:
        found["confidence"], found["rim_confidence"] = table["confidence"], table["rim_confidence"]
    return found


def _table(
    numbers: npt.NDArray[np.int64],
    of: dict[str, Floats],
    micrograph: Micrograph,
    touching: BoolImage,
    weights: Floats,
) -> pd.DataFrame:
    """Return the columns of `measure` in their order, from lengths in px."""
    unit = "px" if micrograph.nm_per_px is None else "nm"
    scale = micrograph.nm_per_px or 1.0
    area = of["area"]
    columns: dict[str, npt.NDArray[Any]] = {"label": numbers, "y_px": of["y"], "x_px": of["x"]}
    if unit == "nm":
        columns |= {"y_nm": of["y"] * scale, "x_nm": of["x"] * scale}
    columns |= {
        "pixels": area.astype(np.int64),
        f"area_{unit}2": area * scale**2,
        f"diameter_{unit}": 2 * np.sqrt(area / np.pi) * scale,
        f"diameter_error_{unit}": of["diameter_error"] * scale,
        f"feret_min_{unit}": of["feret_min"] * scale,
        f"feret_max_{unit}": of["feret_max"] * scale,
        "aspect_ratio": of["feret_min"] / of["feret_max"],
        f"major_axis_{unit}": of["major"] * scale,
        f"minor_axis_{unit}": of["minor"] * scale,
        "orientation_deg": of["orientation_deg"],
        f"perimeter_{unit}": of["perimeter"] * scale,
        "circularity": np.minimum(1.0, 4 * np.pi * area / of["perimeter"] ** 2),
        "solidity": area / of["hull_area"],
        f"neighbour_distance_{unit}": neighbour_distance(of["y"], of["x"]) * scale,
        "touches_edge": touching,
        "edge_weight": weights,
        "mean_intensity": of["intensity"],
    }
    found = pd.DataFrame(columns)
    found.attrs["unit"] = unit
    return found


def neighbour_distance(y: Floats, x: Floats) -> Floats:
    """Return the distance from each place to the nearest other one; NaN where there is none.

    Parameters
    ----------
    y, x : (N,) float array

    Returns
    -------
    (N,) float array
    """
    from scipy.spatial import KDTree

    if len(y) < 2:
        return np.full(len(y), np.nan)
    places = np.stack([y, x], axis=1)
    found: Floats = KDTree(places).query(places, k=2)[0][:, 1]
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
    return _dense(found.numbers, found.mask)


def _dense(given: npt.NDArray[Any], particle: BoolImage) -> tuple[LabelImage, npt.NDArray[np.int64]]:
    """Return a label image with its numbers made 1, 2, 3 ..., and which they were."""
    largest = int(given.max(initial=0))
    if largest <= max(given.size, 1 << 16):
        there = np.zeros(largest + 1, np.bool_)
        there[given] = True
        there[0] = False
        order = np.cumsum(there, dtype=np.int32)
        return np.where(particle, order[given], np.int32(0)), np.flatnonzero(there)
    numbers = np.unique(given[particle])
    labels = np.zeros(particle.shape, np.int32)
    labels[particle] = np.searchsorted(numbers, given[particle]) + 1
    return labels, numbers


def _shapes(
    labels: LabelImage,
    boxes: list[Any],
    micrograph: Micrograph,
    stopped: Callable[[], bool],
    progress: Callable[[float], object],
) -> dict[str, Floats]:
    """Return perimeter and hull of each particle, in px: what needs its pixels in their place."""
    found = np.full((4, len(boxes)), np.nan)
    for number, box in enumerate(boxes):
        ask(stopped, micrograph)
        particle = labels[box] == number + 1
        hull = feret(particle)
        found[:, number] = _perimeter(particle), hull.smallest, hull.largest, hull.hull_area
        if number % 64 == 63:
            progress(number / len(boxes))
    return dict(zip(("perimeter", "feret_min", "feret_max", "hull_area"), found, strict=True))


def _perimeter(particle: BoolImage) -> float:
    # Of a noisy mask there are hundreds of thousands of specks, but they are of few shapes.
    if particle.size <= _SPECK_PIXELS:
        return _perimeter_of_speck(particle.shape, particle.tobytes())
    return perimeter_px(particle)


@lru_cache(maxsize=_SPECKS_KEPT)
def _perimeter_of_speck(shape: tuple[int, ...], pixels: bytes) -> float:
    return perimeter_px(np.frombuffer(pixels, np.bool_).reshape(shape))
