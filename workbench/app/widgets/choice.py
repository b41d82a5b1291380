"""Lists to choose from whose options change while a person looks at them: the click means what the person saw.

A drop-down of ipywidgets sends the place of an option in the list. Where Python has put another list there since, that
place is another option, or none. So each list has a number, which the browser sends with the place (`choices.js`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import ipywidgets as widgets
from traitlets import Int, TraitError

Offer = tuple[Sequence[Any], Any]
"""Options, and which of them is chosen."""
KEPT_LISTS = 50
"""More than can be on their way to a browser at once."""


class _AsSeen(widgets.Widget):  # type: ignore[misc]
    """What `Choice` and `ListChoice` add to the lists of ipywidgets."""

    options: Any
    value: Any
    edition = Int(0, help="number of the list of options").tag(sync=True)
    seen = Int(
        None, allow_none=True, help="the edition in which the person chose; None: no browser has said"
    ).tag(sync=True)

    def __init__(self, *args: Any, **traits: Any) -> None:
        self._writing = threading.RLock()
        self._writer: int | None = None
        super().__init__(*args, **traits)
        self._lists = {0: tuple(self._options_values)}

    def on_pick(self, act: Callable[[Any], object]) -> None:
        """Call ``act(value)`` when a person, or a script by ``value``, chooses; not for what `offer` writes."""

        def on_value(change: dict[str, Any]) -> None:
            if self._writer != threading.get_ident():
                act(change["new"])

        self.observe(on_value, names="value")

    def offer(self, read: Callable[[], Offer]) -> None:
        """Show options and which of them is chosen, in one message.

        Parameters
        ----------
        read : callable() -> (options, value)
            Returns what holds at the moment. It is read until it stays, so that a choice that is made meanwhile is not
            overwritten with the one before. A value that is none of the options: none is chosen.
        """
        with self._writing:
            before, self._writer = self._writer, threading.get_ident()
            try:
                with self.hold_sync():
                    while self._write(*read()):
                        pass
            finally:
                self._writer = before

    def _write(self, options: Sequence[Any], value: Any) -> bool:
        """Write options and value; return whether anything was another before."""
        changed = tuple(options) != tuple(self.options)
        if changed:
            self.options = tuple(options)
            self.edition += 1
            self._lists[self.edition] = tuple(self._options_values)
            self._lists.pop(self.edition - KEPT_LISTS, None)
        wanted = value if value in self._options_values else None
        if self.value != wanted:
            self.value, changed = wanted, True
        return changed

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the browser sends; a place is one in the list that the person saw."""
        place = sync_data.get("index")
        if place is None:
            super().set_state(sync_data)
            return
        seen = sync_data.get("seen", self.seen)
        listed = self._lists.get(self.edition if seen is None else seen, ())
        now = self._options_values
        if place >= len(listed) or listed[place] not in now:  # what was chosen is there no more
            super().set_state({name: value for name, value in sync_data.items() if name != "index"})
            self.send_state("index")
            return
        meant = listed[place]
        with suppress(TraitError):  # the list changed this moment
            super().set_state({**sync_data, "index": now.index(meant)})
        if self.value != meant:  # something was written into it meanwhile
            with suppress(TraitError):
                self.value = meant


class Choice(_AsSeen, widgets.Dropdown):  # type: ignore[misc]
    """A drop-down whose options may change."""


class ListChoice(_AsSeen, widgets.Select):  # type: ignore[misc]
    """A list with a scroll bar whose options may change."""
