"""How a panel makes itself known; `tests/test_plugins.py` has those of others."""

import ipywidgets as widgets
import pytest

from workbench.app.widgets import panel as panels
from workbench.app.widgets.panel import Panel, panel
from workbench.errors import WorkbenchError


@pytest.fixture(autouse=True)
def registry(monkeypatch):
    monkeypatch.setattr(panels, "_PANELS", {})
    return panels._PANELS


class Shown(Panel):
    def build(self):
        self.controls["said"] = widgets.HTML(self.session)
        return self.controls["said"]


def test_a_class_is_registered_with_its_place_and_builds_its_body(registry):
    made = panel("shown", "Shown", order=7)(Shown)
    assert registry == {"shown": Shown}
    assert (made.key, made.title, made.order) == ("shown", "Shown", 7)
    view = made("a session", None)
    assert view.body is view.controls["said"]
    assert view.body.value == "a session"
    assert view.deck is None
    assert not view.is_open
    assert not view.is_seen


def test_two_panels_of_one_key_are_refused_by_name(registry):
    panel("shown", "Shown", order=1)(Shown)

    class Other(Shown):
        pass

    with pytest.raises(WorkbenchError, match="Two panels have the key shown; rename one"):
        panel("shown", "Other", order=2)(Other)
    assert registry == {"shown": Shown}
    panel("shown", "Shown again", order=3)(Shown)  # a module that is loaded anew
    assert Shown.title == "Shown again"


def test_panels_are_made_in_their_order_and_one_of_others_that_breaks_is_left_out(registry, monkeypatch):
    monkeypatch.setattr(panels, "_load_plugins", lambda: None)
    monkeypatch.setattr(panels.pkgutil, "iter_modules", lambda _path: [])

    class First(Shown):
        pass

    class Broken(Shown):
        def build(self):
            raise ValueError("no such widget")

    panel("last", "Last", order=9)(Shown)
    panel("broken", "Broken", order=5)(Broken)
    panel("first", "First", order=1)(First)
    with pytest.warns(RuntimeWarning, match="Broken of .* is left out: ValueError: no such widget"):
        made = panels.open_panels("a session", None)
    assert [type(one) for one in made] == [First, Shown]


def test_a_panel_of_the_package_that_breaks_is_an_error(registry, monkeypatch):
    monkeypatch.setattr(panels, "_load_plugins", lambda: None)
    monkeypatch.setattr(panels.pkgutil, "iter_modules", lambda _path: [])

    class Broken(Shown):
        def build(self):
            raise ValueError("no such widget")

    Broken.__module__ = "workbench.app.broken.panel"
    panel("broken", "Broken", order=5)(Broken)
    with pytest.raises(ValueError, match="no such widget"):
        panels.open_panels("a session", None)
