"""Threads of a page: what looks at others' files for as long as somebody has use for it, and what is done aside.

None of them ends without a word: whatever they meet is told, once, and a watcher goes on watching.
"""

from __future__ import annotations

import logging
import threading
import traceback
import weakref
from collections.abc import Callable
from typing import Any, Protocol

from workbench.errors import ComputeError, WorkbenchError

LOG = logging.getLogger(__name__)


class CanLook(Protocol):
    """What can look."""

    def look(self) -> None:
        """See what has changed."""

    def could_not_look(self, why: str) -> None:
        """Say why it could not, and mark what is shown: it is as it was before."""


def keep_looking(owner: CanLook, every_s: float, name: str) -> None:
    """Call ``owner.look()`` at once and then every few seconds in a thread, until the owner is gone.

    Whatever a look raises goes to ``owner.could_not_look()``, the same only once in a row; the next look comes all the
    same.

    Parameters
    ----------
    owner : has ``look()`` and ``could_not_look(why)``
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
        told = ""
        while not gone.is_set():
            here = me()
            if here is None:
                return
            told = _look_once(here, told)
            del here
            gone.wait(every_s)

    threading.Thread(target=look, name=name, daemon=True).start()


def _look_once(owner: CanLook, told: str) -> str:
    """Look, and return what was told instead; ``told``: what was the last time."""
    try:
        owner.look()
        return ""
    except Exception as error:  # a thread that ended here would leave the page as it is for ever
        why = reason(error)
        if why != told:
            LOG.warning(
                "a look failed\n%s", traceback.format_exc()
            )  # as text: a traceback would keep the owner alive
            try:
                owner.could_not_look(why)
            except Exception:
                LOG.warning("nor could that be told\n%s", traceback.format_exc())
        return why


_AT_WORK: set[Background] = set()


class Background(threading.Thread):
    """Work that a page does aside; made by `in_background`."""

    _value: Any = None
    _error: BaseException | None = None

    def result(self, timeout: float | None = None) -> Any:
        """Wait until it has ended, and return what came of it.

        Parameters
        ----------
        timeout : float, optional
            Most seconds to wait.

        Raises
        ------
        WorkbenchError
            What the page was told, where it failed.
        ComputeError
            If it takes longer than ``timeout``; it goes on.
        """
        self.join(timeout)
        if self.is_alive():
            raise ComputeError(f"{self.name.capitalize()} still runs after {timeout:g} s; wait longer.")
        if self._error is not None:
            raise self._error
        return self._value


def works_aside() -> bool:
    """Say whether some other thread than this one is at work that `in_background` started."""
    return any(work is not threading.current_thread() for work in list(_AT_WORK))


def in_background(
    act: Callable[[], object],
    name: str,
    what: str,
    tell: Callable[[str], object],
    ended: Callable[[], object] = lambda: None,
) -> Background:
    """Start a thread, and tell in a sentence whatever goes wrong in it.

    Parameters
    ----------
    act : callable()
    name : str
        Of the thread.
    what : str
        Begins the sentence: ``what failed: ...``.
    tell : callable(sentence)
        Such as one that sets the message of the page.
    ended : callable(), optional
        Called last, whatever came of it.

    Returns
    -------
    Background
        Its ``result()`` waits, and returns what ``act`` returned or raises what was told.
    """

    def refuse(why: str, error: BaseException) -> None:
        thread._error = error if isinstance(error, WorkbenchError) else ComputeError(why)
        tell(why)

    def guarded() -> None:
        try:
            thread._value = act()
        except WorkbenchError as error:
            refuse(str(error), error)
        except MemoryError as error:
            refuse(f"{began} failed: there is not enough memory; close other programs.", error)
        except Exception as error:  # else the page would wait for ever, without a word
            LOG.exception("%s failed", what)
            refuse(f"{began} failed: {reason(error)}.", error)
        finally:
            try:
                ended()
            finally:
                _AT_WORK.discard(thread)

    began = f"{what[:1].upper()}{what[1:]}"
    thread = Background(target=guarded, name=name, daemon=True)
    _AT_WORK.add(thread)
    thread.start()
    return thread


def reason(error: BaseException) -> str:
    """Return what went wrong, as the part of a sentence after a colon."""
    if isinstance(error, WorkbenchError):
        return str(error).rstrip(".")
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}"
    said = (str(error).strip().splitlines() or ["no reason given"])[0]
    return f"{type(error).__name__}: {said}"
