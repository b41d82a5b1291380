"""Ctrl-C and SIGTERM as a wish to stop: the first is granted in good order, the next one at once."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM)
STOPPED_BY_SIGNAL = 130
"""What a shell expects after Ctrl-C: what follows with && must not take half the micrographs for all."""


@contextmanager
def asked_to_stop(said: str) -> Iterator[Callable[[], bool]]:
    """Listen for signals that ask to stop.

    Parameters
    ----------
    said : str
        Printed to stderr when one came.

    Yields
    ------
    callable() -> bool
        Whether one came. The signals then mean again what they meant before.
    """
    asked = threading.Event()
    before = {number: signal.getsignal(number) for number in STOPPING}

    def take_back() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def hear(_number: int, _frame: FrameType | None) -> None:
        asked.set()
        take_back()
        print(said, file=sys.stderr, flush=True)

    for number in STOPPING:
        signal.signal(number, hear)
    try:
        yield asked.is_set
    finally:
        take_back()


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Let Ctrl-C do nothing: what runs inside ends undisturbed, and processes that begin inside never hear it.

    Outside the main thread nothing changes: only that may say what a signal means.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)
