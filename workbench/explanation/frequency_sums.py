"""Sums over spatial frequencies: by ring, by band, and by place in the transform."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workbench.explanation.bands import GOLD_NM, band_per_nm, frequencies
from workbench.micrographs.micrograph import FloatImage

Floats = npt.NDArray[np.float64]

RINGS = 64
"""From frequency 0 to Nyquist."""

GRID = 2 * RINGS
"""Edge of the transform in two dimensions; windows are filled up with zeros to a multiple of it."""


def transform(window: Floats) -> npt.NDArray[np.complex128]:
    """Return the Fourier transform of a window, on a square grid that `FrequencySums` can add up."""
    edge = GRID * -(-max(window.shape) // GRID)
    found: npt.NDArray[np.complex128] = np.fft.fft2(window, (edge, edge))
    return found


class FrequencySums:
    """What each frequency holds, summed over the windows of a target, and its shares.

    Parameters
    ----------
    nm_per_px : float or None
        Where it is not known there are no bands.
    """

    def __init__(self, nm_per_px: float | None) -> None:
        self.nm_per_px = nm_per_px
        self.total, self._size = 0.0, 0.0
        self._rings = np.zeros(RINGS)
        self._map = np.zeros((GRID, GRID))
        self._bands = {"lattice": 0.0, "contrast": 0.0}
        self.lattice = self.contrast = None
        if nm_per_px is not None:
            low, high = band_per_nm("lattice", nm_per_px)
            self.lattice = (low, high) if high > 1 / GOLD_NM["111"] else None
            self.contrast = band_per_nm("contrast", nm_per_px)

    def add(self, terms: Floats) -> None:
        """Add one window: a term for each frequency of `numpy.fft.fft2`."""
        frequency = frequencies((terms.shape[0], terms.shape[1]))
        self.total += float(terms.sum())
        self._size += float(np.abs(terms).sum())
        ring = (frequency * (2 * RINGS)).astype(np.intp).ravel()
        self._rings += np.bincount(ring, terms.ravel(), RINGS)[:RINGS]
        factor = terms.shape[0] // GRID
        self._map += np.fft.fftshift(terms).reshape(GRID, factor, GRID, factor).sum(axis=(1, 3))
        for name, band in (("lattice", self.lattice), ("contrast", self.contrast)):
            if band is not None and self.nm_per_px is not None:
                inside = (frequency >= band[0] * self.nm_per_px) & (frequency <= band[1] * self.nm_per_px)
                self._bands[name] += float(terms[inside].sum())

    @property
    def empty(self) -> bool:
        """Whether there is nothing to take a share of."""
        return self._size <= 1e-30

    def _parts(self) -> tuple[float, float, float]:
        lattice, contrast = self._bands["lattice"], self._bands["contrast"]
        return lattice, contrast, self.total - lattice - contrast

    def _whole(self) -> float:
        if self.nm_per_px is not None:
            return sum(abs(part) for part in self._parts())
        return float(np.abs(self._rings).sum())

    def shares(self) -> tuple[float | None, float | None, float | None]:
        """Return those of lattice, contrast and all else; their absolute values add up to 1."""
        if self.nm_per_px is None or self.empty:
            return None, None, None
        whole = self._whole()
        lattice, contrast, other = (part / whole for part in self._parts())
        return (None if self.lattice is None else lattice), contrast, other

    def density(self) -> Floats:
        """Return the sums by ring as shares per unit of frequency."""
        width = 0.5 / RINGS / (self.nm_per_px or 1.0)
        return np.zeros(RINGS) if self.empty else self._rings / (self._whole() * width)

    def map(self) -> FloatImage:
        """Return the sums by place as shares."""
        return (self._map / (1.0 if self.empty else self._whole())).astype(np.float32)
