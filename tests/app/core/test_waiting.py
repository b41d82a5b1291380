"""A script waits in one way: `.result()` of what it started, `session.wait()` for all."""

import threading

import numpy as np
import pytest
from fake_compute import FakeCompute

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.polling import in_background, works_aside
from workbench.app.core.waiting import Waiting, wait_while
from workbench.app.session import Session
from workbench.errors import ComputeError, MicrographError, WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.writing import write_tiff

SPECKS = np.random.default_rng(0).normal(size=(48, 64)).astype(np.float32)


@pytest.fixture
def fake():
    return FakeCompute()


@pytest.fixture
def session(tmp_path, fake):
    write_tiff(tmp_path / "m.tif", SPECKS, 0.05)
    made = Session(data=DataFolder(tmp_path), compute=fake)
    made.selected = ["otsu"]
    return made


def answered_by(fake, act):
    """Answer what is asked of the worker in another thread while ``act`` waits; return what it returned."""
    over = threading.Event()

    def answer():
        while not over.wait(0.01):
            for job in fake.waiting():  # questions asked in passing, too
                job.run()

    worker = threading.Thread(target=answer)
    worker.start()
    try:
        return act()
    finally:
        over.set()
        worker.join()


def test_a_file_that_is_opened_is_waited_for_by_its_result(session):
    opened = session.open_file("m.tif").result()
    assert session.micrograph is opened
    assert opened.name == "m"


def test_what_failed_is_raised_as_the_sentence_that_the_page_says(session):
    with pytest.raises(WorkbenchError) as raised:
        session.open_file("gone.tif").result()
    assert str(raised.value) == session.message


def test_a_thread_is_still_joined(session):
    opening = session.open_file("m.tif")
    opening.join()
    assert session.micrograph.name == "m"


def test_run_is_waited_for_up_to_the_masks(session, fake):
    session.open_file("m.tif").result()
    found = answered_by(fake, lambda: session.run().result())
    assert list(found) == ["otsu"]
    assert found["otsu"].mask.shape == SPECKS.shape


def test_wait_returns_when_nothing_runs(session, fake):
    session.open_file("m.tif")
    answered_by(fake, session.wait)
    assert not session.busy
    assert not session.at_work()
    assert list(session.postprocessed) == ["otsu"]


def test_wait_says_when_it_took_too_long(session):
    session.show(Micrograph(SPECKS))  # nobody answers
    with pytest.raises(ComputeError, match="still runs after 0 s; wait longer or stop it"):
        session.wait(timeout=0)
    session.stop()
    session.wait()


def test_work_aside_counts_until_its_last_word_was_said():
    go, said = threading.Event(), []

    def act():
        go.wait()
        assert not works_aside()  # nothing but itself
        raise MicrographError("It is torn.")

    work = in_background(act, "reading", "reading", said.append, ended=lambda: said.append(works_aside()))
    assert works_aside()
    with pytest.raises(ComputeError, match="Reading still runs after 0 s"):
        work.result(timeout=0)
    go.set()
    with pytest.raises(MicrographError, match="It is torn"):
        work.result()
    assert said == ["It is torn.", False]
    assert not works_aside()


def test_the_result_is_what_is_there_at_the_end():
    left = [3]

    def at_work():
        left[0] -= 1
        return left[0] > 0

    assert Waiting(at_work, lambda: left[0]).result() == 0
    wait_while(lambda: False, timeout=0)


def test_a_first_click_is_waited_for_though_the_methods_are_asked_for_before(session, fake):
    """Until they are known no job runs, and no part of the page is busy."""
    session.open_file("m.tif").result()
    answered_by(fake, session.wait)
    session.explain.choose(20, 20)
    assert not session.busy
    assert session.at_work()
    answered_by(fake, session.wait)
    assert session.explain.known
