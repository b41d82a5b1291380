"""The link to the workers: whose keys are whose, and what is known of an array."""

import gc
import types

import numpy as np
import pytest

from workbench.compute.connection import Link, alive, quietly, whose
from workbench.compute.job import Job
from workbench.errors import ComputeError


@pytest.fixture
def link(monkeypatch):
    """A link whose attempts to connect are answered by the test."""
    monkeypatch.delenv("WORKBENCH_SCHEDULER", raising=False)
    tried = []
    made = Link()
    monkeypatch.setattr(made, "_connect", tried.append)
    return made, tried


def client(status="running", **more):
    return types.SimpleNamespace(status=status, close=lambda timeout: None, **more)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (["workbench-a-1", "workbench-b-2"], ""),
        (["workbench-a-1", "workbench-x-1"], "waits for another page"),
        (["workbench-a-1", "cell-of-a-study"], "waits for other work on its worker"),
        ([], ""),
    ],
)
def test_whose_keys_are(keys, said):
    assert whose(keys, {"a", "b"}) == said


def test_the_connection_is_made_once_and_again_when_it_failed_or_broke(link):
    made, _tried = link
    first = made.connection()
    assert made.connection() is first
    first.set_exception(ComputeError("no worker"))
    second = made.connection()
    assert second is not first
    second.set_result(client())
    assert made.connection() is second
    second.result().status = "closed"
    assert made.connection() is not second


def test_a_link_that_was_closed_stops_its_jobs_and_connects_no_more(link):
    made, _tried = link
    job = Job("work")
    job.ended.set()
    made.begin(job)
    made.close()
    assert job.inbox.get_nowait() == ("stop", None)
    with pytest.raises(ComputeError, match="The worker has been closed; start the page again"):
        made.connection().result(0)
    made.begin(Job("late"))
    assert list(made.jobs) == [job.id]


def test_the_address_is_the_one_given_else_that_of_the_environment(monkeypatch):
    monkeypatch.setenv("WORKBENCH_SCHEDULER", "tcp://there:1")
    assert Link().given == "tcp://there:1"
    assert Link("tcp://here:2").given == "tcp://here:2"
    monkeypatch.setenv("WORKBENCH_SCHEDULER", "")
    assert Link().given is None


def test_what_is_reported_goes_to_the_job_that_it_is_of(link):
    made, _tried = link
    job, other = Job("work"), Job("other")
    made.begin(job)
    for one in (job, other):
        made._hear((0.0, {"job": one.id, "fraction": 0.5, "text": "half"}))
    assert job.inbox.get_nowait() == ("progress", (0.5, "half"))
    assert other.inbox.empty()
    made.end(job)
    made._hear((0.0, {"job": job.id, "fraction": 1.0, "text": "late"}))
    assert job.inbox.empty()


def test_equal_arrays_have_one_key_and_others_of_the_same_bytes_another(link):
    made, _tried = link
    array = np.arange(24, dtype=np.float32).reshape(4, 6)
    assert made.key(array) == made.key(array.copy()) == made.key(np.asfortranarray(array))
    others = [array.reshape(6, 4), array.view(np.int32), array + 1, array.T]
    assert len({made.key(one) for one in (array, *others)}) == 5


def test_a_key_that_came_with_an_array_is_kept_as_long_as_that(link):
    made, _tried = link
    array = np.zeros(5)
    made.remember(array, "answer:1")
    assert made.key(array) == "answer:1"
    assert made.key(array.copy()).startswith("array:")
    assert made.sent == {"answer:1"}
    del array
    gc.collect()
    assert made.keys == {}


def test_all_that_wait_are_answered_from_one_look(link):
    made, _tried = link
    made.begin(Job("mine"))
    looks = []

    def processing():
        looks.append(None)
        return {"worker": ("workbench-theirs-1",)}

    busy = client(processing=processing)
    assert [made.waits_for(busy) for _ in range(3)] == ["waits for another page"] * 3
    assert len(looks) == 1


def test_whatever_fails_on_the_way_out_is_left_at_that():
    quietly(lambda: 1 / 0)
    assert alive(client("connecting"))
    assert not alive(client("closed"))
