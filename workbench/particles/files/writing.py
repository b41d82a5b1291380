"""Particles into whichever file a name asks for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.particles.files.belonging import check_belongs
from workbench.particles.files.coco import write_coco
from workbench.particles.files.imagej_rois import write_rois
from workbench.particles.files.label_tiff import write_label_tiff
from workbench.particles.files.tables import SUFFIXES, write_table
from workbench.particles.provenance import provenance_of_micrograph

if TYPE_CHECKING:
    import pandas as pd

WRITERS = {".tif": write_label_tiff, ".tiff": write_label_tiff, ".zip": write_rois, ".json": write_coco}
"""By what a name ends in: those that take labels, micrograph, table and provenance."""


def write_particles(
    path: Path | str,
    labels: npt.NDArray[Any],
    micrograph: Micrograph,
    table: pd.DataFrame | None = None,
    provenance: Mapping[str, Any] | None = None,
    numbers: Mapping[str, Any] | None = None,
) -> None:
    """Write particles so that other programs open them; the name says how.

    ==================  ===========================================================================================
    ``.tif``            label image with the numbers of the table, uint16 or uint32, pixel size as ImageJ has it
    ``.zip``            outlines for ImageJ's ROI Manager; filled again they have the same pixels
    ``.json``           COCO data set, packed run lengths
    ``.csv``            table, one row a particle, all digits; its provenance in a JSON beside it
    ``.parquet``        the same; its provenance in the file (needs the extra ``parquet``)
    ``.xlsx``           the same for Excel: sheets particles, numbers, provenance
    ==================  ===========================================================================================

    Parameters
    ----------
    path : Path or str
    labels : (H, W) array of whole numbers
        0 is background, one number a particle.
    micrograph : Micrograph
    table : DataFrame, optional
        Of `workbench.measure`, with the numbers of the label image; measured here where a table is asked for.
    provenance : mapping, optional
        Of `workbench.particles.provenance.provenance_of`; by default that of the micrograph alone.
    numbers : mapping, optional
        See `write_table`.

    Raises
    ------
    WorkbenchError
        If the ending is none of these, shapes differ, or the table does not belong to the label image.
    ComputeError
        If it cannot be written.

    Examples
    --------
    >>> import workbench as wb
    >>> m, truth = wb.open_sample("easy")
    >>> labels = wb.label_image(truth)
    >>> for name in ("labels.tif", "outlines.zip", "coco.json", "particles.csv", "particles.xlsx"):
    ...     wb.write_particles(name, labels, m)
    """
    path = Path(path)
    write = WRITERS.get(path.suffix.lower())
    if write is not None:
        write(path, labels, micrograph, table, provenance)
        return
    if path.suffix.lower() not in SUFFIXES:
        endings = ", ".join((*WRITERS, *SUFFIXES))
        raise WorkbenchError(f"{path.name} ends in none of {endings}; choose one of these for particles.")
    if table is None:
        from workbench.particles.measuring import measure

        table = measure(labels, micrograph)
    check_belongs(labels, table, micrograph)
    write_table(path, table, {**provenance_of_micrograph(micrograph), **(provenance or {})}, numbers)
