"""Threads of a page: what looks at others' files for as long as somebody has use for it, and what is done aside.

None of them ends without a word: whatever they meet is told, once, and a watcher goes on watching.
"""

from __future__ import annotations

import logging
import threading
import traceback
import weakref
from collections.abc import Callable
from typing import Protocol

from workbench.errors import WorkbenchError

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


def in_background(
    act: Callable[[], object], name: str, what: str, tell: Callable[[str], object]
) -> threading.Thread:
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
    """

    def guarded() -> None:
        try:
            act()
        except WorkbenchError as error:
            tell(str(error))
        except MemoryError:
            tell(f"{what[:1].upper()}{what[1:]} failed: there is not enough memory; close other programs.")
        except Exception as error:  # else the page would wait for ever, without a word
            LOG.exception("%s failed", what)
            tell(f"{what[:1].upper()}{what[1:]} failed: {reason(error)}.")

    thread = threading.Thread(target=guarded, name=name, daemon=True)
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
