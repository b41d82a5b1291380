"""The last message is kept for a page that comes later."""

from widget_doings import Told

from workbench.app.widgets.kept_message import KeptMessage


class Lamp(KeptMessage):
    _esm = "export default {}"

    def shine(self, colour):
        self._post({"kind": "light", "colour": colour}, [colour.encode()])


def test_a_page_that_comes_later_is_told_the_last_message_alone():
    lamp = Lamp({"kind": "dark"})
    lamp.shine("red")
    lamp.shine("blue")
    told = Told(lamp)
    told.say(kind="surprise")
    told.say(kind="ready")
    assert told == [({"kind": "light", "colour": "blue"}, [b"blue"])]


def test_before_anything_and_after_it_is_cleared_nothing_is_shown():
    lamp = Lamp({"kind": "dark"})
    told = Told(lamp)
    told.say(kind="ready")
    lamp.shine("red")
    lamp.clear()
    told.say(kind="ready")
    dark = ({"kind": "dark"}, [])
    assert told == [dark, ({"kind": "light", "colour": "red"}, [b"red"]), dark, dark]
