"""Why no lattice was found in a particle, in words: too small, nothing there, or what is there is no lattice."""

from __future__ import annotations

import math

import numpy as np

from workbench.micrographs.length_text import length_text
from workbench.micrographs.micrograph import BoolImage, FloatImage
from workbench.particles.lattice.fringe_spectrum import NARROWEST_PX, FringeSpectrum
from workbench.particles.lattice.spacing import (
    FEWEST_PERIODS,
    LARGEST_ERROR,
    SMALLEST_PX,
    Failed,
    Search,
    failed_test,
    particle_spectrum,
)

FAILED: dict[Failed, str] = {
    "fine": f"what stands out is finer than {SMALLEST_PX:g} px",
    "few": f"what stands out has fewer than {FEWEST_PERIODS:g} fringes across the particle",
    "unsure": f"the spacing of what stands out is not sure to {100 * LARGEST_ERROR:g} %",
    "place": "what stands out lies in one part of the particle, as an edge or a band does",
    "streak": "what stands out belongs to the streak of an edge",
    "lines": "what stands out goes on along the rows or columns of pixels beside the particle, as scan lines do",
    "blocks": "the blocks of a JPEG compression are as regular as a lattice",
}
"""What is said of the clearest plane wave that is no lattice fringes, by the test that it fails."""


def why_no_lattice(
    pixels: FloatImage,
    particle: BoolImage,
    corner: tuple[int, int] = (0, 0),
    nm_per_px: float | None = None,
) -> str:
    """Return why no lattice fringes are found in a particle, as the part of a sentence after a colon.

    Parameters
    ----------
    pixels : (H, W) float32 array
        The micrograph.
    particle : (h, w) bool array
        Which pixels belong to the particle.
    corner : (int, int)
        Where the first pixel of ``particle`` lies in ``pixels``.
    nm_per_px : float, optional
        For lengths in nm.

    Examples
    --------
    >>> import numpy as np
    >>> disc = np.hypot(*np.mgrid[-5:6, -5:6]) < 4
    >>> why_no_lattice(np.zeros((11, 11), np.float32), disc)
    'the particle is 7.57 px wide, and fringes are looked for from 13.2 px on'
    """
    found = particle_spectrum(pixels, particle, corner)
    diameter = 2 * math.sqrt(np.count_nonzero(particle) / math.pi)
    least = FEWEST_PERIODS * SMALLEST_PX
    if diameter < least:
        wide, needed = (_length(px, nm_per_px) for px in (diameter, least))
        return f"the particle is {wide} wide, and fringes are looked for from {needed} on"
    if found is None:
        part = pixels[tuple(slice(c, c + n) for c, n in zip(corner, particle.shape, strict=True))]
        narrowest = FringeSpectrum(part, particle, diameter).narrowest_px
        if narrowest < NARROWEST_PX:
            narrow, needed = (_length(px, nm_per_px) for px in (narrowest, NARROWEST_PX))
            return f"the particle is {narrow} narrow, and {needed} are needed"
        return "all of its pixels are alike"
    spectrum, looked_at = found
    search = Search.of(spectrum)
    for place in search.peaks(spectrum):
        fringes = search.fringes(spectrum, place)
        failed = None if fringes is None else failed_test(spectrum, fringes, pixels, looked_at, search)
        if failed:
            return FAILED[failed]
    scale, unit = (1.0, "px") if nm_per_px is None else (nm_per_px, "nm")
    finest, widest = (scale / frequency for frequency in (search.highest, search.lowest))
    span = f"{finest:.2g} to {widest:.2g} {unit}"
    return f"no spot at {span} stands out clearly enough of what is around it in the spectrum"


def _length(px: float, nm_per_px: float | None) -> str:
    return f"{px:.3g} px" if nm_per_px is None else length_text(px * nm_per_px)
