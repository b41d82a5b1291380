"""What a worker does for a cell: train it as any run is trained, score it once, write down what came of it."""

from __future__ import annotations

import logging
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from workbench.compute.worker import device_here
from workbench.errors import Stopped, WorkbenchError
from workbench.study.cells import Cell
from workbench.study.evaluation_set import EvaluationMicrograph
from workbench.study.folder import RUNS, STOP_FILE
from workbench.study.results import Epoch, MicrographScore, Result, masks_file, write_result
from workbench.training.device_queue import BESIDE_VARIABLE, FOLDER_VARIABLE
from workbench.whole_files import written_whole

Outcome = Literal["done", "failed", "stopped"]


@dataclass(frozen=True)
class Job:
    """A cell to be worked on; it is sent to a worker, which sees the same folders.

    Parameters
    ----------
    cell : Cell
    out : Path
        Folder of the study.
    tests : tuple of EvaluationMicrograph
    sha256 : str
        Of the tests.
    pictures : tuple of str
        Names, with their set, of the tests whose masks are kept.
    folder : Path
        That paths in the plan are relative to.
    turns : Path, optional
        Folder of turns that workers on the CPU of one machine part from, see `take_own_turns`.
    """

    cell: Cell
    out: Path
    tests: tuple[EvaluationMicrograph, ...]
    sha256: str
    pictures: tuple[str, ...]
    folder: Path
    turns: Path | None = None

    def failed(self, why: str) -> Result:
        """Return the result of a cell that failed, with one sentence."""
        recipe = self.cell.recipe.model_dump(mode="json")
        said = " ".join(why.split()).removeprefix(f"{self.cell.name}: ")  # whoever shows it names the cell
        return Result(cell=self.cell.name, status="failed", why=said[:1].upper() + said[1:], recipe=recipe)


def work_on(job: Job) -> tuple[Outcome, str]:
    """Train and score a cell; return how it ended, and a few words; what came of it is in its file.

    A run that was begun is resumed, one that is finished only scored.
    """
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)  # its precision, once a cell
    try:
        os.chdir(job.folder)  # a worker elsewhere was started somewhere else
        if job.turns is not None:
            take_own_turns(job.turns, _worker_name())
        result = _done(job)
    except Stopped as stopped:
        return "stopped", str(stopped)
    except WorkbenchError as error:
        result = job.failed(str(error))
    except MemoryError:
        result = job.failed(
            "There is not enough memory; make batch or crop smaller, or run fewer cells at a time."
        )
    except Exception as error:  # a cell that fails takes no other with it, whatever the reason
        reason = (str(error).strip().splitlines() or ["no reason given"])[0]
        result = job.failed(f"{type(error).__name__}: {reason}")
    write_result(job.out, result)
    if result.status == "failed":
        return "failed", result.why
    mean = statistics.fmean(score.dice_hard for score in result.scores)
    return "done", f"Dice {mean:.3f} on the test micrographs, {result.wall_s:.0f} s"


def take_own_turns(folder: Path, worker: str) -> None:
    """Let the second and later workers on a machine's CPU take turns by themselves.

    Else one run at a time would train, whoever is asked for. The first worker takes turns with everybody, so that a run
    that was started from the page gets its share of the machine; the second of one study with the second of another.
    """
    if worker == "0":
        return
    if os.environ.get(FOLDER_VARIABLE):
        os.environ[FOLDER_VARIABLE] = str(folder / f"beside-{worker}")
    else:
        os.environ[BESIDE_VARIABLE] = (
            f"beside-{worker}"  # a folder that nobody named may move, see `turns_folder`
        )


def _worker_name() -> str:
    from distributed import get_worker

    return str(get_worker().name)


def _done(job: Job) -> Result:
    from workbench.training.loop import train
    from workbench.training.run_folder import RunFolder

    began = time.monotonic()
    runs, recipe = job.out / RUNS, job.cell.recipe

    def stop() -> bool:
        return (job.out / STOP_FILE).exists()

    if stop():
        raise Stopped("The study was stopped.")
    resumed = RunFolder(runs / recipe.name).state_file.exists()
    run = train(recipe, runs=runs, stop=stop)
    found = score(run.checkpoint, job, stop)
    return Result(
        cell=job.cell.name,
        status="done",
        recipe=recipe.model_dump(mode="json"),
        tests=job.sha256,
        pictures=list(job.pictures),
        curve=[
            Epoch(
                step=(one["epoch"] + 1) * recipe.steps_per_epoch, loss=one["loss"], dice_hard=one["dice_hard"]
            )
            for one in run.events("epoch")
        ],
        wall_s=round(time.monotonic() - began, 1),
        resumed=resumed,
        **found,
    )


def score(checkpoint: Path, job: Job, stop: Callable[[], bool]) -> dict[str, Any]:
    """Score a network on every test micrograph, at the threshold on its card, and keep the masks of Figure 1.

    Returns
    -------
    dict
        Fields of a `Result`.

    Raises
    ------
    Stopped
        If ``stop`` said so; nothing is written then.
    """
    import torch

    from workbench.networks.checkpoint import load_checkpoint
    from workbench.networks.receptive_field import receptive_field
    from workbench.segmentation.metrics import dice_hard, iou, precision, recall
    from workbench.segmentation.segmenter import Segmenter

    network = load_checkpoint(checkpoint)
    segmenter = Segmenter(network, device_here(job.cell.recipe.device))
    threshold, rows, masks = network.card.threshold, [], {}
    before = torch.get_num_threads()
    torch.set_num_threads(job.cell.recipe.threads or before)
    try:
        threads = torch.get_num_threads()
        for number, one in enumerate(job.tests):
            micrograph, truth, unsure = one.pair.read_with_unsure()
            if number == 0:
                segmenter.probability(micrograph, stop=stop)  # the first is slower than all others
            began = time.perf_counter()
            mask = segmenter.probability(micrograph, stop=stop) > threshold
            seconds = time.perf_counter() - began
            if one.shown in job.pictures:
                masks[one.shown] = mask
            if unsure is not None:
                mask, truth = mask[~unsure], truth[~unsure]
            rows.append(
                MicrographScore(
                    set=one.set,
                    micrograph=one.name,
                    dice_hard=dice_hard(mask, truth),
                    iou=iou(mask, truth),
                    precision=precision(mask, truth),
                    recall=recall(mask, truth),
                    seconds=round(seconds, 4),
                )
            )
    finally:
        torch.set_num_threads(before)
    if masks:
        _keep_masks(masks_file(job.out, job.cell.name), masks)
    return {
        "parameters": network.card.parameters or 0,
        "receptive_field_px": receptive_field(network).pixels,
        "input_nm_per_px": network.card.input.nm_per_px,
        "threshold": threshold,
        "validation_dice": network.card.scores[0].value,
        "device": str(segmenter.device),
        "threads": threads,
        "scores": rows,
    }


def _keep_masks(path: Path, masks: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path, ".npz") as half:
        np.savez_compressed(half, **masks)
