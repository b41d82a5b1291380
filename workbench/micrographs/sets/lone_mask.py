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
    """Read a mask.

    Parameters
    ----------
    path : path
        A label of a set (``labels/`` beside ``set.toml``) is read as the set says; in any other file, particle is
        what lies above half of the largest value.

    Returns
    -------
    (H, W) bool array

    Raises
    ------
    MicrographError
        If the file cannot be read.
    DatasetError
        If the set does not say which values are particle.
    """
    path = Path(path)
    pixels = open_micrograph(path).pixels
    described = read_description(path.parent.parent / "set.toml") if path.parent.name == "labels" else {}
    if described:
        return LabelMeaning.of(str(path), described).mask(pixels, path.name)
    return np.asarray(pixels > pixels.max() / 2)
