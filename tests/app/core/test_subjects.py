"""A subject with state is one folder: made, saved, restored, stopped and in the script, with no other edit."""

import sys

import numpy as np
import pytest
from fake_compute import FakeCompute

import workbench.app
from workbench.app.core import subjects
from workbench.app.core.data_folder import DataFolder
from workbench.app.core.session_reading import parse_session
from workbench.app.export.script import script
from workbench.app.session import Session
from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import Micrograph

TOY = '''
from pydantic import BaseModel, Field
from traitlets import Bool, Int

from workbench.app.core.context import Subject
from workbench.app.core.session_file import SessionState
from workbench.app.core.subjects import subject


class Counted(BaseModel):
    count: int = Field(0, ge=0)


class ToySaved(SessionState):
    toy: Counted = Field(default_factory=Counted)


@subject("toy", order=1000)
class Toy(Subject):
    """Counts how often another micrograph was shown."""

    job_keys = ("toy job",)
    saves = ToySaved
    kept_names = ("count",)
    script_names = ("counted",)

    count = Int(0)
    busy = Bool(False)

    def __init__(self, session):
        super().__init__(session)
        self.session = session

    def begin(self):
        self.session.observe(self._shown, names="micrograph")

    def _shown(self, _change):
        self.count += 1

    def halt(self):
        if not self.busy:
            return None
        self.busy = False
        return self.go_on

    def go_on(self):
        self.busy = True

    def to_save(self):
        return {"toy": Counted(count=self.count)}

    def restore(self, saved):
        self.count = saved.toy.count

    def script(self, variables):
        return ["", f"counted = {self.count}"]
'''


@pytest.fixture
def toy(tmp_path, monkeypatch):
    folder = tmp_path / "subjects" / "toy"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "state.py").write_text(TOY)
    monkeypatch.setattr(workbench.app, "__path__", [*workbench.app.__path__, str(folder.parent)])
    subjects.look_again()
    yield
    subjects.forget_subject("toy")
    for name in ("workbench.app.toy", "workbench.app.toy.state"):
        sys.modules.pop(name, None)
    vars(workbench.app).pop("toy", None)


@pytest.fixture
def page(tmp_path):
    def open_page():
        made = Session(data=DataFolder(tmp_path), compute=FakeCompute())
        made.selected = ["otsu"]
        return made

    return open_page


def micrograph():
    return Micrograph(np.random.default_rng(0).normal(size=(24, 32)).astype(np.float32), 0.05, "noise")


def test_it_is_made_and_follows_the_page(toy, page):
    session = page()
    session.show(micrograph())
    assert session.toy.count == 1
    assert session.subjects[-1] is session.toy


def test_it_is_saved_and_restored_and_its_fields_are_checked(toy, page):
    session, later = page(), page()
    session.toy.count = 7
    text = session.state().model_dump_json()
    later.restore(parse_session(text))
    assert later.toy.count == 7
    with pytest.raises(WorkbenchError, match=r"toy\.count"):
        parse_session('{"toy": {"count": -1}}')


def test_a_session_that_does_not_know_it_restores_it_as_at_first(toy, page):
    session = page()
    session.toy.count = 7
    session.restore(parse_session('{"format": 1}'))
    assert session.toy.count == 0


def test_the_browser_keeps_the_session_when_it_changes(toy, page):
    session, kept = page(), []
    for subject in session.subjects:
        subject.observe_kept(lambda _change: kept.append(session.state()))
    session.toy.count = 7
    assert [state.toy.count for state in kept] == [7]


def test_it_is_stopped_and_goes_on(toy, page):
    session = page()
    session.show(micrograph())
    session.toy.busy = True
    session.stop()
    assert not session.toy.busy
    session.retry()
    assert session.toy.busy


def test_its_job_goes_on_whatever_networks_are_selected(toy, page):
    session = page()
    session.show(micrograph())
    session.jobs.begin("toy job", "a toy")
    session.jobs.begin("nobody's", "nobody's")
    session.selected = ["bandpass"]
    assert session.jobs.running("toy job")
    assert not session.jobs.running("nobody's")


def test_it_is_in_the_script_under_a_name_that_no_network_takes(toy, page):
    session = page()
    session.show(micrograph())
    assert "\ncounted = 1\n" in script(session)


def test_without_it_a_session_that_has_it_is_refused():
    with pytest.raises(WorkbenchError, match="toy"):
        parse_session('{"toy": {"count": 1}}')


def test_subjects_hear_of_a_change_in_this_order(page):
    session = page()
    assert [subject.key for subject in session.subjects] == [
        "layout",
        "answers",
        "particle_width",
        "scale_question",
        "results",
        "typed_sizes",
        "scale_bar",
        "marked_files",
        "opening",
        "files",
        "particles",
        "trainings",
        "lattice",
        "fourier",
        "label",
        "training_set",
        "dilation_sweep",
        "active_learning",
        "explain",
        "folder",
        "study",
        "dilation_cache",
        "receptive_fields",
        "domain_check",
        "features",
        "report",
        "export",
        "figure_preview",
    ]

    class Recorded(Session):
        def observe(self, handler, names, **how):
            owner = getattr(handler, "__self__", None)
            for name in [names] if isinstance(names, str) else names:
                order.setdefault(name, []).append(getattr(owner, "key", "") or type(owner).__name__)
            super().observe(handler, names, **how)

    order: dict[str, list[str]] = {}
    Recorded(data=session.data, compute=FakeCompute())
    # an answer is shown before anyone asks what came of it, and what is idle work begins last
    assert order["versions"] == [
        "results",
        "dilation_sweep",
        "active_learning",
        "explain",
        "dilation_cache",
        "receptive_fields",
        "domain_check",
        "features",
    ]
    assert order["busy"] == ["results", "MapQueue", "dilation_cache", "receptive_fields", "figure_preview"]
    assert order["micrograph"][:7] == [
        "typed_sizes",
        "particles",
        "fourier",
        "label",
        "dilation_sweep",
        "active_learning",
        "active_learning",
    ]
    assert order["postprocessed"] == [
        "particles",
        "dilation_sweep",
        "explain",
        "features",
        "features",
        "figure_preview",
    ]
