"""Where a run computes and how exactly: devices, processes, precision, determinism."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

import torch
from lightning_fabric import Fabric
from torch import nn

from workbench.errors import ComputeError, RecipeError
from workbench.training.recipe import Recipe

Precision = Literal["32-true", "bf16-mixed"]


def make_fabric(recipe: Recipe, index: int | None = None) -> tuple[Fabric, str | None]:
    """Return what spreads the run over devices, and a sentence where it is not as the recipe asked.

    Under torchrun there are as many processes as it started, on as many machines; else ``devices`` of this machine, or
    the one GPU of this ``index``.

    Raises
    ------
    ComputeError
        If the device is not there.
    RecipeError
        If the batch cannot be shared among the processes.
    """
    from workbench.segmentation.segmenter import choose_device

    device = choose_device(recipe.device).type
    precision, said = choose_precision(recipe.precision, device, dilated=device == "cpu" and _dilated(recipe))
    devices, nodes = recipe.devices, 1
    if torch.distributed.is_torchelastic_launched():
        devices = int(os.environ["LOCAL_WORLD_SIZE"])
        nodes = int(os.environ["WORLD_SIZE"]) // devices
    if device == "cuda" and devices > torch.cuda.device_count():
        raise ComputeError(
            f"{recipe.name}: {devices} GPUs are asked for and {torch.cuda.device_count()} are there; ask for fewer."
        )
    if recipe.batch % (devices * nodes):
        raise RecipeError(
            f"{recipe.name}: a batch of {recipe.batch} cannot be shared among {devices * nodes} processes; "
            f"make it a multiple of {devices * nodes}."
        )
    strategy = "ddp" if devices * nodes > 1 else "auto"
    which = [index] if device == "cuda" and devices == 1 and index is not None else devices
    fabric = Fabric(
        accelerator=device, devices=which, num_nodes=nodes, strategy=strategy, precision=precision
    )
    return fabric, said


def choose_precision(wanted: str, device: str, *, dilated: bool = False) -> tuple[Precision, str | None]:
    """Return the precision for a device, and a sentence where it is another than wanted.

    bf16 without units for it is several times slower than float32, so it is used only where it is at home: GPUs from
    Ampere on, CPUs with AMX or AVX-512 BF16 (where a step of `unet` takes half the time). Weights, losses and
    validation stay float32. On a CPU a network with ``dilated`` convolutions stays float32: there the bf16 gradient of
    their weights is NaN for some numbers of filters, or ends the process (torch 2.14, AVX-512 BF16).
    """
    if wanted == "32":
        return "32-true", None
    if device == "cpu" and dilated:
        why = "on a CPU bf16 fails in dilated convolutions, so the run computes in 32 bits"
        return "32-true", None if wanted == "auto" else why
    if device == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False):
        return "bf16-mixed", None
    units = ("_is_amx_tile_supported", "_is_avx512_bf16_supported")
    if device == "cpu" and any(getattr(torch.cpu, name, lambda: False)() for name in units):
        return "bf16-mixed", None
    return (
        "32-true",
        None if wanted == "auto" else f"this {device} has no bf16, so the run computes in 32 bits",
    )


def _dilated(recipe: Recipe) -> bool:
    """Return whether the network of a recipe has dilated convolutions; no weights are drawn to find out."""
    from workbench.training.start import start

    with torch.device("meta"):
        module = start(recipe, resumed=True)
    return any(isinstance(one, nn.Conv2d) and max(one.dilation) > 1 for one in module.modules())


@contextmanager
def reproducible(recipe: Recipe) -> Iterator[None]:
    """Let the same recipe give the same numbers on the same device, and leave torch as it was afterwards.

    On a GPU the algorithms that give the same sum each time are chosen, where there are such.
    """
    threads, deterministic = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    warn_only = torch.is_deterministic_algorithms_warn_only_enabled()
    memory: Any = torch.utils.deterministic
    filled, benchmark = memory.fill_uninitialized_memory, torch.backends.cudnn.benchmark
    with torch.random.fork_rng(range(torch.cuda.device_count())):
        if recipe.threads is not None:
            torch.set_num_threads(recipe.threads)
        if torch.cuda.is_available():
            os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
            torch.use_deterministic_algorithms(True, warn_only=True)
            memory.fill_uninitialized_memory = False
            torch.backends.cudnn.benchmark = False
        try:
            yield
        finally:
            torch.set_num_threads(threads)
            torch.use_deterministic_algorithms(deterministic, warn_only=warn_only)
            memory.fill_uninitialized_memory = filled
            torch.backends.cudnn.benchmark = benchmark


def synchronised(module: nn.Module, fabric: Fabric) -> nn.Module:
    """Return the module with batch normalisation over the batch of all processes, where the device can.

    torch has it for CUDA only: on CPUs each process normalises its own share, so that two give the numbers of one for
    networks without batch normalisation only.
    """
    if fabric.world_size > 1 and fabric.device.type == "cuda":
        convert: Callable[[nn.Module], nn.Module] = torch.nn.SyncBatchNorm.convert_sync_batchnorm
        return convert(module)
    return module
