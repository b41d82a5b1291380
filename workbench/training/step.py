"""One step: a batch becomes a gradient, in as many parts as fit, on as many processes as there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import nn

from workbench.errors import ComputeError
from workbench.training.data import Batch
from workbench.training.losses import batch_sums, loss_of
from workbench.training.recipe import Recipe


@dataclass
class Stepper:
    """Computes gradients of whole batches.

    Parameters
    ----------
    fabric : Fabric
    model : Module
        As ``fabric.setup`` returned it.
    recipe : Recipe
    weights : (float, float)
        Of background and particle pixels.
    parts : int
        How many parts this process takes its share of a batch in; doubled when one does not fit.
    said : callable(str)
        Told when a batch is halved.
    """

    fabric: Fabric
    model: Any
    recipe: Recipe
    weights: tuple[float, float]
    parts: int
    said: Callable[[str], None]

    def __post_init__(self) -> None:
        if self.recipe.distance:
            self.model.mark_forward_method("both")  # goes through what the processes share, as a call does

    def __call__(self, batch: Batch, step: int, flag: bool = False) -> torch.Tensor:
        """Leave the gradient of the loss of the whole batch, of all processes, in the parameters.

        Where the share of this process does not fit the memory of its device it is halved, until it fits. Loss and
        gradient stay those of the whole batch; only batch normalisation sees the parts.

        Parameters
        ----------
        batch : Batch
            On the device.
        step : int
            Seeds dropout.
        flag : bool
            Raised for all if it is for one.

        Returns
        -------
        (2,) float32 tensor
            The loss, and how many processes raised the flag.

        Raises
        ------
        ComputeError
            If not even a single crop fits, or with several processes, which cannot halve each for itself.
        """
        while True:
            try:
                return self._gradient(batch, step, flag)
            except torch.OutOfMemoryError as error:
                self._halve(len(batch[0]), error)
            self.model.zero_grad()
            if self.fabric.device.type == "cuda":
                torch.cuda.empty_cache()

    def _halve(self, crops: int, error: torch.OutOfMemoryError) -> None:
        size = f"{crops} crops of {self.recipe.crop} px"
        if self.fabric.world_size > 1:
            # The others wait for the sums of this one: too late to agree on another size.
            raise ComputeError(
                f"{self.recipe.name}: {size} no longer fit the memory of {self.fabric.device}; free it and resume."
            ) from error
        if self.parts >= crops:
            raise ComputeError(_too_large(self.recipe, self.fabric)) from error
        self.parts = min(2 * self.parts, crops)
        self.said(
            f"{size} do not fit the memory of {self.fabric.device}: from here on {-(-crops // self.parts)} at a time, "
            f"{self.parts} times a step"
        )

    def _gradient(self, batch: Batch, step: int, flag: bool) -> torch.Tensor:
        pieces = list(zip(*(tensor.chunk(self.parts) for tensor in batch), strict=True))
        known: list[torch.Tensor] | None = None
        if (
            len(pieces) > 1
        ):  # the sums of the whole batch have to be known before the first piece has a gradient
            with torch.no_grad(), _buffers_kept(self.model):
                known = [self._sums(piece, step, number) for number, piece in enumerate(pieces)]
        total: torch.Tensor | None = None
        for number, piece in enumerate(pieces):
            last = number == len(pieces) - 1
            with self.fabric.no_backward_sync(self.model, enabled=not last):
                sums = self._sums(piece, step, number)
                if total is None:
                    own = sums.detach() if known is None else torch.stack(known).sum(0)
                    total, flags = self._of_all(own, flag)
                # The value is that of the whole batch, the gradient that of this piece's share in it.
                whole = sums + (total - sums.detach())
                loss = loss_of(whole, self.recipe.loss, self.recipe.dice_weight)
                # DDP takes the mean over processes of what are parts of one sum.
                self.fabric.backward(loss * self.fabric.world_size)
        return torch.stack([loss.detach(), flags])

    def _sums(self, piece: Batch, step: int, number: int) -> torch.Tensor:
        # Dropout draws from what step, process and piece say: nothing of it needs to be kept for a resume.
        origin = np.random.SeedSequence([self.recipe.seed, step, self.fabric.global_rank, number])
        torch.manual_seed(int(origin.generate_state(1, np.uint64)[0] >> 1))
        images, masks, *more = piece
        target = more.pop() if self.recipe.distance else None
        logits, rim = answers(self.model, images, target)
        return batch_sums(
            logits,
            masks,
            self.recipe.loss,
            border=more[0] if more else None,
            particle_weight=self.weights,
            rim=rim,
        )

    def _of_all(self, sums: torch.Tensor, flag: bool) -> tuple[torch.Tensor, torch.Tensor]:
        own = torch.cat([sums, sums.new_tensor([float(flag)])])
        if self.fabric.world_size > 1:
            torch.distributed.all_reduce(own)
        return own[:-1], own[-1]


def answers(
    model: Any, images: torch.Tensor, target: torch.Tensor | None
) -> tuple[torch.Tensor, tuple[torch.Tensor, torch.Tensor] | None]:
    """Return the logits, and the distance to the rim beside what it should be where there is such a ``target``."""
    if target is None:
        return model(images), None
    logits, distance = model.both(images)
    return logits, (distance, target)


def parts_that_fit(module: nn.Module, recipe: Recipe, fabric: Fabric) -> int:
    """Try how many parts the share of each process has to be taken in, before several of them begin.

    Parameters
    ----------
    module : Module
        Not set up yet; moved to the device, else left as it was.
    recipe : Recipe
    fabric : Fabric

    Returns
    -------
    int
        The largest number that a process needs.

    Raises
    ------
    ComputeError
        If not even a single crop fits.
    """
    share, parts = recipe.batch // fabric.world_size, 1
    module.to(fabric.device)
    while True:
        shape = (-(-share // parts), 1, recipe.crop, recipe.crop)
        images = torch.zeros(shape, device=fabric.device)
        try:
            with _buffers_kept(module):
                with fabric.autocast():
                    logits, rim = answers(module, images, images[:, 0] if recipe.distance else None)
                    sums = batch_sums(logits, images[:, 0], recipe.loss, rim=rim)
                torch.autograd.backward(sums.sum())
            break
        except torch.OutOfMemoryError as error:
            if parts >= share:
                raise ComputeError(_too_large(recipe, fabric)) from error
            parts = min(2 * parts, share)
    module.zero_grad()
    if fabric.world_size > 1:
        most = torch.tensor(parts, device=fabric.device)
        torch.distributed.all_reduce(most, torch.distributed.ReduceOp.MAX)
        parts = int(most)
    return parts


def _too_large(recipe: Recipe, fabric: Fabric) -> str:
    return (
        f"{recipe.name}: not even one crop of {recipe.crop} px fits the memory of {fabric.device}; "
        "make crop or the network smaller."
    )


@contextmanager
def _buffers_kept(module: nn.Module) -> Iterator[None]:
    """Undo what a forward pass does to the running statistics of batch normalisation."""
    before = [buffer.clone() for buffer in module.buffers()]
    try:
        yield
    finally:
        for buffer, kept in zip(module.buffers(), before, strict=True):
            buffer.copy_(kept)
