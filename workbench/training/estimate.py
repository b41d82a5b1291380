"""What a run will take, before it begins: one crop is tried, the rest is counted."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workbench.errors import Stopped
from workbench.training.recipe import Recipe

PROCESS_BYTES = 600 << 20
"""What Python, torch and the process that makes crops take before there is a network."""
PIXEL_BYTES = 5
"""A float32 and a mask."""
RATE_BYTES = 2
"""Copies of all weights that Adam keeps, beside weights and gradient."""


@dataclass(frozen=True)
class Estimate:
    """What a run will take.

    Parameters
    ----------
    seconds : float
        Of the whole run: steps and validation, without reading the sets.
    step_s : float
        Of one step: that of one crop, measured, times the batch. Making crops goes on beside it.
    memory_bytes : int
        Of the process on a CPU; of the GPU where there is one.
    device : str
        What it was measured on.
    parameters : int
    micrographs : (int, int)
        Trained on, and validated on.
    """

    seconds: float
    step_s: float
    memory_bytes: int
    device: str
    parameters: int
    micrographs: tuple[int, int]


def describe_architectures(
    *,
    progress: Callable[[float, str], None],  # noqa: ARG001 - as every job of a worker
    stop: Callable[[], bool],  # noqa: ARG001
) -> dict[str, dict[str, Any]]:
    """Return title, first line and options with their defaults of each architecture, for a page without torch."""
    from workbench.networks.registry import architectures

    return {
        name: {
            "title": entry.title,
            "summary": entry.summary,
            "options": {key: value for key, value in entry.options.items() if key != "dilation"},
        }
        for name, entry in architectures().items()
    }


def estimate(recipe: Recipe, *, progress: Callable[[float, str], None], stop: Callable[[], bool]) -> Estimate:
    """Try one crop of a recipe on this process' device.

    Parameters
    ----------
    recipe : Recipe
    progress : callable(fraction, text)
    stop : callable() -> bool
        Asked between the parts.

    Raises
    ------
    DatasetError, NetworkError, RecipeError
        If the recipe cannot be trained: what a run would say.
    Stopped
        If ``stop()`` became true.
    """
    import torch

    from workbench.segmentation.segmenter import choose_device
    from workbench.training.datasets import check_crop, choose
    from workbench.training.losses import batch_sums
    from workbench.training.optimisation import make_optimiser
    from workbench.training.start import start
    from workbench.training.step import answers

    chosen = choose(recipe)
    first, _mask = (chosen.training or chosen.validation)[0].read()
    scale = (first.nm_per_px and recipe.input_nm_per_px and recipe.input_nm_per_px / first.nm_per_px) or 1.0
    edges = [edge / scale for edge in first.shape]
    if chosen.training:
        check_crop(recipe, min(first.shape))
    if stop():
        raise Stopped("The estimate was stopped.")
    progress(0.2, "estimating: building the network")
    device = choose_device(recipe.device)
    module = start(recipe, resumed=True).to(device)
    optimiser = make_optimiser(module, recipe)
    crop = torch.zeros(1, 1, recipe.crop, recipe.crop, device=device)
    kept = 0

    def count(tensor: torch.Tensor) -> torch.Tensor:
        nonlocal kept
        kept += tensor.numel() * tensor.element_size()
        return tensor

    def one_step() -> float:
        began = time.perf_counter()
        logits, rim = answers(module, crop, crop[:, 0] if recipe.distance else None)
        sums = batch_sums(logits, crop[:, 0], recipe.loss, rim=rim)
        torch.autograd.backward(sums.sum())
        optimiser.step()
        optimiser.zero_grad()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        return time.perf_counter() - began

    with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
        slow = one_step()  # the first is slow; it counts what is kept for the gradient
    if stop():
        raise Stopped("The estimate was stopped.")
    progress(0.6, "estimating: one crop")
    crop_s = min(one_step(), slow)
    module.eval()
    with torch.inference_mode():
        began = time.perf_counter()
        module(crop)
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        look_s = time.perf_counter() - began
    weights = sum(p.numel() * p.element_size() for p in module.parameters())
    held = edges[0] * edges[1] * len(chosen.validation)
    step_s = crop_s * recipe.batch
    memory = weights * (2 + RATE_BYTES) + max(kept - weights, 0) * recipe.batch
    if device.type == "cpu":
        read = first.pixels.size * (len(chosen.training) + len(chosen.validation)) / scale**2
        memory += PROCESS_BYTES + int(read * PIXEL_BYTES)
    return Estimate(
        seconds=recipe.steps * step_s + recipe.epochs * look_s * held / recipe.crop**2,
        step_s=step_s,
        memory_bytes=int(memory),
        device=str(device),
        parameters=sum(p.numel() for p in module.parameters()),
        micrographs=(len(chosen.training), len(chosen.validation)),
    )
