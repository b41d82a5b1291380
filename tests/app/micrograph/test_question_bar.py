"""The question above the panes: seen while it is asked, with a button for each answer."""

import pytest
from fake_compute import FakeCompute

from workbench.app.core.data_folder import DataFolder
from workbench.app.micrograph.question_bar import QuestionBar
from workbench.app.session import Session


@pytest.fixture
def session(tmp_path):
    return Session(data=DataFolder(tmp_path), compute=FakeCompute())


def test_it_is_seen_while_something_is_asked_and_its_buttons_answer(session, monkeypatch):
    answers = []
    monkeypatch.setattr(session.scale_question, "compute", lambda: answers.append("as it is"))
    bar = QuestionBar(session, lambda: answers.append("set"))
    assert bar.box.layout.display == "none"
    session.scale_question.sentence = "a < b has 3 nm/px."
    assert bar.box.layout.display is None
    assert bar._said.value == "a &lt; b has 3 nm/px."
    bar.compute.click()
    bar.set_size.click()
    assert answers == ["as it is", "set"]
    session.scale_question.sentence = ""
    assert bar.box.layout.display == "none"
