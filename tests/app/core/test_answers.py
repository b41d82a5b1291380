"""Answers are kept by all that they depend on, up to a number of bytes."""

import numpy as np
import pytest
from fake_compute import FakeCompute

from workbench.app.core import answers
from workbench.app.core.answers import Answers, Kept, MaskAsked
from workbench.app.core.data_folder import DataFolder
from workbench.app.core.versions import Request
from workbench.app.session import Session
from workbench.micrographs.micrograph import Micrograph
from workbench.particles.post_processing import post_process

PIXELS = np.random.default_rng(0).normal(size=(24, 32)).astype(np.float32)


@pytest.fixture
def session(tmp_path):
    made = Session(data=DataFolder(tmp_path), compute=FakeCompute())
    made.selected = ["otsu"]
    made.show(Micrograph(PIXELS, 0.05, "noise"))
    return made


def answer(session):
    """What the network says of what is open, as the worker would say it."""
    return session.compute.waiting("segment")[-1].segmentation()


def test_what_is_kept_is_found_again_with_the_mask_that_was_made_of_it(session):
    request, found = session.request("otsu"), answer(session)
    mask = post_process(found, session.settings("otsu"), None)
    made = MaskAsked(request, session.settings("otsu"), "")
    kept = session.answers
    assert not kept.known(request)
    assert kept.kept(request) == (None, None, None)
    kept.keep(request, found, mask, made)
    assert kept.known(request)
    again, *rest = kept.kept(request)
    assert again.probability is found.probability
    assert rest == [mask, made]


def test_an_answer_is_about_the_micrograph_as_it_is_open_now(session):
    request = session.request("otsu")
    session.answers.keep(request, answer(session))
    session.show(Micrograph(PIXELS.copy(), 0.05, "the same pixels, under another name"))
    session.answers.keep(request, answer(session))
    assert session.answers.kept(request)[0].micrograph is session.micrograph


@pytest.mark.parametrize(
    "change",
    [
        lambda request: request._replace(nm_per_px=0.1),
        lambda request: request._replace(seen="other pixels"),
        lambda request: request._replace(version=request.version._replace(scale=1.5)),
        lambda request: request._replace(version=request.version.at(2)),
    ],
)
def test_another_question_has_no_answer(session, change):
    request = session.request("otsu")
    session.answers.keep(request, answer(session))
    assert not session.answers.known(change(request))


def test_weights_that_were_written_anew_gave_no_answer(session, tmp_path):
    file = tmp_path / "mine.safetensors"
    file.write_bytes(b"before")
    version = session.version("otsu")._replace(weights=str(file), stamp="6 0")
    session.answers.keep(Request.of(version, session.micrograph), answer(session))
    assert session.answers.kept(Request.of(version, session.micrograph)) == (None, None, None)


def test_another_micrograph_takes_all_answers_away(session):
    request = session.request("otsu")
    session.answers.keep(request, answer(session))
    session.answers.forget()
    assert not session.answers.known(request)


def test_an_answer_weighs_what_its_arrays_take(session):
    found = answer(session)
    mask = post_process(found, session.settings("otsu"), None)
    assert Kept(found).nbytes == PIXELS.nbytes
    assert Kept(found, mask).nbytes == PIXELS.nbytes + mask.mask.nbytes + mask.labels.nbytes


def test_beyond_the_bytes_that_are_kept_the_longest_unused_goes(session, monkeypatch):
    monkeypatch.setattr(answers, "KEPT_BYTES", 2 * PIXELS.nbytes)
    kept, found = Answers(session), answer(session)
    first, second, third = (
        Request(session.version("otsu"), session.micrograph.seen, size) for size in (1.0, 2.0, 3.0)
    )
    for request in (first, second):
        kept.keep(request, found)
    assert kept.kept(first)[0] is not None  # it was used after the second
    kept.keep(third, found)
    assert [kept.known(request) for request in (first, second, third)] == [True, False, True]
