"""What the camera and the way into a publication make of the intensity: counts, grey levels, a file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from workbench.micrographs.micrograph import FloatImage
from workbench.micrographs.synthetic.jpeg import through_jpeg
from workbench.micrographs.synthetic.noise import smooth_noise


@dataclass(frozen=True)
class Camera:
    """The camera, and what was done to its picture.

    Parameters
    ----------
    electrons_per_px : float
        Dose where there is no specimen.
    readout : float
        Noise of the read-out, in electrons.
    psf_px : float
        sigma of what blurs signal and noise alike: the scintillator, and pictures made smaller or larger.
    sharpened : float
        Part of a difference to the blurred picture that was added, as programs do.
    vignetting : float
        Part of the beam that is missing in the corners.
    gradient, gradient_angle : float
        Relative change of the illumination across the frame, and its direction in radians.
    uneven : float
        Relative spread of a smooth change of the illumination.
    charging : float
        Part by which it is brighter (or, below 0, darker) round the particles.
    black, white : float or None
        Intensities that become grey levels 0 and 255: what is darker or lighter is saturated. None: the darkest and
        the lightest of the picture, but for 0.3 % of its pixels.
    gamma : float
        Exponent on the grey scale from 0 to 1.
    eight_bit : bool
        Whole grey levels.
    jpeg : int or None
        Quality of the file.
    """

    electrons_per_px: float = 100.0
    readout: float = 0.0
    psf_px: float = 0.0
    sharpened: float = 0.0
    vignetting: float = 0.0
    gradient: float = 0.0
    gradient_angle: float = 0.0
    uneven: float = 0.0
    charging: float = 0.0
    black: float | None = 0.0
    white: float | None = 1.3
    gamma: float = 1.0
    eight_bit: bool = True
    jpeg: int | None = None


def poisson(mean: FloatImage, rng: np.random.Generator) -> FloatImage:
    """Return counts with a Poisson distribution's mean, variance and skewness (Cornish-Fisher expansion).

    One normal number a pixel, whatever the mean: so the last bit of a mean, in which machines differ, changes the count
    of no other pixel, as it would with exact sampling, which draws again and again.

    Parameters
    ----------
    mean : (H, W) float32 array
        Electrons; below about 1 the distribution is right only roughly.
    rng : Generator
    """
    normal = rng.standard_normal(mean.shape, dtype=np.float32)
    counts = mean + np.sqrt(mean) * normal + (normal * normal - 1) / np.float32(6)
    return np.asarray(np.maximum(np.rint(counts), 0), np.float32)


def record(
    intensity: FloatImage, covered: FloatImage, camera: Camera, rng: np.random.Generator
) -> FloatImage:
    """Return what the camera counts, in units of the beam without specimen, before grey levels.

    Parameters
    ----------
    intensity : (H, W) float32 array
        From :func:`workbench.micrographs.synthetic.optics.expose`.
    covered : (H, W) float32 array
        1 where there is a particle, which may charge.
    camera : Camera
    rng : Generator
    """
    light = _illumination((intensity.shape[0], intensity.shape[1]), camera, rng)
    if camera.charging:
        light = light * (1 + np.float32(camera.charging) * _halo(covered))
    counts = poisson(intensity * light * np.float32(camera.electrons_per_px), rng)
    if camera.readout > 0:
        counts += np.float32(camera.readout) * rng.standard_normal(counts.shape, dtype=np.float32)
    if camera.psf_px > 0.1:
        counts = ndimage.gaussian_filter(counts, camera.psf_px, mode="nearest", truncate=3)
    if camera.sharpened > 0:
        soft = ndimage.gaussian_filter(counts, 1.5, mode="nearest", truncate=2)
        counts += np.float32(camera.sharpened) * (counts - soft)
    return np.asarray(counts / np.float32(camera.electrons_per_px), np.float32)


def to_grey(recorded: FloatImage, camera: Camera) -> FloatImage:
    """Return grey levels from 0 to 255: black and white point, saturation, gamma."""
    black = camera.black or 0.0
    span = max((1.0 if camera.white is None else camera.white) - black, 1e-6)
    grey = np.clip((recorded - np.float32(black)) * np.float32(1 / span), 0, 1)
    if camera.gamma != 1:
        grey = grey ** np.float32(camera.gamma)
    return np.asarray(grey * 255, np.float32)


def to_file(grey: FloatImage, camera: Camera) -> FloatImage:
    """Return grey levels as a file of 8 bit holds them, or a JPEG."""
    if camera.jpeg is not None:
        return through_jpeg(np.rint(grey), camera.jpeg)
    return np.rint(grey) if camera.eight_bit else grey


def _illumination(shape: tuple[int, int], camera: Camera, rng: np.random.Generator) -> FloatImage:
    down = np.linspace(-1, 1, shape[0], dtype=np.float32)[:, None]
    across = np.linspace(-1, 1, shape[1], dtype=np.float32)[None, :]
    light = np.ones(shape, np.float32)
    if camera.vignetting:
        light -= np.float32(camera.vignetting / 2) * (down * down + across * across)
    if camera.gradient:
        slope = np.float32(camera.gradient / 2)
        light += slope * (down * np.float32(np.sin(camera.gradient_angle)))
        light += slope * (across * np.float32(np.cos(camera.gradient_angle)))
    if camera.uneven:
        light *= 1 + np.float32(camera.uneven) * smooth_noise(shape, max(shape) / 3, rng)
    return np.maximum(light, np.float32(0.05))


def _halo(covered: FloatImage) -> FloatImage:
    """Return the mask blurred by about 25 px, drawn on a coarse grid."""
    rows, columns = covered.shape
    padded = np.pad(covered, ((0, -rows % 8), (0, -columns % 8)), mode="edge")
    coarse = padded.reshape(padded.shape[0] // 8, 8, padded.shape[1] // 8, 8).mean((1, 3))
    coarse = ndimage.gaussian_filter(coarse, 3.0, mode="nearest")
    fine = ndimage.zoom(coarse, 8, order=1, mode="nearest", grid_mode=True)
    return np.asarray(fine[:rows, :columns], np.float32)
