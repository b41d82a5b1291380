"""A session written before each subject saved its own part opens as it was; the file was written by that code."""

import json
from pathlib import Path

import pytest
from fake_compute import FakeCompute

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.session_reading import parse_session, read_session
from workbench.app.session import Session
from workbench.errors import WorkbenchError

SESSIONS = Path(__file__).parent / "sessions"
FORMER = {"ticked": "selected", "active": "current"}
"""Keys before -> keys now."""


@pytest.fixture
def session(tmp_path):
    return Session(data=DataFolder(tmp_path), compute=FakeCompute())


def test_it_opens_as_it_was(session):
    session.restore(read_session(SESSIONS / "before-subjects.workbench.json"))
    assert session.micrograph.name == "touching"
    assert (session.selected, session.current) == (["bandpass", "otsu"], "otsu")
    assert (session.threshold("otsu"), session.fill_holes, session.gamma) == (0.7, True, 1.4)


def test_each_subject_takes_its_part(session):
    session.restore(read_session(SESSIONS / "before-subjects.workbench.json"))
    assert session.label.active
    assert (session.explain.kind, session.explain.at) == ("pixel", [20, 30])
    assert session.explain.methods == ["grad_cam"]
    assert session.features.view == "pixels"
    assert session.trainings.draft.epochs == 7


def test_what_is_written_now_has_the_same_keys_and_what_came_since(session):
    before = json.loads((SESSIONS / "before-subjects.workbench.json").read_text())
    now = json.loads(session.state().model_dump_json())
    assert now.keys() == {FORMER.get(key, key) for key in before} | {
        "particle_widths",
        "order",
        "colours",
        "rings",
        "fourier_of",
        "fourier_box",
        "layout",
        "export",
        "scales_answered",
        "counted",
        "corrections",
        "lattice_phases",
        "report",
        "batch",
    }


def test_a_key_that_nobody_knows_is_refused():
    with pytest.raises(WorkbenchError, match="surprise"):
        parse_session('{"surprise": 1}')


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"features": {"view": "dreams"}}', "features.view"),
        ('{"draft": {"epochs": "many"}}', "draft: epochs"),
        ('{"draft": {"options": 3}}', "draft: options"),
        ('{"study": {"workers": 0}}', "study: workers"),
        ('{"batch": {"nm_per_px": 0}}', "batch: nm_per_px"),
        ('{"batch": {"frames": "some"}}', "batch: frames"),
        ('{"batch": {"folder": ""}}', "batch: folder"),
        ('{"export": {"width_mm": -85}}', "export.width_mm"),
        ('{"export": {"letters": "i"}}', "export.letters"),
    ],
)
def test_the_fields_of_each_subject_are_checked_and_the_sentence_names_the_field(text, where):
    with pytest.raises(WorkbenchError, match=r"mine\.workbench\.json is not a session") as refused:
        parse_session(text, "mine.workbench.json")
    assert where in str(refused.value)
    assert "\n" not in str(refused.value)
