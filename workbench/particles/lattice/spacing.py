"""Lattice fringes in one particle: their spacing, or NaN where it is not sure that there are any."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np

from workbench.micrographs.micrograph import BoolImage, FloatImage
from workbench.particles.lattice.fringe_spectrum import NARROWEST_PX, Fringes, FringeSpectrum, Place
from workbench.particles.lattice.fringe_tests import (
    fills_the_particle,
    is_confined_to_the_particle,
    is_of_compression,
    stands_out_of_its_direction,
    stands_out_of_its_neighbourhood,
)

FALSE_ALARM = 1e-4
"""Chance that some frequency of a particle of isotropic noise is as strong as the first criterion asks."""

SMALLEST_PX = 2.2
"""Shortest spacing looked for; the shortest that pixels can show is 2."""

FEWEST_PERIODS = 6.0
"""Across the particle, along the fringes' normal; fewer can not be told from a band or two."""

LARGEST_ERROR = 0.005
"""Largest standard error of a spacing that is reported, as a share of it: 1 % is two of them."""

Failed = Literal["", "fine", "few", "unsure", "place", "streak", "lines", "blocks"]
"""What a plane wave fails by: see `failed_test`."""

MOST_PX = 1024
"""Of a larger particle only the middle is looked at."""

MOST_CANDIDATES = 8
"""So many peaks of a spectrum are looked at for the strongest fringes."""


def lattice_spacing_px(pixels: FloatImage, particle: BoolImage, corner: tuple[int, int] = (0, 0)) -> float:
    """Return the spacing of the strongest lattice fringes in a particle.

    The particle is cut out, its mean and slope subtracted, its rim faded out over an eighth of its diameter, and its
    Fourier power taken. Peaks of the power are lattice fringes if all of this holds:

    - They stand out of the mean power on the ring of the same frequency. In noise, power over its mean is distributed
      exponentially, so of n independent frequencies none exceeds ``log(n / FALSE_ALARM)`` times the mean but with a
      chance of ``FALSE_ALARM``.
    - They stand out of the power around them in the plane of frequencies, whose mean is estimated there: noise that
      is smoother in one direction (drift, a scan, interpolation, compression) is not the same all around a ring.
    - They stand out of what else lies in their direction, as no spot in the streak of an edge does.
    - They fill the particle: cut into strips, along the fringes and across, the strongest quarter of the strips does
      not hold most of them, the middle third has its part, and neighbouring strips hold about as much. An edge, a band
      or a fringed rim lies in one place.
    - At least six periods lie across the particle, and the standard error of the spacing is at most 0.5 %.
    - Fringes along the rows or the columns of pixels are not also in the rows or columns beside the particle, as
      scan lines are; and the picture does not show the blocks of a strong JPEG compression.

    Parameters
    ----------
    pixels : (H, W) float32 array
        Intensities: of the particle's box, or of the micrograph, whose part around the particle is looked at too.
    particle : (h, w) bool array
        Which pixels belong to it.
    corner : (int, int)
        Where the first pixel of ``particle`` lies in ``pixels``.

    Returns
    -------
    float
        Spacing in pixels, at least 2.2 px; NaN where no fringes are sure, or the particle is less than 12 px across.

    References
    ----------
    Fisher, Proc. R. Soc. A 125, 54 (1929): the test for a peak in a periodogram.
    Thomson, Proc. IEEE 70, 1055 (1982): the same against noise of unknown colour, estimated beside the peak.
    """
    found = particle_spectrum(pixels, particle, corner)
    if found is None:
        return math.nan
    spectrum, corner = found
    fringes = next(sure_fringes(spectrum, pixels, corner), None)
    return math.nan if fringes is None else 1 / fringes.per_px


def particle_spectrum(
    pixels: FloatImage, particle: BoolImage, corner: tuple[int, int] = (0, 0)
) -> tuple[FringeSpectrum, tuple[int, int]] | None:
    """Return the spectrum of a particle, as for `lattice_spacing_px`, and the corner of what was looked at.

    None where there is nothing to look for fringes in: the particle is too narrow, or all the same.
    """
    corner, particle = _middle(corner, particle)
    area = np.count_nonzero(particle)
    diameter = 2 * math.sqrt(area / math.pi)
    if diameter < NARROWEST_PX:
        return None
    rows, columns = (
        slice(start, start + length) for start, length in zip(corner, particle.shape, strict=True)
    )
    spectrum = FringeSpectrum(pixels[rows, columns], particle, diameter)
    return None if spectrum.empty else (spectrum, corner)


def sure_fringes(
    spectrum: FringeSpectrum,
    pixels: FloatImage,
    corner: tuple[int, int],
    most_candidates: int = MOST_CANDIDATES,
    *,
    orders: bool = False,
) -> Iterator[Fringes]:
    """Yield all lattice fringes of a particle that pass every test of `lattice_spacing_px`, the clearest first.

    Parameters
    ----------
    spectrum : FringeSpectrum
        Of the particle.
    pixels : (H, W) float32 array
        The micrograph, whose part around the particle is looked at too.
    corner : (int, int)
        Where the first pixel of the spectrum's particle lies in ``pixels``.
    most_candidates : int
        So many peaks are looked at. Of those that follow the first `MOST_CANDIDATES` none is taken where none of the
        first was sure: so many more tries are no more particles with a false alarm.
    orders : bool
        Yield the second order of fringes too, after all others, where the first is stronger.

    Yields
    ------
    Fringes
    """
    search = Search.of(spectrum)

    def is_sure(fringes: Fringes) -> bool:
        return not failed_test(spectrum, fringes, pixels, corner, search)

    any_sure = False
    second_orders = []
    for number, place in enumerate(search.peaks(spectrum, most_candidates)):
        if number >= MOST_CANDIDATES and not any_sure:
            return
        fringes = search.fringes(spectrum, place)
        if fringes is None:
            continue
        if spectrum.is_harmonic(fringes, search.least):
            second_orders.append(fringes)
        elif is_sure(fringes):
            any_sure = True
            yield fringes
    if orders and any_sure:
        yield from filter(is_sure, second_orders)


class Search(NamedTuple):
    """Between which frequencies fringes of a particle are looked for, and what has to stand out there.

    Parameters
    ----------
    lowest, highest : float
        In 1/px.
    independent : float
        Number of independent frequencies between them.
    least : float
        Power over the mean of its ring from which on a peak is looked at.
    """

    lowest: float
    highest: float
    independent: float
    least: float

    @classmethod
    def of(cls, spectrum: FringeSpectrum) -> Search:
        """Return that of a particle."""
        lowest, highest = FEWEST_PERIODS / spectrum.diameter, 1 / SMALLEST_PX
        independent = max(1.0, spectrum.effective_pixels * math.pi * (highest**2 - lowest**2) / 2)
        return cls(lowest, highest, independent, math.log(independent / FALSE_ALARM))

    def peaks(self, spectrum: FringeSpectrum, most: int = MOST_CANDIDATES) -> Iterator[Place]:
        """Yield at most so many peaks that stand out of their ring, the clearest first."""
        return spectrum.peaks(self.lowest, self.highest, self.least, most)

    def fringes(self, spectrum: FringeSpectrum, place: Place) -> Fringes | None:
        """Return the plane wave at a peak; None where it does not stand out of its neighbourhood, or there is none."""
        background = stands_out_of_its_neighbourhood(spectrum, place, self.independent)
        return None if background is None else spectrum.fringes(place, background)


def failed_test(
    spectrum: FringeSpectrum,
    fringes: Fringes,
    pixels: FloatImage,
    corner: tuple[int, int],
    search: Search,
) -> Failed:
    """Return which test of `lattice_spacing_px` a plane wave fails first; empty: none, it is lattice fringes.

    Parameters
    ----------
    spectrum : FringeSpectrum
        Of the particle.
    fringes : Fringes
    pixels : (H, W) float32 array
        The micrograph.
    corner : (int, int)
        Where the first pixel of the spectrum's particle lies in ``pixels``.
    search : Search

    Returns
    -------
    {"", "fine", "few", "unsure", "place", "streak", "lines", "blocks"}
    """
    if fringes.per_px > search.highest:
        return "fine"
    if fringes.periods < FEWEST_PERIODS:
        return "few"
    if fringes.relative_error > LARGEST_ERROR:
        return "unsure"
    if not fills_the_particle(spectrum, fringes):
        return "place"
    if not stands_out_of_its_direction(spectrum, fringes, search.lowest):
        return "streak"
    if not is_confined_to_the_particle(spectrum, fringes, pixels, corner, search.lowest, search.independent):
        return "lines"
    return "blocks" if is_of_compression(pixels, corner, spectrum.particle.shape) else ""


def _middle(corner: tuple[int, int], particle: BoolImage) -> tuple[tuple[int, int], BoolImage]:
    starts = [max(0, (length - MOST_PX) // 2) for length in particle.shape]
    middle = particle[starts[0] : starts[0] + MOST_PX, starts[1] : starts[1] + MOST_PX]
    return (corner[0] + starts[0], corner[1] + starts[1]), middle
