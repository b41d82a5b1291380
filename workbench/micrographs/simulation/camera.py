"""What the camera makes of the intensity that falls on it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter

from workbench.micrographs.micrograph import FloatImage
from workbench.micrographs.simulation.optics import Optics

PSF_TAIL_PX = 2.5
"""Scintillators spread part of the light over several pixels, which is what pulls a CCD's MTF down at once."""


def illumination(shape: tuple[int, int], uneven: float, seed: int) -> FloatImage:
    """Return a smooth second-order field around 1 that varies by ``uneven`` across the frame."""
    coefficients = np.random.default_rng(seed).normal(size=5)
    y, x = np.meshgrid(np.linspace(-1, 1, shape[0]), np.linspace(-1, 1, shape[1]), indexing="ij")
    a = coefficients
    surface = a[0] * x + a[1] * y + 0.5 * (a[2] * x * x + a[3] * y * y + a[4] * x * y)
    surface -= surface.mean()
    span = float(np.ptp(surface))
    return np.asarray(1 + uneven * surface / span if span else surface + 1, np.float32)


def record(
    intensity: FloatImage, nm_per_px: float, optics: Optics, rng: np.random.Generator
) -> npt.NDArray[np.uint16]:
    """Return what the camera writes: shot noise at the given dose, point spread, gain, read-out noise, spikes.

    Parameters
    ----------
    intensity : (H, W) float32 array
        From :func:`workbench.micrographs.simulation.optics.expose`.
    nm_per_px : float
        Pixel size, from which the dose becomes electrons a pixel.
    optics : Optics
        The camera.
    rng : numpy.random.Generator
        The noise.

    Returns
    -------
    (H, W) uint16 array
        Counts.
    """
    electrons = optics.dose_e_per_A2 * (nm_per_px * 10) ** 2
    mean = np.maximum(intensity, 0) * electrons
    if optics.uneven > 0:
        mean = mean * illumination(
            (intensity.shape[0], intensity.shape[1]), optics.uneven, optics.uneven_seed
        )
    counts = rng.poisson(mean).astype(np.float32) * optics.gain
    if optics.psf_tail > 0:
        spread = gaussian_filter(counts, PSF_TAIL_PX, mode="reflect")
        counts = (1 - optics.psf_tail) * counts + optics.psf_tail * spread
    if optics.psf_px > 0:
        counts = gaussian_filter(counts, optics.psf_px, mode="reflect")
    if optics.fixed_pattern > 0:
        counts = counts * rng.normal(1, optics.fixed_pattern, counts.shape).astype(np.float32)
    counts = counts + rng.normal(0, optics.readout, counts.shape) + optics.offset
    if optics.spikes:
        rows, columns = (rng.integers(0, n, optics.spikes) for n in counts.shape)
        counts[rows, columns] += rng.uniform(5, 30, optics.spikes) * (counts.std() + 1)
    return np.clip(np.round(counts), 0, 65535).astype(np.uint16)
