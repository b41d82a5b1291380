"""What the page tells the browser, and what it hears from there."""

import ipywidgets as widgets
import pytest
from widget_doings import Told

from workbench.app.widgets.browser import Browser


@pytest.fixture
def browser():
    return Browser()


def test_a_file_travels_as_bytes_beside_its_name(browser):
    told = Told(browser)
    browser.download("a.png", b"content", "image/png")
    assert told == [({"kind": "download", "name": "a.png", "mime": "image/png"}, [b"content"])]


def test_signs_of_life_are_sent(browser):
    told = Told(browser)
    browser.beat()
    assert told == [({"kind": "beat"}, [])]


def test_what_the_browser_says_is_answered_by_who_asked_to_hear_it(browser):
    told, heard = Told(browser), []
    browser.on("undo", heard.append)
    told.say(kind="undo", times=1)
    told.say(kind="redo")
    told.say()
    assert heard == [{"kind": "undo", "times": 1}]


def test_a_control_that_works_without_a_connection_is_marked_and_listed(browser):
    slider, viewer = widgets.FloatSlider(), widgets.Box()
    browser.stand_in(slider, viewer, "threshold", "thresholds", "unet")
    browser.stand_in(widgets.Dropdown(), viewer, "colormap", "view", "colormap", values=["gray", "viridis"])
    first, second = browser.stand_ins
    assert first["control"] is slider
    assert (first["trait"], first["kept"], first["values"]) == ("threshold", ["thresholds", "unet"], [])
    assert second["values"] == ["gray", "viridis"]
    assert "hw-kept" in slider._dom_classes
