"""The button that uploads a micrograph; it looks at the size first, and sends the file in pieces."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from workbench.app.widgets.es_module import es_module

_HERE = Path(__file__).parent


class UploadButton(anywidget.AnyWidget):
    """A file of the person's own computer; its JavaScript is upload_button.js.

    Parameters
    ----------
    label : str
    failed : callable(sentence)
        Told why a file did not come.
    largest : int
        In bytes.
    instead : str
        What to do with a file that is larger, such as ``put it in the data folder and open it there``.
    accept : str
        Which files the browser offers, such as ``.json``; empty: all.

    Attributes
    ----------
    value : tuple of dict
        The file that came, with its ``name`` and ``content``; whoever has taken it puts ``()``.
    """

    _esm = es_module(_HERE / "upload_button.js")

    label = traitlets.Unicode().tag(sync=True)
    largest = traitlets.Int().tag(sync=True)
    instead = traitlets.Unicode().tag(sync=True)
    accept = traitlets.Unicode().tag(sync=True)
    value = traitlets.Tuple()

    def __init__(
        self, label: str, failed: Callable[[str], None], *, largest: int, instead: str, accept: str = ""
    ) -> None:
        super().__init__(label=label, largest=largest, instead=instead, accept=accept)
        self._failed = failed
        self._id = self._last = ""
        self._content = bytearray()
        self.on_msg(self._heard)

    def _heard(self, _widget: object, message: dict[str, Any], buffers: list[memoryview]) -> None:
        kind = message.get("kind")
        if kind == "failed":
            self._failed(str(message["why"]))
        elif kind == "stop" and message["id"] == self._id:
            self._forget()
        elif kind == "piece":
            self._take(str(message["id"]), str(message["name"]), int(message["size"]), message["at"], buffers)

    def _take(self, upload: str, name: str, size: int, at: int, buffers: list[memoryview]) -> None:
        if upload == self._last:  # its last answer was lost
            self.send({"kind": "next", "id": upload, "at": size})
            return
        if upload != self._id:
            self._forget()
            self._id = upload
        if size > self.largest:  # a browser that did not look
            self._forget()
            self.send({"kind": "stopped", "id": upload})
            self._failed(too_large(name, size, self.largest, self.instead))
            return
        if at == len(self._content):  # else it came twice, or one before it was lost
            self._content += b"".join(buffers)
        came = len(self._content)
        self.send({"kind": "next", "id": upload, "at": came})
        if came >= size:
            content, self._last = bytes(self._content), upload
            self._forget()
            self.value = ({"name": name, "content": content},)

    def _forget(self) -> None:
        self._id, self._content = "", bytearray()

    def __repr__(self) -> str:
        return f"UploadButton({self.label!r})"


def too_large(name: str, size: int, largest: int, instead: str) -> str:
    """Return the sentence that says why a file is not taken; the browser says the same, before it sends anything."""
    return f"{name} has {size / 2**20:.0f} MB; uploads end at {largest / 2**20:.0f} MB: {instead}."
