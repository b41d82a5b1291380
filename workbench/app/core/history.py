"""Undo and redo for the parameters of a session."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from typing import Any

from traitlets import HasTraits

COALESCE_SECONDS = 0.8
LONGEST = 500


class History:
    """Remembers the values that parameters had, and puts them back.

    Changes of one parameter that follow each other within 0.8 s, as a drag makes them, are one step, and no step
    where they end at the value that they began at.

    Parameters
    ----------
    owner : HasTraits
        Has the traits ``can_undo`` and ``can_redo``, which are kept up to date.
    names : sequence of str
        The traits that can be taken back.
    """

    def __init__(self, owner: HasTraits, names: Sequence[str]) -> None:
        self._owner = owner
        self._traits: dict[str, tuple[HasTraits, str]] = {}
        self._keys: dict[tuple[int, str], str] = {}
        self._past: list[dict[str, Any]] = []
        self._future: list[dict[str, Any]] = []
        self._now: dict[str, Any] = {}
        self._last: tuple[str, float] = ("", 0.0)
        self._depth = 0
        self.remember(owner, names)

    def remember(self, other: HasTraits, names: Sequence[str], prefix: str = "") -> None:
        """Take back traits of a part of the owner, too; nothing may have been taken back yet.

        Parameters
        ----------
        other : HasTraits
        names : sequence of str
        prefix : str
            Goes before the names here, so that parts may have traits of the same name.
        """
        if not names:  # to observe no names is to observe all
            return
        mine = {f"{prefix}{name}": (other, name) for name in names}
        self._traits |= mine
        self._keys = {(id(owner), name): key for key, (owner, name) in self._traits.items()}
        self._now = self._snapshot()
        other.observe(self._changed, names=list(names))

    def undo(self) -> None:
        """Put back the values before the last step; nothing happens where there is none."""
        self._step(self._past, self._future)

    def redo(self) -> None:
        """Put back the values that the last undo took away; nothing happens where there are none."""
        self._step(self._future, self._past)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let the changes made inside be no step at all."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            self._now = self._snapshot()

    @contextmanager
    def group(self) -> Iterator[None]:
        """Let all changes made inside be one step."""
        before = self._now
        with self.paused():
            yield
        if self._now != before:
            self._push(before)
            self._last = ("", 0.0)

    def rewrite(self, name: str, change: Callable[[Any], Any]) -> None:
        """Change what is remembered of a parameter, where what it named is gone."""
        for values in (*self._past, *self._future):
            values[name] = change(values[name])

    def forget(self, name: str) -> None:
        """Take a parameter as it is now for what it always was: what it was before is of something gone."""
        self._now = self._snapshot()
        for steps in (self._past, self._future):
            for values in steps:
                values[name] = self._now[name]
            steps[:] = [values for values, after in pairwise([*steps, self._now]) if values != after]
        self._show_undo()

    def _snapshot(self) -> dict[str, Any]:
        return {key: getattr(owner, name) for key, (owner, name) in self._traits.items()}

    def _changed(self, change: dict[str, Any]) -> None:
        if self._depth:
            return
        before, self._now = self._now, self._snapshot()
        if self._now == before:
            return
        name, when = self._last
        key = self._keys[id(change["owner"]), change["name"]]
        self._last = (key, time.monotonic())
        if name == key and self._last[1] - when < COALESCE_SECONDS and self._past:
            if self._now == self._past[-1]:
                self._past.pop()
                self._last = ("", 0.0)
                self._show_undo()
            return
        self._push(before)

    def _push(self, before: dict[str, Any]) -> None:
        self._past.append(before)
        del self._past[:-LONGEST]
        self._future.clear()
        self._show_undo()

    def _step(self, source: list[dict[str, Any]], target: list[dict[str, Any]]) -> None:
        if not source:
            return
        target.append(self._now)
        values = source.pop()
        parts = {id(owner): owner for owner, _name in self._traits.values() if owner is not self._owner}
        with self.paused(), ExitStack() as held:
            for part in parts.values():  # nobody hears of one of its values that does not go with the others
                held.enter_context(part.hold_trait_notifications())
            for key, value in values.items():
                owner, name = self._traits[key]
                if getattr(owner, name) != value:
                    setattr(owner, name, value)
        self._last = ("", 0.0)
        self._show_undo()

    def _show_undo(self) -> None:
        self._owner.can_undo, self._owner.can_redo = bool(self._past), bool(self._future)  # type: ignore[attr-defined]
