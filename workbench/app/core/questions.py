"""Small questions to the worker: each is asked once, and again where its answer was lost with a worker."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from zict import LRU

from workbench.compute import Compute, Job

Answer = TypeVar("Answer")
TRIES = 3
"""How often one question is asked: whatever ends a worker each time is not to do so for ever."""
KEPT = 256
LET_GO = "The worker let the question go."


@dataclass(eq=False)
class _Asked:
    job: Job | None = None


class Questions(Generic[Answer]):
    """What is asked in passing, without a line in the status, by a key that holds all that the answer depends on.

    A worker that died is begun anew, and a question that is asked again waits for it.

    Parameters
    ----------
    compute : Compute
    answered : callable()
        Told when an answer has come.
    refused : callable(key, sentence), optional
        Told when a question is given up.
    """

    def __init__(
        self,
        compute: Compute,
        answered: Callable[[], None],
        refused: Callable[[Hashable, str], None] | None = None,
    ) -> None:
        self._compute = compute
        self._answered, self._refused = answered, refused
        self._lock = threading.RLock()
        self._known: LRU[Hashable, tuple[Answer]] = LRU(KEPT, {})
        self._asked: dict[Hashable, _Asked] = {}
        self._ending: set[_Asked] = set()
        self._lost: dict[Hashable, int] = {}

    def at_work(self) -> bool:
        """Say whether an answer is waited for, or being told."""
        with self._lock:
            return bool(self._asked or self._ending)

    def answer(self, key: Hashable) -> Answer | None:
        """Return the answer that is known; None where there is none."""
        known = self._known.get(key)
        return None if known is None else known[0]

    def known(self, key: Hashable) -> bool:
        """Say whether the answer is known, which may be None."""
        return self._known.get(key) is not None

    def asking(self, key: Hashable) -> bool:
        """Say whether the answer is waited for."""
        return key in self._asked

    def keep(self, keys: Collection[Hashable]) -> None:
        """Stop asking all but these."""
        with self._lock:
            for key in [key for key in self._asked if key not in keys]:
                self._drop(key)

    def ask(self, key: Hashable, function: Callable[..., Answer], *arguments: Any, **options: Any) -> None:
        """Ask, unless the answer is known, waited for, or was lost too often.

        Parameters
        ----------
        key : hashable
            All that the answer depends on.
        function : callable
            As for `Compute.submit`, with the arguments and options that follow.
        """
        mine = _Asked()
        with self._lock:
            if self.known(key) or key in self._asked or self._lost.get(key, 0) >= TRIES:
                return
            self._asked[key] = mine

        def done(found: Answer) -> None:
            if self._ends(key, mine):
                try:
                    self._lost.pop(key, None)
                    self._known[key] = (found,)
                    self._answered()
                finally:
                    self._ending.discard(mine)

        def failed(why: str) -> None:
            if not self._ends(key, mine):
                return
            try:
                self._lost[key] = self._lost.get(key, 0) + 1
                if self._lost[key] < TRIES:
                    self.ask(key, function, *arguments, **options)
                elif self._refused is not None:
                    self._refused(key, why)
            finally:
                self._ending.discard(mine)

        mine.job = self._compute.submit(
            function,
            *arguments,
            on_done=done,
            on_error=failed,
            on_stopped=lambda: failed(LET_GO),  # not by `_drop`: then nobody waits for it
            **options,
        )
        if self._asked.get(key) is not mine:
            mine.job.stop()  # it was let go while it was being handed over

    def try_again(self) -> None:
        """Ask again, when it is asked for next, what was lost too often."""
        with self._lock:
            self._lost.clear()

    def _ends(self, key: Hashable, asked: _Asked) -> bool:
        """Say whether an answer is still waited for, and wait no more."""
        with self._lock:
            if self._asked.get(key) is not asked:
                return False
            del self._asked[key]
            self._ending.add(asked)  # until what follows of it has begun
            return True

    def _drop(self, key: Hashable) -> None:
        job = self._asked.pop(key).job
        if job is not None:
            job.stop()
