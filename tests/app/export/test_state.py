"""How the figure is on paper, as the page keeps it."""

import numpy as np
import pytest
from fake_compute import FakeCompute

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.session_reading import parse_session
from workbench.app.session import Session
from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import Micrograph


@pytest.fixture
def session(tmp_path):
    return Session(data=DataFolder(tmp_path), compute=FakeCompute())


def noise(name, shape=(24, 32)):
    return Micrograph(np.random.default_rng(0).normal(size=shape).astype(np.float32), 0.05, name, marks=())


CHOSEN = {
    "width_mm": 85,
    "letters": "(a)",
    "titles": {"": "", "unet": "Ours"},
    "bar_nm": 2.5,
    "bar_corner": "lower right",
    "region": (1, 2, 30, 40),
}
FIRST = {
    "width_mm": None,
    "letters": "a)",
    "titles": {},
    "bar_nm": None,
    "bar_corner": "lower left",
    "region": None,
}


def held(session):
    return {name: getattr(session.export, name) for name in CHOSEN}


def choose(session, values):
    for name, value in values.items():
        setattr(session.export, name, value)


def test_it_is_saved_with_the_session_restored_and_undone(session):
    assert held(session) == FIRST
    choose(session, CHOSEN)
    text = session.state().model_dump_json()
    while session.can_undo:
        session.undo()
    assert held(session) == FIRST
    session.restore(parse_session(text))
    assert held(session) == CHOSEN
    session.restore(parse_session('{"format": 1}'))
    assert held(session) == FIRST


def test_the_browser_keeps_the_session_when_it_changes(session):
    kept = []
    session.export.observe_kept(lambda _change: kept.append(session.state().export.width_mm))
    session.export.width_mm = 120
    assert kept == [120]


def test_only_what_is_not_as_at_first_is_asked_of_a_figure(session):
    assert session.export.keywords(["unet"]) == {}
    session.export.letters = "A"
    session.export.width_mm = 180
    assert session.export.keywords(["unet"]) == {"letters": "A", "width_mm": 180}
    choose(session, CHOSEN)
    asked = session.export.keywords(["otsu", "unet"])
    assert asked == {**CHOSEN, "titles": ["", None, "Ours"]}
    assert type(asked["region"]) is tuple  # as a script writes it
    session.export.titles = {"gone": "of a network that is not shown"}
    assert "titles" not in session.export.keywords(["unet"])


def test_a_title_is_given_and_the_usual_one_is_none(session):
    session.selected = ["unet"]
    session.show(noise("first"))
    export = session.export
    assert (export.usual_title(""), export.usual_title("unet")) == ("first", "U-Net, threshold 0.45")
    export.set_title("unet", "Ours")
    export.set_title("", "")
    assert export.titles == {"unet": "Ours", "": ""}
    export.set_title("", "first")  # as it would be
    export.set_title("unet", None)
    assert export.titles == {}


def test_the_figure_is_cropped_to_what_the_panes_show(session):
    with pytest.raises(WorkbenchError, match="have not said yet"):
        session.export.crop_to_view()
    session.export.view = (3, 4, 20, 30)
    session.export.crop_to_view()
    assert session.export.region == (3, 4, 20, 30)


def test_a_part_stays_on_the_next_micrograph_if_that_has_it(session):
    session.export.region = (0, 0, 40, 60)  # a session says it before its micrograph is there
    session.show(noise("first", (40, 60)))
    session.show(noise("as large", (40, 60)))
    assert session.export.region == (0, 0, 40, 60)
    session.show(noise("smaller", (40, 59)))
    assert session.export.region is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("width_mm", -85),
        ("width_mm", float("nan")),
        ("letters", "i"),
        ("bar_nm", 0),
        ("bar_nm", -2),
        ("bar_corner", "top"),
        ("region", (5, 0, 5, 9)),
    ],
)
def test_what_cannot_be_is_refused_and_what_was_set_stays(session, name, value):
    before = getattr(session.export, name)
    with pytest.raises(WorkbenchError):
        setattr(session.export, name, value)
    assert getattr(session.export, name) == before
