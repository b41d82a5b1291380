"""A label image as TIFF: the numbers of the table, the pixel size as ImageJ keeps it, and where it came from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workbench.errors import ComputeError
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.provenance import LABELS, mark, read_record
from workbench.micrographs.reading import open_micrograph
from workbench.micrographs.writing import refused, write_tiff
from workbench.particles.files.belonging import check_belongs, check_labels
from workbench.particles.provenance import described, provenance_of_micrograph
from workbench.segmentation.components import LabelImage
from workbench.whole_files import written_whole

if TYPE_CHECKING:
    import pandas as pd


def write_label_tiff(
    path: Path | str,
    labels: npt.NDArray[Any],
    micrograph: Micrograph,
    table: pd.DataFrame | None = None,
    provenance: Mapping[str, Any] | None = None,
) -> None:
    """Write a label image that bears the numbers of the table.

    uint16 where the largest number allows it, else uint32. ImageJ and Fiji open both with their pixel size, the second
    as 32-bit float, which holds all numbers up to 2^24; the record is under Image > Show Info.

    Parameters
    ----------
    path : Path or str
    labels : (H, W) array of whole numbers
        0 is background.
    micrograph : Micrograph
        That it belongs to: gives the pixel size, and the hash of the pixels to the record.
    table : DataFrame, optional
        One row a particle; it has to have the numbers of the label image.
    provenance : mapping, optional
        Of `provenance_of`; by default that of the micrograph alone.

    Raises
    ------
    WorkbenchError
        If shapes differ, or the table does not belong to the label image.
    ComputeError
        If it cannot be written.
    """
    path, labels = Path(path), np.asarray(labels)
    numbers = check_labels(labels, micrograph) if table is None else check_belongs(labels, table, micrograph)
    told = described(LABELS, {**provenance_of_micrograph(micrograph), **(provenance or {})})
    if not len(numbers) or numbers[-1] <= np.iinfo(np.uint16).max:
        write_tiff(path, labels.astype(np.uint16), micrograph.nm_per_px, told, LABELS)
        return
    try:
        with written_whole(path) as half:
            _write_uint32(half, labels.astype(np.uint32), micrograph.nm_per_px, told, int(numbers[-1]))
            with half.open("rb+") as file:
                os.fsync(file.fileno())
    except OSError as error:
        raise ComputeError(refused(path, error)) from error


def _write_uint32(
    path: Path, pixels: npt.NDArray[np.uint32], nm: float | None, told: str, largest: int
) -> None:
    """Write what ImageJ does not: its own files have 8, 16 or 32 bit with a point; it opens this by its own tags."""
    import tifffile

    options: dict[str, Any] = {}
    said = ["ImageJ=1.11a", "images=1", "min=0.0", f"max={largest}.0"]
    tags: tuple[Any, ...] = tifffile.imagej_metadata_tag({"Info": told}, "<")
    if nm is not None:
        said += ["unit=nm"]
        options = {"resolution": (1 / nm, 1 / nm), "resolutionunit": 1}
        tags = (
            *tags,
            *((code, "s", 3, "nm", False) for code in (65003, 65004)),
            *((code, "d", 1, float(nm), False) for code in (65009, 65010)),
        )
    tifffile.imwrite(
        path,
        pixels,
        byteorder="<",
        photometric="minisblack",
        description="\n".join(said) + "\n",
        metadata=None,
        software=mark(LABELS),
        extratags=tags,
        **options,
    )


def read_label_tiff(path: Path | str) -> tuple[LabelImage, dict[str, Any]]:
    """Read a label image that `write_label_tiff` wrote, or Fiji after it.

    Parameters
    ----------
    path : Path or str

    Returns
    -------
    labels : (H, W) int32 array
        The numbers as they are in the file.
    provenance : dict
        Its record; empty where it has none.

    Raises
    ------
    MicrographError
        If it cannot be read.
    """
    path = Path(path)
    return open_micrograph(path).pixels.astype(np.int32), dict(read_record(path))
