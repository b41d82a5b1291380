"""Small pictures travel as messages, again for each page that is ready, and a click is answered."""

from widget_doings import Told

from workbench.app.widgets.thumbnails import Thumbnail, Thumbnails

ITEMS = [
    Thumbnail("1", "dilation 1", "Dice 0.9", "as trained", b"one"),
    Thumbnail("2", "dilation 2", "", "", b"two"),
]
MESSAGE = {
    "kind": "items",
    "items": [
        {"key": "1", "name": "dilation 1", "text": "Dice 0.9", "title": "as trained"},
        {"key": "2", "name": "dilation 2", "text": "", "title": ""},
    ],
}


def test_names_and_pictures_travel_together_in_one_order():
    pictures = Thumbnails()
    told = Told(pictures)
    pictures.show(ITEMS)
    assert told == [(MESSAGE, [b"one", b"two"])]


def test_a_page_that_is_ready_later_is_shown_what_is_there():
    pictures = Thumbnails()
    pictures.show(ITEMS)
    told = Told(pictures)
    told.say(kind="ready")
    assert told == [(MESSAGE, [b"one", b"two"])]


def test_a_click_says_which_and_pictures_that_are_only_looked_at_are_fixed():
    chosen = []
    pictures = Thumbnails(chosen.append)
    Told(pictures).say(kind="chosen", key=2)
    assert chosen == ["2"]
    assert not pictures.fixed
    only = Thumbnails()
    Told(only).say(kind="chosen", key="2")
    assert only.fixed
