"""A batch taken in parts has the loss and the gradient of the whole; what does not fit is halved, and said."""

import pytest
import torch
from lightning_fabric import Fabric

from workbench.errors import ComputeError
from workbench.networks.registry import build
from workbench.training.losses import batch_sums, loss_of
from workbench.training.recipe import Loss
from workbench.training.step import Stepper, parts_that_fit


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(0)
    images = torch.randn(4, 1, 32, 32, generator=generator)
    masks = torch.zeros(4, 32, 32)
    masks[0, 4:20, 4:20] = (
        1  # particles in one crop only: Dice of a crop alone is another than that of the batch
    )
    return images, masks


def stepper(recipe, parts=1, said=None, **options):
    torch.manual_seed(0)
    fabric = Fabric(accelerator="cpu", devices=1)
    model = fabric.setup(build("unet", base=4, depth=2, **options))
    return Stepper(fabric, model, recipe, (1.0, 2.0), parts, (said if said is not None else []).append)


def gradient(step):
    return torch.cat([parameter.grad.flatten() for parameter in step.model.parameters()])


@pytest.mark.parametrize("kind", ["bce+dice", "dice", "bce", "focal"])
def test_parts_have_the_gradient_of_the_whole(recipe, batch, kind):
    recipe = recipe.model_copy(update={"loss": Loss(kind=kind)})
    whole, parts = stepper(recipe, norm="none"), stepper(recipe, 3, norm="none")
    one, other = whole(batch, 0), parts(batch, 0)
    assert other[0].item() == pytest.approx(one[0].item(), abs=1e-6)
    assert torch.allclose(gradient(whole), gradient(parts), atol=1e-6)
    logits = whole.model(batch[0])
    by_hand = loss_of(batch_sums(logits, batch[1], recipe.loss, particle_weight=(1.0, 2.0)), recipe.loss, 0.5)
    assert one[0].item() == pytest.approx(by_hand.item(), abs=1e-6)


def test_border_weights_of_the_batch_count(recipe, batch):
    how = Loss(kind="border+dice")
    step = stepper(recipe.model_copy(update={"loss": how}), 2, norm="none")
    border = torch.rand(4, 32, 32, generator=torch.Generator().manual_seed(1))
    found = step((*batch, border), 0)[0].item()
    sums = batch_sums(step.model(batch[0]), batch[1], how, border=border, particle_weight=(1.0, 2.0))
    assert found == pytest.approx(loss_of(sums, how, 0.5).item(), abs=1e-6)
    assert abs(found - step((*batch, 0 * border), 0)[0].item()) > 1e-3


def test_looking_ahead_does_not_move_running_statistics_twice(recipe, batch):
    step = stepper(recipe, 2)
    step(batch, 0)
    norm = next(layer for layer in step.model.modules() if isinstance(layer, torch.nn.BatchNorm2d))
    assert norm.num_batches_tracked.item() == 2  # once a part


def test_dropout_follows_from_seed_and_step(recipe, batch):
    step = stepper(recipe, dropout=0.5)
    losses = []
    for number in (0, 1, 0):
        torch.rand(1)  # whoever else draws does not matter
        losses.append(step(batch, number)[0].item())
    assert losses[0] == losses[2] != losses[1]


def test_the_flag_comes_back(recipe, batch):
    step = stepper(recipe)
    assert [step(batch, 0, flag)[1].item() for flag in (False, True)] == [0, 1]


class Small:
    """Stands for a device on which at most ``most`` crops fit."""

    def __init__(self, inner, most):
        self.inner, self.most, self.seen = inner, most, []

    def __call__(self, model, images):
        self.seen.append(len(images))
        if len(images) > self.most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return self.inner(model, images)


def test_a_batch_that_does_not_fit_is_halved_until_it_does_and_said(recipe, batch, monkeypatch):
    said = []
    step, whole = stepper(recipe, 1, said, norm="none"), stepper(recipe, norm="none")
    small = Small(type(step.model).forward, 1)
    expected = whole(batch, 0)
    wanted = gradient(whole)
    monkeypatch.setattr(type(step.model), "forward", lambda self, images: small(self, images))
    found = step(batch, 0)
    assert found[0].item() == pytest.approx(expected[0].item(), abs=1e-6)
    assert torch.allclose(gradient(step), wanted, atol=1e-6)
    assert step.parts == 4
    assert small.seen[:3] == [4, 2, 1]
    assert ["from here on 2 at a time" in said[0], "from here on 1 at a time" in said[1]] == [True, True]
    seen = len(small.seen)
    step(batch, 1)
    assert set(small.seen[seen:]) == {1}  # not tried anew


def test_a_crop_that_does_not_fit_alone_ends_the_run(recipe, batch, monkeypatch):
    step = stepper(recipe)
    small = Small(type(step.model).forward, 0)
    monkeypatch.setattr(type(step.model), "forward", lambda self, images: small(self, images))
    with pytest.raises(ComputeError, match="not even one crop of 64 px fits the memory of cpu"):
        step(batch, 0)


def test_several_processes_try_beforehand_how_much_fits(recipe, monkeypatch):
    module = build("unet", base=2, depth=1)
    before = {key: tensor.clone() for key, tensor in module.state_dict().items()}
    small = Small(type(module).forward, 1)
    monkeypatch.setattr(type(module), "forward", lambda self, images: small(self, images))
    assert parts_that_fit(module, recipe, Fabric(accelerator="cpu", devices=1)) == 4
    assert small.seen == [4, 2, 1]
    assert all(torch.equal(tensor, before[key]) for key, tensor in module.state_dict().items())
    assert all(parameter.grad is None for parameter in module.parameters())
    small.most = 0
    with pytest.raises(ComputeError, match="not even one crop"):
        parts_that_fit(module, recipe, Fabric(accelerator="cpu", devices=1))
