"""A labelled set with one mask a particle that may overlap, segmented by one or several persons."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import DatasetError
from workbench.micrographs.datasets.beside import BesideSource
from workbench.micrographs.datasets.source import unreadable

Masks = npt.NDArray[np.bool_]
"""(N, H, W): one mask a particle."""


class OverlappingSource(BesideSource):
    """Pictures with ``a.masks.npz`` beside each: an array for each manual segmentation, of one mask a particle.

    An array is (N, H, W) bool, or uint8 with the bits of `numpy.packbits` along the last axis.
    """

    ending = ".masks.npz"

    def label(self, index: int) -> npt.NDArray[Any]:
        """Return the first segmentation as a label image, (H, W) int32; see `smallest_on_top`."""
        shape = self.micrograph(index, None).shape
        return smallest_on_top(next(iter(self.segmentations(index, shape).values())))

    def segmentations(self, index: int, shape: tuple[int, int]) -> dict[str, Masks]:
        """Return every manual segmentation of one picture, by its name, in the order of the names.

        Parameters
        ----------
        index : int
        shape : (int, int)
            Rows and columns of the picture.

        Returns
        -------
        dict of str to (N, H, W) bool array

        Raises
        ------
        DatasetError
            If the file cannot be read, or holds something else.
        """
        path = self.beside(index)
        found = _arrays(path)
        masks = {name: _unpacked(values, shape) for name, values in found.items()}
        wrong = [name for name, unpacked in masks.items() if unpacked is None]
        if wrong or not masks:
            what = (
                f"{wrong[0]} is {found[wrong[0]].dtype} of {found[wrong[0]].shape}"
                if wrong
                else "it is empty"
            )
            raise DatasetError(
                f"{path} does not hold masks of a picture of {shape}, bool or packed bits of (N, H, W): {what}."
            )
        return {name: unpacked for name, unpacked in masks.items() if unpacked is not None}


def smallest_on_top(masks: Masks) -> npt.NDArray[np.int32]:
    """Return a label image of masks that may overlap: a pixel of several is the smallest one's.

    Parameters
    ----------
    masks : (N, H, W) bool array

    Returns
    -------
    (H, W) int32 array
        n + 1 where mask n shows, 0 where there is none. A mask that smaller ones cover has no pixel.

    Examples
    --------
    >>> smallest_on_top(np.array([[[1, 1, 0]], [[1, 1, 1]]], bool))
    array([[1, 1, 2]], dtype=int32)
    """
    labels = np.zeros(masks.shape[1:], np.int32)
    for number in np.argsort(-masks.sum(axis=(1, 2)), kind="stable"):
        labels[masks[number]] = number + 1
    return labels


def _arrays(path: Path) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of an archive in the order of their names."""
    damaged = DatasetError(f"{path} is no archive of masks, or damaged; copy it again.")
    try:
        with path.open("rb") as file:
            if not zipfile.is_zipfile(file):
                raise damaged
            file.seek(0)
            with np.load(file, allow_pickle=False) as archive:
                return {name: archive[name] for name in sorted(archive.files)}
    except OSError as error:
        raise unreadable(path, error) from error
    except (ValueError, EOFError, MemoryError, zipfile.BadZipFile, zlib.error) as error:
        raise damaged from error


def _unpacked(values: npt.NDArray[Any], shape: tuple[int, int]) -> Masks | None:
    """Return masks of this shape, None where the array holds something else."""
    if values.ndim != 3 or values.shape[1] != shape[0]:
        return None
    if values.dtype == np.bool_:
        return values if values.shape[2] == shape[1] else None
    if values.dtype == np.uint8 and values.shape[2] == -(-shape[1] // 8):
        return np.unpackbits(values, axis=-1, count=shape[1]).view(np.bool_)
    return None
