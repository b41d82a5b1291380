"""What training makes small: cross-entropy, focal loss, Dice, and weights for borders and classes.

Every loss here is a function of a few sums over the batch (:func:`batch_sums`, :func:`loss_of`). Sums of parts of a
batch add up to those of the whole, so that a batch that is shared among processes, or taken in parts because it does
not fit, has the loss and the gradient of the whole batch.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage
from torch.nn import functional

from workbench.micrographs.micrograph import BoolImage, FloatImage
from workbench.training.recipe import Loss

SUMS = 5
"""Weighted entropy, weights, probability inside the particles, probability, particle pixels.

Where the distance to the rim is learned, three more: its squared error in particles and in the background, and the
pixels of background.
"""
_FAR = 5.0
"""Border weights beyond this many sigmas, below 1e-4 of their largest, are 0."""


def segmentation_loss(logits: torch.Tensor, masks: torch.Tensor, dice_weight: float) -> torch.Tensor:
    """Return (1 - w) cross-entropy + w (1 - soft Dice) of a whole batch, Dice over the batch with smooth 1.

    Over the batch, because a crop without particles has no Dice to speak of: alone it would add a constant.

    Parameters
    ----------
    logits : (N, C, H, W) tensor
        C is 1 (sigmoid) or 2 (softmax, class 1 is particle).
    masks : (N, H, W) float tensor of 0 and 1
    dice_weight : float
    """
    how = Loss()
    return loss_of(batch_sums(logits, masks, how), how, dice_weight)


def batch_sums(
    logits: torch.Tensor,
    masks: torch.Tensor,
    how: Loss,
    *,
    border: torch.Tensor | None = None,
    particle_weight: tuple[float, float] = (1.0, 1.0),
    rim: tuple[torch.Tensor, torch.Tensor] | None = None,
) -> torch.Tensor:
    """Return the sums over pixels that a loss is made of.

    Parameters
    ----------
    logits : (N, C, H, W) tensor
        C is 1 (sigmoid) or 2 (softmax, class 1 is particle).
    masks : (N, H, W) float tensor of 0 and 1
        Negative where nobody is sure: such pixels count in none of the sums.
    how : Loss
    border : (N, H, W) float tensor, optional
        What :func:`border_weight` gives, added to the weight of each pixel.
    particle_weight : (float, float)
        Weight of background and of particle pixels.
    rim : (tensor, tensor), optional
        Distance to the rim as the network gives it and as it is (`rim_distance`), both (N, H, W).

    Returns
    -------
    (5,) float32 tensor, (8,) with ``rim``
        See ``SUMS``. The entropy of a pixel is the cross-entropy, times (1 - p)^gamma for the focal loss (Lin et al.
        2017, doi 10.1109/ICCV.2017.324) with p the probability of its true class.
    """
    logits = logits.float()
    logit = logits[:, 0] if logits.shape[1] == 1 else logits[:, 1] - logits[:, 0]
    sure = (masks >= 0).float()
    masks = masks.clamp(min=0)
    entropy = functional.binary_cross_entropy_with_logits(logit, masks, reduction="none")
    if how.kind.startswith("focal"):
        entropy = entropy * (1 - torch.exp(-entropy)).clamp(min=1e-12) ** how.focal_gamma
    background, particle = particle_weight
    weight = background + (particle - background) * masks
    if border is not None:
        weight = weight + border
    weight = weight * sure
    probability = torch.sigmoid(logit) * sure
    inside = (probability * masks).sum()
    sums = [(weight * entropy).sum(), weight.sum(), inside, probability.sum(), masks.sum()]
    if rim is not None:
        error = sure * (rim[0].float() - rim[1]) ** 2
        sums += [(error * masks).sum(), (error * (1 - masks)).sum(), (sure * (1 - masks)).sum()]
    return torch.stack(sums)


def loss_of(sums: torch.Tensor, how: Loss, dice_weight: float) -> torch.Tensor:
    """Return the loss of a batch from its :func:`batch_sums`; ``dice_weight`` counts where the kind has Dice too.

    The error of the distance is a mean over particle pixels and one over the background, each half of it: most pixels
    are background, where it is 0 and soon learned (P. Naylor et al. 2019, doi 10.1109/TMI.2018.2865709, squared error).
    """
    loss = _loss_of_pixels(sums, how, dice_weight)
    if len(sums) == SUMS:
        return loss
    particles, background = sums[5] / sums[4].clamp(min=1), sums[6] / sums[7].clamp(min=1)
    return loss + how.distance_weight * (particles + background) / 2


def _loss_of_pixels(sums: torch.Tensor, how: Loss, dice_weight: float) -> torch.Tensor:
    entropy = sums[0] / sums[1].clamp(min=1e-12)  # nobody may be sure of any pixel of a batch
    dice = 1 - (2 * sums[2] + 1) / (sums[3] + sums[4] + 1)
    if how.kind == "dice":
        return dice
    return (1 - dice_weight) * entropy + dice_weight * dice if how.kind.endswith("+dice") else entropy


def class_weights(how: Loss, particle_share: float) -> tuple[float, float]:
    """Return the weights of background and particle pixels.

    Parameters
    ----------
    how : Loss
    particle_share : float
        Share of particle pixels in the training set. ``balanced`` gives each class half of the weight: 1 / (2 share),
        so that the mean over all pixels is 1.
    """
    if how.particle_weight != "balanced":
        return 1.0, float(how.particle_weight)
    if not 0 < particle_share < 1:
        return 1.0, 1.0
    return 0.5 / (1 - particle_share), 0.5 / particle_share


def border_weight(
    mask: BoolImage | npt.NDArray[np.int32], weight: float = 10.0, sigma_px: float = 5.0
) -> FloatImage:
    """Return w0 exp(-(d1 + d2)^2 / (2 sigma^2)) on the background between particles, 0 elsewhere.

    d1 and d2 are the distances to the nearest and the second nearest particle (Ronneberger et al. 2015, equation 2, doi
    10.1007/978-3-319-24574-4_28); the class weight w_c of the paper is ``particle_weight`` of :class:`Loss`. Particles
    are the 4-connected parts of the mask: where two touch, the mask does not say where one ends. A label image does.

    Parameters
    ----------
    mask : (H, W) bool array or int32 label image
    weight : float
        w0.
    sigma_px : float
        sigma in pixels.

    Returns
    -------
    (H, W) float32 array
    """
    labels, count = ndimage.label(mask) if mask.dtype == np.bool_ else (mask, int(mask.max()))
    near = np.full(mask.shape, np.inf, np.float32)
    second = near.copy()
    margin = int(np.ceil(_FAR * sigma_px))
    for number, box in enumerate(ndimage.find_objects(labels, count), start=1):
        if box is None:  # of a particle that the crop does not show
            continue
        # Only close by does a particle matter: its own box and a margin, not the whole crop.
        rows, columns = (
            slice(max(0, side.start - margin), min(length, side.stop + margin))
            for side, length in zip(box, mask.shape, strict=True)
        )
        distance = ndimage.distance_transform_edt(labels[rows, columns] != number).astype(np.float32)
        first = near[rows, columns]
        second[rows, columns] = np.minimum(second[rows, columns], np.maximum(first, distance))
        near[rows, columns] = np.minimum(first, distance)
    result = weight * np.exp(-((near + second) ** 2) / (2 * sigma_px**2))
    return np.where(labels > 0, 0, result).astype(np.float32)
