"""The pixel size from a scale bar: as one that was typed, and its source goes with it."""

import json

import pytest
from fake_compute import FakeCompute
from waiting import wait_for

from workbench.app.core.data_folder import DataFolder
from workbench.app.export.script import script
from workbench.app.session import Session
from workbench.errors import MicrographError

LINE = ((82, 50), (83, 180))
SAID = "50 nm over 150 px"


@pytest.fixture
def session(barred):
    return opened(barred)


def opened(folder):
    made = Session(data=DataFolder(folder), compute=FakeCompute())
    made.selected = ["otsu"]
    made.open_file("a.tif").join()
    return made


def measured(session, length="50 nm"):
    session.scale_bar.begin_measuring()
    session.scale_bar.measure(*LINE).result()
    session.scale_bar.set_length(length)


def test_a_bar_and_its_caption_make_the_pixel_size_and_the_tool_is_put_down(session):
    session.scale_bar.begin_measuring()
    assert session.scale_bar.measure(*LINE).result() == session.scale_bar.bar
    assert session.scale_bar.bar.length_px == pytest.approx(150, abs=0.2)
    session.scale_bar.set_length("50 nm")
    assert session.nm_per_px == pytest.approx(50 / 150, rel=2e-3)
    assert (session.scale_bar.active, session.scale_bar.bar) == (False, None)


def test_where_the_size_comes_from_is_in_the_script_the_session_and_beside_the_data(session, barred):
    measured(session)
    assert f"# pixel size from the scale bar: {SAID}\nm = wb.open_micrograph(" in script(session)
    assert session.state().origin.scale_bar == SAID
    written = json.loads((barred / "pixel-sizes.json").read_text())
    assert written["sizes"]["a.tif"]["scale_bar"] == SAID
    again = opened(barred)
    assert again.origin.scale_bar == SAID
    assert again.nm_per_px == session.nm_per_px


def test_a_saved_session_says_it_and_a_size_typed_later_takes_its_place(session, barred):
    measured(session)
    saved = session.state()
    (barred / "pixel-sizes.json").unlink()
    again = opened(barred)
    assert again.nm_per_px is None
    again.restore(saved)
    wait_for(lambda: again.nm_per_px is not None)
    assert (again.nm_per_px, again.origin.scale_bar) == (session.nm_per_px, SAID)
    again.set_nm_per_px(0.05)
    assert again.origin.scale_bar == ""
    assert "scale bar" not in script(again)


def test_no_bar_is_a_sentence_and_the_tool_stays_in_the_hand(session):
    session.scale_bar.begin_measuring()
    with pytest.raises(MicrographError, match="No bar lies along this line"):
        session.scale_bar.measure((20, 50), (22, 180)).result()
    assert session.message.startswith("No bar lies along this line")
    assert (session.scale_bar.active, session.scale_bar.bar, session.nm_per_px) == (True, None, None)


def test_what_is_no_length_changes_nothing(session):
    with pytest.raises(MicrographError, match="draw a line along it first"):
        session.scale_bar.set_length("50 nm")
    session.scale_bar.measure(*LINE).result()
    with pytest.raises(MicrographError, match="number with its unit"):
        session.scale_bar.set_length("50")
    assert session.scale_bar.bar is not None
    assert session.nm_per_px is None


def test_a_bar_found_after_the_tool_was_put_down_or_for_another_micrograph_is_not_shown(session):
    with session.lock:  # so that the bar is found, but not yet told
        finding = session.scale_bar.measure(*LINE)
        session.scale_bar.stop_measuring()
    finding.result()
    assert (session.scale_bar.active, session.scale_bar.bar) == (False, None)
    session.scale_bar.measure(*LINE).result()
    session.open_sample("easy")
    assert (session.scale_bar.active, session.scale_bar.bar) == (False, None)
