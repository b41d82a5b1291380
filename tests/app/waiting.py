"""Waiting for what happens in another process or a thread of a page, and hearing what a page does meanwhile."""

import threading
import time
from collections.abc import Callable
from typing import Any

from fake_compute import FakeCompute


def wait_for(condition: Callable[[], object], seconds: float = 450) -> None:
    """Return when the condition holds; fail when it took too long."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def rest(compute: FakeCompute, *functions: str) -> None:
    """Answer what waits, as `FakeCompute.work` does, and what follows once targets are chosen, until nothing does."""
    asked = -1
    while asked != len(compute.all()):
        asked = len(compute.all())
        compute.work(*functions)
        for thread in threading.enumerate():
            if thread.name == "targets":
                thread.join()


def heard_of(traits: Any, name: str) -> list[Any]:
    """Return a list that grows by each value of a trait that says something: none by a trait that is emptied."""
    heard: list[Any] = []
    traits.observe(lambda change: heard.append(change["new"]) if change["new"] else None, names=name)
    return heard
