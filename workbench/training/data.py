"""Micrographs become batches: each crop from its own seed, made in processes beside the training."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from workbench.cores import cores
from workbench.errors import ComputeError
from workbench.exit_with_parent import end_with_parent
from workbench.micrographs.micrograph import FloatImage
from workbench.segmentation.components import label_particles
from workbench.segmentation.rim_distance import rim_distance
from workbench.training.augmentation import random_crop
from workbench.training.datasets import IGNORED, Pairs, Truth
from workbench.training.losses import border_weight
from workbench.training.recipe import Recipe
from workbench.training.synthetic_crops import drawn_before, drawn_crop, drawn_particle_share

Batch = tuple[torch.Tensor, ...]
"""Images (N, 1, S, S), masks (N, S, S) and, for a loss with borders, their weights (N, S, S), float32.

Last, where the network learns it, the distance to the rim (N, S, S). Masks are 0, 1, and -1 where nobody is sure.
"""


class Crops(Dataset[Batch]):
    """Every crop of a run by its number: number and seed alone say what it shows, whoever makes it.

    Each pass through the sets takes every micrograph once, in a new order. Where the recipe has ``synthetic``, its
    share of the crops is drawn, evenly among those of the sets.

    Parameters
    ----------
    pairs : list of (pixels, mask)
    recipe : Recipe
    """

    def __init__(self, pairs: Pairs, recipe: Recipe) -> None:
        self.recipe = recipe
        self._pairs: Pairs | None = pairs
        self._shapes = [pixels.shape for pixels, _mask in pairs]
        self._kind: np.dtype[Any] = np.result_type(np.bool_, *{mask.dtype for _pixels, mask in pairs})
        self._file: Path | None = None
        self._pass, self._order = -1, np.arange(len(pairs))

    def particle_share(self) -> float:
        """Return the share of particle pixels among those that somebody is sure of, in crops of every kind."""
        pairs, how = self._opened(), self.recipe.synthetic
        drawn = 0.0 if how is None else how.share * drawn_particle_share(self.recipe)
        if not pairs:
            return drawn
        sure = sum(mask.size - int((mask == IGNORED).sum()) for _pixels, mask in pairs)
        share = sum(int((mask > 0).sum()) for _pixels, mask in pairs) / sure
        return drawn + (1 - (0.0 if how is None else how.share)) * share

    def move_to(self, file: Path) -> None:
        """Write the micrographs to a file that worker processes map, so that all share one copy in memory.

        Raises
        ------
        ComputeError
            If there is no room for it.
        """
        try:
            with file.open("wb") as out:
                for part, kind in enumerate(
                    (np.dtype(np.float32), self._kind)
                ):  # all pixels, then all masks: aligned
                    for pair in self._opened():
                        out.write(np.ascontiguousarray(pair[part], dtype=kind).data)
        except OSError as error:
            with suppress(OSError):
                file.unlink()
            raise ComputeError(
                f"{file} could not be written ({error.strerror}); make room or train with workers = 0."
            ) from error
        self._file, self._pairs = file, None

    def __getitem__(self, number: int) -> Batch:
        """Return image (1, S, S), mask (S, S) and perhaps border weight and distance to the rim (S, S) of a crop."""
        recipe = self.recipe
        image, truth = self.labelled(number)
        mask = np.clip(truth.astype(np.float32), IGNORED, 1)
        crop: Batch = (torch.from_numpy(image[None]), torch.from_numpy(mask))
        if recipe.loss.kind.startswith("border"):
            border = border_weight(
                truth if truth.dtype == np.int32 else truth > 0,
                recipe.loss.border_weight,
                recipe.loss.border_sigma_px,
            )
            crop = (*crop, torch.from_numpy(border))
        if recipe.distance:
            # after the augmentation, and of the particle as far as the crop shows it
            labels = truth if truth.dtype == np.int32 else label_particles(truth > 0)[0]
            crop = (*crop, torch.from_numpy(rim_distance(labels, recipe.loss.distance_widest_px)))
        return crop

    def labelled(self, number: int) -> tuple[FloatImage, Truth]:
        """Return a crop with all that is known of its particles.

        Parameters
        ----------
        number : int

        Returns
        -------
        (S, S) float32 array, (S, S) bool, int8 or int32 array
            A label image (int32) where particles are told apart, as in drawn crops, else a mask; see `Truth`.
        """
        recipe = self.recipe
        rng = np.random.Generator(np.random.SFC64([recipe.seed, 1, number]))
        wanted = bool(rng.random() < recipe.particle_crops)
        drawn = drawn_before(number, recipe.synthetic)
        if drawn_before(number + 1, recipe.synthetic) > drawn:
            return drawn_crop(recipe, number, with_particle=wanted)
        pairs = self._opened()
        turn, place = divmod(number - drawn, len(pairs))
        if turn != self._pass:
            self._order = np.random.default_rng([recipe.seed, 0, turn]).permutation(len(pairs))
            self._pass = turn
        pixels, mask = pairs[self._order[place]]
        return random_crop(pixels, mask, recipe.crop, recipe.augmentation, rng, with_particle=wanted)

    def _opened(self) -> Pairs:
        if self._pairs is None:
            if not self._shapes:
                return []
            sizes = [int(np.prod(shape)) for shape in self._shapes]
            pixels = np.memmap(str(self._file), np.float32, "r", shape=(sum(sizes),))
            masks = np.memmap(str(self._file), self._kind, "r", offset=pixels.nbytes)
            ends = np.cumsum(sizes)
            self._pairs = [
                (pixels[end - size : end].reshape(shape), masks[end - size : end].reshape(shape))
                for end, size, shape in zip(ends, sizes, self._shapes, strict=True)
            ]
        return self._pairs

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is mapped: a process that gets a copy maps the file itself."""
        return {**self.__dict__, "_pairs": self._pairs if self._file is None else None}


@contextmanager
def batches(
    crops: Crops, first: int, *, rank: int = 0, world: int = 1, workers: int = 0, pin: bool = False
) -> Iterator[Iterator[Batch]]:
    """Make the batches of a run from step ``first`` to the last, this process' share of each.

    Process r of w takes the r-th w-th of each batch, in order: together they see what one process would.

    Parameters
    ----------
    crops : Crops
    first : int
        Step to begin with.
    rank, world : int
        Number of this process and how many there are.
    workers : int
        Processes that make crops; 0: this one does when a batch is asked for.
    pin : bool
        In memory that a GPU copies from without waiting.

    Yields
    ------
    iterator of Batch
        It raises ComputeError when a worker was ended from outside, such as for want of memory.
    """
    recipe = crops.recipe
    share = recipe.batch // world
    numbers = [
        list(range(step * recipe.batch + rank * share, step * recipe.batch + (rank + 1) * share))
        for step in range(first, recipe.steps)
    ]
    loader = DataLoader(
        crops,
        batch_sampler=numbers,
        num_workers=workers,
        multiprocessing_context=_context() if workers else None,
        prefetch_factor=3 if workers else None,
        pin_memory=pin,
        collate_fn=_stack,
        worker_init_fn=_begin_worker,
    )
    with _main_hidden():
        source = iter(loader)
    try:
        yield _watched(source)
    finally:
        stop = getattr(source, "_shutdown_workers", None)
        if stop is not None:
            stop()


def workers_for(recipe: Recipe, device: str, processes: int = 1) -> int:
    """Return how many processes make crops: as the recipe says, else for a GPU up to 8 and beside a CPU one.

    Parameters
    ----------
    recipe : Recipe
    device : str
        Type of the device: cpu, cuda, mps.
    processes : int
        Training processes on this machine, which share its cores.
    """
    if multiprocessing.current_process().daemon:
        return 0  # may have no children
    if recipe.workers is not None:
        return recipe.workers
    spare = cores() // processes - 1
    return max(0, min(spare, 1 if device == "cpu" else 8))


def _watched(source: Iterator[Batch]) -> Iterator[Batch]:
    try:
        yield from source
    except RuntimeError as error:
        if "DataLoader worker" not in str(error):
            raise
        raise ComputeError(
            "A process that makes crops was ended, most likely for want of memory; resume with fewer workers."
        ) from error


def _stack(crops: list[Batch]) -> Batch:
    return tuple(torch.stack(parts) for parts in zip(*crops, strict=True))


def _begin_worker(_number: int) -> None:
    end_with_parent()  # torch looks at the parent's number, which is the fork server's
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the training ends its step first


def _context() -> Any:
    """Return a way to start processes that copies no thread of this one, whose locks would stay locked for ever."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])  # torch is imported once, not once a worker
    return context


@contextmanager
def _main_hidden() -> Iterator[None]:
    """Start processes that do not run the user's script again: a script need not guard its ``wb.train(...)``."""
    main = sys.modules["__main__"]
    kept = {name: getattr(main, name) for name in ("__file__", "__spec__") if hasattr(main, name)}
    try:
        if "__file__" in kept:
            del main.__file__
        main.__spec__ = None
        yield
    finally:
        for name, value in kept.items():
            setattr(main, name, value)
