"""How a micrograph looks, in three numbers that mean the same at every pixel size: noise, contrast, skewness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import MicrographError
from workbench.micrographs.medians import strips
from workbench.micrographs.micrograph import FloatImage

COARSE_PX = 16
"""Edge in reference pixels of what counts as coarse: wider than lattice fringes and the grain of carbon."""
FEWEST_SQUARES = 4
"""Along an edge; with fewer coarse squares nothing can be said of their spread."""
_SAMPLE = 1 << 20


@dataclass(frozen=True)
class Appearance:
    """Noise, contrast and skewness of a micrograph.

    Attributes
    ----------
    noise : float
        Share of the variance that is white noise, were the pixels as large as the reference pixels, in [0, 1].
        The white noise of a pixel is estimated from the median absolute value of the image filtered by
        [1 -2 1] x [1 -2 1], which straight edges and slow changes do not reach.
    contrast : float
        Standard deviation of the means of squares of 16 x 16 reference pixels, over that of the whole image, noise
        taken off both, in [0, 1]. Near 1: smooth particles that stand out; near 0: all is fringes and grain.
    skewness : float
        Third standardised moment of these means. Negative: dark particles on a light support; positive: light ones.

    References
    ----------
    J. Immerkaer, Computer Vision and Image Understanding 64, 300 (1996), doi 10.1006/cviu.1996.0060: the filter.
    """

    noise: float
    contrast: float
    skewness: float


def appearance(pixels: npt.NDArray[Any], step: float = 1.0) -> Appearance | None:
    """Measure how a micrograph looks.

    Parameters
    ----------
    pixels : (H, W) array of real numbers
        Without outliers, in any unit, not resampled: interpolation would pass for less noise.
    step : float
        Edge of a reference pixel in pixels of the micrograph; the pixel of the network that is to see it.

    Returns
    -------
    Appearance or None
        None where there is nothing to measure: all pixels are alike, or an edge is shorter than four coarse squares.

    Raises
    ------
    MicrographError
        If the array is not two-dimensional or the step is not a positive number.
    """
    image = np.asarray(pixels, np.float32)
    if image.ndim != 2 or not (np.isfinite(step) and step > 0):
        raise MicrographError(f"An image and a positive step are measured, not {image.shape} and {step}.")
    edge = max(round(COARSE_PX * step), 1)
    if min(image.shape) < FEWEST_SQUARES * edge:
        return None
    total = float(image.var(dtype=np.float64))
    if not total > 0:
        return None
    white = min(_white_variance(image), total)
    structure = max(total - white, 1e-3 * total)
    larger = white / step**2  # of a reference pixel; structure is as wide as it is, whatever the pixels
    means = _square_means(image, edge)
    spread = float(means.var())
    coarse = max(spread - white / edge**2, 0.0)
    skewness = float(((means - means.mean()) ** 3).mean()) / spread**1.5 if spread > 0 else 0.0
    return Appearance(larger / (larger + structure), min((coarse / structure) ** 0.5, 1.0), skewness)


def _white_variance(image: FloatImage) -> float:
    """Return the variance of the white noise in a pixel."""
    parts = list(strips(image.shape))
    every = max(1, -(-image.size // _SAMPLE))
    found = []
    for top, bottom in parts[::every]:
        part = image[max(top - 1, 0) : bottom + 1]
        if part.shape[0] > 2:
            curved = part[:-2] - 2 * part[1:-1] + part[2:]
            found.append((curved[:, :-2] - 2 * curved[:, 1:-1] + curved[:, 2:]).ravel())
    filtered = np.concatenate(found)
    spread = 1.4826 * float(np.median(np.abs(filtered)))
    # more than half are zero where single electrons were counted
    spread = spread if spread > 0 else float(filtered.std(dtype=np.float64))
    return (spread / 6) ** 2  # the filter's weights have the sum of squares 36


def _square_means(image: FloatImage, edge: int) -> npt.NDArray[np.float64]:
    height, width = (length // edge for length in image.shape)
    squares = image[: height * edge, : width * edge].reshape(height, edge, width, edge)
    means: npt.NDArray[np.float64] = squares.mean((1, 3), dtype=np.float64)
    return means
