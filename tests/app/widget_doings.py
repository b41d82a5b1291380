"""What a widget sends to its page, and what happens to it from another thread."""

from concurrent.futures import ThreadPoolExecutor

import ipywidgets as widgets


class Sent(list):
    """The states that a widget has sent, but for echoes."""

    def __init__(self, widget: widgets.Widget) -> None:
        super().__init__()
        send = widget._send

        def listen(message, buffers=None):
            if message["method"] == "update":
                self.append(message["state"])
            send(message, buffers)

        widget._send = listen


class Told(list):
    """The messages that a widget has sent, each with its buffers as bytes; `say` is what the page says to it."""

    def __init__(self, widget: widgets.Widget) -> None:
        super().__init__()
        self._widget = widget
        widget.send = lambda content, buffers=None: self.append(
            (content, [bytes(one) for one in buffers or []])
        )

    def say(self, **message):
        self._widget._handle_custom_msg(message, [])


def elsewhere(act):
    """Do something in another thread, and wait until it is done."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(act).result()
