"""Whether a table and a label image belong together: every number in one has to be in the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workbench.errors import WorkbenchError
from workbench.micrographs.datasets.label_image import LARGEST_NUMBER
from workbench.micrographs.micrograph import Micrograph

if TYPE_CHECKING:
    import pandas as pd

NUMBER, INCLUDED, WHY = "label", "included", "left_out"
"""Columns of a table: the number in the label image, whether the particle counts, and why it does not."""
_SHOWN = 5


def check_labels(labels: npt.NDArray[Any], micrograph: Micrograph) -> npt.NDArray[np.int64]:
    """Return the numbers of a label image, in their order.

    Parameters
    ----------
    labels : (H, W) array of whole numbers
        0 is background.
    micrograph : Micrograph
        That it belongs to.

    Returns
    -------
    (N,) int64 array

    Raises
    ------
    WorkbenchError
        If the shapes differ, or it holds no numbers of particles.
    """
    if np.shape(labels) != micrograph.shape:
        raise WorkbenchError(
            f"{micrograph.name}: a label image of shape {np.shape(labels)} does not belong to a micrograph of shape "
            f"{micrograph.shape}."
        )
    if labels.dtype.kind not in "bui" or labels.min() < 0 or labels.max() > LARGEST_NUMBER:
        raise WorkbenchError(
            f"{micrograph.name}: a label image has a whole number from 1 to {LARGEST_NUMBER} for each particle and 0 "
            f"for the background, not {labels.dtype} from {labels.min():g} to {labels.max():g}; number the particles "
            "with workbench.label_image."
        )
    if labels.dtype == np.bool_:
        raise WorkbenchError(
            f"{micrograph.name}: this is a mask, not a label image; workbench.label_image makes one of it."
        )
    there = np.zeros(int(labels.max()) + 1, np.bool_)
    there[labels.ravel()] = True
    there[0] = False
    return np.flatnonzero(there)


def check_belongs(
    labels: npt.NDArray[Any], table: pd.DataFrame, micrograph: Micrograph
) -> npt.NDArray[np.int64]:
    """Return the numbers of a label image and of the table of its particles.

    Parameters
    ----------
    labels : (H, W) array of whole numbers
    table : DataFrame
        One row a particle, as `workbench.measure` gives it; the column ``label`` has the numbers.
    micrograph : Micrograph

    Raises
    ------
    WorkbenchError
        If a number is in one and not in the other, or in two rows; the sentence says which.
    """
    numbers = check_labels(labels, micrograph)
    if NUMBER not in table:
        raise WorkbenchError(
            f"{micrograph.name}: the table has no column {NUMBER} with the numbers of the label image; measure "
            "the label image with workbench.measure."
        )
    listed = table[NUMBER].to_numpy()
    repeated = listed[np.isin(listed, listed[table[NUMBER].duplicated().to_numpy()])]
    if len(repeated):
        raise WorkbenchError(
            f"{micrograph.name}: several rows of the table have the number of {particles_text(np.unique(repeated))}; "
            "give the table of one label image."
        )
    no_row, no_pixels = np.setdiff1d(numbers, listed), np.setdiff1d(listed, numbers)
    if len(no_row) or len(no_pixels):
        missing = [f"{particles_text(no_row)} missing in the table"] if len(no_row) else []
        missing += [f"{particles_text(no_pixels)} missing in the label image"] if len(no_pixels) else []
        raise WorkbenchError(
            f"{micrograph.name}: the table and the label image do not belong together ({'; '.join(missing)}); measure "
            "this label image with workbench.measure."
        )
    return numbers


def left_out_of(table: pd.DataFrame | None) -> dict[int, str]:
    """Return which particles of a table are left out, and why; none where the table does not say."""
    if table is None or INCLUDED not in table:
        return {}
    out = table[~table[INCLUDED].to_numpy(bool)]
    why = out[WHY].fillna("").astype(str) if WHY in out else [""] * len(out)
    return {int(number): " ".join(reason.split()) for number, reason in zip(out[NUMBER], why, strict=True)}


def particles_text(numbers: Sequence[int] | npt.NDArray[Any]) -> str:
    """Return numbers of particles in words, the first few of many: ``particles 3, 7 and 12``."""
    shown = [str(int(number)) for number in numbers[:_SHOWN]]
    if len(numbers) > _SHOWN:
        return f"particles {', '.join(shown)} and {len(numbers) - _SHOWN} more"
    if len(shown) == 1:
        return f"particle {shown[0]}"
    return f"particles {', '.join(shown[:-1])} and {shown[-1]}"
