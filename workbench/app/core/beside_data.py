"""What pages write into one small file beside the data: one page at a time, and with the name of who did it."""

from __future__ import annotations

import getpass
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.locks import Lock

LONGEST_WAIT_SECONDS = 5.0


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a lock while a file is read, changed and written, so that no other page does so in between.

    Parameters
    ----------
    path : Path
        Of the lock; its folder has to be there.

    Raises
    ------
    OSError
        If the lock cannot be made, or another page holds it for longer than 5 s.
    """
    end = time.monotonic() + LONGEST_WAIT_SECONDS
    while (lock := Lock.take(path)) is None:
        if time.monotonic() > end:
            raise OSError(None, "another page holds it", str(path))
        time.sleep(0.02)
    try:
        yield
    finally:
        lock.close()


def login() -> str:
    """Return the login name of who runs the page; empty for a user without a name, as in containers."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
