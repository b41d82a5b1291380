"""Worker processes that end with the process that began them, however that one ended."""

from __future__ import annotations

import multiprocessing
import os
import threading


def end_with_parent() -> None:
    """Let this worker end within a moment of the process that began it, even if that was killed.

    Nothing happens in a process that `multiprocessing` did not begin.
    """
    threading.Thread(target=_wait, name="end with the parent", daemon=True).start()


def _wait() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
