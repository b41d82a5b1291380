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
