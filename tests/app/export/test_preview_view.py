"""The picture travels as bytes, again for each page that is ready; a browser test looks at it."""

from widget_doings import Told

from workbench.app.export.preview_view import PreviewView


def test_a_picture_travels_as_bytes_and_none_as_no_bytes():
    view = PreviewView()
    told = Told(view)
    view.show(b"png")
    view.show(b"")
    assert told == [({"kind": "picture"}, [b"png"]), ({"kind": "picture"}, [])]


def test_a_page_that_is_ready_later_is_shown_what_is_there():
    view = PreviewView()
    view.show(b"png")
    told = Told(view)
    told.say(kind="surprise")
    told.say(kind="ready")
    assert told == [({"kind": "picture"}, [b"png"])]
    assert repr(view) == "PreviewView(3 bytes)"
