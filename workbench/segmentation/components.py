"""Connected pieces of a mask: particles numbered, holes, small ones dropped."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from workbench.micrographs.micrograph import BoolImage

LabelImage = npt.NDArray[np.int32]

EIGHT = np.ones((3, 3), dtype=np.bool_)
"""Neighbours through sides and corners."""


def label_particles(mask: BoolImage) -> tuple[LabelImage, int]:
    """Number the particles of a mask.

    A particle is a set of pixels connected through sides or corners.

    Parameters
    ----------
    mask : (H, W) bool array

    Returns
    -------
    labels : (H, W) int32 array
        0 is background; particles are numbered from 1 in the order of their first pixel, row by row.
    count : int
        Number of particles.
    """
    labels = np.empty(mask.shape, dtype=np.int32)
    count = ndimage.label(mask, structure=EIGHT, output=labels)
    return labels, int(count)


def compact(labels: LabelImage) -> npt.NDArray[np.uint16] | LabelImage:
    """Return a label image as uint16 where its numbers allow it: half the bytes, and a TIFF that any program opens."""
    return labels.astype(np.uint16) if labels.max(initial=0) <= np.iinfo(np.uint16).max else labels


def drop_small(mask: BoolImage, smallest_px: float) -> BoolImage:
    """Return a mask without the particles of fewer pixels."""
    labels, _ = label_particles(mask)
    keep = np.bincount(labels.ravel()) >= smallest_px
    keep[0] = False
    return keep[labels]


def find_holes(mask: BoolImage) -> BoolImage:
    """Return the background that does not reach the edge of the image through sides."""
    # Labelling the background takes one pass; filling by repeated dilation takes one per pixel of hole depth.
    labels, count = ndimage.label(~mask)
    open_to_edge = np.zeros(count + 1, dtype=np.bool_)
    for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        open_to_edge[edge] = True
    open_to_edge[0] = True
    holes: BoolImage = ~open_to_edge[labels]
    return holes
