"""The list of networks says on what each score was measured."""

from fake_compute import FakeCompute

from workbench.app.networks.panel import NetworksPanel
from workbench.app.session import Session
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
    told = [row.children[-1] for row in panel._rows.children]
    assert [one.value for one in told] == ["0.800", "0.700", ""]
    assert ["hw-validated" in one._dom_classes for one in told] == [False, True, False]
    assert (
        panel._note.value == "Hard Dice on test sets: unseen. In italics, hard Dice on validation: chosen-on"
    )


def test_arrows_take_no_room_from_the_names_of_networks_that_have_no_pane():
    session = Session(compute=FakeCompute())
    session.selected = ["fcn8s", "unet"]
    panel = NetworksPanel(session, None)

    def shown(name: str) -> bool:
        return panel.controls[f"left {name}"].layout.display != "none"

    assert [shown(name) for name in ("fcn8s", "unet", "bandpass")] == [True, True, False]
    session.selected = ["unet"]
    assert not shown("unet")


def test_each_network_with_a_pane_has_its_threshold_in_the_list_and_one_that_moves_is_the_one_that_is_tuned():
    session = Session(compute=FakeCompute())
    session.selected, session.current = ["fcn8s", "unet"], "unet"
    panel = NetworksPanel(session, None)
    made = panel.controls
    rows = list(panel._rows.children)
    assert rows.index(made["threshold fcn8s"]) == 1 + rows.index(panel._by_name["fcn8s"])
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
