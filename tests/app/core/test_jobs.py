"""What runs for a page, by key: a newer request replaces the older, and what is told is so."""

import threading

import pytest
from fake_compute import FakeCompute

from workbench.app.core.jobs import Jobs

A_MOMENT = 0.3
"""In which the other thread would come to where it does harm; where it cannot, nothing is waited for but this."""


def work():
    """Stands for what a part of the page asks the worker."""


class Page:
    """Jobs over a stand-in for the worker, and all that they told: `said`, of the jobs and of `answers` by key."""

    def __init__(self, stops_at_once=True):
        self.compute, self.said, self.answers = FakeCompute(stops_at_once), [], []
        self.jobs = Jobs(self.compute, lambda *told: self.said.append(told))

    def start(self, key, title="", answer=None):
        self.jobs.start(
            key,
            title or key,
            answer or (lambda value: self.answers.append((key, value))),
            lambda why: self.answers.append((key, why)),
            lambda **on: self.compute.submit(work, **on),
        )
        return self.compute.jobs[-1]


def test_an_answer_ends_its_job():
    page = Page()
    job = page.start("run", "U-Net")
    assert page.said[-1] == ("U-Net", 0.0, True)
    assert page.jobs.running("run")
    job.answer(7)
    assert page.answers == [("run", 7)]
    assert page.said[-1] == ("idle", 0.0, False)
    assert not page.jobs.at_work()


def test_what_fails_says_why():
    page = Page()
    page.start("run").fail("no memory")
    assert page.answers == [("run", "no memory")]
    assert not page.jobs.at_work()


def test_a_newer_request_of_the_same_key_replaces_the_older_whose_answer_comes_too_late():
    page = Page(stops_at_once=False)
    early, late = page.start("run"), page.start("run")
    assert early.stop_asked
    early.answer("early")
    assert page.answers == []
    assert page.jobs.running("run")
    late.answer("late")
    assert page.answers == [("run", "late")]


def test_a_job_that_is_replaced_while_it_is_handed_over_is_stopped():
    page = Page()

    def submit(**on):
        page.start("run")
        return page.compute.submit(work, **on)

    page.jobs.start("run", "slow", page.answers.append, page.answers.append, submit)
    newer, slow = page.compute.jobs
    assert slow.stop_asked
    assert not newer.stop_asked
    newer.answer("newer")
    assert page.answers == [("run", "newer")]


@pytest.mark.parametrize(
    ("stop", "left"),
    [
        (lambda jobs: jobs.drop("a", "b"), ["c"]),
        (lambda jobs: jobs.keep(["b", "unknown"]), ["b"]),
        (lambda jobs: jobs.stop_all(), []),
    ],
)
def test_what_is_stopped_is_told_nothing_and_the_others_go_on(stop, left):
    page = Page()
    for key in "abc":
        page.start(key)
    stop(page.jobs)
    assert [key for key in "abc" if page.jobs.running(key)] == left
    assert [job.stop_asked for job in page.compute.jobs] == [key not in left for key in "abc"]
    assert page.answers == []


def test_stopping_all_returns_what_ran():
    page = Page()
    page.start("a")
    page.start("b").answer()
    assert page.jobs.stop_all() == ["a"]


def test_what_is_no_job_is_shown_until_it_is_finished_or_replaced():
    page = Page()
    early = page.jobs.begin("open", "reading a.tif")
    late = page.jobs.begin("open", "reading b.tif")
    page.jobs.finish("open", early)
    assert page.said[-1] == ("reading b.tif", 0.0, True)
    page.jobs.finish("open", late)
    assert page.said[-1] == ("idle", 0.0, False)


def test_of_several_jobs_the_one_that_is_furthest_is_named_and_the_mean_is_shown():
    page = Page()
    page.start("a", "U-Net")
    page.start("b", "FCN-8s").progress(0.05, "tile 1 of 20")
    assert page.said[-1] == ("tile 1 of 20 (and 1 more)", 0.025, True)


def test_a_job_that_waits_says_which_it_is():
    page = Page()
    page.start("a", "U-Net").progress(0.0, "waits for another page")
    assert page.said[-1][0] == "U-Net waits for another page"


def test_the_time_that_is_left_follows_from_what_is_done_in_the_time_so_far(monkeypatch):
    page = Page()
    job = page.start("a", "U-Net")
    begun = page.jobs._running["a"].since
    monkeypatch.setattr("workbench.app.core.jobs.time.monotonic", lambda: begun + 10)
    job.progress(0.25, "tile 5 of 20")
    assert page.said[-1][0] == "tile 5 of 20, 30 s left"


def test_a_page_is_not_busy_for_ever_after_the_last_word_of_a_job_that_has_ended():
    compute, said = FakeCompute(), []

    def show(status, _fraction, busy):
        if status == "half":
            other = threading.Thread(target=compute.jobs[0].answer, daemon=True)
            other.start()
            other.join(A_MOMENT)  # it ends while its progress is being shown
            threads.append(other)
        said.append(busy)

    threads = []
    jobs = Jobs(compute, show)
    jobs.start("run", "run", lambda _value: None, lambda _why: None, lambda **on: compute.submit(work, **on))
    compute.jobs[0].progress(0.01, "half")
    for thread in threads:
        thread.join(60)
    assert said[-1] is False


def test_a_page_is_not_busy_for_ever_where_an_answer_cannot_be_shown():
    compute, said = FakeCompute(), []
    jobs = Jobs(compute, lambda _status, _fraction, busy: said.append(busy))

    def broken(_value):
        raise RuntimeError("what shows it is broken")

    jobs.start("run", "run", broken, lambda _why: None, lambda **on: compute.submit(work, **on))
    with pytest.raises(RuntimeError):
        compute.jobs[0].answer()
    assert said[-1] is False
