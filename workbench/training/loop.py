"""The training loop: a recipe and labelled sets become a checkpoint with its card.

torch is imported when the run has got its device: a page that starts a run, and a run that waits, stay small.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

from workbench.errors import Stopped, WorkbenchError
from workbench.networks.loading import runs_folder
from workbench.training.device_queue import Turn, turn
from workbench.training.heartbeat import HeartbeatWriter
from workbench.training.launch import begun, start_process
from workbench.training.recipe import Recipe
from workbench.training.recipe_file import read_recipe_and_text
from workbench.training.run_folder import RunFolder

Tell = Callable[[float, str], None]
Ask = Callable[[], bool]


class Run(RunFolder):
    """A training run on disk, which can be resumed.

    Parameters
    ----------
    folder : Path
        See `RunFolder`.

    Examples
    --------
    >>> from pathlib import Path
    >>> import workbench as wb
    >>> run = wb.Run(Path("runs/mine"))
    >>> run.name, run.checkpoint.name
    ('mine', 'best.safetensors')
    >>> run.exists
    False
    """

    def resume(self, *, wait: bool = True) -> Run:
        """Go on where the run was interrupted or paused; one that is finished is returned as it is.

        Parameters
        ----------
        wait : bool
            Train here and return when done, or at once, with a process of its own at work.
        """
        if self.status == "paused":
            self.take_back_wishes()
            return self.wait() if wait else self
        return train(self.recipe(), runs=self.folder.parent, wait=wait)


def train(
    recipe: Recipe | str | os.PathLike[str],
    *,
    runs: str | os.PathLike[str] | None = None,
    progress: Tell | None = None,
    stop: Ask | None = None,
    wait: bool = True,
) -> Run:
    """Train a network; a run of the same name and recipe that was interrupted is resumed where it was.

    One run trains on a device at a time. While another does, this one waits for its turn, also with ``wait=True``.

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
        If the folder cannot be written, the disk is full (the last state stays whole), the device is too small, or the
        run is being trained already.
    Stopped
        If it was stopped; run again to resume.

    Notes
    -----
    The same recipe on the same device gives the same numbers, whatever the number of workers; on the CPU a resumed run
    gives those of an uninterrupted one bit for bit, at the same number of threads. Under torchrun the batch is shared
    among the processes; loss and gradient are those of one process with the whole batch. Who starts torchrun has the
    machine: such a run does not wait for its turn.

    Examples
    --------
    >>> import workbench as wb
    >>> recipe = wb.Recipe(
    ...     name="small",
    ...     training_sets=["discs"],
    ...     split={"validation": 0.5},
    ...     architecture="unet",
    ...     options={"base": 4, "depth": 2},
    ...     crop=64,
    ...     epochs=1,
    ...     steps_per_epoch=2,
    ...     workers=0,
    ... )
    >>> run = wb.train(recipe)
    >>> run.status
    'finished'
    >>> wb.load_network(run.checkpoint)
    Network('small', unet)
    """
    text = None
    if not isinstance(recipe, Recipe):
        recipe, text = read_recipe_and_text(recipe)
    folder = runs_folder() if runs is None else Path(runs)
    if not wait:
        return Run(start_process(recipe, folder, text).folder)
    if "LOCAL_RANK" in os.environ:  # one of several processes; the first of them all writes
        with ExitStack() as held:
            run = RunFolder(folder / recipe.name)
            if os.environ.get("RANK", os.environ["LOCAL_RANK"]) == "0":
                run, _lock = held.enter_context(begun(recipe, folder, text))
            return _train(recipe, run, None, progress, stop)
    with begun(recipe, folder, text) as (run, _lock):
        run.claim(os.getpid())
        try:
            heart = HeartbeatWriter(run.folder)

            def asked() -> bool:
                return run.asked("stop") or not run.exists or (stop is not None and stop())

            said: list[str] = []

            def wait_and_say(why: str) -> None:
                heart.beat("queued", said=why)
                if said[-1:] != [why]:
                    said.append(why)
                    print(f"{recipe.name}: {why}.", file=sys.stderr, flush=True)

            with turn(recipe, run.name, waits=wait_and_say, stop=asked) as mine:
                if mine is None:
                    run.check_exists()
                    with suppress(WorkbenchError):
                        run.log("stopped", waiting=True)
                    raise Stopped(f"{recipe.name} was stopped while it waited; start it again to resume.")
                return _train(recipe, run, mine, progress, stop)
        finally:
            run.release()


def _train(recipe: Recipe, run: RunFolder, mine: Turn | None, progress: Tell | None, stop: Ask | None) -> Run:
    import torch

    from workbench.training.devices import make_fabric, reproducible
    from workbench.training.trainer import Trainer

    first = os.environ.get("RANK", os.environ.get("LOCAL_RANK", "0")) == "0"
    try:
        fabric, said = make_fabric(recipe, None if mine is None else mine.index)
        fabric.launch()
        if first:
            run.claim(os.getpid())
        fabric.barrier()
        with reproducible(recipe):
            trainer = Trainer(recipe, run, fabric, progress, stop)
            if said is not None:
                trainer.monitor.say("note", said)
            trainer.run()
    except Exception as error:
        if first and not isinstance(error, Stopped):
            with suppress(WorkbenchError):
                run.log("failed", message=str(error) or repr(error))
        raise
    finally:
        if first:
            run.release()
        if torch.distributed.is_initialized():
            torch.distributed.destroy_process_group()
    return Run(run.folder)
