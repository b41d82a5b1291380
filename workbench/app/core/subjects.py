"""The registry of subjects: each enters its own state, and the page makes one of each, in their order."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from pydantic import create_model

from workbench.app.core.context import Subject
from workbench.app.core.session_file import SessionState

PACKAGE = "workbench.app"
_KINDS: dict[str, type[Subject]] = {}
S = TypeVar("S", bound=Subject)


def subject(key: str, order: int) -> Callable[[type[S]], type[S]]:
    """Register a class as the state of a subject of the page.

    Parameters
    ----------
    key : str
        It is an attribute of the session under this name.
    order : int
        When it hears of a change, among all subjects: those with a smaller number have heard of it.
    """

    def register(cls: type[S]) -> type[S]:
        cls.key, cls.order = key, order
        _KINDS[key] = cls
        return cls

    return register


def forget_subject(key: str) -> None:
    """Register no more what was registered under a key; a test takes its own back so."""
    _KINDS.pop(key, None)


def look_again() -> None:
    """Look for subjects anew when they are asked for next: folders were added."""
    _find.cache_clear()


def kinds() -> tuple[type[Subject], ...]:
    """Return every kind of subject there is, in their order.

    They are found by name: a folder of `workbench.app` with a ``state.py`` has one there, and in each file that
    ``STATES`` in its ``__init__.py`` names.
    """
    _find()
    return tuple(sorted(_KINDS.values(), key=lambda cls: cls.order))


def session_model() -> type[SessionState]:
    """Return the model of a saved session: what the page saves, and what each subject saves beside it."""
    return _composed(tuple(cls.saves for cls in kinds() if cls.saves is not SessionState))


@lru_cache
def _composed(parts: tuple[type[SessionState], ...]) -> type[SessionState]:
    if not parts:
        return SessionState
    return create_model("SavedSession", __base__=parts, __doc__="Everything that a saved session says.")


@lru_cache(maxsize=1)
def _find() -> None:
    package = importlib.import_module(PACKAGE)
    for folder in pkgutil.iter_modules(package.__path__):
        if not folder.ispkg:
            continue
        inside = f"{PACKAGE}.{folder.name}"
        states = getattr(importlib.import_module(inside), "STATES", ())
        if importlib.util.find_spec(f"{inside}.state") is not None:
            states = ("state", *states)
        for name in dict.fromkeys(states):
            importlib.import_module(f"{inside}.{name}")
