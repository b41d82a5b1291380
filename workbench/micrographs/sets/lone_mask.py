"""The mask in one file, in a labelled set or on its own."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from workbench.micrographs.micrograph import BoolImage
from workbench.micrographs.reading import open_micrograph
from workbench.micrographs.sets.description import read_description
from workbench.micrographs.sets.labels import LabelMeaning


def read_mask(path: str | os.PathLike[str]) -> BoolImage:
    """Read a mask; pixels of which nobody is sure are background.

    Parameters
    ----------
    path : path
        As in `read_mask_with_doubt`.

    Returns
    -------
    (H, W) bool array

    Raises
    ------
    MicrographError, DatasetError
        As in `read_mask_with_doubt`.
    """
    return read_mask_with_doubt(path)[0]


def read_mask_with_doubt(path: str | os.PathLike[str]) -> tuple[BoolImage, BoolImage | None]:
    """Read a mask, and where nobody is sure what there is.

    Parameters
    ----------
    path : path
        A label of a set (``labels/`` beside ``set.toml``), or one that was drawn on the page and is not added to a set
        yet (in one folder with ``set.toml``), is read as that file says; in any other, particle is what lies above half
        of the largest value.

    Returns
    -------
    mask : (H, W) bool array
    unsure : (H, W) bool array or None
        None where no pixel is so.

    Raises
    ------
    MicrographError
        If the file cannot be read.
    DatasetError
        If the set does not say which values are particle.
    """
    path = Path(path)
    pixels = open_micrograph(path).pixels
    folder = path.parent.parent if path.parent.name == "labels" else path.parent
    described = read_description(folder / "set.toml")
    if described:
        meaning = LabelMeaning.of(str(path), described)
        return meaning.mask(pixels, path.name), meaning.ignored(pixels, path.name)
    return np.asarray(pixels > pixels.max() / 2), None
