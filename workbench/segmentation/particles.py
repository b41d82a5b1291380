"""From mask to table: one row a particle, lengths in nm where the pixel size is known."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy import ndimage

from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import BoolImage, Micrograph
from workbench.segmentation.lattice import lattice_spacing_px
from workbench.segmentation.masks import label_particles
from workbench.segmentation.perimeter import perimeter_px


def measure(mask: BoolImage, micrograph: Micrograph, *, lattice: bool = True) -> pd.DataFrame:
    """Measure each particle of a mask.

    Parameters
    ----------
    mask : (H, W) bool array
        Particles are sets of pixels connected through sides or corners.
    micrograph : Micrograph
        What the mask was made from; its pixel size gives the unit.
    lattice : bool
        Look for lattice fringes in each particle, see `lattice_spacing_px`; the column is NaN otherwise.

    Returns
    -------
    pandas.DataFrame
        One row a particle, in the order of `label_particles`; no row for an empty mask. ``attrs["unit"]`` is
        ``"nm"``, or ``"px"`` where the pixel size is not known; the columns carry it in their names:

        ============================== ============================================================
        ``label``                      number of the particle, from 1
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
        ============================== ============================================================

        Without a pixel size: ``area_px2``, ``diameter_px``, ``lattice_px`` and so on.

    Raises
    ------
    WorkbenchError
        If mask and micrograph differ in shape.
    """
    mask = np.asarray(mask, dtype=np.bool_)
    if mask.shape != micrograph.shape:
        raise WorkbenchError(
            f"{micrograph.name}: a mask of shape {mask.shape} does not belong to a micrograph of shape "
            f"{micrograph.shape}."
        )
    scale, unit = (1.0, "px") if micrograph.nm_per_px is None else (micrograph.nm_per_px, "nm")
    labels, _ = label_particles(mask)
    rows = [
        _row(label, labels[box] == label, (box[0], box[1]), micrograph, scale, lattice)
        for label, box in enumerate(ndimage.find_objects(labels), start=1)
    ]
    columns = _columns(unit)
    table = pd.DataFrame.from_records(rows, columns=list(columns)).astype(columns)
    if unit == "nm":
        table.insert(3, "y_nm", table["y_px"] * scale)
        table.insert(4, "x_nm", table["x_px"] * scale)
    table.attrs["unit"] = unit
    return table


def of_micrograph(particles: pd.DataFrame, micrograph: str, network: str, threshold: float) -> pd.DataFrame:
    """Return a table of `measure` with three columns before it: what the particles were found in, and how."""
    table = particles.copy()
    table.insert(0, "micrograph", micrograph)
    table.insert(1, "network", network)
    table.insert(2, "threshold", threshold)
    return table


def _columns(unit: str) -> dict[str, str]:
    return {
        "label": "int64",
        "y_px": "float64",
        "x_px": "float64",
        f"area_{unit}2": "float64",
        f"diameter_{unit}": "float64",
        f"major_axis_{unit}": "float64",
        f"minor_axis_{unit}": "float64",
        f"perimeter_{unit}": "float64",
        "circularity": "float64",
        "touches_edge": "bool",
        "mean_intensity": "float64",
        f"lattice_{unit}": "float64",
    }


def _row(
    label: int,
    particle: BoolImage,
    box: tuple[slice, slice],
    micrograph: Micrograph,
    scale: float,
    lattice: bool,
) -> tuple[float, ...]:
    """Measure one particle, given as a mask of its bounding box."""
    y, x = np.nonzero(particle)
    area = y.size
    pixels = micrograph.pixels[box]
    perimeter = perimeter_px(particle)
    major, minor = _axes(y, x)
    spacing = lattice_spacing_px(pixels, particle) if lattice else math.nan
    touches = any(s.start == 0 or s.stop == n for s, n in zip(box, micrograph.shape, strict=True))
    return (
        label,
        box[0].start + y.mean(),
        box[1].start + x.mean(),
        area * scale**2,
        2 * math.sqrt(area / math.pi) * scale,
        major * scale,
        minor * scale,
        perimeter * scale,
        min(1.0, 4 * math.pi * area / perimeter**2),
        touches,
        pixels[particle].mean(dtype=np.float64),
        spacing * scale,
    )


def _axes(y: np.typing.NDArray[np.intp], x: np.typing.NDArray[np.intp]) -> tuple[float, float]:
    """Return the axes in pixels of the ellipse with the same second moments.

    1/12 is the second moment of a pixel about its own centre: a particle of one pixel has a width too.
    """
    yy, xx = float(y.var()) + 1 / 12, float(x.var()) + 1 / 12
    xy = float(((y - y.mean()) * (x - x.mean())).mean())
    middle, half = (yy + xx) / 2, math.hypot((yy - xx) / 2, xy)
    return 4 * math.sqrt(middle + half), 4 * math.sqrt(max(middle - half, 0.0))
