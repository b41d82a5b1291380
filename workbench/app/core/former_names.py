"""What names of version 0.1.0 are called now: they work for one more release, and say so."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

FORMER_NAMES = {
    "ticked": "selected",
    "active": "current",
    "tick": "select",
    "tuned": "postprocessed",
    "outside": "domain_warnings",
    "dilated": "dilation_cache",
    "filmstrip": "dilation_sweep",
    "next_to_label": "active_learning",
    "doubts": "scale_warnings",
}
"""Attribute of a session in version 0.1.0 -> what it is called now."""

C = TypeVar("C")


def with_former_names(names: Mapping[str, str]) -> Callable[[type[C]], type[C]]:
    """Let attributes of a class be read and set under their former names, with a DeprecationWarning.

    Parameters
    ----------
    names : mapping of str to str
        Former name -> name.
    """

    def add(cls: type[C]) -> type[C]:
        for former, now in names.items():
            setattr(cls, former, _former(cls.__name__, former, now))
        return cls

    return add


def _former(owner: str, former: str, now: str) -> property:
    def warn() -> None:
        told = f"{owner}.{former} is called {now} now"
        warnings.warn(told, DeprecationWarning, stacklevel=3)

    def read(self: Any) -> Any:
        warn()
        return getattr(self, now)

    def write(self: Any, value: Any) -> None:
        warn()
        setattr(self, now, value)

    return property(read, write, doc=f"Former name of ``{now}``.")
