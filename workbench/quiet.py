"""Keep what libraries mumble off the screen while they work, however many threads do so at once."""

from __future__ import annotations

import logging
import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

_SILENT = logging.CRITICAL + 1


@dataclass
class _Silence:
    """One filter, and how many threads need it."""

    entry: Any
    filters: list[Any]
    levels: dict[str, int]
    threads: int = field(default=0)


_lock = threading.Lock()
_kept: dict[tuple[tuple[str, ...], tuple[str, ...]], _Silence] = {}


@contextmanager
def quiet(*modules: str, loggers: tuple[str, ...] = ()) -> Iterator[None]:
    """Ignore warnings that are raised in some modules, and what is logged under some names.

    Not `warnings.catch_warnings`: it puts back the filters that it met, so of two threads that overlap the second
    puts back those of the first, and warnings stay switched off for ever. Here one filter is added by the first
    thread and taken out by the last; no other is touched.

    Parameters
    ----------
    *modules : str
        Names of modules or packages; what lies below them is meant too. None: all.
    loggers : tuple of str
        What lies below them is meant too.
    """
    key = (modules, loggers)
    with _lock:
        silence = _kept.get(key)
        if silence is None:
            silence = _kept[key] = _begin(modules, loggers)
        silence.threads += 1
    try:
        yield
    finally:
        with _lock:
            silence.threads -= 1
            if not silence.threads:
                del _kept[key]
                _end(silence)


def _begin(modules: tuple[str, ...], loggers: tuple[str, ...]) -> _Silence:
    where = re.compile(rf"(?:{'|'.join(map(re.escape, modules))})(?:\.|$)") if modules else None
    entry = ("ignore", None, Warning, where, 0)
    filters: Any = warnings.filters
    filters.insert(0, entry)
    levels = {name: logging.getLogger(name).level for name in loggers}
    for name in levels:
        logging.getLogger(name).setLevel(_SILENT)
    return _Silence(entry, filters, levels)


def _end(silence: _Silence) -> None:
    # Another thread may be inside `catch_warnings`, and then has a copy of the list that it will put back.
    lists: list[Any] = [silence.filters, warnings.filters]
    for filters in lists:
        for place in [place for place, entry in enumerate(filters) if entry is silence.entry]:
            del filters[place]
    for name, level in silence.levels.items():
        logger = logging.getLogger(name)
        if logger.level == _SILENT:
            logger.setLevel(level)
