"""Small questions come back after a worker died, and are not asked for ever."""

import pytest
from fake_compute import FakeCompute

from workbench.app.core.questions import TRIES, Questions


def measure(_what):
    """Stands for work on a worker."""


@pytest.fixture
def compute():
    return FakeCompute()


@pytest.fixture
def heard():
    return []


@pytest.fixture
def questions(compute, heard):
    return Questions(compute, lambda: heard.append("answered"), lambda key, why: heard.append((key, why)))


def test_a_question_is_asked_once_and_its_answer_kept(questions, compute, heard):
    for _ in range(2):
        questions.ask("a", measure, 1)
    assert len(compute.jobs) == 1
    compute.jobs[0].answer(None)
    assert questions.known("a")
    assert questions.answer("a") is None
    questions.ask("a", measure, 1)
    assert len(compute.jobs) == 1
    assert heard == ["answered"]


def test_one_that_was_lost_is_asked_again_but_not_for_ever(questions, compute, heard):
    questions.ask("a", measure, 1)
    for _ in range(TRIES):
        compute.waiting()[0].fail("died")
    assert len(compute.jobs) == TRIES
    assert heard == [("a", "died")]
    questions.ask("a", measure, 1)
    assert not compute.waiting()
    questions.try_again()
    questions.ask("a", measure, 1)
    compute.waiting()[0].answer(3)
    assert questions.answer("a") == 3


def test_what_is_not_wanted_any_more_is_stopped_and_its_late_answer_dropped(questions, compute, heard):
    compute.stops_at_once = False
    questions.ask("a", measure, 1)
    questions.ask("b", measure, 2)
    questions.keep(["b"])
    first, second = compute.jobs
    assert (first.stop_asked, second.stop_asked) == (True, False)
    first.answer(1)
    assert not questions.known("a")
    assert heard == []
    questions.ask("a", measure, 1)
    compute.jobs[2].answer(5)
    assert questions.answer("a") == 5


def test_one_that_a_worker_let_go_is_asked_again(questions, compute, heard):
    questions.ask("a", measure, 1)
    compute.jobs[0].stop()  # not by who asked
    assert questions.asking("a")
    compute.waiting()[0].answer(2)
    assert questions.answer("a") == 2
    assert heard == ["answered"]
    questions.ask("b", measure, 1)
    questions.keep([])
    assert not compute.waiting()
