"""A widget that is told what to show by a message, and told it again when it comes to the page later."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import anywidget


class KeptMessage(anywidget.AnyWidget):
    """Keeps the last message for a view that is ready later. Any thread may post.

    Pixels travel as messages, so that no notebook saves them.

    Parameters
    ----------
    nothing : dict
        The message that shows nothing.
    """

    def __init__(self, nothing: dict[str, Any], **traits: Any) -> None:
        super().__init__(**traits)
        self._lock = threading.RLock()
        self._nothing = nothing
        self._sent: tuple[dict[str, Any], Sequence[bytes]] = (nothing, [])
        self.on_msg(self._heard)

    def clear(self) -> None:
        """Show nothing."""
        self._post(self._nothing)

    def _post(self, message: dict[str, Any], buffers: Sequence[bytes] = ()) -> None:
        with self._lock:
            self._sent = (message, buffers)
            self.send(message, buffers=list(buffers))

    def _heard(self, _widget: object, message: dict[str, Any], _buffers: list[memoryview]) -> None:
        if message.get("kind") == "ready":
            with self._lock:
                self.send(self._sent[0], buffers=list(self._sent[1]))
