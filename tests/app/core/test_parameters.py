"""A value that cannot be is refused in a sentence, and everything stays as it was."""

import math

import pytest
from fake_compute import FakeCompute
from traitlets import TraitError

from workbench.app.core.parameters import PARAMETERS
from workbench.app.core.session_file import SessionState
from workbench.app.core.session_reading import parse_session
from workbench.app.session import Session
from workbench.errors import WorkbenchError
from workbench.figures.palette import colour_of
from workbench.networks.card import Card


@pytest.fixture
def session():
    made = Session(compute=FakeCompute())
    made.selected = ["unet", "otsu"]
    made.open_sample("easy")
    return made


WRONG = [
    ("selected", ["nope"], "no network 'nope'"),
    ("selected", ["unet", "unet"], "twice"),
    ("selected", {"unet": True}, "selected"),
    ("selected", [3], "selected.0"),
    ("current", "nope", "no network 'nope'"),
    ("current", None, "current"),
    ("thresholds", {"unet": 7}, "thresholds.unet"),
    ("thresholds", {"unet": 0}, "thresholds.unet"),
    ("thresholds", {"unet": math.nan}, "thresholds.unet"),
    ("thresholds", {"unet": "high"}, "thresholds.unet"),
    ("thresholds", [0.5], "thresholds"),
    ("dilations", {"unet": 0}, "dilations.unet"),
    ("dilations", {"unet": [1, 0]}, "dilations.unet"),
    ("dilations", {"unet": 1.5}, "dilations.unet"),
    ("dilations", {"otsu": 2}, "classical"),
    ("scales", {"unet": 9}, "scales.unet"),
    ("scales", {"unet": math.inf}, "scales.unet"),
    ("scales", {"otsu": 2}, "classical"),
    ("order", ["unet", "unet"], "order"),
    ("order", [3], "order.0"),
    ("colours", {"unet": "red"}, "colours.unet"),
    ("colours", {"unet": "#e69f00"}, "colours.unet"),
    ("colours", ["#E69F00"], "colours"),
    ("particle_widths", {"a": 0}, "particle_widths.a"),
    ("particle_widths", {"a": math.inf}, "particle_widths.a"),
    ("min_area", -1, "min_area"),
    ("min_area", math.nan, "min_area"),
    ("min_area_unit", "furlong", "min_area_unit"),
    ("fill_holes", "perhaps", "fill_holes"),
    ("split_touching", None, "split_touching"),
    ("overlay_opacity", 2, "overlay_opacity"),
    ("overlay_colours", "rainbow", "overlay_colours"),
    ("overlay_mode", "stripes", "overlay_mode"),
    ("colormap", "nope", "colormap"),
    ("contrast", [99, 1], "contrast"),
    ("contrast", [5], "contrast"),
    ("contrast", [-1, 50], "contrast.0"),
    ("contrast", [1, 101], "contrast.1"),
    ("gamma", 0, "gamma"),
    ("gamma", math.nan, "gamma"),
    ("gamma", "bright", "gamma"),
    ("invert", 7, "invert"),
    ("show_disagreement", "perhaps", "show_disagreement"),
    ("show_rings", None, "show_rings"),
]


def take(session, name, value, grouped):
    if not grouped:
        setattr(session, name, value)
        return
    with session.hold_trait_notifications():
        session.fill_holes = not session.fill_holes
        setattr(session, name, value)


@pytest.mark.parametrize(("name", "value", "said"), WRONG, ids=lambda value: str(value)[:24])
def test_a_value_that_cannot_be_is_refused_and_nothing_changes(session, name, value, said):
    before, jobs = {one: getattr(session, one) for one in PARAMETERS}, len(session.compute.jobs)
    for grouped in (False, True):
        with pytest.raises(WorkbenchError, match=said.replace(".", r"\.")) as refused:
            take(session, name, value, grouped)
        assert isinstance(refused.value, TraitError)
        assert "\n" not in str(refused.value)
        assert session.message == str(refused.value)
        assert {one: getattr(session, one) for one in PARAMETERS} == before
    assert len(session.compute.jobs) == jobs
    session.selected = ["otsu"]  # and the page goes on


def test_every_parameter_is_among_those_that_are_tried():
    assert {name for name, _value, _said in WRONG} == set(PARAMETERS)


def test_what_can_be_is_taken_as_it_was(session):
    session.contrast = (0, 100)
    session.dilations = {"unet": (1, 1, 2, 2, 4)}
    session.thresholds = {"unet": 0.25}
    session.gamma = 2
    assert session.contrast == [0.0, 100.0]
    assert session.dilations == {"unet": [1, 1, 2, 2, 4]}
    assert (session.thresholds, session.gamma) == ({"unet": 0.25}, 2.0)
    assert tuple(session.state().view.contrast) == (0.0, 100.0)


def test_networks_stand_in_the_order_of_their_list_and_undo_takes_a_place_back(session):
    session.cards = [Card(name=name, architecture="unet") for name in ("unet", "otsu", "mine")]
    session.selected = ["unet", "otsu"]
    with session.gesture():
        session.move_to("otsu", 0)
    assert (session.listed, session.selected) == (["otsu", "unet", "mine"], ["otsu", "unet"])
    with session.gesture():
        session.move_to("mine", 1)  # it has no pane: that of nobody moves
    assert (session.listed, session.selected) == (["otsu", "mine", "unet"], ["otsu", "unet"])
    with session.gesture():
        session.select("mine")
    assert session.selected == ["otsu", "mine", "unet"]  # at its place in the list
    with session.gesture():
        session.move("mine", -1)
    assert session.listed == session.selected == ["mine", "otsu", "unet"]
    for _ in range(4):
        session.undo()
    assert (session.listed, session.selected) == (["unet", "otsu", "mine"], ["unet", "otsu"])


def test_a_colour_that_another_network_has_changes_hands_and_undo_takes_both_back(session):
    before = session.colours_of()
    session.set_colour("unet", before["otsu"])
    assert (session.colour_of("unet"), session.colour_of("otsu")) == (before["otsu"], before["unet"])
    session.set_colour("unet", before["otsu"])  # it has it
    session.undo()
    assert session.colours_of() == before
    with pytest.raises(WorkbenchError, match="#RRGGBB"):
        session.set_colour("unet", "blue")
    with pytest.raises(WorkbenchError, match="no network 'nobody'"):
        session.set_colour("nobody", "#E69F00")
    assert session.colours_of() == before


def test_a_network_of_ones_own_keeps_its_colour_when_another_comes_whatever_is_undone(session):
    mine, other = "b", next(name for name in map(str, range(999)) if colour_of(name) == colour_of("b"))
    session.cards = [*session.cards, Card(name=mine, architecture="unet")]
    given = session.colour_of(mine)
    session.fill_holes = True
    session.cards = [Card(name=other, architecture="unet"), *session.cards]
    assert session.colour_of(mine) == given != session.colour_of(other)
    session.undo()
    assert session.colour_of(mine) == given
    again = Session(compute=FakeCompute())
    again.restore(parse_session(session.state().model_dump_json()))
    assert again.colour_of(mine) == given


def test_a_session_that_asks_what_cannot_be_here_changes_nothing(session):
    before = session.state()
    with pytest.raises(WorkbenchError, match="classical"):
        session.restore(SessionState(selected=["otsu"], fill_holes=True, dilations={"otsu": 2}))
    assert session.state() == before


def test_whatever_a_page_holds_is_saved_and_restored_as_it_is(session):
    session.contrast, session.gamma, session.colormap = [2.5, 97.0], 0.4, "cividis"
    session.thresholds, session.dilations, session.scales = {"unet": 0.3}, {"unet": 4}, {"unet": 0.5}
    session.particle_widths = {"a": 48.0}
    session.order, session.colours = ["unet", "otsu"], {"unet": "#0000DD"}
    session.min_area, session.fill_holes, session.overlay_mode = 2.5, True, "outline"
    other = Session(compute=FakeCompute())
    other.restore(parse_session(session.state().model_dump_json()))
    for name in PARAMETERS:
        assert getattr(other, name) == getattr(session, name), name
