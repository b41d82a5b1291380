"""The cells of a study on Dask workers, of this machine or a cluster; what is done is said, and what is left."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workbench.compute.cluster import DEVICE_RESOURCE, local_cluster, offers_devices
from workbench.compute.keys import keys_for
from workbench.errors import ComputeError
from workbench.study.cells import Cell
from workbench.study.folder import RUNS, STOP_FILE
from workbench.study.results import read_result, write_result
from workbench.study.time_left import say_left, seconds_left
from workbench.study.work import Job, Outcome, work_on
from workbench.training.run_folder import RunFolder

LOOK_S = 0.5
SAY_EVERY_S = 60.0
ANSWER_S = 10.0
"""A scheduler that is there answers within."""
Tell = Callable[[float, str], None]


@contextmanager
def workers_for(scheduler: str | None, workers: int) -> Iterator[tuple[Any, int]]:
    """Start workers on this machine, or connect to those of a scheduler.

    Parameters
    ----------
    scheduler : str, optional
        Address, such as ``tcp://192.168.0.7:8786``; for ``tls://`` the keys are those of the person's configuration of
        Dask. Its workers see the same folders by the same paths.
    workers : int
        Processes on this machine.

    Yields
    ------
    (distributed.Client, int)
        And how many cells are worked on at a time.

    Raises
    ------
    ComputeError
        If nobody answers at the address, or no worker is there.
    """
    from distributed import Client

    if scheduler is None:
        with local_cluster(workers) as cluster, Client(cluster) as client:  # type: ignore[no-untyped-call]
            client.wait_for_workers(workers)
            yield client, workers
        return
    try:
        client = Client(scheduler, timeout=ANSWER_S, security=keys_for(scheduler))  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError) as error:
        raise ComputeError(
            f"No scheduler answers at {scheduler}; start one with `dask scheduler`, and workers with "
            f"`dask worker {scheduler} --nthreads 1`."
        ) from error
    with client:
        found = client.scheduler_info(n_workers=-1)["workers"].values()
        if not found:
            raise ComputeError(
                f"The scheduler at {scheduler} has no workers; start some with `dask worker {scheduler} --nthreads 1`."
            )
        yield client, len(found) if offers_devices(client) else sum(one["nthreads"] for one in found)


def work_through(
    jobs: Sequence[Job],
    finished: Sequence[Cell],
    client: Any,
    at_a_time: int,
    *,
    tell: Tell | None = None,
    stop: Callable[[], bool] | None = None,
) -> dict[str, Outcome]:
    """Work on all jobs and return how each ended.

    Parameters
    ----------
    jobs : sequence of Job
        In the order in which they begin.
    finished : sequence of Cell
        Done already, for what is told.
    client : distributed.Client
    at_a_time : int
        How many it works on at a time.
    tell : callable(fraction, text), optional
        Told after each cell, and once a minute.
    stop : callable() -> bool, optional
        Asked twice a second. Then each cell under way stops after its step and keeps its state, and none begins.
    """
    from distributed import wait

    tell = tell or (lambda _done, _text: None)
    left = TimeLeft([job.cell for job in jobs], finished, jobs[0].out, at_a_time)
    needs = {DEVICE_RESOURCE: 1} if offers_devices(client) else None
    futures = {
        client.submit(
            work_on,
            job,
            key=f"{job.cell.name}-{uuid.uuid4().hex}",
            pure=False,
            resources=needs,
            priority=-place,
        ): job
        for place, job in enumerate(jobs)
    }
    ended: dict[str, Outcome] = {}
    done, total, said = len(finished), len(finished) + len(jobs), time.monotonic()
    while futures:
        try:
            ready = wait(list(futures), LOOK_S, "FIRST_COMPLETED").done  # type: ignore[no-untyped-call]
        except TimeoutError:
            ready = set()
        if stop is not None and stop():
            (jobs[0].out / STOP_FILE).touch()
        for future in ready:
            job = futures.pop(future)
            outcome, words = _outcome(future, job)
            ended[job.cell.name] = outcome
            left.ended(job.cell)
            if outcome != "stopped":
                words = words if outcome == "done" else f"failed: {words}"
                here = done + sum(one != "stopped" for one in ended.values())
                tell(here / total, f"{here} of {total}  {job.cell.name}  {words}{left.said()}")
                said = time.monotonic()
        if futures and time.monotonic() - said > SAY_EVERY_S:
            said = time.monotonic()
            tell(
                (done + len(ended)) / total,
                f"{done + len(ended)} of {total} done{left.under_way()}{left.said()}",
            )
    return ended


class TimeLeft:
    """Estimates what is left, from how long cells like it took.

    Parameters
    ----------
    cells, finished : sequence of Cell
        Still to be done, and done.
    out : Path
        Folder of the study.
    at_a_time : int
    """

    def __init__(self, cells: Sequence[Cell], finished: Sequence[Cell], out: Path, at_a_time: int) -> None:
        self._open, self._out, self._at_a_time = {cell.name: cell for cell in cells}, out, at_a_time
        self._took: list[tuple[Cell, float]] = []
        for cell in finished:
            self.ended(cell)

    def ended(self, cell: Cell) -> None:
        """Learn from a cell that ended."""
        self._open.pop(cell.name, None)
        result = read_result(self._out, cell.name)
        if result is not None and result.status == "done" and not result.resumed:
            self._took.append((cell, result.wall_s))

    def seconds(self) -> float | None:
        """Return seconds until the last cell is done; None before the first is."""
        left = [(cell, self._fraction(cell)) for cell in self._open.values()]
        return seconds_left(self._took, left, self._at_a_time)

    def said(self) -> str:
        """Return the estimate as the end of a sentence; nothing before the first cell is done and after the last."""
        seconds = self.seconds()
        return f"; {say_left(seconds)}" if seconds is not None and self._open else ""

    def under_way(self) -> str:
        """Return which cells are trained, and how far they are."""
        parts = [(cell.name, self._fraction(cell)) for cell in self._open.values()]
        running = [
            f"{name} " + (f"{fraction:.0%}" if fraction < 1 else "is scored")
            for name, fraction in parts
            if fraction
        ]
        return f"; under way: {', '.join(running)}" if running else ""

    def _fraction(self, cell: Cell) -> float:
        try:
            beat = RunFolder(self._out / RUNS / cell.name).beat
        except ComputeError:  # an estimate is not worth a study
            beat = None
        return beat.step / beat.steps if beat is not None and beat.steps else 0.0


def _outcome(future: Any, job: Job) -> tuple[Outcome, str]:
    from distributed.scheduler import KilledWorker

    try:
        outcome: tuple[Outcome, str] = future.result()
        return outcome
    except KilledWorker:
        why = "Its process was ended, most likely for want of memory; run fewer cells at a time, or a smaller batch."
    except Exception as error:  # such as a disk without room for the result
        why = f"{type(error).__name__}: {(str(error).strip().splitlines() or ['no reason given'])[0]}"
    result = job.failed(why)
    write_result(job.out, result)
    return "failed", result.why
