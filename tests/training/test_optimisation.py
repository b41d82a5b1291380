"""Which weights move, how fast, and what their running mean is."""

import pytest
import torch

from workbench.errors import RecipeError
from workbench.networks.registry import architectures, build
from workbench.training.optimisation import make_optimiser, rate, running_mean, set_rate, train_mode
from workbench.training.recipe import Optimiser, Schedule


def changed(recipe, **update):
    return recipe.model_copy(update=update)


@pytest.mark.parametrize(
    ("kind", "cls"), [("adam", torch.optim.Adam), ("adamw", torch.optim.AdamW), ("sgd", torch.optim.SGD)]
)
def test_the_optimiser_is_the_one_named(recipe, kind, cls):
    how = Optimiser(kind=kind, weight_decay=0.03, momentum=0.7)
    found = make_optimiser(build("unet", base=2, depth=1), changed(recipe, optimiser=how))
    assert type(found) is cls
    assert found.param_groups[0]["weight_decay"] == 0.03
    assert found.param_groups[0].get("momentum", 0.7) == 0.7


@pytest.mark.parametrize("name", ["unet", "groschner_unet", "residual_unet", "fcn8s", "mixed_scale"])
@pytest.mark.parametrize("part", ["encoder", "decoder"])
def test_every_architecture_has_an_encoder_and_a_decoder_to_freeze(recipe, name, part):
    assert name in architectures()
    with torch.device("meta"):
        module = build(name)
    make_optimiser(module, changed(recipe, freeze=part))
    moving = {key: parameter.requires_grad for key, parameter in module.named_parameters()}
    first, last = next(iter(moving)), list(moving)[-1]
    assert (moving[first], moving[last]) == ((False, True) if part == "encoder" else (True, False))
    for prefix in module.encoder:
        assert any(key.startswith(prefix) for key in moving)


def test_rates_slow_down_and_freeze_by_prefix(recipe):
    module = build("unet", base=2, depth=1)
    rates = {"downs.": 0.0, "head.": 0.1}
    found = make_optimiser(module, changed(recipe, rates=rates, learning_rate=1.0))
    assert not any(parameter.requires_grad for parameter in module.downs.parameters())
    by_rate = {group["lr"]: len(group["params"]) for group in found.param_groups}
    assert by_rate[0.1] == 2  # weight and bias of the head
    assert set(by_rate) == {0.1, 1.0}


@pytest.mark.parametrize(
    ("update", "said"),
    [
        ({"rates": {"trunk.": 0.5}}, "no parameter of unet starts with 'trunk.'"),
        ({"rates": {"": 0.0}}, "every weight is frozen"),
    ],
)
def test_what_cannot_be_frozen_is_said(recipe, update, said):
    with pytest.raises(RecipeError, match=said):
        make_optimiser(build("unet", base=2, depth=1), changed(recipe, **update))


def test_frozen_normalisation_keeps_its_statistics(recipe):
    module = build("unet", base=2, depth=1)
    make_optimiser(module, changed(recipe, freeze="encoder"))
    train_mode(module)
    assert module.training
    frozen = [layer.training for layer in module.downs.modules() if isinstance(layer, torch.nn.BatchNorm2d)]
    moving = [
        layer.training for layer in module.decoders.modules() if isinstance(layer, torch.nn.BatchNorm2d)
    ]
    assert frozen
    assert not any(frozen)
    assert moving
    assert all(moving)


def test_schedules_follow_their_formulas(recipe):
    recipe = changed(recipe, epochs=4, steps_per_epoch=10)

    def at(step, **how):
        return rate(Schedule(**how), 0.1, step, recipe)

    assert [at(step, kind="constant") for step in (0, 39)] == [0.1, 0.1]
    assert at(0, kind="cosine", minimum=0.02) == 0.1
    assert at(20, kind="cosine", minimum=0.02) == pytest.approx(0.06)
    assert at(40, kind="cosine", minimum=0.02) == pytest.approx(0.02)
    assert [at(step, kind="step", factor=0.8) for step in (9, 10, 39)] == pytest.approx(
        [0.1, 0.08, 0.1 * 0.8**3]
    )
    warm = [at(step, kind="constant", warm_up_steps=4) for step in range(6)]
    assert warm == pytest.approx([0.025, 0.05, 0.075, 0.1, 0.1, 0.1])


def test_the_cosine_is_that_of_torch(recipe):
    module = build("unet", base=2, depth=1)
    optimiser = make_optimiser(module, changed(recipe, rates={"head.": 0.2}))
    theirs = torch.optim.Adam([{"params": g["params"], "lr": g["lr"]} for g in optimiser.param_groups])
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(theirs, recipe.steps, 1e-6)
    for step in range(recipe.steps):
        set_rate(optimiser, step, recipe)
        for ours, other in zip(optimiser.param_groups, theirs.param_groups, strict=True):
            assert ours["lr"] == pytest.approx(other["lr"], rel=1e-6)
        theirs.step()
        schedule.step()


def test_the_running_mean_forgets_the_start_and_keeps_its_decay():
    module = build("unet", base=1, depth=1, norm="none")
    mean = running_mean(module, 0.5)
    values = []
    expected = None
    for count, value in enumerate([1.0, 5.0, 3.0, 7.0]):
        torch.nn.init.constant_(module.head.bias, value)
        mean.update_parameters(module)
        decay = min(0.5, (1 + count) / (10 + count))
        expected = value if expected is None else decay * expected + (1 - decay) * value
        values.append((mean.module.head.bias.item(), expected))
    assert all(found == pytest.approx(wanted) for found, wanted in values)
    assert running_mean(module, 0.0) is None
