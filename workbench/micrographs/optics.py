"""From an electron wave behind the specimen to the counts that a camera writes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter
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
    dose_e_per_A2 : float
        Electrons per square angstrom.
    psf_px : float
        Width (sigma) of the camera's point spread; it blurs signal and shot noise alike.
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
    dose_e_per_A2: float = 500.0
    psf_px: float = 0.6
    gain: float = 20.0
    readout: float = 5.0
    offset: float = 100.0
    uneven: float = 0.0
    uneven_seed: int = 0
    spikes: int = 0

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


def expose(wave: ComplexImage, nm_per_px: float, optics: Optics, *, crop: int | None = None) -> FloatImage:
    """Return the mean intensity at the camera, 1 where there is no specimen, before any noise.

    Parameters
    ----------
    wave : (N, N) complex64 array
        Exit wave of unit incident amplitude; the cell repeats sideways.
    nm_per_px : float
        Pixel size.
    optics : Optics
        The lens.
    crop : int, optional
        Keep the central ``crop`` x ``crop`` pixels.

    Notes
    -----
    The focal spread is an incoherent average over five defoci (Gauss-Hermite quadrature), so that no intensity is
    lost to it; the spatial coherence is the usual envelope on the wave (Kirkland, Advanced Computing in Electron
    Microscopy, chapter 3).
    """
    wavelength = electron_wavelength_nm(optics.voltage_kV)
    k = np.fft.fftfreq(wave.shape[0], nm_per_px).astype(np.float32)
    ky, kx = k[:, None], k[None, :]
    k2 = kx**2 + ky**2
    azimuth = np.arctan2(ky, kx)
    spectrum = np.fft.fft2(wave)
    if optics.aperture_mrad is not None:
        angle = np.sqrt(k2) * wavelength * 1e3
        spectrum = spectrum * expit((optics.aperture_mrad - angle) / 0.15)
    cs_nm = optics.cs_um * 1e3
    c12 = optics.astigmatism_nm * np.cos(2 * (azimuth - np.deg2rad(optics.astigmatism_deg)))
    points, weights = np.polynomial.hermite_e.hermegauss(5)
    intensity = np.zeros(wave.shape, np.float32)
    for point, weight in zip(points, weights / weights.sum(), strict=True):
        c10 = -(optics.defocus_nm + point * optics.focal_spread_nm)
        chi = np.pi * wavelength * k2 * (c10 + c12) + 0.5 * np.pi * cs_nm * wavelength**3 * k2**2
        slope = np.sqrt(k2) * (c10 * wavelength + cs_nm * wavelength**3 * k2)
        damping = np.exp(-((np.pi * optics.convergence_mrad * 1e-3 / wavelength * slope) ** 2))
        image = np.fft.ifft2(spectrum * (damping * np.exp(-1j * chi)).astype(np.complex64))
        intensity += np.float32(weight) * np.abs(image).astype(np.float32) ** 2
    if optics.drift_nm > 0:
        angle_rad = np.deg2rad(optics.drift_deg)
        along = (kx * np.cos(angle_rad) + ky * np.sin(angle_rad)) * optics.drift_nm
        intensity = np.fft.ifft2(np.fft.fft2(intensity) * np.sinc(along)).real.astype(np.float32)
    if crop is not None:
        start = (wave.shape[0] - crop) // 2
        intensity = intensity[start : start + crop, start : start + crop]
    return np.ascontiguousarray(intensity)


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
        From :func:`expose`.
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
    if optics.psf_px > 0:
        counts = gaussian_filter(counts, optics.psf_px, mode="reflect")
    counts = counts + rng.normal(0, optics.readout, counts.shape) + optics.offset
    if optics.spikes:
        rows, columns = (rng.integers(0, n, optics.spikes) for n in counts.shape)
        counts[rows, columns] += rng.uniform(5, 30, optics.spikes) * (counts.std() + 1)
    return np.clip(np.round(counts), 0, 65535).astype(np.uint16)
