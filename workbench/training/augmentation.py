"""A random crop of a prepared micrograph and its mask, changed as microscopes differ."""

from __future__ import annotations

import numpy as np
from scipy import ndimage
from skimage.transform import resize

from workbench.micrographs.micrograph import BoolImage, FloatImage
from workbench.training.recipe import Augmentation


def random_crop(
    pixels: FloatImage, mask: BoolImage, size: int, how: Augmentation, rng: np.random.Generator
) -> tuple[FloatImage, BoolImage]:
    """Cut, scale, turn and disturb.

    Parameters
    ----------
    pixels : (H, W) float32 array
        Standardised.
    mask : (H, W) bool array
    size : int
        Edge of the result in pixels.
    how : Augmentation
    rng : Generator
        All that is random comes from it.

    Returns
    -------
    (size, size) float32 array, (size, size) bool array
    """
    scale = float(np.exp(rng.uniform(*np.log(how.scale))))
    edge = min(round(size * scale), *pixels.shape)
    top = int(rng.integers(pixels.shape[0] - edge + 1))
    left = int(rng.integers(pixels.shape[1] - edge + 1))
    window = (slice(top, top + edge), slice(left, left + edge))
    image, truth = pixels[window], mask[window].astype(np.float32)
    if edge != size:
        image = resize(image, (size, size), order=1, anti_aliasing=edge > size, preserve_range=True)
        truth = resize(truth, (size, size), order=1, anti_aliasing=False, preserve_range=True)
    turns, flip = int(rng.integers(4)), bool(rng.integers(2))
    image, truth = np.rot90(image, turns), np.rot90(truth, turns)
    if flip:
        image, truth = image[:, ::-1], truth[:, ::-1]
    image = image.astype(np.float32)
    if rng.random() < how.blur:
        image = ndimage.gaussian_filter(image, rng.uniform(0.3, 1.5))
    if rng.random() < how.noise:
        image = image + rng.normal(0, rng.uniform(0.1, 1.0), image.shape).astype(np.float32)
    if rng.random() < how.gradient:
        slope = rng.normal(0, 0.5, 2)
        ramp = np.linspace(-1, 1, size)
        image = image + slope[0] * ramp[:, None] + slope[1] * ramp[None, :]
    image = image * rng.uniform(0.75, 1.3) + rng.normal(0, 0.2)
    if rng.random() < how.invert:
        image = -image
    return np.ascontiguousarray(image, dtype=np.float32), np.ascontiguousarray(truth > 0.5)
