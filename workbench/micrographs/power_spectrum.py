"""The power spectrum of a part of a micrograph: its squared Fourier transform, as one looks at it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft, signal

from workbench.errors import MicrographError
from workbench.micrographs.micrograph import FloatImage

LARGEST_PX = 2048
"""Of a larger part only the middle is transformed: finer steps of frequency than 1/2048 per px nobody sees."""

SMALLEST_PX = 16
"""A narrower part holds too few frequencies."""

_DARKEST, _LIGHTEST = 5.0, 99.95


@dataclass(frozen=True, eq=False)
class PowerSpectrum:
    """The squared Fourier transform of a part of a micrograph.

    Parameters
    ----------
    power : (N, N) float32 array
        Frequency 0 in the middle, at ``N // 2``; one step is ``1 / N`` per px, down and along.
    box : (slice, slice)
        Rows and columns of the micrograph that were transformed.
    steps_a_cell : float
        How many steps of frequency, squared, share one independent value: window and filling up blur them together.
    """

    power: FloatImage
    box: tuple[slice, slice]
    steps_a_cell: float = 1.0

    def picture(self, edge: int, highest: float = 0.5) -> tuple[npt.NDArray[np.uint8], float]:
        """Return the spectrum as grey values, its logarithm between two percentiles.

        Parameters
        ----------
        edge : int
            Height and width at most: steps of frequency are put together, by their largest, until they fit.
        highest : float
            Frequency per px at the edges; at most 0.5, what pixels can show.

        Returns
        -------
        grey : (n, n) uint8 array
            Odd, so that frequency 0 is the pixel in the middle.
        step : float
            Frequency per px from one of its pixels to the next.
        """
        middle = self.power.shape[0] // 2
        reach = max(1, min(int(highest * self.power.shape[0]), middle - 1))
        joined = -(-(2 * reach + 1) // edge) | 1  # odd, so that the middle stays in the middle
        half = (reach - joined // 2) // joined
        far = half * joined + joined // 2
        part = self.power[middle - far : middle + far + 1, middle - far : middle + far + 1]
        blocks = part.reshape(2 * half + 1, joined, 2 * half + 1, joined).max(axis=(1, 3))
        seen = np.log(blocks + np.float32(1e-30))
        dark, light = np.percentile(seen, [_DARKEST, _LIGHTEST])
        grey = (seen - dark) * (255 / max(float(light - dark), 1e-6))
        return grey.clip(0, 255).astype(np.uint8), joined / self.power.shape[0]


def power_spectrum(pixels: FloatImage, box: tuple[slice, slice] | None = None) -> PowerSpectrum:
    """Transform a part of a micrograph.

    Its mean is subtracted and its rim faded out by a Hann window, so that the edges of the part draw no cross; what is
    not square is filled up with zeros, so that a step of frequency is the same down and along.

    Parameters
    ----------
    pixels : (H, W) float32 array
        Intensities.
    box : (slice, slice), optional
        Rows and columns; all by default. Of a part above `LARGEST_PX` its middle is taken.

    Returns
    -------
    PowerSpectrum

    Raises
    ------
    MicrographError
        If the part is narrower than `SMALLEST_PX`.

    References
    ----------
    F. J. Harris, Proc. IEEE 66 (1978) 51, doi 10.1109/PROC.1978.10837.
    """
    whole = box or (slice(0, pixels.shape[0]), slice(0, pixels.shape[1]))
    rows, columns = (
        _middle(part.indices(length)[:2]) for part, length in zip(whole, pixels.shape, strict=True)
    )
    part = pixels[rows, columns]
    if min(part.shape) < SMALLEST_PX:
        raise MicrographError(
            f"A Fourier transform needs {SMALLEST_PX} x {SMALLEST_PX} px at least, not "
            f"{part.shape[0]} x {part.shape[1]}: take a larger part."
        )
    down, along = (signal.windows.hann(length, sym=False).astype(np.float32) for length in part.shape)
    faded = (part - part.mean(dtype=np.float64).astype(np.float32)) * (down[:, np.newaxis] * along)
    size = fft.next_fast_len(max(part.shape), real=True)
    transformed = fft.fftshift(fft.fft2(faded, s=(size, size)))
    power = transformed.real**2 + transformed.imag**2
    blurs = [float((window**4).sum()) / float((window**2).sum()) ** 2 for window in (down, along)]
    return PowerSpectrum(power, (rows, columns), size**2 * blurs[0] * blurs[1])


def _middle(ends: tuple[int, int]) -> slice:
    start, stop = ends
    cut = max(0, stop - start - LARGEST_PX)
    return slice(start + cut // 2, stop - (cut - cut // 2))
