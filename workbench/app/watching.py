"""Looks at what others write, again and again, for as long as somebody has use for it."""

from __future__ import annotations

import threading
import weakref
from typing import Protocol


class CanLook(Protocol):
    """What can look."""

    def look(self) -> None:
        """See what has changed."""


def keep_looking(owner: CanLook, every_s: float, name: str) -> None:
    """Call ``owner.look()`` at once and then every few seconds in a thread, until the owner is gone.

    Parameters
    ----------
    owner : has ``look()``
        Is not kept alive by this.
    every_s : float
        Seconds between two looks.
    name : str
        Of the thread.
    """
    me = weakref.ref(owner)
    gone = threading.Event()
    weakref.finalize(owner, gone.set)

    def look() -> None:
        while not gone.is_set():
            here = me()
            if here is None:
                return
            here.look()
            del here
            gone.wait(every_s)

    threading.Thread(target=look, name=name, daemon=True).start()
