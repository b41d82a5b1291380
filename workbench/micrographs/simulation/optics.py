"""From an electron wave behind the specimen to the intensity at the camera."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from workbench.micrographs.micrograph import FloatImage

ComplexImage = npt.NDArray[np.complex64]


@dataclass(frozen=True)
class Optics:
    """The microscope and its camera, for one micrograph.

    Parameters
    ----------
    voltage_kV : float
        Acceleration voltage.
    defocus_nm : float
        Positive is underfocus (a weaker lens), as in abTEM: C10 = -defocus.
    cs_um : float
        Third-order spherical aberration in micrometres (near 0 with a corrector, 500 to 1300 without).
    focal_spread_nm : float
        Standard deviation of the defocus over the exposure; the image is averaged over it incoherently.
    convergence_mrad : float
        Half-angle of illumination, as the usual spatial-coherence envelope.
    astigmatism_nm, astigmatism_deg : float
        Twofold astigmatism, amplitude and azimuth.
    aperture_mrad : float or None
        Half-angle of the objective aperture; None: none, so no amplitude contrast beyond what the wave has.
    drift_nm, drift_deg : float
        Distance and direction of linear drift during the exposure.
    vibration_nm : float
        Spread (sigma) of the image by vibrations, stray fields and the magnetic noise of the lenses, about 0.03 nm on
        good instruments (Uhlemann et al., Physical Review Letters 2013, 111, 046101).
    dose_e_per_A2 : float
        Electrons per square angstrom.
    psf_px : float
        Width (sigma) of the camera's point spread; it blurs signal and shot noise alike.
    psf_tail : float
        Part of the signal that the scintillator spreads farther, with a sigma of 2.5 pixels.
    gain : float
        Counts an electron.
    readout : float
        Standard deviation of the read-out noise, in counts.
    offset : float
        Counts without beam.
    uneven : float
        Relative change of illumination across the frame.
    uneven_seed : int
        Where it is bright.
    spikes : int
        Pixels hit by x-rays.
    fixed_pattern : float
        Relative spread of the pixels' gain that the camera's own gain reference left over.
    """

    voltage_kV: float = 300.0
    defocus_nm: float = 30.0
    cs_um: float = 5.0
    focal_spread_nm: float = 3.0
    convergence_mrad: float = 0.1
    astigmatism_nm: float = 0.0
    astigmatism_deg: float = 0.0
    aperture_mrad: float | None = None
    drift_nm: float = 0.0
    drift_deg: float = 0.0
    vibration_nm: float = 0.0
    dose_e_per_A2: float = 500.0
    psf_px: float = 0.6
    psf_tail: float = 0.0
    gain: float = 20.0
    readout: float = 5.0
    offset: float = 100.0
    uneven: float = 0.0
    uneven_seed: int = 0
    spikes: int = 0
    fixed_pattern: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return every parameter, JSON-able."""
        return asdict(self)


def electron_wavelength_nm(voltage_kV: float) -> float:
    """Return the relativistic wavelength in nm (300 kV: 0.00197 nm).

    Williams & Carter, Transmission Electron Microscopy, eq. 1.6, with CODATA constants.
    """
    h, mass, charge, c = 6.62607015e-34, 9.1093837015e-31, 1.602176634e-19, 299792458.0
    energy = voltage_kV * 1e3 * charge
    return float(h / np.sqrt(2 * mass * energy * (1 + energy / (2 * mass * c**2))) * 1e9)


def expose(
    wave: ComplexImage, nm_per_px: float, optics: Optics, *, crop: int | None = None, binning: int = 1
) -> FloatImage:
    """Return the mean intensity at the camera, 1 where there is no specimen, before any noise.

    Parameters
    ----------
    wave : (N, N) or (C, N, N) complex64 array
        Exit wave of unit incident amplitude; the cell repeats sideways. Of several waves (frozen phonons) the mean
        intensity is returned.
    nm_per_px : float
        Sampling of the wave.
    optics : Optics
        The lens.
    crop : int, optional
        Keep the central ``crop`` x ``crop`` pixels of the camera.
    binning : int
        Samples of the wave along the edge of one of the camera's pixels, which takes their mean.

    Returns
    -------
    (crop, crop) float32 array

    Notes
    -----
    The focal spread is an incoherent average over five defoci (Gauss-Hermite quadrature), so that no intensity is
    lost to it; the spatial coherence is the usual envelope on the wave (Kirkland, Advanced Computing in Electron
    Microscopy, chapter 3).
    """
    wavelength = electron_wavelength_nm(optics.voltage_kV)
    waves = wave.reshape(-1, *wave.shape[-2:])
    k = np.fft.fftfreq(wave.shape[-1], nm_per_px).astype(np.float32)
    ky, kx = k[:, None], k[None, :]
    k2 = kx**2 + ky**2
    azimuth = np.arctan2(ky, kx)
    spectra = [np.fft.fft2(one) for one in waves]
    if optics.aperture_mrad is not None:
        angle = np.sqrt(k2) * wavelength * 1e3
        spectra = [spectrum * expit((optics.aperture_mrad - angle) / 0.15) for spectrum in spectra]
    cs_nm = optics.cs_um * 1e3
    c12 = optics.astigmatism_nm * np.cos(2 * (azimuth - np.deg2rad(optics.astigmatism_deg)))
    points, weights = np.polynomial.hermite_e.hermegauss(5)
    intensity: FloatImage = np.zeros((len(k), len(k)), np.float32)
    for point, weight in zip(points, weights / weights.sum(), strict=True):
        c10 = -(optics.defocus_nm + point * optics.focal_spread_nm)
        chi = np.pi * wavelength * k2 * (c10 + c12) + 0.5 * np.pi * cs_nm * wavelength**3 * k2**2
        slope = np.sqrt(k2) * (c10 * wavelength + cs_nm * wavelength**3 * k2)
        damping = np.exp(-((np.pi * optics.convergence_mrad * 1e-3 / wavelength * slope) ** 2))
        for spectrum in spectra:
            # One expression: split in two it is multiplied by another loop of NumPy, and sets differ in the last bits.
            image = np.fft.ifft2(spectrum * (damping * np.exp(-1j * chi)).astype(np.complex64))
            intensity += np.float32(weight / len(spectra)) * np.abs(image).astype(np.float32) ** 2
    if optics.drift_nm > 0:
        angle_rad = np.deg2rad(optics.drift_deg)
        along = (kx * np.cos(angle_rad) + ky * np.sin(angle_rad)) * optics.drift_nm
        intensity = np.fft.ifft2(np.fft.fft2(intensity) * np.sinc(along)).real.astype(np.float32)
    if optics.vibration_nm > 0:
        spread = np.exp(-2 * (np.pi * optics.vibration_nm) ** 2 * k2)
        intensity = np.fft.ifft2(np.fft.fft2(intensity) * spread).real.astype(np.float32)
    if binning > 1:
        edge = intensity.shape[0] // binning
        intensity = intensity.reshape(edge, binning, edge, binning).mean(axis=(1, 3))
    if crop is not None:
        start = (intensity.shape[0] - crop) // 2
        intensity = intensity[start : start + crop, start : start + crop]
    return np.ascontiguousarray(intensity)
