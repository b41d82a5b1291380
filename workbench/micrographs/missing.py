"""Pixels without a value: a few are filled from their neighbours, and larger holes show no specimen."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from workbench.micrographs.marks import FloatImage, Mark

MOST = 0.02
"""The share of pixels without a value from which on a picture is not opened: too much of it would be made up."""

SMALLEST_HOLE_PX = 4
"""A smaller one is a dead pixel, as cameras have them, and is only filled."""

MOST_HOLES = 300
"""The largest ones; a picture with more is speckled rather than torn."""


class Filled(NamedTuple):
    """A picture in which every pixel has a value.

    Attributes
    ----------
    pixels : (H, W) float32 array
    missing : int
        How many pixels were filled.
    holes : tuple of Mark
        Boxes round those that lie together, to be left out of masks.
    """

    pixels: FloatImage
    missing: int
    holes: tuple[Mark, ...]


def all_finite(pixels: FloatImage) -> bool:
    """Say whether every pixel has a value."""
    # A sum of squares is finite only where all are, and takes half as long; it overflows where numbers are huge.
    numbers = pixels.ravel()
    with np.errstate(all="ignore"):
        squares = np.dot(numbers, numbers)
    return bool(np.isfinite(squares)) or bool(np.isfinite(pixels).all())


def fill_missing(pixels: FloatImage) -> Filled:
    """Give pixels that are NaN or infinite the value of the nearest one that is not.

    Where more than 2 % have none, or all have one, the pixels are returned as they are.

    Parameters
    ----------
    pixels : (H, W) float32 array

    Examples
    --------
    >>> import numpy as np
    >>> pixels = np.ones((20, 20), np.float32)
    >>> pixels[3, 4] = np.nan
    >>> fill_missing(pixels).missing, fill_missing(pixels).pixels.min()
    (1, np.float32(1.0))
    """
    if pixels.ndim != 2 or pixels.size == 0 or all_finite(pixels):
        return Filled(pixels, 0, ())
    missing = ~np.isfinite(pixels)
    count = int(missing.sum())
    if count > MOST * pixels.size:
        return Filled(pixels, 0, ())
    nearest = ndimage.distance_transform_edt(missing, return_distances=False, return_indices=True)
    labels, _holes = ndimage.label(missing, structure=np.ones((3, 3)))
    sizes = np.bincount(labels.ravel())[1:]
    boxes = ndimage.find_objects(labels)
    large = [number for number in np.argsort(-sizes) if sizes[number] >= SMALLEST_HOLE_PX][:MOST_HOLES]
    holes = tuple(
        Mark("missing", rows.start, rows.stop, columns.start, columns.stop)
        for rows, columns in (boxes[number] for number in sorted(large))
    )
    return Filled(np.ascontiguousarray(pixels[tuple(nearest)]), count, holes)
