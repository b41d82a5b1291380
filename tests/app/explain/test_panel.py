"""The Explain panel: target, methods, layers, and what is to be done next."""

import pytest
from waiting import rest

from workbench.app.explain.panel import ExplainPanel

INSIDE = (80, 90)


class Quiet:
    """Stands in for the browser."""


@pytest.fixture
def panel(session, explain):
    return ExplainPanel(session, Quiet())


def test_what_to_do_is_said_until_something_is_chosen(session, explain, panel, fake):
    assert panel._state.value.endswith("in any pane.")
    assert (panel.controls["run"].disabled, panel.controls["clear"].disabled, panel.summary) == (
        True,
        True,
        "",
    )
    explain.choose(*INSIDE)
    assert panel._state.value == panel.summary == "row 80, column 90"
    assert not panel.controls["run"].disabled
    panel.controls["clear"].click()
    assert explain.at == []
    session.selected = []
    assert panel._state.value == "Tick a network under Networks first."


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("region", "Drag with shift to move the micrograph."),
        ("background", ", of each network&#x27;s own mask"),
    ],
)
def test_each_kind_of_target_says_what_it_wants(explain, panel, kind, said):
    panel.controls["kind"].value = kind
    assert explain.kind == kind
    assert panel._state.value.endswith(said)


def test_a_region_is_said_by_its_corners(explain, panel, fake):
    explain.draw([(60, 70), (60, 110), (100, 110), (100, 70)])
    rest(fake)
    assert panel._state.value == "region, 4 corners"


def test_methods_are_boxes_that_are_ticked_as_the_session_says(explain, panel):
    boxes = {name: box for name, box in panel.controls.items() if name.startswith("method ")}
    assert [box.value for box in boxes.values()] == [True, True, False]
    boxes["method integrated_gradients"].value = True
    boxes["method gradient"].value = False
    assert explain.methods == ["grad_cam", "integrated_gradients"]
    explain.methods = ["gradient"]
    assert [box.value for box in boxes.values()] == [False, True, False]


def test_a_list_of_layers_stands_there_where_a_method_uses_one(session, explain, panel, fake):
    explain.methods = ["gradient"]
    assert panel._layers.children == ()
    explain.methods = ["grad_cam"]
    rest(fake)
    layer = panel.controls["layer unet"]
    assert layer in panel._layers.children
    layer.value = "downs.0.0"
    assert explain.layers == {"unet": "downs.0.0"}
    layer.value = ""
    assert explain.layers == {}


def test_layers_that_are_known_already_stand_there_at_once(session, explain, fake):
    explain.choose(*INSIDE)
    rest(fake)
    assert explain.known_layers["unet"]
    later = ExplainPanel(session, Quiet())
    assert later.controls["layer unet"] in later._layers.children


def test_an_open_panel_takes_clicks_and_why_nothing_is_explained_is_said(session, explain, panel):
    panel.is_open = False
    panel.was_looked_at()
    assert not explain.active
    panel.is_open = True
    panel.was_looked_at()
    assert explain.active
    panel._run()
    assert "Click a particle" in session.message
