"""What is open on the page, kept with the session."""

import pytest
from fake_compute import FakeCompute
from traitlets import TraitError

from workbench.app.core.session_reading import parse_session
from workbench.app.layout.state import LayoutState
from workbench.app.session import Session
from workbench.errors import WorkbenchError


@pytest.fixture
def session():
    return Session(compute=FakeCompute())


def test_a_session_opens_what_was_open_and_one_that_says_nothing_leaves_it(session):
    layout = session.subject(LayoutState)
    layout.drawer, layout.dock_px, layout.fills, layout.view_mode = "explain", 240, False, "swipe"
    layout.raise_tab("explain")
    other = Session(compute=FakeCompute())
    other.restore(parse_session(session.state().model_dump_json(), "a session"))
    kept = {name: getattr(layout, name) for name in layout.kept_names}
    assert {name: getattr(other.layout, name) for name in layout.kept_names} == kept
    assert kept == {"drawer": "explain", "tab": "explain", "folded": False, "dock_px": 240} | {
        "view_mode": "swipe",
        "fills": False,
    }
    other.restore(parse_session("{}", "an empty one"))
    assert {name: getattr(other.layout, name) for name in layout.kept_names} == kept


def test_a_tab_is_raised_out_of_a_folded_dock_at_once(session):
    layout, seen = session.subject(LayoutState), []
    layout.folded = True
    layout.observe(lambda _change: seen.append((layout.tab, layout.folded)), names=["tab", "folded"])
    layout.raise_tab("probability")
    assert set(seen) == {("probability", False)}


@pytest.mark.parametrize(
    "wrong", ['{"dock_px": -1}', '{"dock_px": 5000}', '{"drawers": "mask"}', '{"view_mode": "upside down"}']
)
def test_what_no_page_can_be_is_refused(session, wrong):
    with pytest.raises(WorkbenchError, match="layout"):
        parse_session(f'{{"layout": {wrong}}}', "a session")
    with pytest.raises(TraitError):
        session.subject(LayoutState).dock_px = -1
