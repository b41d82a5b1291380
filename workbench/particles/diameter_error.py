"""How uncertain the diameter of one particle is: by its pixels, and by how soft its rim is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workbench.micrographs.micrograph import FloatImage
from workbench.segmentation.components import LabelImage

Floats = npt.NDArray[np.float64]

BAND = 0.2
"""The threshold could as well lie so far above or below: 0.3 to 0.7 about 0.5."""

COUNTED = 0.6765
"""Standard deviation of the number of pixels in a disc of radius 1 px, times the root of the radius for any other.

That of the number of lattice points in a circle at a random place (D. G. Kendall, Quart. J. Math. 19, 1, 1948): its
variance is r / (2 pi^2) times the sum of |k|^-3 over all lattice points k but the origin, 9.034.
"""


def diameter_error_px(
    labels: LabelImage, area: Floats, probability: FloatImage | None, threshold: float | None
) -> Floats:
    """Return the standard uncertainty of the equal-circle diameter of each particle.

    Two parts, added in squares. Pixels: a disc covers now more, now fewer of them, wherever it lies. Threshold: as many
    pixels as lie just inside the rim, with a probability less than ``BAND`` above the threshold, could be out, and as
    many outside in; the diameter is taken to lie anywhere between with the same chance.

    Parameters
    ----------
    labels : (H, W) int array
        Particles from 1 to N.
    area : (N,) float array
        In pixels.
    probability : (H, W) float32 array or None
        What the particles were made of; without it there is the part of the pixels alone.
    threshold : float or None
        Above which a pixel is particle; ``None``: as for no probability.

    Returns
    -------
    (N,) float array
        In pixels.
    """
    radius = np.sqrt(area / np.pi)
    pixels = COUNTED / (np.pi * np.sqrt(np.maximum(radius, 0.5)))
    if probability is None or threshold is None or not area.size:
        return pixels
    soft = np.bincount(labels[(labels > 0) & (probability <= threshold + BAND)], minlength=area.size + 1)[1:]
    widest, narrowest = np.sqrt((area + soft) / np.pi), np.sqrt(np.maximum(area - soft, 0) / np.pi)
    rim = (2 * widest - 2 * narrowest) / (2 * np.sqrt(3))
    found: Floats = np.hypot(pixels, rim)
    return found
