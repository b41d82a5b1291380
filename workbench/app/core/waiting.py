"""How a script waits: ``.result()`` of what it started, and ``Session.wait()`` for all of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from workbench.app.core.questions import Questions
from workbench.errors import ComputeError

Result = TypeVar("Result")
EVERY_S = 0.02


class Waiting(Generic[Result]):
    """What a script started on the page and that goes on in the background.

    Parameters
    ----------
    at_work : callable() -> bool
    found : callable() -> object
        Gives what came of it.
    every_s : float
        Seconds between two looks.
    """

    def __init__(
        self, at_work: Callable[[], bool], found: Callable[[], Result], every_s: float = EVERY_S
    ) -> None:
        self._at_work, self._found, self._every_s = at_work, found, every_s

    def result(self, timeout: float | None = None) -> Result:
        """Wait until nothing of it runs, and return what came of it.

        Parameters
        ----------
        timeout : float, optional
            Most seconds to wait.

        Raises
        ------
        ComputeError
            If it takes longer than that; it goes on.
        """
        wait_while(self._at_work, timeout, self._every_s)
        return self._found()


def wait_while(at_work: Callable[[], bool], timeout: float | None = None, every_s: float = EVERY_S) -> None:
    """Return when nothing is at work any more.

    Raises
    ------
    ComputeError
        If that takes longer than so many seconds.
    """
    end = None if timeout is None else time.monotonic() + timeout
    while at_work():
        if end is not None and time.monotonic() >= end:
            raise ComputeError(f"It still runs after {timeout:g} s; wait longer or stop it.")
        time.sleep(every_s)


def any_question(subjects: Iterable[object]) -> bool:
    """Say whether one of the subjects of a page waits for an answer of the worker."""
    held = (value for subject in subjects for value in vars(subject).values())
    return any(value.at_work() for value in held if isinstance(value, Questions))


def any_busy(subjects: Iterable[object]) -> bool:
    """Say whether one of the subjects of a page says that it is at work."""
    return any(getattr(subject, word, False) for subject in subjects for word in ("busy", "exciting"))
