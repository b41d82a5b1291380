"""From probability to mask: threshold, holes, touching particles, smallest particle."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import BoolImage, FloatImage

LabelImage = npt.NDArray[np.int32]

NECK = 0.8
"""Particles are parted where the neck between them is narrower than this part of the width of the smaller."""

ROUGHNESS_PX = 4.0
"""Added to both widths before they are compared, so that a rim rough by a pixel or two makes no neck."""

SPECK = 0.01
"""Holes smaller than this part of a particle are overlooked when its width is measured for cutting."""

_EIGHT = np.ones((3, 3), dtype=np.bool_)


def make_mask(
    probability: FloatImage,
    *,
    threshold: float = 0.5,
    min_area_nm2: float | None = None,
    nm_per_px: float | None = None,
    fill_holes: bool = False,
    split_touching: bool = False,
) -> BoolImage:
    """Return the mask of particles of a probability map.

    Parameters
    ----------
    probability : (H, W) float32 array
        Probability of particle, in [0, 1].
    threshold : float
        A pixel is particle where its probability is greater.
    min_area_nm2, nm_per_px, fill_holes, split_touching
        See `clean_mask`; nothing is done that is not asked for.

    Returns
    -------
    (H, W) bool array

    Raises
    ------
    WorkbenchError
        If the probability is not two-dimensional, or a number makes no sense.

    Examples
    --------
    >>> make_mask(np.array([[0.2, 0.6], [0.5, 0.9]], dtype=np.float32), threshold=0.5)
    array([[False,  True],
           [False,  True]])
    """
    if not 0 <= threshold <= 1:
        raise WorkbenchError(f"The threshold is a probability between 0 and 1, not {threshold}.")
    return clean_mask(
        np.asarray(probability) > np.float32(threshold),
        min_area_nm2=min_area_nm2,
        nm_per_px=nm_per_px,
        fill_holes=fill_holes,
        split_touching=split_touching,
    )


def clean_mask(
    mask: BoolImage,
    *,
    min_area_nm2: float | None = None,
    nm_per_px: float | None = None,
    fill_holes: bool = False,
    split_touching: bool = False,
) -> BoolImage:
    """Return a mask with holes closed, touching particles parted and small ones dropped, in that order.

    Parameters
    ----------
    mask : (H, W) bool array
        Not changed.
    min_area_nm2 : float, optional
        Particles of a smaller area are dropped. In nm2; in px2 where ``nm_per_px`` is None.
    nm_per_px : float, optional
        Pixel size in nm; ``None`` where it is not known.
    fill_holes : bool
        Turn background that is enclosed by particle into particle. Background that reaches the edge of the
        image is no hole; nor is a gap that is open through a corner-to-corner contact of two background pixels.
    split_touching : bool
        See `split_particles`.

    Returns
    -------
    (H, W) bool array

    Raises
    ------
    WorkbenchError
        If the mask is not two-dimensional, or a number makes no sense.
    """
    mask = np.array(mask, dtype=np.bool_)
    if mask.ndim != 2:
        raise WorkbenchError(f"A mask is a two-dimensional image, but this has shape {mask.shape}.")
    smallest = _area_px(min_area_nm2, nm_per_px)
    if fill_holes:
        mask |= _holes(mask)
    if smallest > 1:
        mask = _drop_small(mask, smallest)
    if split_touching:
        mask = split_particles(mask)
        if smallest > 1:
            mask = _drop_small(mask, smallest)
    return mask


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
    count = ndimage.label(mask, structure=_EIGHT, output=labels)
    return labels, int(count)


def split_particles(mask: BoolImage) -> BoolImage:
    """Draw a line of background one pixel wide between touching particles.

    Watershed of the distance to the background. Two maxima of that distance are two particles where the
    distance at the saddle between them, half the width of the neck, is less than ``NECK`` (0.8) of that at the
    lower maximum, both with ``ROUGHNESS_PX`` (3 px) added. On the logarithm of the distance this is an h-maxima
    transform with ``h = -log(0.8)``, so it means the same for small and large particles. A convex particle,
    however long, has one maximum and stays whole; two equal discs are parted where their centres are further
    apart than 1.2 radii, a little more for small ones. The edge of the image counts as inside.

    Parameters
    ----------
    mask : (H, W) bool array

    Returns
    -------
    (H, W) bool array

    References
    ----------
    Soille, Morphological Image Analysis, 2nd ed. 2003, sections 6.3.4 (h-maxima) and 9.2.4 (particles).
    """
    labels, _ = label_particles(mask)
    result = mask.copy()
    # One particle at a time, in its own box: the cost is that of the particles, not of the micrograph.
    for label, box in enumerate(ndimage.find_objects(labels), start=1):
        outer = tuple(
            slice(max(s.start - 1, 0), min(s.stop + 1, n)) for s, n in zip(box, mask.shape, strict=True)
        )
        particle = labels[outer] == label
        line = _cut(particle)
        if line is not None:
            result[outer] &= ~line
    return result


def _cut(particle: BoolImage) -> BoolImage | None:
    """Return the pixels to remove so that a particle falls apart, or None where it is one."""
    from skimage.morphology import local_maxima, reconstruction
    from skimage.segmentation import watershed

    holes = _holes(particle)
    specks = holes & ~_drop_small(holes, max(2.0, SPECK * np.count_nonzero(particle)))
    whole = particle | specks
    if whole.all():
        return None
    distance = ndimage.distance_transform_edt(whole).astype(np.float32)
    if distance.max() <= ROUGHNESS_PX:
        return None
    height = np.where(whole, np.log(distance + np.float32(ROUGHNESS_PX)), np.float32(0))
    h = np.float32(-np.log(NECK))
    # The maxima of the reconstruction are the maxima of the height that rise at least h above their saddles.
    flooded = reconstruction(np.maximum(height - h, 0), height, method="dilation")
    markers, count = ndimage.label(local_maxima(flooded, connectivity=2) & whole, structure=_EIGHT)
    if count < 2:
        return None
    regions = watershed(-distance, markers, mask=whole, connectivity=2)
    # The line lies on the side of the later region. (watershed_line=True can take hours on a mask with specks.)
    earlier = ndimage.minimum_filter(np.where(regions, regions, count + 1), footprint=_EIGHT, mode="nearest")
    line: BoolImage = particle & (earlier < regions)
    return line


def _area_px(min_area_nm2: float | None, nm_per_px: float | None) -> float:
    if min_area_nm2 is None:
        return 0.0
    if not (np.isfinite(min_area_nm2) and min_area_nm2 >= 0):
        raise WorkbenchError(f"The smallest area of a particle cannot be {min_area_nm2}; give 0 or more.")
    if nm_per_px is None:
        return float(min_area_nm2)
    if not (np.isfinite(nm_per_px) and nm_per_px > 0):
        raise WorkbenchError(f"The pixel size must be a positive number of nanometres, not {nm_per_px}.")
    # A hair less, so that a particle of exactly the area asked for is not lost to rounding.
    return float(min_area_nm2 / nm_per_px**2) * (1 - 1e-9)


def _drop_small(mask: BoolImage, smallest_px: float) -> BoolImage:
    labels, _ = label_particles(mask)
    keep = np.bincount(labels.ravel()) >= smallest_px
    keep[0] = False
    return keep[labels]


def _holes(mask: BoolImage) -> BoolImage:
    """Return the background that does not reach the edge of the image through sides."""
    # Labelling the background takes one pass; filling by repeated dilation takes one per pixel of hole depth.
    labels, count = ndimage.label(~mask)
    open_to_edge = np.zeros(count + 1, dtype=np.bool_)
    for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        open_to_edge[edge] = True
    open_to_edge[0] = True
    holes: BoolImage = ~open_to_edge[labels]
    return holes
