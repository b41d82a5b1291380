"""Jobs of a page that nobody looks at leave the worker, and come back with their page."""

import threading
import time

import pytest

from workbench.compute import Compute
from workbench.compute.hold import Hold
from workbench.compute.job import Job
from workbench.errors import Stopped

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]  # other people's, in other processes' start
LONG = 90


def wait_until_there(path, *, progress, stop):
    """Run until a file appears, as a job that takes as long as the test wants."""
    while not path.exists():
        progress(0.1, "at work")
        if stop():
            raise Stopped("stopped")
        time.sleep(0.02)
    return "done"


def nothing(*, progress, stop):
    return "done at once"


class Asked:
    """A job and all that was heard of it."""

    def __init__(self, compute, function, *arguments):
        self.ended, self.heard, self.said = threading.Event(), threading.Condition(), []
        self.done = self.error = None
        self.stopped = False
        self.job = compute.submit(
            function,
            *arguments,
            needs_device=True,
            on_progress=self._progress,
            on_done=lambda value: self._end(done=value),
            on_error=lambda why: self._end(error=why),
            on_stopped=lambda: self._end(stopped=True),
        )

    def _progress(self, _fraction, text):
        with self.heard:
            self.said.append(text)
            self.heard.notify_all()

    def _end(self, **how):
        for name, value in how.items():
            setattr(self, name, value)
        self.ended.set()

    def wait_to_hear(self, text, times=1):
        with self.heard:
            assert self.heard.wait_for(lambda: self.said.count(text) >= times, LONG), self.said


def test_a_held_job_lets_others_through_and_runs_when_it_is_released(compute, tmp_path):
    """The page of the first job was left; the next page does not wait for it."""
    left, other = compute.for_page(), compute.for_page()
    first = Asked(left, wait_until_there, tmp_path / "go")
    first.wait_to_hear("at work")
    second = Asked(other, nothing)
    left.hold()
    assert second.ended.wait(LONG)
    assert second.done == "done at once"
    assert not first.ended.is_set()
    assert first.job.state == "queued"
    later = Asked(left, nothing)  # asked while nobody looks
    (tmp_path / "go").touch()
    third = Asked(other, nothing)
    assert third.ended.wait(LONG)
    assert not first.ended.is_set()
    assert not later.ended.is_set()
    left.release()
    assert first.ended.wait(LONG)
    assert later.ended.wait(LONG)
    assert (first.done, later.done) == ("done", "done at once")
    assert not first.stopped


def test_a_held_job_can_be_stopped(compute, tmp_path):
    page = compute.for_page()
    asked = Asked(page, wait_until_there, tmp_path / "never")
    asked.wait_to_hear("at work")
    page.hold()
    asked.job.stop()
    assert asked.ended.wait(LONG)
    assert asked.stopped


def test_what_waits_says_for_whom(tmp_path):
    """Two processes on one scheduler are two pages; here two clients are."""
    with Compute() as mine, Compute(mine.address()) as theirs:
        first = Asked(mine, wait_until_there, tmp_path / "go")
        first.wait_to_hear("at work")
        second = Asked(theirs, nothing)
        second.wait_to_hear("waits for another page")
        (tmp_path / "go").touch()
        assert second.ended.wait(LONG)
        assert second.done == "done at once"
        assert first.ended.wait(LONG)


def test_a_hold_forgets_jobs_that_ended():
    hold, job = Hold(), Job("work")
    hold.add(job)
    hold.remove(job)
    hold.hold()
    assert job.inbox.empty()
    hold.add(job)
    assert job.inbox.get_nowait() == ("hold", None)
