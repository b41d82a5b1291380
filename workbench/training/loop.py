"""The training loop: a recipe and labelled sets become a checkpoint with its card."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import torch

from workbench.errors import Stopped, WorkbenchError
from workbench.networks.network import runs_folder
from workbench.training.devices import make_fabric, reproducible
from workbench.training.launch import start_process
from workbench.training.recipe import Recipe
from workbench.training.runs import Run, read_text
from workbench.training.trainer import Ask, Tell, Trainer


def train(
    recipe: Recipe | str | os.PathLike[str],
    *,
    runs: str | os.PathLike[str] | None = None,
    progress: Tell | None = None,
    stop: Ask | None = None,
    wait: bool = True,
) -> Run:
    """Train a network; a run of the same name and recipe that was interrupted is resumed where it was.

    Parameters
    ----------
    recipe : Recipe or path
        What to train, on what, how.
    runs : path, optional
        Folder of runs; by default ``WORKBENCH_RUNS``, or ``runs`` in the working folder.
    progress : callable(fraction, text), optional
        Told after each step.
    stop : callable() -> bool, optional
        Asked after each step; `Run.stop` does the same from anywhere.
    wait : bool
        Train in this process and return when done; else in a process of its own, which goes on when this one ends:
        the run is returned at once (``progress`` and ``stop`` are not called then).

    Returns
    -------
    Run
        With ``best.safetensors``: the weights of the epoch with the best hard Dice on validation.

    Raises
    ------
    RecipeError
        If the recipe asks for what cannot be done, or the loss became NaN (the last good state is kept).
    DatasetError, NetworkError
        If a set or the weights to start from cannot be used.
    ComputeError
        If the folder cannot be written, the disk is full (the last state stays whole), or the device is too small.
    Stopped
        If it was stopped; run again to resume.

    Notes
    -----
    The same recipe on the same device gives the same numbers, whatever the number of workers; on the CPU a resumed run
    gives those of an uninterrupted one bit for bit, at the same number of threads. Under torchrun the batch is shared
    among the processes; loss and gradient are those of one process with the whole batch.
    """
    text = None
    if not isinstance(recipe, Recipe):
        recipe, text = read_text(recipe)
    folder = runs_folder() if runs is None else Path(runs)
    if not wait:
        return start_process(recipe, folder, text)
    fabric, said = make_fabric(recipe)
    fabric.launch()
    run = Run(folder / recipe.name)
    if fabric.is_global_zero:
        run = Run.create(recipe, folder, text)
        run.claim(os.getpid())
        (run.folder / "stop").unlink(missing_ok=True)
    fabric.barrier()
    try:
        with reproducible(recipe):
            trainer = Trainer(recipe, run, fabric, progress, stop)
            if said is not None:
                trainer.say("note", said)
            trainer.run()
    except Exception as error:
        if fabric.is_global_zero and not isinstance(error, Stopped):
            with suppress(WorkbenchError):
                run.log("failed", message=str(error) or repr(error))
        raise
    finally:
        if fabric.is_global_zero:
            run.release()
        if torch.distributed.is_initialized():
            torch.distributed.destroy_process_group()
    return run
