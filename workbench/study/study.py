"""A study from its plan to its page: what is not done yet is done, and the page is written from what there is."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from workbench.compute.cluster import gpu_count
from workbench.cores import cores
from workbench.errors import RecipeError, Stopped
from workbench.networks.checkpoint import write_whole
from workbench.study.cells import Cell, cells_of, here, left_out
from workbench.study.evaluation_set import check_sets, chosen_for_figure, describe_tests, open_tests
from workbench.study.folder import PLAN_FILE, RUNS, STOP_FILE
from workbench.study.launch import held_folder
from workbench.study.page import write_page
from workbench.study.plan import StudyPlan, read_plan
from workbench.study.results import Result, masks_file, read_result
from workbench.study.schedule import work_through, workers_for
from workbench.study.work import Job
from workbench.training.device_queue import turns_folder
from workbench.training.run_folder import RunFolder

Tell = Callable[[float, str], None]


@dataclass(frozen=True)
class Report:
    """How a study stands.

    Parameters
    ----------
    page : Path
        ``study.md``.
    done : int
        Cells.
    failed : dict of str to str
        Cells that failed, and why.
    missing : int
        Cells that nobody has worked on to the end.
    """

    page: Path
    done: int
    failed: dict[str, str]
    missing: int


def run_study(
    plan: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    retry: bool = False,
    page_only: bool = False,
    progress: Tell | None = None,
    stop: Callable[[], bool] | None = None,
    client: Any = None,
) -> Report:
    """Do what is not done yet of a study, and write its page; the same call goes on where one was stopped.

    Parameters
    ----------
    plan : path
        TOML; see `StudyPlan`.
    out : path
        Folder: ``runs/`` with a training run a cell, ``cells/`` with what came of each, the page ``study.md``,
        ``figures/``, tables as CSV, and ``study.toml``, the plan word for word.
    workers : int, optional
        Processes on this machine, each with its share of the cores; by default one a GPU, and at least one.
    scheduler : str, optional
        Address of a Dask scheduler, whose workers work instead. They see the same folders by the same paths.
    retry : bool
        Work on failed cells again, too.
    page_only : bool
        Only write the page again, from what is done.
    progress : callable(fraction, text), optional
        Told after each cell, and once a minute.
    stop : callable() -> bool, optional
        Asked twice a second.
    client : distributed.Client, optional
        Work here instead; ``workers`` and ``scheduler`` are not used then.

    Returns
    -------
    Report

    Raises
    ------
    RecipeError
        If the plan asks for what cannot be done, or the folder holds cells of another plan.
    DatasetError, NetworkError
        If a set or starting weights are not there.
    ComputeError
        If another process works on this study, nothing can be written, or there is no worker.
    Stopped
        If it was stopped; what is done stays.

    Examples
    --------
    >>> import workbench as wb
    >>> report = wb.run_study("plan.toml", "out/study", page_only=True)
    >>> report.missing  # trainings that are not done yet
    2
    """
    read, text = read_plan(plan)
    folder = Path(out).resolve()
    tell = progress or (lambda _done, _text: None)
    notes = [] if page_only else left_out(read)
    every = cells_of(read)
    cells = here(every)
    tests = open_tests(read)
    pictures = tuple(one.shown for one in chosen_for_figure(read, tests))
    with held_folder(folder):
        table, sha256 = describe_tests(read, tests)
        results = {
            cell.name: found for cell in every if (found := read_result(folder, cell.name)) is not None
        }
        check_same_plan(folder, every, results, delete=not page_only)
        for note in notes:
            tell(0.0, note)
        if not page_only:
            jobs = [
                Job(cell, folder, tuple(tests), sha256, pictures if _is_shown(read, cell) else (), Path.cwd())
                for cell in cells
            ]
            unfinished = [job for job in jobs if not _finished(job, results.get(job.cell.name), retry)]
            if unfinished:
                check_sets(read, cells)
            write_whole(folder / PLAN_FILE, text.encode())
            _work(unfinished, jobs, workers, scheduler, client, tell, stop)
            results = {
                cell.name: one for cell in every if (one := read_result(folder, cell.name)) is not None
            }
        write_whole(folder / PLAN_FILE, text.encode())
        there = [cell for cell in every if cell in cells or cell.name in results]
        page = write_page(read, folder, there, results, table, tests, notes)
    failed = {name: one.why for name, one in results.items() if one.status == "failed"}
    return Report(page, len(results) - len(failed), failed, len(there) - len(results))


def _work(
    unfinished: Sequence[Job],
    jobs: Sequence[Job],
    workers: int | None,
    scheduler: str | None,
    client: Any,
    tell: Tell,
    stop: Callable[[], bool] | None,
) -> None:
    names = {job.cell.name for job in unfinished}
    finished = [job.cell for job in jobs if job.cell.name not in names]
    tell(len(finished) / len(jobs), f"{len(jobs)} cells, {len(finished)} of them done already")
    if not unfinished:
        return
    folder = jobs[0].out
    if (folder / STOP_FILE).exists():  # since it was started
        raise _stopped(folder, len(finished), len(jobs), tell)
    count = workers or max(1, gpu_count())
    with ExitStack() as held:
        at_a_time = 1
        if client is None:
            client, at_a_time = held.enter_context(workers_for(scheduler, count))
            if scheduler is None and not gpu_count():
                unfinished = [replace(_with_threads(job, count), turns=turns_folder()) for job in unfinished]
        ended = work_through(unfinished, finished, client, at_a_time, tell=tell, stop=stop)
    if (folder / STOP_FILE).exists():
        done = len(finished) + sum(outcome == "done" for outcome in ended.values())
        raise _stopped(folder, done, len(jobs), tell)


def _stopped(folder: Path, done: int, cells: int, tell: Tell) -> Stopped:
    (folder / STOP_FILE).unlink()
    why = f"The study was stopped with {done} of {cells} cells done; the same command goes on."
    # while the folder is held: once it is not, a page takes what was said last for the end
    tell(done / cells, why)
    return Stopped(why)


def check_same_plan(folder: Path, cells: Sequence[Cell], results: dict[str, Result], *, delete: bool) -> None:
    """Refuse to mix cells of two plans in one folder; a failed one that is planned anew begins anew.

    Parameters
    ----------
    folder : Path
        Of the study.
    cells : sequence of Cell
    results : dict of str to Result
        Of the cells that have one.
    delete : bool
        Whether the run of a failed cell that is planned anew is deleted.

    Raises
    ------
    RecipeError
        If the folder holds a cell of this name with another recipe.
    """
    for cell in cells:
        result, run = results.get(cell.name), RunFolder(folder / RUNS / cell.name)
        if result is not None and result.status == "failed":
            if delete and not result.is_of(cell):
                shutil.rmtree(run.folder, ignore_errors=True)
            continue
        begun = run.state_file.exists() and not run.recipe().same_numbers(cell.recipe)
        if begun or (result is not None and not result.is_of(cell)):
            raise RecipeError(
                f"{folder} holds {cell.name} of another plan, with another recipe; choose another folder with --out."
            )


def _finished(job: Job, result: Result | None, retry: bool) -> bool:
    """Return whether nothing is left to do: failed ones are tried again on request, and after a change of recipe."""
    if result is None:
        return False
    if result.status == "failed":
        return not retry and result.is_of(job.cell)
    there = not job.pictures or masks_file(job.out, job.cell.name).exists()
    return result.tests == job.sha256 and set(job.pictures) <= set(result.pictures) and there


def _is_shown(plan: StudyPlan, cell: Cell) -> bool:
    """Return whether Figure 1 shows this cell: of the first seed, with the most micrographs."""
    most = max(plan.training_sizes, default=None)
    return cell.seed == plan.seeds[0] and cell.training_size == most


def _with_threads(job: Job, workers: int) -> Job:
    """Give a cell its share of the cores, unless its recipe says how many."""
    if job.cell.recipe.threads is not None:
        return job
    recipe = job.cell.recipe.model_copy(update={"threads": max(1, cores() // workers)})
    return replace(job, cell=replace(job.cell, recipe=recipe))
