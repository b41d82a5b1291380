"""Whether somebody looks at a page: a sign of life goes to its browser, and jobs wait while none comes back."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from workbench.app.core.polling import keep_looking

LOG = logging.getLogger(__name__)

BEAT_SECONDS = 2.0
AWAY_SECONDS = 45.0
"""A page that was not heard of for so long is not looked at: it crashed, or its lid is shut."""


class Presence:
    """The heartbeat of one page, both ways.

    Until a browser was heard once, nothing happens: who uses a session from a script is never taken for away.
    The beats come from a plain thread, so that a kernel at work is not taken for a dead one.

    Parameters
    ----------
    beat : callable()
        Gives the browser a sign of life.
    left : callable()
        Called when no browser was heard for AWAY_SECONDS.
    returned : callable()
        Called when one is heard again.
    deaf : callable() -> bool, optional
        Whether this process cannot hear a browser now, because it is at work; such time does not count.
    now : callable() -> float, optional
        A clock in seconds.
    """

    def __init__(
        self,
        beat: Callable[[], None],
        left: Callable[[], None],
        returned: Callable[[], None],
        deaf: Callable[[], bool] | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._beat, self._left, self._returned = beat, left, returned
        self._deaf, self._now = deaf or KernelEar().deaf, now
        self._lock = threading.Lock()
        self._heard: float | None = None
        self._away = False

    @property
    def away(self) -> bool:
        """Whether the browser has left."""
        return self._away

    def hear(self, _message: dict[str, Any] | None = None) -> None:
        """Note that a browser is there."""
        with self._lock:
            first, self._heard = self._heard is None, self._now()
            back, self._away = self._away, False
        if back:
            self._returned()
        if first:
            keep_looking(self, BEAT_SECONDS, "page heartbeat")
        elif back:
            self._beat()  # at once: the browser wants to know

    def look(self) -> None:
        """Give a sign of life, and see whether the browser has left."""
        with self._lock:
            if self._heard is None or self._away:
                return  # a server keeps for later what nobody reads
            if self._deaf():
                self._heard = self._now()
            self._away = gone = self._now() - self._heard > AWAY_SECONDS
        if gone:
            self._left()
        else:
            self._beat()

    def could_not_look(self, why: str) -> None:
        """Note that a beat could not be sent; a browser that misses beats says so itself."""
        LOG.warning("no sign of life could be given to the browser: %s", why)


class KernelEar:
    """Whether the kernel of this process can hear its browser: not while a cell runs, or its loop is at work."""

    def __init__(self) -> None:
        self._cells = 0
        self._heard = True
        self._loop: Any = None
        try:
            from IPython.core.getipython import get_ipython
        except ImportError:
            return
        shell: Any = get_ipython()
        self._loop = getattr(getattr(shell, "kernel", None), "io_loop", None)
        if self._loop is not None:
            self._cells = 1  # the one that makes this page; its end is told below
            shell.events.register("pre_run_cell", self._begun)
            shell.events.register("post_run_cell", self._ended)

    def deaf(self) -> bool:
        """Say whether nothing that a browser says is heard now."""
        if self._loop is None:
            return False
        if not self._heard:
            return True  # since the last question
        self._heard = False
        self._loop.add_callback(self._answer)
        return self._cells > 0

    def _answer(self) -> None:
        self._heard = True

    def _begun(self, *_change: object) -> None:
        self._cells = 1

    def _ended(self, *_change: object) -> None:
        self._cells = 0
