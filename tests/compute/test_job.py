"""A job and its callbacks."""

import logging

from workbench.compute import job as jobs
from workbench.compute.job import Callbacks, Job


def test_time_stands_still_once_a_job_has_ended(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(jobs.time, "monotonic", lambda: clock[0])
    job = Job("Measuring")
    clock[0] = 103.0
    assert job.seconds == 3
    job.until = 104.0
    clock[0] = 200.0
    assert job.seconds == 4


def test_a_stop_waits_in_the_inbox_and_every_job_has_a_name_of_its_own():
    job = Job("Measuring")
    assert (job.state, job.text, job.fraction) == ("queued", "", 0.0)
    job.stop()
    assert job.inbox.get_nowait() == ("stop", None)
    assert job.id != Job("Measuring").id
    assert repr(job) == "Job('Measuring', queued)"
    assert not job.wait(0)
    job.ended.set()
    assert job.wait(0)


def test_a_callback_that_fails_is_logged_and_one_that_is_not_there_is_left_out(caplog):
    heard = []

    def fails(_value) -> None:
        raise ValueError("a mistake of the page")

    calls = Callbacks(lambda *told: heard.append(told), fails, None, None)
    calls("progress", 0.5, "half")
    calls("error", "nobody listens")
    calls("stopped")
    with caplog.at_level(logging.ERROR):
        calls("done", 1)
    assert heard == [(0.5, "half")]
    assert "a callback (done) failed" in caplog.text
    assert "a mistake of the page" in caplog.text
