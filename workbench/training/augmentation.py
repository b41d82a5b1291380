"""A random crop of a prepared micrograph and its mask, changed as microscopes differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from workbench.micrographs.micrograph import FloatImage
from workbench.training.datasets import IGNORED, Truth
from workbench.training.recipe import Augmentation

RELATIVE_CONTRAST = 0.15
"""Standard deviation of a micrograph over its mean, where a dose is imitated: standardised pixels have lost theirs."""
TRIES = 20
"""How often a window is drawn anew where it must show some particle."""


@dataclass(frozen=True)
class Window:
    """Where a crop lies in its micrograph.

    Parameters
    ----------
    row, column : float
        Its centre, in pixels of the micrograph; pixel i covers i to i + 1.
    step : float
        Edge of a pixel of the crop in pixels of the micrograph.
    angle : float
        Rotation in radians.
    """

    row: float
    column: float
    step: float
    angle: float = 0.0


def random_crop(
    pixels: FloatImage,
    mask: Truth,
    size: int,
    how: Augmentation,
    rng: np.random.Generator,
    *,
    with_particle: bool = False,
) -> tuple[FloatImage, Truth]:
    """Cut, scale, turn and disturb.

    Parameters
    ----------
    pixels : (H, W) float32 array
        Standardised; H and W at least ``size``.
    mask : (H, W) bool, int8 or int32 array
        See `Truth`.
    size : int
        Edge of the result in pixels.
    how : Augmentation
    rng : Generator
        All that is random comes from it.
    with_particle : bool
        Draw the place again, up to 20 times, until some particle is in it.

    Returns
    -------
    (size, size) float32 array, (size, size) array of the kind of the mask
    """
    for _ in range(TRIES if with_particle else 1):
        window = _draw(pixels.shape, size, how, rng)
        truth = _cut_truth(mask, window, size)
        if (truth > 0).any():
            break
    image = cut(pixels, window, size)
    if how.dihedral:
        turns, flip = int(rng.integers(4)), bool(rng.integers(2))
        image, truth = np.rot90(image, turns), np.rot90(truth, turns)
        if flip:
            image, truth = image[:, ::-1], truth[:, ::-1]
    return disturb(np.ascontiguousarray(image), how, rng), np.ascontiguousarray(truth)


def _cut_truth(truth: Truth, window: Window, size: int) -> Truth:
    if truth.dtype in (np.bool_, np.int32):
        return cut(truth, window, size)
    unsure = cut(truth == IGNORED, window, size)
    return np.where(unsure, np.int8(IGNORED), cut(truth > 0, window, size).astype(np.int8))


def cut(image: npt.NDArray[Any], window: Window, size: int) -> npt.NDArray[Any]:
    """Return a square of an image on its own grid: scaled, turned, interpolated linearly.

    Beyond the edge the image is mirrored, which only a turned window needs. Where pixels become larger, a Gaussian of
    (step - 1) / 2 px takes away first what they cannot hold, as in :func:`workbench.micrographs.cleaning.rescale`.

    Parameters
    ----------
    image : (H, W) float32, bool or int32 array
        A mask is interpolated as 0 and 1 and compared with 1/2; of a label image the nearest pixel is taken.
    window : Window
    size : int
        Edge of the result in pixels.

    Returns
    -------
    (size, size) array of the same kind
    """
    cosine, sine = np.cos(window.angle), np.sin(window.angle)
    half = size * window.step / 2
    reach = half * (abs(cosine) + abs(sine)) + max(2.0, 2 * window.step)
    top, left = max(0, int(window.row - reach)), max(0, int(window.column - reach))
    part = image[top : int(window.row + reach) + 1, left : int(window.column + reach) + 1]
    row, column = window.row - top, window.column - left
    if window.step == 1 and window.angle == 0:  # pixels fall on pixels
        first, start = round(row - half), round(column - half)
        return part[first : first + size, start : start + size]
    is_mask, is_labels = part.dtype == np.bool_, part.dtype == np.int32
    source = part.astype(np.float32) if is_mask else part
    if window.step > 1 and not (is_mask or is_labels):
        source = ndimage.gaussian_filter(source, (window.step - 1) / 2, mode="mirror", truncate=3)
    turn = window.step * np.array([[cosine, -sine], [sine, cosine]])
    # The centre of pixel i lies at i + 1/2 in both grids.
    offset = np.array([row - 0.5, column - 0.5]) - turn @ np.full(2, (size - 1) / 2)
    result = ndimage.affine_transform(
        source,
        np.diag(turn) if window.angle == 0 else turn,  # a diagonal takes half the time
        offset,
        output_shape=(size, size),
        output=np.int32 if is_labels else np.float32,
        order=0 if is_labels else 1,
        mode="mirror",
    )
    return np.asarray(result > 0.5) if is_mask else result


def disturb(image: FloatImage, how: Augmentation, rng: np.random.Generator) -> FloatImage:
    """Change the intensities of a crop: optics first, then the dose, then the camera.

    Parameters
    ----------
    image : (N, N) float32 array
        In standard deviations of its micrograph.
    how : Augmentation
    rng : Generator

    Returns
    -------
    (N, N) float32 array, a new one
    """
    if rng.random() < how.blur:
        image = ndimage.gaussian_filter(image, rng.uniform(0.3, 1.5), mode="mirror")
    if rng.random() < how.poisson:
        dose = np.exp(rng.uniform(*np.log(how.dose_per_px)))
        counts = rng.poisson(dose * np.maximum(1 + RELATIVE_CONTRAST * image, 0))
        image = ((counts / dose - 1) / RELATIVE_CONTRAST).astype(np.float32)
    if rng.random() < how.noise:
        width = np.float32(rng.uniform(0.1, 1.0))
        image = image + width * rng.standard_normal(image.shape, dtype=np.float32)
    if rng.random() < how.gradient:
        slope = rng.normal(0, 0.5, 2).astype(np.float32)
        ramp = np.linspace(-1, 1, image.shape[0], dtype=np.float32)
        image = image + slope[0] * ramp[:, None] + slope[1] * ramp[None, :]
    if rng.random() < how.gamma:
        image = _gamma(image, float(np.exp(rng.uniform(np.log(0.7), np.log(1.4)))))
    image = image * np.float32(rng.uniform(*how.contrast)) + np.float32(rng.normal(0, 1) * how.brightness)
    if rng.random() < how.spikes:
        image.flat[rng.integers(image.size, size=rng.integers(1, 21))] = rng.uniform(4, 10)
    if rng.random() < how.invert:
        image = -image
    return np.ascontiguousarray(image, dtype=np.float32)


def _draw(shape: tuple[int, ...], size: int, how: Augmentation, rng: np.random.Generator) -> Window:
    edge = min(round(size * float(np.exp(rng.uniform(*np.log(how.scale))))), *shape)
    top, left = (int(rng.integers(length - edge + 1)) for length in shape)
    angle = float(rng.uniform(0, 2 * np.pi)) if rng.random() < how.rotate else 0.0
    return Window(top + edge / 2, left + edge / 2, edge / size, angle)


def _gamma(image: FloatImage, exponent: float) -> FloatImage:
    """Raise the grey scale, taken from 0 to 1, to a power; mean and standard deviation stay."""
    low, high = image.min(), image.max()
    if low == high:
        return image
    curved = ((image - low) / (high - low)) ** np.float32(exponent)
    return np.asarray((curved - curved.mean()) / curved.std() * image.std() + image.mean(), dtype=np.float32)
