"""How many cores of this machine are ours."""

from __future__ import annotations

import os


def cores() -> int:
    """Return how many CPU cores this process may use: fewer than there are where a scheduler or a person said so."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
