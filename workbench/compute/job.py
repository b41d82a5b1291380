"""A piece of work that was handed to a worker."""

from __future__ import annotations

import logging
import queue
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any, Literal

LOG = logging.getLogger(__name__)

State = Literal["queued", "running", "done", "failed", "stopped"]


class Job:
    """One piece of work that a worker does; made by `Compute`.

    Attributes
    ----------
    state : str
        ``queued`` until a worker begins, ``running``, then ``done``, ``failed`` or ``stopped``.
    text, fraction : str, float
        What was last reported; the sentence that says why once it failed.
    """

    def __init__(self, what: str) -> None:
        self.id = uuid.uuid4().hex
        self.what = what
        self.state: State = "queued"
        self.text = ""
        self.fraction = 0.0
        self.since = time.monotonic()
        self.until: float | None = None
        self.inbox: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self.ended = threading.Event()

    @property
    def seconds(self) -> float:
        """Time since the job was handed over, or since a worker began it; stands still once it has ended."""
        return (time.monotonic() if self.until is None else self.until) - self.since

    def stop(self) -> None:
        """Stop the job: ``on_stopped`` follows at once, the worker ends within one tile."""
        self.inbox.put(("stop", None))

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the last callback has returned; ``False`` if time ran out before."""
        return self.ended.wait(timeout)

    def __repr__(self) -> str:
        return f"Job({self.what!r}, {self.state})"


class Callbacks:
    """The callbacks of a job; one that fails is logged and does not take the job with it."""

    def __init__(
        self,
        progress: Callable[[float, str], None] | None,
        done: Callable[[Any], None] | None,
        error: Callable[[str], None] | None,
        stopped: Callable[[], None] | None,
    ) -> None:
        self._of = {"progress": progress, "done": done, "error": error, "stopped": stopped}

    def __call__(self, which: str, *values: Any) -> None:
        """Call ``progress``, ``done``, ``error`` or ``stopped``, where there is one."""
        call = self._of[which]
        if call is not None:
            try:
                call(*values)
            except Exception:
                LOG.exception("a callback (%s) failed", which)
