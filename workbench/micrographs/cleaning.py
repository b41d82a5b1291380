"""What is done to the pixels of a micrograph before anything looks at them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from workbench.errors import MicrographError
from workbench.micrographs.medians import median_3x3, strips
from workbench.micrographs.micrograph import FloatImage, Micrograph, own

Outliers = Literal["xray", "median5", "none"]
Standardise = Literal["zscore", "minmax", "none"]

SPIKE_SIGMA = 10.0
"""How many robust standard deviations from its surroundings a pixel must lie to be an x-ray hit or dead."""

_RARE = 1e-3
_BEYOND_THE_SPECIMEN = 3.0
_SAMPLE = 1 << 18
_LARGEST = 1 << 31


def prepare(
    pixels: npt.NDArray[Any],
    *,
    outliers: Outliers | str = "xray",
    step: float = 1.0,
    standardise: Standardise | str = "zscore",
) -> FloatImage:
    """Return what a network sees of an image.

    Parameters
    ----------
    pixels : (H, W) array of real numbers
        Not changed.
    outliers : {"xray", "median5", "none"}
        `remove_outliers`, `median_outliers`, or neither.
    step : float
        As in `rescale`, after the outliers are gone, which are single pixels of the camera.
    standardise : {"zscore", "minmax", "none"}
        As in `standardise`.

    Returns
    -------
    (H / step, W / step) float32 array, a new one
    """
    image = _checked(pixels)
    if outliers == "xray":
        image = remove_outliers(image)
    elif outliers == "median5":
        image = median_outliers(image)
    elif outliers == "none":
        image = _own(image, pixels)
    else:
        raise MicrographError(f"There is no outlier filter {outliers!r}; choose xray, median5 or none.")
    return _standardise_in_place(rescale(image, step), standardise)


def remove_outliers(pixels: npt.NDArray[Any], sigma: float = SPIKE_SIGMA) -> FloatImage:
    """Replace x-ray hits, hot and dead pixels by the median of their 3 x 3 neighbourhood.

    A pixel is an outlier where it differs from that median by more than `sigma` standard deviations of such
    differences over the image, estimated from their median absolute value (1.4826 MAD; Rousseeuw & Croux
    1993, doi 10.1080/01621459.1993.10476408), which the outliers themselves do not inflate. Where more than
    half of the differences are zero (counted electrons) the plain standard deviation takes its place. Spots
    of up to 2 x 2 pixels are removed. Outliers are rare: where more than one pixel in a thousand would go, it
    is the specimen (sharp atomic columns without noise). Then only what differs by three times as much as all but one
    pixel in a thousand do is replaced, and if that is not rare either, the image is returned unchanged.

    It stands for the x-ray correction of the published residual networks (`xray_correct_threshold` in the
    repository ScottLabUCB/HRTEM-Generalization: pixels more than 3000 counts above the median of the image,
    replaced by the mean of their neighbours), whose threshold holds for one camera only.

    Parameters
    ----------
    pixels : (H, W) array of real numbers
    sigma : float
        Threshold in standard deviations.

    Returns
    -------
    (H, W) float32 array, a new one
    """
    image = _checked(pixels)
    differences = _differences_from_median(image)
    cleaned, replaced = _median_where(image, sigma * _spread(differences))
    if _is_rare(replaced, image):
        return cleaned
    del cleaned
    sharpest = float(np.quantile(np.abs(differences), 1 - _RARE))
    cleaned, replaced = _median_where(image, _BEYOND_THE_SPECIMEN * sharpest)
    return cleaned if _is_rare(replaced, image) else image.copy()


def median_outliers(pixels: npt.NDArray[Any]) -> FloatImage:
    """Take the 3 x 3 median where the pixel differs from it by more than five standard deviations.

    As published with the U-Net of Groschner et al. 2021 (doi 10.1017/S1431927621000386; `median_filter` in
    ScottLabUCB/HTTEM): the standard deviation is that of the whole image, edges are mirrored.

    Parameters
    ----------
    pixels : (H, W) array of real numbers

    Returns
    -------
    (H, W) float32 array, a new one
    """
    image = _checked(pixels)
    cleaned, _ = _median_where(image, 5 * _mean_and_std(image)[1])
    return cleaned


def flatten_field(pixels: npt.NDArray[Any], sigma_px: float) -> FloatImage:
    """Divide by the smooth background, and scale back to the mean.

    The background is the image blurred by a Gaussian, edges mirrored: uneven illumination and slow changes of
    support thickness multiply the intensity, so they are divided out. Where the blurred image is not positive
    everywhere (an image that was already standardised), the background is subtracted instead and its mean
    added.

    Parameters
    ----------
    pixels : (H, W) array of real numbers
    sigma_px : float
        Standard deviation of the Gaussian in pixels; several times the largest particle.

    Returns
    -------
    (H, W) float32 array, a new one

    Raises
    ------
    MicrographError
        If `sigma_px` is not a positive number.
    """
    image = _checked(pixels)
    if not (np.isfinite(sigma_px) and sigma_px > 0):
        raise MicrographError(
            f"The width of the background must be a positive number of pixels, not {sigma_px}."
        )
    background = _blurred(image, sigma_px)
    level = np.float32(_mean_and_std(background)[0])
    if float(background.min()) > 0:
        np.divide(image, background, out=background)
        background *= level
    else:
        np.subtract(image, background, out=background)
        background += level
    return background


def standardise(pixels: npt.NDArray[Any], how: Standardise | str = "zscore") -> FloatImage:
    """Bring intensities to a common scale.

    Parameters
    ----------
    pixels : (H, W) array of real numbers
    how : {"zscore", "minmax", "none"}
        Mean 0 and standard deviation 1; minimum 0 and maximum 1; or as they are. A constant image becomes
        zeros under the first two.

    Returns
    -------
    (H, W) float32 array, a new one

    Raises
    ------
    MicrographError
        If `how` is none of these, or the image is not a finite 2-D array.
    """
    return _standardise_in_place(_own(_checked(pixels), pixels), how)


def resample(micrograph: Micrograph, nm_per_px: float) -> Micrograph:
    """Return the micrograph at another pixel size.

    As in `rescale`: the new pixel size is exact, and the field of view is cut or continued by at most half a new pixel.

    Parameters
    ----------
    micrograph : Micrograph
    nm_per_px : float
        Wanted edge of a pixel in nanometres.

    Returns
    -------
    Micrograph

    Raises
    ------
    MicrographError
        If the pixel size of the micrograph is not known, the wanted one is not a positive number, or the
        result would have more than 2**31 pixels.
    """
    if micrograph.nm_per_px is None:
        raise MicrographError(
            f"{micrograph.name} cannot be resampled because its pixel size is not known; "
            "give nm_per_px on opening it."
        )
    if not (np.isfinite(nm_per_px) and nm_per_px > 0):
        raise MicrographError(
            f"{micrograph.name}: the pixel size must be a positive number of nanometres, not {nm_per_px}."
        )
    step = nm_per_px / micrograph.nm_per_px
    height, width = rescaled_shape(micrograph.shape, step)
    if height * width > _LARGEST:
        raise MicrographError(
            f"{micrograph.name} would have {height} x {width} pixels at {nm_per_px:.4g} nm; "
            "choose a larger pixel size."
        )
    if step == 1:
        return micrograph
    return replace(micrograph, pixels=own(rescale(micrograph.pixels, step)), nm_per_px=nm_per_px)


def rescaled_shape(shape: tuple[int, int], step: float) -> tuple[int, int]:
    """Return the shape of an image after `rescale`."""
    height, width = (max(1, round(length / step)) for length in shape)
    return height, width


def rescale(pixels: FloatImage, step: float, shape: tuple[int, int] | None = None) -> FloatImage:
    """Return the image on a grid whose pixels are `step` times as wide.

    Linear interpolation, edges mirrored; before shrinking, a Gaussian of standard deviation (step - 1) / 2 pixels
    removes what the coarser grid cannot hold, as in `skimage.transform.resize`. Unlike there the step is exact.

    Parameters
    ----------
    pixels : (H, W) float32 array
    step : float
        Above 1 shrinks, below 1 enlarges, 1 returns the image itself.
    shape : (int, int), optional
        Shape of the result; by default that of `rescaled_shape`. A grid that was rescaled by `1 / step` before goes
        back to where it was when it is told its old shape.

    Returns
    -------
    (H / step, W / step) float32 array
    """
    if step == 1:
        return pixels
    from scipy.ndimage import affine_transform

    # Pixels are areas: the centre of pixel i lies at i + 1/2 in units of its own size.
    result: FloatImage = affine_transform(
        _blurred(pixels, (step - 1) / 2) if step > 1 else pixels,
        np.array([step, step]),
        offset=(step - 1) / 2,
        output_shape=shape or rescaled_shape((pixels.shape[0], pixels.shape[1]), step),
        output=np.float32,
        order=1,
        mode="reflect",
    )
    return result


def _checked(pixels: npt.NDArray[Any]) -> FloatImage:
    pixels = np.asarray(pixels)
    if pixels.ndim != 2 or pixels.size == 0 or pixels.dtype.kind not in "buif":
        raise MicrographError(
            f"Only a two-dimensional image of real numbers can be cleaned, "
            f"not {pixels.dtype} of shape {pixels.shape}."
        )
    return np.ascontiguousarray(pixels, dtype=np.float32)


def _own(image: FloatImage, pixels: npt.NDArray[Any]) -> FloatImage:
    return image.copy() if np.may_share_memory(image, np.asarray(pixels)) else image


def _mean_and_std(image: FloatImage) -> tuple[float, float]:
    # By strips in double precision: no second copy of a large image, no loss on a large offset.
    total = 0.0
    for top, bottom in strips(image.shape):
        total += float(image[top:bottom].sum(dtype=np.float64))
    mean = total / image.size
    square = 0.0
    for top, bottom in strips(image.shape):
        strip = image[top:bottom].astype(np.float64).ravel()
        strip -= mean
        square += float(strip @ strip)
    return mean, (square / image.size) ** 0.5


def _standardise_in_place(image: FloatImage, how: str) -> FloatImage:
    if how == "none":
        return image
    if how == "zscore":
        offset, scale = _mean_and_std(image)
    elif how == "minmax":
        offset = float(image.min())
        scale = float(image.max()) - offset
    else:
        raise MicrographError(f"There is no standardisation {how!r}; choose zscore, minmax or none.")
    if not np.isfinite(scale):
        raise MicrographError("The image holds NaN or infinite values; replace them before segmenting.")
    if image.min() == image.max():
        image.fill(0)
        return image
    for top, bottom in strips(image.shape):
        strip = image[top:bottom].astype(np.float64)
        strip -= offset
        strip /= scale
        image[top:bottom] = strip
    return image


def _blurred(image: FloatImage, sigma_px: float) -> FloatImage:
    from scipy.ndimage import gaussian_filter

    result: FloatImage = gaussian_filter(image, sigma_px, mode="reflect", output=np.float32)
    return result


def _differences_from_median(image: FloatImage) -> FloatImage:
    """Return by how much pixels differ from the median of their neighbourhood, of a sample of them."""
    parts = []
    every = max(1, -(-image.size // _SAMPLE))
    for top, bottom in strips(image.shape):
        difference = image[top:bottom] - median_3x3(image, top, bottom)
        # A stride that shares no factor with the row length walks through all columns.
        parts.append(difference.ravel()[:: _coprime(every, image.shape[1])].copy())
    return np.concatenate(parts)


def _spread(differences: FloatImage) -> float:
    spread = 1.4826 * float(np.median(np.abs(differences)))
    return spread if spread > 0 else float(differences.std(dtype=np.float64))


def _is_rare(replaced: int, image: FloatImage) -> bool:
    return replaced <= max(_RARE * image.size, 1)


def _coprime(stride: int, length: int) -> int:
    while stride > 1 and np.gcd(stride, length) != 1:
        stride += 1
    return stride


def _median_where(image: FloatImage, limit: float) -> tuple[FloatImage, int]:
    cleaned = np.empty_like(image)
    replaced = 0
    for top, bottom in strips(image.shape):
        median = median_3x3(image, top, bottom)
        outlier = np.abs(image[top:bottom] - median) > limit
        cleaned[top:bottom] = image[top:bottom]
        count = int(np.count_nonzero(outlier))
        if count:
            np.copyto(cleaned[top:bottom], median, where=outlier)
            replaced += count
    return cleaned, replaced
