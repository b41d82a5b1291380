"""Waiting for what happens in another process."""

import time
from collections.abc import Callable


def wait_for(condition: Callable[[], object], seconds: float = 450) -> None:
    """Return when the condition holds; fail when it took too long."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)
