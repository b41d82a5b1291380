"""The exact truth of a simulated micrograph: which pixels show a particle, and which particle."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import distance_transform_edt, gaussian_filter

from workbench.micrographs.micrograph import BoolImage
from workbench.micrographs.simulation.specimen import Specimen
from workbench.micrographs.simulation.structure import IntArray

LabelImage = npt.NDArray[np.uint8 | np.uint16]

FINE_NM = 0.025
"""Masks are drawn on a grid at about this spacing."""


def particle_mask(specimen: Specimen, pixels: int) -> BoolImage:
    """Return the exact mask: which of ``pixels`` x ``pixels`` pixels of the cell show a particle.

    A pixel is particle where it lies in the morphological closing of the projected atoms of the particles by half a
    lattice constant (gold: 0.204 nm), grown by the metallic radius (gold: 0.144 nm): so the rim lies one atom radius
    outside the outermost atom centres, and there are no holes between atomic columns.
    """
    if len(specimen.atoms) == 0:
        return np.zeros((pixels, pixels), bool)
    columns, fine = _columns(specimen, pixels)
    return _outline(specimen, columns, columns % (pixels * fine), pixels, fine)


def particle_labels(specimen: Specimen, pixels: int) -> LabelImage:
    """Return one integer a particle: 0 is background, n the n-th particle of ``specimen.parameters["particles"]``.

    Non-zero exactly where :func:`particle_mask` is True. Where the outlines of several particles overlap, and in the
    gap between touching ones, the pixel belongs to the particle with more projected atoms there (counted with a
    Gaussian weight as wide as the metallic radius).

    Returns
    -------
    (pixels, pixels) uint16 array
    """
    mask = particle_mask(specimen, pixels)
    labels: LabelImage = np.zeros((pixels, pixels), np.uint16)
    if not mask.any():
        return labels
    columns, fine = _columns(specimen, pixels)
    spread = specimen.structure.radius_nm / (specimen.cell_nm / pixels)
    best = np.full((pixels, pixels), -1.0, np.float32)
    for number in np.unique(specimen.owner):
        own = columns[specimen.owner == number]
        coarse = own // fine
        counts = np.zeros((pixels, pixels), np.float32)
        np.add.at(counts, (coarse[:, 1], coarse[:, 0]), 1)
        weight = gaussian_filter(counts, spread, mode="wrap", truncate=6)
        # Inside its own outline a particle comes before those that only reach there by their weight.
        weight[_outline(specimen, own, _unwrapped(own, pixels * fine), pixels, fine)] += len(columns)
        nearer = weight > best
        labels[nearer], best[nearer] = number, weight[nearer]
    labels[~mask] = 0
    return labels


def renumbered(labels: LabelImage) -> tuple[LabelImage, dict[int, int]]:
    """Return labels that run from 1 without gaps, and for each old label the new one.

    The dtype is uint8 where it holds them all, else uint16.
    """
    found = [int(number) for number in np.unique(labels) if number]
    new = {number: place for place, number in enumerate(found, 1)}
    table = np.zeros(max(found, default=0) + 1, np.uint8 if len(found) < 256 else np.uint16)
    for number, place in new.items():
        table[number] = place
    return np.asarray(table[labels]), new


def _columns(specimen: Specimen, pixels: int) -> tuple[IntArray, int]:
    """Return the fine pixel (x, y) of each atom, and how many fine pixels make the edge of a pixel."""
    nm_per_px = specimen.cell_nm / pixels
    fine = max(1, round(nm_per_px / FINE_NM))
    size, step = pixels * fine, nm_per_px / fine
    return np.floor(specimen.atoms[:, :2] / step).astype(int) % size, fine


def _unwrapped(columns: IntArray, size: int) -> IntArray:
    """Return the columns of one particle side by side, though it may be cut by the edge of the cell."""
    return np.asarray((columns - columns[0] + size // 2) % size + columns[0] - size // 2)


def _outline(specimen: Specimen, columns: IntArray, unwrapped: IntArray, pixels: int, fine: int) -> BoolImage:
    """Return the closed and grown outline of atoms, computed only in the window that holds them."""
    size, step = pixels * fine, specimen.cell_nm / pixels / fine
    closing, radius = specimen.structure.closing_nm, specimen.structure.radius_nm
    margin = (int(np.ceil(max(0.6, 2.5 * closing) / step)) // fine + 1) * fine
    low = (unwrapped.min(axis=0) - margin) // fine * fine
    high = (unwrapped.max(axis=0) + margin) // fine * fine + fine
    whole = bool((high - low >= size).any())
    if whole:
        empty = np.ones((size, size), bool)
        empty[columns[:, 1], columns[:, 0]] = False
        empty = np.pad(empty, margin, mode="wrap")
    else:
        empty = np.ones((high - low)[::-1], bool)
        empty[unwrapped[:, 1] - low[1], unwrapped[:, 0] - low[0]] = False
    distance = distance_transform_edt(empty) * step
    inside = distance_transform_edt(distance <= closing) * step
    shown = inside > closing - radius
    if whole:
        shown = shown[margin:-margin, margin:-margin]
    rows, across = shown.shape[0] // fine, shown.shape[1] // fine
    shown = shown.reshape(rows, fine, across, fine).mean(axis=(1, 3)) >= 0.5
    if whole:
        return np.asarray(shown)
    result = np.zeros((pixels, pixels), bool)
    y, x = np.nonzero(shown)
    result[(y + low[1] // fine) % pixels, (x + low[0] // fine) % pixels] = True
    return result
