"""The drawer and the dock: one panel, one tab, as the layout says."""

import ipywidgets as widgets
import pytest
from fake_compute import FakeCompute

from workbench.app.layout.frame import Frame
from workbench.app.layout.state import LayoutState
from workbench.app.session import Session
from workbench.app.widgets import panel as panels
from workbench.app.widgets.browser import Browser
from workbench.app.widgets.panel import Panel, panel


class Plain(Panel):
    def build(self):
        self.heard = []
        return widgets.HTML(self.title)

    def was_opened(self, opened):
        self.heard.append(("opened", opened))

    def was_looked_at(self):
        self.heard.append((self.is_open, self.is_seen, self.has_hand))


class WithDeck(Plain):
    tab, tab_is_tall, name, icon = "Charts", True, "Short", "M0 0h24"

    def build(self):
        self.deck = widgets.HTML("below")
        return super().build()


class Modest(WithDeck):
    unfolds = False


class Later(WithDeck):
    wants_deck = panels.Bool(False)


@pytest.fixture
def made(monkeypatch):
    monkeypatch.setattr(panels, "_PANELS", {})
    session, browser = Session(compute=FakeCompute()), Browser()
    kinds = {"plain": Plain, "deck": WithDeck, "modest": Modest, "later": Later}
    made = {
        key: panel(key, f"<{key}>", order)(kind)(session, browser)
        for order, (key, kind) in enumerate(kinds.items())
    }
    session.subject(LayoutState).drawer = "plain"
    return made


@pytest.fixture
def frame(made):
    usual = {"scores": ("Scores", widgets.HTML("scores")), "other": ("Other", widgets.HTML("other"))}
    return Frame(made["plain"].session, made, usual, in_notebook=False)


def shown(box):
    return box.layout.display != "none"


def below(frame):
    return [one.value for one in frame.dock.children[1].children]


def test_the_rail_names_each_panel_and_the_dock_each_tab(frame, made):
    assert frame.rail.items[:2] == [
        {"key": "plain", "name": "<plain>", "title": "<plain>", "icon": ""},
        {"key": "deck", "name": "Short", "title": "<deck>", "icon": "M0 0h24"},
    ]
    assert [tab["key"] for tab in frame.bar.tabs] == ["scores", "other", "deck", "modest", "later"]
    assert frame.bar.tabs[2]["title"] == "Charts"
    assert "<h2>&lt;plain&gt;</h2>" in frame.drawer.children[0].children[0].children[0].value
    made["plain"].summary = "2 < 3"
    assert frame.rail.said["plain"] == "2 < 3"
    assert frame.drawer.children[0].children[0].children[1].value == "2 &lt; 3"


def test_one_panel_is_open_at_a_time_and_its_tab_is_raised(frame, made):
    layout = made["plain"].session.subject(LayoutState)
    assert made["plain"].is_open
    assert below(frame) == ["scores"]
    made["deck"].set_open(True)
    assert [shown(box) for box in frame.drawer.children] == [False, True, False, False]
    assert ["hw-open" in box._dom_classes for box in frame.drawer.children] == [False, True, False, False]
    assert (frame.rail.chosen, frame.bar.tab, below(frame)) == ("deck", "deck", ["below"])
    assert "hw-tall" in frame.dock._dom_classes
    assert [one for one in made["plain"].heard if one[0] == "opened"] == [("opened", True), ("opened", False)]
    assert [one for one in made["deck"].heard if one[0] == "opened"] == [("opened", False), ("opened", True)]
    assert made["deck"].heard[-1] == (True, True, True)
    made["plain"].set_open(False)  # it is not open: nothing happens
    assert layout.drawer == "deck"
    frame.rail.chosen = ""  # a hand folds the drawer; what is below stays
    assert not shown(frame.drawer)
    assert not made["deck"].is_open
    assert made["deck"].is_seen
    frame.bar.tab = "other"
    assert made["deck"].heard[-1] == (False, False, False)
    assert "hw-tall" not in frame.dock._dom_classes


def test_a_folded_dock_holds_nothing_and_opens_for_those_that_need_it(frame, made):
    frame.bar.folded = True
    assert below(frame) == []
    assert not shown(frame.dock.children[1])
    made["modest"].set_open(True)
    assert frame.bar.folded
    assert not made["modest"].is_seen
    frame.bar.folded = False
    assert made["modest"].is_seen
    frame.bar.folded = True
    made["deck"].set_open(True)
    assert not frame.bar.folded
    assert shown(frame.dock.children[1])


def test_what_comes_to_be_wanted_is_raised_and_gives_its_place_back(frame, made):
    made["later"].set_open(True)
    assert frame.bar.tab == "scores"
    frame.bar.folded = True
    made["later"].wants_deck = True
    assert (frame.bar.tab, frame.bar.folded) == ("later", False)
    made["later"].wants_deck = False
    assert frame.bar.tab == "scores"


def test_a_panel_or_a_tab_that_is_not_there_opens_nothing(frame, made):
    layout = made["plain"].session.subject(LayoutState)
    layout.drawer, layout.tab = "of a plug-in that is gone", "gone, too"
    assert not shown(frame.drawer)
    assert below(frame) == ["scores"]
    assert not any(one.is_open or one.is_seen for one in made.values())


def test_in_a_notebook_all_begins_folded(made):
    frame = Frame(
        made["plain"].session, made, {"scores": ("Scores", widgets.HTML("scores"))}, in_notebook=True
    )
    assert (frame.rail.chosen, frame.bar.folded, frame.rail.offers_window) == ("", True, True)
    assert not made["plain"].is_open


def test_one_whose_tab_is_seen_has_the_hand_until_another_that_takes_it_is_open(made, monkeypatch):
    monkeypatch.setattr(Modest, "takes_hand", True)
    frame = Frame(
        made["plain"].session, made, {"scores": ("Scores", widgets.HTML("scores"))}, in_notebook=False
    )
    made["deck"].set_open(True)
    made["plain"].set_open(True)
    assert made["deck"].has_hand  # its tab is still seen
    made["modest"].set_open(True)
    frame.bar.tab = "deck"
    assert made["deck"].is_looked_at
    assert not made["deck"].has_hand
    made["deck"].heard.clear()
    made["plain"].set_open(True)
    assert made["deck"].has_hand
    assert made["deck"].heard == [(False, True, True)]  # it is told


def test_one_that_begins_to_take_the_hand_takes_it_from_one_whose_tab_is_seen(made):
    frame = Frame(
        made["plain"].session, made, {"scores": ("Scores", widgets.HTML("scores"))}, in_notebook=False
    )
    made["plain"].set_open(True)
    frame.bar.tab = "deck"
    assert made["deck"].has_hand
    made["deck"].heard.clear()
    made["plain"].takes_hand = True
    assert not made["deck"].has_hand
    assert len(made["deck"].heard) == 1  # it is told
    made["plain"].takes_hand = False
    assert made["deck"].has_hand
