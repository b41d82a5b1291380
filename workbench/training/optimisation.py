"""How weights move: which of them, how fast, and their running mean."""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.optim.swa_utils import AveragedModel

from workbench.errors import RecipeError
from workbench.networks.module import SegmentationModule
from workbench.training.recipe import Recipe, Schedule

Tensors = tuple[torch.Tensor, ...] | list[torch.Tensor]


def make_optimiser(module: SegmentationModule, recipe: Recipe) -> torch.optim.Optimizer:
    """Freeze what the recipe freezes, and return the optimiser of the rest.

    Each group of parameters keeps its own full rate under ``full_lr``; :func:`set_rate` derives ``lr`` from it.

    Raises
    ------
    RecipeError
        If the architecture has no such part, a prefix of ``rates`` fits nothing, or nothing is left to train.
    """
    names = [name for name, _parameter in module.named_parameters()]
    lost = next((prefix for prefix in recipe.rates if not any(n.startswith(prefix) for n in names)), None)
    if lost is not None:
        raise RecipeError(
            f"{recipe.name}: no parameter of {recipe.architecture} starts with {lost!r} (rates)."
        )
    if recipe.freeze and not module.encoder:
        raise RecipeError(
            f"{recipe.name}: {recipe.architecture} has no {recipe.freeze} to freeze; use rates."
        )
    groups: dict[float, list[nn.Parameter]] = {}
    for name, parameter in module.named_parameters():
        factor = next((value for prefix, value in recipe.rates.items() if name.startswith(prefix)), 1.0)
        part = "encoder" if name.startswith(module.encoder) else "decoder"
        if factor == 0 or part == recipe.freeze:
            parameter.requires_grad_(False)
        else:
            groups.setdefault(factor, []).append(parameter)
    if not groups:
        raise RecipeError(f"{recipe.name}: every weight is frozen; leave something to train.")
    given = [
        {"params": group, "lr": recipe.learning_rate * factor, "full_lr": recipe.learning_rate * factor}
        for factor, group in groups.items()
    ]
    how = recipe.optimiser
    if how.kind == "sgd":
        return torch.optim.SGD(given, momentum=how.momentum, weight_decay=how.weight_decay)
    kind = torch.optim.AdamW if how.kind == "adamw" else torch.optim.Adam
    return kind(given, weight_decay=how.weight_decay)


def train_mode(module: nn.Module) -> None:
    """Set a module to training, but for normalisation whose weights are frozen: its statistics stay too."""
    module.train()
    for layer in module.modules():
        if isinstance(layer, _BatchNorm) and layer.weight is not None and not layer.weight.requires_grad:
            layer.eval()


def rate(schedule: Schedule, full: float, step: int, recipe: Recipe) -> float:
    """Return the learning rate of a step.

    Parameters
    ----------
    schedule : Schedule
    full : float
        Rate at the start, after the warm-up.
    step : int
        From 0 to the last of the run.
    recipe : Recipe
        Says how many steps and epochs there are.
    """
    value = full
    if schedule.kind == "cosine":
        low = min(schedule.minimum, full)
        value = low + (full - low) * 0.5 * (1 + math.cos(math.pi * step / recipe.steps))
    elif schedule.kind == "step":
        value = full * schedule.factor ** (step // recipe.steps_per_epoch)
    return value * min(1.0, (step + 1) / schedule.warm_up_steps) if schedule.warm_up_steps else value


def set_rate(optimiser: torch.optim.Optimizer, step: int, recipe: Recipe) -> float:
    """Give every group of parameters its rate for a step, and return that of the first."""
    for group in optimiser.param_groups:
        group["lr"] = rate(recipe.schedule, group["full_lr"], step, recipe)
    return float(optimiser.param_groups[0]["lr"])


def running_mean(module: SegmentationModule, decay: float) -> AveragedModel | None:
    """Return a copy of the module whose weights follow as a running mean; None at decay 0.

    After n updates the decay is at most (1 + n) / (10 + n), so that the mean forgets the untrained weights also in
    a short run. Statistics of batch normalisation are copied, not averaged.
    """
    if not decay:
        return None

    def update(means: Tensors, now: Tensors, count: torch.Tensor | int) -> None:
        weight = 1 - min(decay, (1 + int(count)) / (10 + int(count)))
        torch._foreach_lerp_(means, now, weight)

    return AveragedModel(module, multi_avg_fn=update)
