"""A job is followed to its end, whatever the workers answer: a stand-in for Dask's client says what."""

import types

import numpy as np
import pytest
from distributed import KilledWorker

from workbench.compute.connection import Link
from workbench.compute.job import Callbacks, Job
from workbench.compute.job_runner import HELD, JobRunner
from workbench.compute.packing import Failure, Missing, WasStopped
from workbench.errors import ComputeError

LARGE = np.ones(1 << 16, np.float32)


class CancelledError(Exception):
    """As Dask names what was lost."""


class Client:
    """Answers each job that is handed over with the next of some answers; an exception is raised."""

    status = "running"

    def __init__(self, *answers, before=lambda job: None):
        self.answers, self.before = list(answers), before
        self.submitted, self.sent, self.stopped = [], [], []

    def scatter(self, array, hash):
        self.sent.append(array)
        return array

    def scheduler_info(self, n_workers):
        return {"workers": {}}

    def run(self, _function, job, on_error):
        self.stopped.append(job)

    def submit(self, _function, task, *arrays, key, priority, **options):
        self.submitted.append((task, key, priority))
        answer = self.answers.pop(0)
        future = types.SimpleNamespace(cancelled=False)

        def result():
            if isinstance(answer, Exception):
                raise answer
            return answer

        future.result = result
        future.cancel = lambda: setattr(future, "cancelled", True)
        future.add_done_callback = lambda call: (self.before(self.submitted), call(future))
        return future


class Followed:
    """A job that was followed to its end, and what was told of it."""

    def __init__(self, client, *arguments, finish=lambda value: value, before=None, **options):
        self.told = []
        calls = Callbacks(
            *[
                lambda *values, name=name: self.told.append((name, *values))
                for name in ("progress", "done", "error")
            ],
            lambda: self.told.append(("stopped",)),
        )
        self.client, self.job, self.link = client, Job("Measuring"), Link("tcp://nowhere:1")
        ready = types.SimpleNamespace(add_done_callback=lambda call: call(None), result=lambda: client)
        self.link.connection = lambda: ready
        self.link.begin(self.job)
        self.runner = JobRunner(self.link, self.job, print, lambda: arguments, finish, calls, **options)
        if before is not None:
            before(self)
        self.runner.follow()
        assert self.job.ended.is_set()
        assert self.job.id not in self.link.jobs


def died() -> KilledWorker:
    return KilledWorker("task", types.SimpleNamespace(address="there"), 1)


def test_the_answer_is_finished_and_told_once():
    found = Followed(Client(20), finish=lambda value: value + 1)
    assert found.told == [("done", 21)]
    assert (found.job.state, found.job.fraction) == ("done", 1.0)
    ((task, key, priority),) = found.client.submitted
    assert (task.job, task.what, key) == (found.job.id, "Measuring", f"workbench-{found.job.id}-1")
    assert priority == 0


def test_what_nobody_waits_for_comes_behind_all_else():
    ((_task, _key, priority),) = Followed(Client(1), urgent=False).client.submitted
    assert priority == -1


def test_an_array_goes_once_and_again_where_the_worker_misses_it():
    first = Followed(Client(Missing(()), "done"), LARGE)
    assert [len(task.sent) for task, _, _ in first.client.submitted] == [1, 1]
    key = first.link.key(LARGE)
    assert key in first.link.sent

    def known(followed):
        followed.link.sent.add(followed.link.key(LARGE))

    second = Followed(Client("done"), LARGE, before=known)
    assert second.client.sent == []
    third = Followed(Client(Missing((key,)), "done"), LARGE, before=known)
    assert [task.sent for task, _, _ in third.client.submitted] == [(), (key,)]
    assert len(third.client.sent) == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Failure("The sample is missing; choose another."), "The sample is missing; choose another."),
        (MemoryError(), "Measuring failed: there is not enough memory."),
        (ValueError("what"), "Measuring failed: ValueError: what"),
    ],
)
def test_what_fails_is_told_in_a_sentence(answer, said):
    found = Followed(Client(answer))
    assert found.told == [("error", said)]
    assert (found.job.state, found.job.text) == ("failed", said)


def begun(followed) -> None:
    """Say that the worker has begun before it answers."""
    followed.client.before = lambda _submitted: followed.job.inbox.put(("progress", (0.5, "half")))


def test_a_worker_that_dies_at_work_is_told_and_one_that_had_not_begun_is_asked_again():
    found = Followed(Client(died()), before=begun)
    assert found.told[0] == ("progress", 0.5, "half")
    assert "its worker process died, perhaps for lack of memory" in found.told[1][1]
    again = Followed(Client(died(), died(), "done"))
    assert again.told == [("done", "done")]
    assert [key.rpartition("-")[2] for _, key, _ in again.client.submitted] == ["1", "2", "3"]


def test_workers_that_come_and_go_are_given_up():
    found = Followed(Client(*[died() for _ in range(9)]))
    assert len(found.client.submitted) == 4
    assert found.told == [("error", "Measuring failed: the workers come and go; see `workbench doctor`.")]


def test_what_was_lost_is_handed_over_again_while_there_is_a_connection():
    assert Followed(Client(CancelledError(), "done")).told == [("done", "done")]

    def broken(followed):
        followed.client.status = "closed"

    found = Followed(Client(CancelledError(), "done"), before=broken)
    assert found.told == [("error", "Measuring failed: the connection to the worker was lost; try again.")]


def test_a_stop_is_told_at_once_and_then_the_worker_hears_of_it():
    def stop(followed):
        followed.client.before = lambda _submitted: followed.job.stop()

    found = Followed(Client("too late"), before=stop)
    assert found.told == [("stopped",)]
    assert found.job.state == "stopped"
    assert found.client.stopped == [found.job.id]
    assert Followed(Client(WasStopped())).told == [("stopped",)]


def test_no_connection_is_the_sentence_that_says_why():
    def refused(followed):
        def fail():
            raise ComputeError("No worker could be started.")

        ready = types.SimpleNamespace(add_done_callback=lambda call: call(None), result=fail)
        followed.link.connection = lambda: ready

    assert Followed(Client(), before=refused).told == [("error", "No worker could be started.")]


def test_a_job_that_is_held_waits_and_begins_anew():
    def hold(followed):
        inbox = followed.job.inbox

        def tell(submitted):
            if len(submitted) == 1:
                for message in (("progress", (0.5, "half")), ("hold", None), ("progress", (0.7, "late"))):
                    inbox.put(message)
                inbox.put(("release", None))

        followed.client.before = tell

    found = Followed(Client("first", "second"), before=hold)
    assert found.told == [("progress", 0.5, "half"), ("progress", 0.0, HELD), ("done", "second")]
    assert len(found.client.submitted) == 2
