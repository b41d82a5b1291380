"""What is typed for the report is kept with the session, and what is too long or unknown is refused."""

import json

import pytest
from seen_discs import page_of

from workbench.app.core.session_reading import parse_session
from workbench.app.particles.report_state import LONGEST_LINE, LONGEST_NOTE
from workbench.errors import WorkbenchError


@pytest.fixture
def state(bare):
    return bare.session.report


def test_what_is_typed_becomes_keywords_of_the_report_and_what_is_empty_does_not(state):
    assert state.keywords() == {}
    state.type_in("sample", "  Pt on carbon, batch 7 ")
    state.type_in("note", "grid 3\nafter a week in air\n")
    state.type_in("operator", "  ")
    assert state.keywords() == {"sample": "Pt on carbon, batch 7", "note": "grid 3\nafter a week in air"}


def test_what_is_longer_than_a_report_holds_is_cut_off_and_can_be_kept(state, bare):
    state.type_in("sample", "x" * 1000)
    state.type_in("note", "y" * 10_000)
    assert (len(state.sample), len(state.note)) == (LONGEST_LINE, LONGEST_NOTE)
    assert parse_session(bare.session.state().model_dump_json()).report.sample == state.sample


def test_it_comes_back_with_a_saved_session_and_is_no_step_of_undo(state, bare, tmp_path):
    for name, typed in {"sample": "Au", "microscope": "Titan", "operator": "A. B.", "note": "1\n2"}.items():
        state.type_in(name, typed)
    assert not bare.session.can_undo
    text = bare.session.state().model_dump_json()
    other = page_of(tmp_path).session
    other.restore(parse_session(text))
    assert other.report.keywords() == state.keywords()
    assert len(other.report.keywords()) == 4


def test_a_session_of_before_states_nothing(state, bare):
    state.type_in("sample", "Au")
    bare.session.restore(parse_session("{}"))
    assert state.keywords() == {}


def test_whoever_keeps_the_session_hears_of_it(state):
    heard = []
    state.observe_kept(lambda change: heard.append(change["name"]))
    state.type_in("note", "a")
    state.type_in("sample", "b")
    assert heard == ["note", "sample"]


@pytest.mark.parametrize("broken", [{"sample": 7}, {"sample": "x" * 301}, {"colour": "red"}])
def test_what_nobody_can_type_is_refused(broken):
    with pytest.raises(WorkbenchError, match=r"not a session of this version: report"):
        parse_session(json.dumps({"report": broken}), "a.workbench.json")
