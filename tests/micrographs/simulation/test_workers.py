"""Exit waves over processes: in this one where there is one, and nothing of its settings stays."""

import os
import signal
from concurrent.futures.process import BrokenProcessPool

import pytest

from workbench.errors import ComputeError
from workbench.micrographs.simulation import workers
from workbench.micrographs.simulation.workers import run_jobs


def test_one_worker_is_this_process_and_works_as_it_is_asked(monkeypatch):
    done = []
    monkeypatch.setattr(workers, "run_job", lambda job: done.append(job) or 2 * job)
    running = run_jobs([1, 2, 3], 1)
    assert next(running) == 2
    assert done == [1]
    assert list(running) == [4, 6]


class Pool:
    """Stands for a pool of processes: notes how they would start."""

    def __init__(self, count, context, initializer):
        self.seen, self.closed = [], []
        self.started = (count, context.get_start_method(), initializer)
        type(self).last = self

    def submit(self, function, job):
        self.seen.append((os.environ.get("OMP_NUM_THREADS"), signal.getsignal(signal.SIGINT)))
        return function, job

    def shutdown(self, **how):
        self.closed.append(how)


def test_processes_start_with_one_thread_and_deaf_to_ctrl_c_and_this_one_stays_as_it_was(monkeypatch):
    class Done:
        def result(self):
            return 3

    monkeypatch.setattr(workers, "ProcessPoolExecutor", Pool)
    monkeypatch.setattr(workers, "as_completed", lambda futures: [Done() for _ in futures])
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    before = signal.getsignal(signal.SIGINT)
    assert list(run_jobs(["a", "b"], 4)) == [3, 3]
    assert Pool.last.started == (4, "spawn", workers.end_with_parent)
    assert Pool.last.seen == [("1", signal.SIG_IGN)] * 2
    assert Pool.last.closed == [{"wait": True, "cancel_futures": True}]
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert "MKL_NUM_THREADS" not in os.environ
    assert signal.getsignal(signal.SIGINT) is before


def test_a_process_that_ended_before_its_time_is_said(monkeypatch):
    def broken(_futures):
        raise BrokenProcessPool("gone")

    monkeypatch.setattr(workers, "ProcessPoolExecutor", Pool)
    monkeypatch.setattr(workers, "as_completed", broken)
    with pytest.raises(ComputeError, match=r"ended before its time .* start it again with fewer workers"):
        list(run_jobs(["a"], 2))
    assert len(Pool.last.closed) == 1
