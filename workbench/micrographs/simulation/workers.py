"""Exit waves over several processes, each with one thread, none of which outlives the run."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from workbench.errors import ComputeError
from workbench.exit_with_parent import end_with_parent
from workbench.micrographs.simulation.one_wave import WaveJob, run_job
from workbench.stopping import deaf_to_interrupts

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


def run_jobs(jobs: Sequence[WaveJob], workers: int) -> Iterator[int]:
    """Run jobs and yield how many micrographs each wrote, as they finish; close the iterator to stop.

    Parameters
    ----------
    jobs : sequence of WaveJob
        In any order; none depends on another.
    workers : int
        Processes; 1 runs the jobs in this one.

    Raises
    ------
    ComputeError
        If a process ended before its time.
    """
    if workers == 1:
        yield from map(run_job, jobs)
        return
    # Spawned, not forked: threads of this process, such as a notebook's, would leave a fork locked up.
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=end_with_parent)
    try:
        # a terminal sends Ctrl-C to all processes; the first one ends the others
        with _one_thread_each(), deaf_to_interrupts():
            futures = [pool.submit(run_job, job) for job in jobs]
        for done in as_completed(futures):
            yield done.result()
    except BrokenProcessPool as broken:
        raise ComputeError(
            "A process of the simulation ended before its time (out of memory, or a script that does not call it "
            'under if __name__ == "__main__":); start it again with fewer workers, and it goes on where it stood.'
        ) from broken
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let processes that start now use one thread each; what the person set is put back."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
