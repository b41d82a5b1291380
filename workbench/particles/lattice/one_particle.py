"""The lattice of one particle as a person looks at it: the part of the micrograph, its spectrum, what was found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft

from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import BoolImage, FloatImage, Micrograph
from workbench.micrographs.power_spectrum import PowerSpectrum
from workbench.particles.frame import touches_edge
from workbench.particles.lattice.fringe_spectrum import FringeSpectrum
from workbench.particles.lattice.match import CALIBRATION
from workbench.particles.lattice.particle_lattice import METAL_PHASES, ParticleLattice, particle_lattice
from workbench.particles.lattice.silence import why_no_lattice
from workbench.particles.lattice.spacing import particle_spectrum

FINEST_NM = 0.1
"""Of a spectrum that is drawn: few microscopes show narrower spacings."""

BLACK_AND_WHITE = (1.0, 99.0)
"""Percentiles of intensity that are drawn black and white."""

_MARGIN, _LEAST_MARGIN_PX = 0.15, 6
_STEPS = 128  # of frequency, from the middle of a spectrum to its edge, at least
_MOST_STEPS = 2048
_BEYOND = 1.15


@dataclass(frozen=True, eq=False)
class LatticeOfParticle:
    """What is seen and known of the lattice of one particle.

    Parameters
    ----------
    number : int
        Of the particle in the label image.
    pixels : (h, w) float32 array
        The micrograph around the particle: a square, as far as the micrograph goes.
    inside : (h, w) bool array
        Which of these pixels belong to it.
    corner : (int, int)
        Where the first of them lies in the micrograph.
    lattice : ParticleLattice
    phases : tuple of str
        What it was compared with.
    spectrum : PowerSpectrum or None
        Of the particle alone, its rim faded out; in it the fringes were looked for. None: it is too small, or flat.
    why_none : str
        Why there are no fringes, as the part of a sentence after a colon; empty: there are.
    cut : bool
        Whether its rest may be missing: it touches the edge of the micrograph, or what is left out of it.
    """

    number: int
    pixels: FloatImage
    inside: BoolImage
    corner: tuple[int, int]
    lattice: ParticleLattice
    phases: tuple[str, ...]
    spectrum: PowerSpectrum | None
    why_none: str
    cut: bool

    @property
    def nm_per_px(self) -> float | None:
        """Pixel size of the micrograph."""
        return self.lattice.nm_per_px

    @property
    def ringed(self) -> tuple[str, ...]:
        """Phases whose rings are drawn: those that fit, else the first that was compared; none where nothing is known.

        That is: no pixel size, or no spectrum.
        """
        if self.nm_per_px is None or self.spectrum is None:
            return ()
        return self.lattice.phases or self.phases[:1]

    def picture(self, edge: int) -> tuple[npt.NDArray[np.uint8], int]:
        """Return the micrograph around it as grey values, and how many of its pixels are one, down and along.

        Parameters
        ----------
        edge : int
            Height and width at most.
        """
        step = -(-max(self.pixels.shape) // edge)
        height, width = (length // step for length in self.pixels.shape)
        part = self.pixels[: height * step, : width * step]
        small = part.reshape(height, step, width, step).mean(axis=(1, 3), dtype=np.float32)
        low, high = np.percentile(small, BLACK_AND_WHITE)
        if not high > low:
            return np.full(small.shape, 128, np.uint8), step
        grey = (small - low) * (255 / (high - low))
        return grey.clip(0, 255).astype(np.uint8), step

    def spectrum_picture(self, edge: int) -> tuple[npt.NDArray[np.uint8], float] | None:
        """Return the spectrum as `PowerSpectrum.picture` does, out to the finest that is drawn; None: there is none."""
        if self.spectrum is None:
            return None
        return self.spectrum.picture(edge, _highest(self.lattice))


def lattice_of_particle(
    labels: npt.NDArray[np.integer],
    number: int,
    micrograph: Micrograph,
    phases: Sequence[str] = METAL_PHASES,
    *,
    calibration: float = CALIBRATION,
) -> LatticeOfParticle:
    """Look at the lattice of one particle of a label image.

    Parameters
    ----------
    labels : (H, W) int array
        0 is background; as of `workbench.label_image`.
    number : int
        Which of its particles.
    micrograph : Micrograph
        What the labels were made from.
    phases, calibration
        As for `particle_lattice`.

    Raises
    ------
    WorkbenchError
        If there is no such particle.
    DatasetError
        If there is no such phase.

    Examples
    --------
    >>> import workbench as wb
    >>> m, truth = wb.open_sample("easy")
    >>> seen = lattice_of_particle(wb.label_image(truth), 1, m)
    >>> seen.number, bool(seen.lattice.sets) != bool(seen.why_none)
    (1, True)
    """
    where = labels == number
    rows, columns = (np.flatnonzero(where.any(axis=axis)) for axis in (1, 0))
    if not (number and rows.size):
        raise WorkbenchError(f"There is no particle number {number}; choose one of the table.")
    ends = [(int(one[0]), int(one[-1]) + 1) for one in (rows, columns)]
    box = slice(*ends[0]), slice(*ends[1])
    particle, corner = where[box], (ends[0][0], ends[1][0])
    lattice = particle_lattice(
        micrograph.pixels,
        particle,
        corner,
        micrograph.nm_per_px,
        phases,
        others=labels != 0,
        calibration=calibration,
    )
    why = ""
    if not lattice.sets:
        why = why_no_lattice(micrograph.pixels, particle, corner, micrograph.nm_per_px)
    found = particle_spectrum(micrograph.pixels, particle, corner)
    around = _square(ends, micrograph.shape)
    return LatticeOfParticle(
        number,
        micrograph.pixels[around],
        where[around].copy(),
        (around[0].start, around[1].start),
        lattice,
        tuple(dict.fromkeys(phases)),
        None if found is None else _spectrum(found[0], found[1], _highest(lattice)),
        why,
        bool(touches_edge(labels.astype(np.int32, copy=False), int(labels.max()), micrograph)[number - 1]),
    )


def _square(ends: Sequence[tuple[int, int]], shape: tuple[int, int]) -> tuple[slice, slice]:
    """Return a square around a box with a margin, as far as the micrograph goes."""
    longest = max(stop - start for start, stop in ends)
    edge = longest + 2 * max(_LEAST_MARGIN_PX, math.ceil(_MARGIN * longest))
    firsts = [
        max(0, min((start + stop - edge) // 2, length - edge))
        for (start, stop), length in zip(ends, shape, strict=True)
    ]
    return slice(firsts[0], min(shape[0], firsts[0] + edge)), slice(
        firsts[1], min(shape[1], firsts[1] + edge)
    )


def _highest(lattice: ParticleLattice) -> float:
    """Return the frequency, in 1/px, at the edge of the spectrum that is drawn."""
    finest = 0.5 if lattice.nm_per_px is None else lattice.nm_per_px / FINEST_NM
    return min(0.5, max([finest, *(_BEYOND / one.px for one in lattice.sets)]))


def _spectrum(spectrum: FringeSpectrum, corner: tuple[int, int], highest: float) -> PowerSpectrum:
    """Return the power of a faded particle, filled up to a square with fine steps of frequency."""
    longest = max(spectrum.particle.shape)
    size = fft.next_fast_len(max(2 * longest, min(math.ceil(_STEPS / highest), _MOST_STEPS)), real=True)
    transformed = fft.fftshift(fft.fft2(spectrum.faded, s=(size, size)))
    power = transformed.real**2 + transformed.imag**2
    window = spectrum.window.astype(np.float64)
    blur = float((window**4).sum()) / float((window**2).sum()) ** 2
    rows, columns = (
        slice(start, start + length) for start, length in zip(corner, spectrum.particle.shape, strict=True)
    )
    return PowerSpectrum(power, (rows, columns), size**2 * blur)
