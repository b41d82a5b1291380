"""Who works on a batch: how many, and that what does not answer is said."""

import psutil
import pytest

from workbench.batch import workers
from workbench.errors import ComputeError


def test_there_are_as_many_as_cores_as_long_as_there_is_memory(monkeypatch):
    monkeypatch.setattr(workers, "gpu_count", lambda: 0)
    monkeypatch.setattr(workers, "cores", lambda: 8)
    memory = psutil.virtual_memory()
    for available, count in ((100 * workers.GIB, 8), (7 * workers.GIB, 3), (1, 1)):
        monkeypatch.setattr(psutil, "virtual_memory", lambda room=available: memory._replace(available=room))
        assert workers.usual_workers() == count
    monkeypatch.setattr(workers, "gpu_count", lambda: 2)
    assert workers.usual_workers() == 2


def test_a_scheduler_gives_what_it_has_and_stays(threads):
    with workers.workers_of(threads.scheduler.address, None) as found:
        assert (found.slots, found.threads) == (2, 0)
        assert found.client.submit(sum, [1, 2]).result() == 3
    assert threads.submit(sum, [2, 2]).result() == 4


def test_a_scheduler_that_does_not_answer_is_said(monkeypatch):
    monkeypatch.setattr(workers, "CONNECT_SECONDS", 0.5)
    with (
        pytest.raises(ComputeError, match=r"no worker answers at tcp://127\.0\.0\.1:9"),
        workers.workers_of("tcp://127.0.0.1:9", None),
    ):
        pass


def test_what_cannot_be_started_is_said(monkeypatch):
    def broken(_count, _threads):
        raise OSError("no ports left")

    monkeypatch.setattr(workers, "local_cluster", broken)
    with pytest.raises(ComputeError, match="no worker could be started"), workers.workers_of(None, 1):
        pass
