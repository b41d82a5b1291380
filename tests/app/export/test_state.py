"""How the figure is on paper, as the page keeps it."""

import pytest
from fake_compute import FakeCompute

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.session_reading import parse_session
from workbench.app.session import Session
from workbench.errors import WorkbenchError


@pytest.fixture
def session(tmp_path):
    return Session(data=DataFolder(tmp_path), compute=FakeCompute())


def test_it_is_saved_with_the_session_and_restored(session):
    session.export.width_mm, session.export.letters, session.export.bar_nm = 85, "(a)", 2.5
    text = session.state().model_dump_json()
    session.export.width_mm, session.export.letters, session.export.bar_nm = None, "a", None
    session.restore(parse_session(text))
    assert (session.export.width_mm, session.export.letters, session.export.bar_nm) == (85, "(a)", 2.5)
    session.restore(parse_session('{"format": 1}'))
    assert (session.export.width_mm, session.export.letters, session.export.bar_nm) == (None, "a)", None)


def test_the_browser_keeps_the_session_when_it_changes(session):
    kept = []
    session.export.observe_kept(lambda _change: kept.append(session.state().export.width_mm))
    session.export.width_mm = 120
    assert kept == [120]


def test_only_what_is_not_as_at_first_is_asked_of_a_figure(session):
    assert session.export.keywords() == {}
    session.export.letters = "A"
    session.export.width_mm = 180
    assert session.export.keywords() == {"letters": "A", "width_mm": 180}


@pytest.mark.parametrize(
    ("name", "value"),
    [("width_mm", -85), ("width_mm", float("nan")), ("letters", "i"), ("bar_nm", 0), ("bar_nm", -2)],
)
def test_what_cannot_be_is_refused_and_what_was_set_stays(session, name, value):
    before = getattr(session.export, name)
    with pytest.raises(WorkbenchError):
        setattr(session.export, name, value)
    assert getattr(session.export, name) == before
