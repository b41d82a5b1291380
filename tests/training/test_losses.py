"""Losses against their definitions, computed here in NumPy, pixel by pixel."""

import numpy as np
import pytest
import torch

from workbench.training.losses import batch_sums, border_weight, class_weights, loss_of, segmentation_loss
from workbench.training.recipe import Loss


@pytest.fixture
def batch():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(3, 1, 8, 8)).astype(np.float32)
    masks = (rng.random((3, 8, 8)) < 0.3).astype(np.float32)
    return logits, masks


def value(batch, how: Loss, dice_weight: float = 0.5, **more) -> float:
    logits, masks = map(torch.from_numpy, batch)
    return float(loss_of(batch_sums(logits, masks, how, **more), how, dice_weight))


def by_hand(batch):
    """Return the cross-entropy of each pixel, the probability of its true class, and the soft Dice."""
    logits, masks = batch
    p = 1 / (1 + np.exp(-logits[:, 0].astype(np.float64)))
    true = np.where(masks > 0, p, 1 - p)
    dice = (2 * (p * masks).sum() + 1) / (p.sum() + masks.sum() + 1)
    return -np.log(true), true, dice


def test_cross_entropy_and_dice_and_both(batch):
    entropy, _true, dice = by_hand(batch)
    assert value(batch, Loss(kind="bce")) == pytest.approx(entropy.mean(), rel=1e-5)
    assert value(batch, Loss(kind="dice")) == pytest.approx(1 - dice, rel=1e-5)
    for weight in (0.0, 0.3, 1.0):
        wanted = (1 - weight) * entropy.mean() + weight * (1 - dice)
        assert value(batch, Loss(kind="bce+dice"), weight) == pytest.approx(wanted, rel=1e-5)
        assert float(segmentation_loss(*map(torch.from_numpy, batch), weight)) == pytest.approx(
            wanted, rel=1e-5
        )


@pytest.mark.parametrize("gamma", [0.0, 1.0, 2.0])
def test_focal_loss_is_that_of_lin(batch, gamma):
    entropy, true, dice = by_hand(batch)
    focal = ((1 - true) ** gamma * entropy).mean()
    assert value(batch, Loss(kind="focal", focal_gamma=gamma)) == pytest.approx(focal, rel=1e-4)
    both = Loss(kind="focal+dice", focal_gamma=gamma)
    assert value(batch, both, 0.25) == pytest.approx(0.75 * focal + 0.25 * (1 - dice), rel=1e-4)


def test_focal_loss_has_a_finite_gradient_where_the_network_is_sure():
    logits = torch.full((1, 1, 4, 4), 60.0, requires_grad=True)
    how = Loss(kind="focal", focal_gamma=0.5)
    loss_of(batch_sums(logits, torch.ones(1, 4, 4), how), how, 0.5).backward()
    assert torch.isfinite(logits.grad).all()


def test_border_weights_add_to_those_of_the_pixels(batch):
    entropy, _true, dice = by_hand(batch)
    border = np.random.default_rng(1).random((3, 8, 8)).astype(np.float32) * 10
    wanted = ((1 + border) * entropy).sum() / (1 + border).sum()
    assert value(batch, Loss(kind="border"), border=torch.from_numpy(border)) == pytest.approx(
        wanted, rel=1e-5
    )
    both = value(batch, Loss(kind="border+dice"), 0.5, border=torch.from_numpy(border))
    assert both == pytest.approx(0.5 * wanted + 0.5 * (1 - dice), rel=1e-5)


def test_class_weights_weigh_particle_and_background(batch):
    entropy, _true, _dice = by_hand(batch)
    weights = np.where(batch[1] > 0, 3.0, 0.5)
    found = value(batch, Loss(kind="bce"), particle_weight=(0.5, 3.0))
    assert found == pytest.approx((weights * entropy).sum() / weights.sum(), rel=1e-5)


def test_balanced_gives_both_classes_half():
    background, particle = class_weights(Loss(particle_weight="balanced"), 0.1)
    assert background * 0.9 == pytest.approx(0.5)
    assert particle * 0.1 == pytest.approx(0.5)
    assert class_weights(Loss(particle_weight=4.0), 0.1) == (1.0, 4.0)
    assert class_weights(Loss(particle_weight="balanced"), 0.0) == (1.0, 1.0)


def test_two_logits_are_their_difference(batch):
    logits, masks = map(torch.from_numpy, batch)
    shift = torch.randn(3, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    two = torch.cat([shift, logits + shift], 1)
    assert float(segmentation_loss(two, masks, 0.5)) == pytest.approx(value(batch, Loss()), rel=1e-5)


def test_the_loss_is_zero_for_the_truth_and_high_for_its_opposite():
    masks = torch.zeros(2, 8, 8)
    masks[:, 2:6, 2:6] = 1
    right = (40 * masks - 20)[:, None]
    assert segmentation_loss(right, masks, 0.5) < 1e-3
    assert segmentation_loss(-right, masks, 0.5) > 5


def test_sums_of_parts_are_those_of_the_whole(batch):
    logits, masks = map(torch.from_numpy, batch)
    whole = batch_sums(logits, masks, Loss())
    parts = batch_sums(logits[:1], masks[:1], Loss()) + batch_sums(logits[1:], masks[1:], Loss())
    assert torch.allclose(whole, parts, rtol=1e-5)


def brute_force(mask, labels, weight, sigma):
    """The border weight by its definition: distances to every particle, the two least of them."""
    every = []
    for number in range(1, labels.max() + 1):
        inside = np.argwhere(labels == number)
        places = np.indices(mask.shape).reshape(2, -1).T
        every.append(np.sqrt(((places[:, None] - inside[None]) ** 2).sum(-1)).min(1).reshape(mask.shape))
    near, second = np.sort(every, axis=0)[:2]
    return np.where(mask, 0, weight * np.exp(-((near + second) ** 2) / (2 * sigma**2)))


def test_border_weight_is_that_of_ronneberger():
    labels = np.zeros((40, 44), int)
    labels[5:15, 5:15], labels[8:20, 18:30], labels[24:36, 6:20] = 1, 2, 3
    mask = labels > 0
    for weight, sigma in ((10.0, 5.0), (3.0, 2.0)):
        assert np.allclose(
            border_weight(mask, weight, sigma), brute_force(mask, labels, weight, sigma), atol=1e-4 * weight
        )


def test_one_particle_has_no_border():
    mask = np.zeros((20, 20), bool)
    assert not border_weight(mask).any()
    mask[5:10, 5:10] = True
    assert not border_weight(mask).any()
