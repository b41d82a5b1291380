"""The head of a row: what a hand does to it is called, whatever else it says; a browser test drags and clicks."""

from widget_doings import Sent, Told

from workbench.app.networks.layer_handle import LayerHandle


def test_what_the_hand_does_is_called_with_what_it_says():
    done = []
    handle = LayerHandle(
        "U-Net",
        move_to=lambda place: done.append(("place", place)),
        step=lambda places: done.append(("step", places)),
        take_colour=lambda colour: done.append(("colour", colour)),
    )
    said = Told(handle)
    said.say(place=0)  # the first place is one, too
    said.say(step=-1)
    said.say(colour="#E69F00")
    said.say(kind="surprise")
    assert done == [("place", 0), ("step", -1), ("colour", "#E69F00")]


def test_colour_and_palette_travel_together():
    handle = LayerHandle("U-Net", print, print, print)
    sent = Sent(handle)
    palette = [{"colour": "#E69F00", "word": "orange", "owner": "FCN8s"}]
    handle.show("#56B4E9", palette)
    handle.show("#56B4E9", palette)
    assert sent == [{"colour": "#56B4E9", "palette": palette}]
    assert repr(handle) == "LayerHandle('U-Net', #56B4E9)"
