"""Which spatial frequencies are lattice, and which are contrast; the lines of gold; the filters that part them."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from workbench.errors import ExplanationError

BandName = Literal["lattice", "contrast", "between"]
BAND_NAMES: tuple[BandName, ...] = ("lattice", "contrast", "between")

LATTICE_NM = (0.28, 0.13)
"""Spacings that count as lattice: 3.6 to 7.7 1/nm. It holds 111, 200 and 220 of gold, Ag, Pt and Pd, with 0.7 1/nm to
spare on either side of gold's, for a particle of 1.5 nm blurs its spots by as much; 220 of Cu lies just outside."""

CONTRAST_NM = 1.0
"""Structures from this size on count as contrast: the mean of a particle against its surroundings, its outline, and
its thickness. Particles are 2 to 10 nm wide; the grain of an amorphous film (0.3 to 1 nm) and its delocalised fringes
lie between the two bands and belong to neither."""

GOLD_NM = {"111": 0.2355, "200": 0.2039, "220": 0.1442}
"""Lattice spacings of gold, a = 0.4079 nm."""

EDGE_PER_NM = 0.3
"""Standard deviation of the Gaussian that softens the edges of a filter; in the micrograph it reaches 0.5 nm."""


def band_per_nm(name: BandName, nm_per_px: float) -> tuple[float, float]:
    """Return the lower and upper end of a band in 1/nm, cut off at the Nyquist frequency.

    Parameters
    ----------
    name : {"lattice", "contrast", "between"}
    nm_per_px : float
        Edge of the network's pixel.

    Returns
    -------
    (float, float)
        Equal where the pixels are too large to hold any of the band.

    Raises
    ------
    ExplanationError
        If there is no band of that name.
    """
    nyquist = 0.5 / nm_per_px
    contrast, lattice = 1 / CONTRAST_NM, (1 / LATTICE_NM[0], 1 / LATTICE_NM[1])
    ends = {"contrast": (0.0, contrast), "between": (contrast, lattice[0]), "lattice": lattice}
    if name not in ends:
        raise ExplanationError(f"There is no band {name!r}; choose one of {', '.join(BAND_NAMES)}.")
    low, high = ends[name]
    return min(low, nyquist), min(high, nyquist)


def frequencies(shape: tuple[int, int]) -> npt.NDArray[np.float64]:
    """Return the absolute spatial frequency in 1/px of each value of `numpy.fft.fft2` of this shape."""
    frequency: npt.NDArray[np.float64] = np.hypot(
        np.fft.fftfreq(shape[0])[:, np.newaxis], np.fft.fftfreq(shape[1])[np.newaxis]
    )
    return frequency


def band_filter(
    frequency_per_nm: npt.NDArray[np.float64], low: float, high: float, edge: float = EDGE_PER_NM
) -> npt.NDArray[np.float64]:
    """Return what a ring lets through whose edges are steps blurred by a Gaussian: one half at ``low`` and ``high``.

    Neighbouring rings add up to 1. One that starts at 0 has no inner edge: it lets the mean through.
    """
    from scipy.special import ndtr

    above = ndtr((frequency_per_nm - low) / edge) if low > 0 else 1.0
    passed: npt.NDArray[np.float64] = above - ndtr((frequency_per_nm - high) / edge)
    return passed
