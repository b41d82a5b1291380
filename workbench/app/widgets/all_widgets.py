"""Lets a browser that asks for the state of all widgets have it while threads make more of them.

A page that loads asks the kernel once for every widget. ipywidgets goes through the dictionary that holds them, and a
widget that a thread makes meanwhile ends that with an exception: nothing is answered, and the page stays blank until
the browser gives up. So the dictionary is one that can grow while it is gone through, and gives what came since at the
end: whatever a state names has been given when the last one is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ipywidgets.widgets import widget


class Growing(dict[str, Any]):
    """A dictionary whose values may be gone through while others add to it and take from it."""

    def values(self) -> Iterator[Any]:  # type: ignore[override]
        """Give each value once, those that are added meanwhile at the end."""
        given: set[str] = set()
        while added := [(key, value) for key, value in list(self.items()) if key not in given]:
            given.update(key for key, _value in added)
            for _key, value in added:
                yield value


def keep_in_growing() -> None:
    """Let ipywidgets keep its widgets so; one that keeps them under another name is left as it is."""
    held = getattr(widget, "_instances", None)
    if isinstance(held, dict) and not isinstance(held, Growing):
        widget._instances = Growing(held)
