"""From the wave behind the specimen to the intensity on the camera: one transfer function, two Fourier transforms."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import fft

from workbench.micrographs.micrograph import FloatImage
from workbench.micrographs.synthetic.contrast import Exit


@dataclass(frozen=True)
class Lens:
    """The lens, in pixels of the picture.

    Parameters
    ----------
    fresnel_px : float
        sqrt(wavelength x defocus), about the width of the first Fresnel fringe; positive is underfocus (bright rims),
        negative overfocus (dark rims), 0 focus.
    coherence_px : float
        sigma of the source's image on the specimen, per Fresnel length of defocus: fringes beyond the first fade.
    blur_px : float
        sigma of the point spread of lens and vibration, of the intensity.
    drift_px, drift_angle : float
        How far the specimen moved during the exposure, and in which direction, in radians.
    dark_field : bool
        Annular dark field: electrons scattered beyond the aperture are collected, so that particles are bright.
    """

    fresnel_px: float = 0.0
    coherence_px: float = 0.15
    blur_px: float = 0.0
    drift_px: float = 0.0
    drift_angle: float = 0.0
    dark_field: bool = False


def expose(wave: Exit, lens: Lens) -> FloatImage:
    """Return the mean intensity, 1 for the unscattered beam.

    Bright field: |F^-1[F[psi] exp(-i chi) E]|^2 with chi = -pi lambda df k^2 (df positive at underfocus) and the
    spatial-coherence envelope E (Kirkland, Advanced Computing in Electron Microscopy, chapter 3), Fresnel fringes at
    edges and the grain of amorphous matter come from it (Williams & Carter, section 23.7). Dark field: incoherent,
    1 - exp(-t / Lambda), the electrons that mass-thickness contrast loses.

    Parameters
    ----------
    wave : Exit
        The picture repeats beyond its edges: a margin is cut off later.
    lens : Lens

    Returns
    -------
    (H, W) float32 array
    """
    shape = (wave.phase.shape[0], wave.phase.shape[1])
    if lens.dark_field:
        image = -np.expm1(-2 * wave.absorption)
    elif abs(lens.fresnel_px) < 0.1:
        image = np.exp(-2 * wave.absorption)
    else:
        psi = np.empty(shape, np.complex64)
        amplitude = np.exp(-wave.absorption)
        np.multiply(amplitude, np.cos(wave.phase), out=psi.real)
        np.multiply(amplitude, np.sin(wave.phase), out=psi.imag)
        spectrum = fft.fft2(psi, overwrite_x=True)
        for part in _transfer(shape, lens):
            spectrum *= part
        psi = fft.ifft2(spectrum, overwrite_x=True)
        image = np.square(psi.real) + np.square(psi.imag)
    if lens.blur_px > 0.05 or lens.drift_px > 0.1:
        image = fft.irfft2(
            fft.rfft2(image, overwrite_x=True) * _spread(shape, lens), s=shape, overwrite_x=True
        )
    return np.asarray(np.maximum(image, 0), np.float32)


def _transfer(shape: tuple[int, int], lens: Lens) -> list[npt.NDArray[np.complex64]]:
    """Return exp(-i chi) E as its factors of ky and kx: both depend on k^2 = ky^2 + kx^2 by exponentials."""
    turn = 1j * np.pi * np.sign(lens.fresnel_px) * lens.fresnel_px**2
    damping = 2 * (np.pi * lens.coherence_px * lens.fresnel_px) ** 2
    return [
        np.exp((turn - damping) * np.square(k.astype(np.float64))).astype(np.complex64)
        for k in _frequencies(shape)
    ]


def _spread(shape: tuple[int, int], lens: Lens) -> FloatImage:
    down, across = _frequencies(shape)
    across = across[:, : shape[1] // 2 + 1]
    damping = np.float32(-2 * (np.pi * lens.blur_px) ** 2)
    spread = np.exp(damping * down * down) * np.exp(damping * across * across)
    if lens.drift_px > 0.1:
        along = down * np.float32(lens.drift_px * np.sin(lens.drift_angle))
        along = along + across * np.float32(lens.drift_px * np.cos(lens.drift_angle))
        spread *= np.sinc(along)
    return np.asarray(spread, np.float32)


@lru_cache(maxsize=8)
def _frequencies(shape: tuple[int, int]) -> tuple[FloatImage, FloatImage]:
    down, across = (np.fft.fftfreq(length).astype(np.float32) for length in shape)
    return down[:, None], across[None, :]
