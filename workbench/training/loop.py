"""The training loop: a recipe and labelled sets become a checkpoint with its card."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import nn
from torch.nn import functional

from workbench.errors import RecipeError, Stopped
from workbench.micrographs.cleaning import prepare, rescale
from workbench.micrographs.datasets import open_set, read_all
from workbench.micrographs.micrograph import BoolImage, FloatImage
from workbench.networks.card import Card, Input, Score
from workbench.networks.checkpoint import save_checkpoint
from workbench.networks.module import SegmentationModule, to_probability
from workbench.networks.registry import build
from workbench.training.augmentation import random_crop
from workbench.training.recipe import Recipe, read_recipe
from workbench.training.runs import Run

THRESHOLDS = np.round(np.arange(0.05, 0.96, 0.05), 2)
Pairs = list[tuple[FloatImage, BoolImage]]


def train(
    recipe: Recipe | str | os.PathLike[str],
    *,
    runs: str | os.PathLike[str] = "runs",
    progress: Callable[[float, str], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Run:
    """Train a network; a run of the same name that was interrupted is resumed from its last epoch.

    Parameters
    ----------
    recipe : Recipe or path
        What to train, on what, how.
    runs : path
        Folder of runs.
    progress : callable(fraction, text), optional
        Told after each step.
    stop : callable() -> bool, optional
        Asked after each step; the file ``stop`` in the run's folder does the same.

    Returns
    -------
    Run
        With ``best.safetensors``: the weights of the epoch with the best hard Dice on validation.

    Raises
    ------
    RecipeError
        If the recipe asks for what cannot be done, or the loss became NaN (the last good state is kept).
    Stopped
        If it was stopped; run again to resume.
    """
    recipe = recipe if isinstance(recipe, Recipe) else read_recipe(recipe)
    if recipe.threads is not None:
        torch.set_num_threads(recipe.threads)
    run = Run.create(recipe, Path(runs))
    (run.folder / "stop").unlink(missing_ok=True)
    fabric = Fabric(accelerator="auto", devices=1, precision="32-true")
    fabric.seed_everything(recipe.seed, verbose=False)
    given = Input(standardise="zscore", outliers="xray", nm_per_px=recipe.input_nm_per_px)
    training = _read(recipe.training_sets, given)
    validation = _read(recipe.validation_sets, given)[: recipe.validation_at_most]
    smallest = min(min(pixels.shape) for pixels, _mask in training)
    if recipe.crop > smallest:
        raise RecipeError(
            f"{recipe.name}: crop {recipe.crop} is larger than the smallest micrograph, {smallest} px."
        )
    module = build(recipe.architecture, **recipe.options)
    if recipe.start_from is not None:
        _start_from(module, recipe)
    module.to(memory_format=torch.channels_last)  # twice as quick on a CPU, for tensor cores too
    model, optimiser = fabric.setup(module, _optimiser(module, recipe))
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(
        optimiser, recipe.epochs * recipe.steps_per_epoch, 1e-6
    )
    first, best = _resume(run, model, optimiser, schedule)
    for epoch in range(first, recipe.epochs):
        began, losses = time.monotonic(), []
        model.train()
        rng = np.random.default_rng([recipe.seed, epoch])
        for step in range(recipe.steps_per_epoch):
            images, masks = _batch(training, recipe, rng)
            images, masks = fabric.to_device((images.contiguous(memory_format=torch.channels_last), masks))
            loss = segmentation_loss(model(images), masks, recipe.dice_weight)
            if not torch.isfinite(loss):
                raise RecipeError(
                    f"{recipe.name}: the loss became NaN in epoch {epoch}; the state before is kept, try a lower rate."
                )
            optimiser.zero_grad()
            fabric.backward(loss)
            fabric.clip_gradients(model, optimiser, max_norm=5.0)
            optimiser.step()
            schedule.step()
            losses.append(float(loss.detach()))
            if progress is not None:
                done = (epoch * recipe.steps_per_epoch + step + 1) / (recipe.epochs * recipe.steps_per_epoch)
                progress(done, f"epoch {epoch + 1} of {recipe.epochs}, loss {losses[-1]:.3f}")
            if (stop is not None and stop()) or (run.folder / "stop").exists():
                raise Stopped(f"{recipe.name} was stopped in epoch {epoch + 1}; start it again to resume.")
        dice, threshold = _validate(module, validation)
        run.log(
            epoch=epoch,
            loss=float(np.mean(losses)),
            dice_hard=dice,
            threshold=threshold,
            seconds=round(time.monotonic() - began, 1),
        )
        card = _card(recipe, module, given, dice, threshold, validation)
        save_checkpoint(run.folder / "last.safetensors", module, card)
        if dice > best:
            best = dice
            save_checkpoint(run.checkpoint, module, card)
        _save_state(run, model, optimiser, schedule, epoch + 1, best)
    return run


def segmentation_loss(logits: torch.Tensor, masks: torch.Tensor, dice_weight: float) -> torch.Tensor:
    """Return (1 - w) cross-entropy + w (1 - soft Dice), Dice over the batch with smooth 1.

    Over the batch, because a crop without particles has no Dice to speak of: alone it would add a constant.

    Parameters
    ----------
    logits : (N, C, H, W) tensor
        C is 1 (sigmoid) or 2 (softmax, class 1 is particle).
    masks : (N, H, W) float tensor of 0 and 1
    dice_weight : float
    """
    logit = logits[:, 0] if logits.shape[1] == 1 else logits[:, 1] - logits[:, 0]
    entropy = functional.binary_cross_entropy_with_logits(logit, masks)
    probability = torch.sigmoid(logit)
    dice = (2 * (probability * masks).sum() + 1) / (probability.sum() + masks.sum() + 1)
    return (1 - dice_weight) * entropy + dice_weight * (1 - dice)


def _read(folders: list[str], given: Input) -> Pairs:
    """Return every micrograph and mask as the network sees them: cleaned, and at its pixel size."""
    found: Pairs = []
    for folder in folders:
        for micrograph, mask in read_all(open_set(folder).micrographs):
            step = given.step(micrograph.nm_per_px)
            pixels = prepare(
                micrograph.pixels, outliers=given.outliers, step=step, standardise=given.standardise
            )
            found.append((pixels, rescale(mask.astype(np.float32), step) > 0.5))
    return found


def _start_from(module: SegmentationModule, recipe: Recipe) -> None:
    """Take the weights of a checkpoint; its dilation may be another, for weights do not depend on it."""
    from workbench.networks.network import load_network

    earlier = load_network(str(recipe.start_from)).module
    try:
        module.load_state_dict(cast(SegmentationModule, earlier).state_dict())
    except (RuntimeError, AttributeError) as error:
        raise RecipeError(
            f"{recipe.name}: the weights of {recipe.start_from} do not fit {recipe.architecture} with these options."
        ) from error


def _optimiser(module: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    groups: dict[float, list[nn.Parameter]] = {}
    for name, parameter in module.named_parameters():
        factor = next((value for prefix, value in recipe.rates.items() if name.startswith(prefix)), 1.0)
        if factor == 0:
            parameter.requires_grad_(False)
        else:
            groups.setdefault(factor, []).append(parameter)
    return torch.optim.Adam(
        [{"params": group, "lr": recipe.learning_rate * factor} for factor, group in groups.items()]
    )


def _batch(pairs: Pairs, recipe: Recipe, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    chosen = [pairs[index] for index in rng.integers(len(pairs), size=recipe.batch)]
    crops = [random_crop(pixels, mask, recipe.crop, recipe.augmentation, rng) for pixels, mask in chosen]
    images = torch.from_numpy(np.stack([image for image, _mask in crops])[:, None])
    return images, torch.from_numpy(np.stack([mask for _image, mask in crops]).astype(np.float32))


@torch.inference_mode()
def _validate(module: SegmentationModule, pairs: Pairs) -> tuple[float, float]:
    """Return the mean hard Dice at the best threshold, and that threshold."""
    from workbench.segmentation.metrics import dice_hard

    module.eval()
    device = next(module.parameters()).device
    table = []
    for pixels, mask in pairs:
        height, width = (edge - edge % module.stride for edge in pixels.shape)
        image = torch.from_numpy(pixels[:height, :width])[None, None].to(device)
        probability = to_probability(module(image))[0].float().cpu().numpy()
        table.append([dice_hard(probability > value, mask[:height, :width]) for value in THRESHOLDS])
    means = np.mean(table, axis=0)
    index = int(means.argmax())
    return float(means[index]), float(THRESHOLDS[index])


def _card(
    recipe: Recipe, module: SegmentationModule, given: Input, dice: float, threshold: float, validation: Pairs
) -> Card:
    return Card(
        name=recipe.name,
        title=recipe.title,
        architecture=recipe.architecture,
        options={key: value for key, value in module.options.items() if key != "dilation"},
        dilation=module.dilation,
        trained_dilation=module.dilation,
        input=given,
        nm_per_px=recipe.nm_per_px,
        threshold=threshold,
        scores=[
            Score(
                metric="dice_hard",
                value=round(dice, 4),
                set="simulated",
                split="validation",
                micrographs=len(validation),
            )
        ],
        trained_on=recipe.trained_on,
        recipe=recipe.model_dump(mode="json"),
        parameters=sum(parameter.numel() for parameter in module.parameters()),
        licence=recipe.licence,
        attribution=recipe.attribution,
        version=version("hrtem-workbench"),
    )


def _save_state(run: Run, model: Any, optimiser: Any, schedule: Any, epoch: int, best: float) -> None:
    half = run.folder / "state" / "half.pt"
    torch.save(
        {
            "model": model.state_dict(),
            "optimiser": optimiser.state_dict(),
            "schedule": schedule.state_dict(),
            "epoch": epoch,
            "best": best,
            "torch_rng": torch.get_rng_state(),
        },
        half,
    )
    half.replace(run.folder / "state" / "last.pt")


def _resume(run: Run, model: Any, optimiser: Any, schedule: Any) -> tuple[int, float]:
    path = run.folder / "state" / "last.pt"
    if not path.exists():
        return 0, 0.0
    state = torch.load(path, weights_only=True)
    model.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    schedule.load_state_dict(state["schedule"])
    torch.set_rng_state(state["torch_rng"])
    return int(state["epoch"]), float(state["best"])
