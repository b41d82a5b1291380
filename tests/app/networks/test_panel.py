"""The list of networks says on what each score was measured."""

from fake_compute import FakeCompute
from widget_doings import Told

from workbench.app.networks.panel import NetworksPanel
from workbench.app.session import Session
from workbench.figures.palette import COLOURS
from workbench.networks.card import Card, Score


def score(split: str, value: float, name: str) -> Score:
    return Score(metric="dice_hard", value=value, set=name, split=split, micrographs=9)


def test_a_score_on_validation_is_told_from_one_on_a_test_set():
    session = Session(compute=FakeCompute())
    session.selected = []
    panel = NetworksPanel(session, None)
    session.cards = [
        Card(
            name="a",
            architecture="unet",
            scores=[score("validation", 0.9, "chosen-on"), score("test", 0.8, "unseen")],
        ),
        Card(name="b", architecture="unet", scores=[score("validation", 0.7, "chosen-on")]),
        Card(name="c", architecture="unet"),
    ]
    told = {name: panel._by_name[name] for name in "abc"}
    assert told["a"][0].children[-1].value == "0.800"
    assert len(told["a"]) == 1
    assert [not hidden(told[name][0].children[-1]) for name in "abc"] == [True, False, False]
    assert told["b"][1].value == "validation 0.700"  # below its name: in no column with one on a test set
    assert len(told["c"]) == 1
    assert (
        panel._note.value
        == "Hard Dice on test sets: unseen. Below a name, hard Dice on validation: chosen-on"
    )
    said = panel.controls["tick a"].tooltip.splitlines()
    test, validation = (
        said.index("On test sets:"),
        said.index("On validation, by which something was chosen:"),
    )
    assert (said[test + 1], said[validation + 1]) == (
        "dice_hard 0.800 on unseen, 9 micrographs",
        "dice_hard 0.900 on chosen-on, 9 micrographs",
    )


def hidden(widget) -> bool:
    return widget.layout.display == "none"


def listed(panel) -> list[str]:
    """The labels in the list, from top to bottom."""
    boxes = {id(rows[0]): panel.controls[f"tick {name}"] for name, rows in panel._by_name.items()}
    return [boxes[id(row)].description for row in panel._rows.children if id(row) in boxes]


def test_rows_stand_in_the_order_of_the_list_and_hidden_ones_stay_at_their_places():
    session = Session(compute=FakeCompute())
    session.selected = ["fcn8s", "unet"]
    panel = NetworksPanel(session, None)
    first = listed(panel)
    assert first[:2] == ["FCN8s", "U-Net"]
    Told(panel.controls["layer unet"]).say(place=0)
    assert listed(panel) == ["U-Net", "FCN8s", *first[2:]]
    assert session.selected == ["unet", "fcn8s"]
    Told(panel.controls["layer fcn8s"]).say(step=1)
    assert listed(panel) == ["U-Net", first[2], "FCN8s", *first[3:]]
    panel.controls["tick fcn8s"].value = False
    assert listed(panel) == ["U-Net", first[2], "FCN8s", *first[3:]]
    shown = {name: "hw-shown" in panel._by_name[name][0]._dom_classes for name in ("unet", "fcn8s")}
    assert shown == {"unet": True, "fcn8s": False}


def test_a_swatch_offers_each_colour_with_who_has_it_and_two_networks_swap():
    session = Session(compute=FakeCompute())
    panel = NetworksPanel(session, None)
    handle = panel.controls["layer fcn8s"]
    own, others = session.colour_of("fcn8s"), session.colour_of("unet")
    owners = {one["colour"]: one["owner"] for one in handle.palette}
    assert (owners[own], owners[others], owners[COLOURS["ultramarine"]]) == ("FCN8s", "U-Net", "")
    assert list(owners) == list(COLOURS.values())
    Told(handle).say(colour=others)
    assert (handle.colour, panel.controls["layer unet"].colour) == (others, own)
    assert {one["colour"]: one["owner"] for one in handle.palette}[others] == "FCN8s"
    session.undo()
    assert (handle.colour, panel.controls["layer unet"].colour) == (own, others)


def test_a_network_that_comes_has_a_row_with_a_colour_of_its_own():
    session = Session(compute=FakeCompute())
    panel = NetworksPanel(session, None)
    session.cards = [*session.cards, Card(name="mine", architecture="unet", title="Mine")]
    colours = [panel.controls[f"layer {card.name}"].colour for card in session.cards]
    assert len(set(colours)) == len(colours)
    assert listed(panel)[-1] == "Mine"


def test_each_network_with_a_pane_has_its_threshold_in_the_list_and_one_that_moves_is_the_one_that_is_tuned():
    session = Session(compute=FakeCompute())
    session.selected, session.current = ["fcn8s", "unet"], "unet"
    panel = NetworksPanel(session, None)
    made = panel.controls
    rows = list(panel._rows.children)
    assert rows.index(made["threshold fcn8s"]) == 1 + rows.index(panel._by_name["fcn8s"][0])
    assert len(rows) == len(session.cards) + 2
    made["threshold fcn8s"].value = 0.3
    assert session.thresholds == {"fcn8s": 0.3}
    assert session.current == "fcn8s"
    session.set_threshold("unet", 0.7)  # by another hand: it is not tuned therefore
    assert made["threshold unet"].value == 0.7
    session.undo()
    session.undo()  # both of the hand's at once: which one is tuned, and its threshold
    assert made["threshold fcn8s"].value == session.card("fcn8s").threshold
    assert session.current == "unet"
    session.selected = ["unet"]
    assert made["threshold fcn8s"] not in panel._rows.children
