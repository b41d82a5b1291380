"""What was used last, bounded in size."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class LRUCache(Generic[Value]):
    """What was used last, up to a total size; the longest unused goes first.

    Parameters
    ----------
    limit : int
        Largest total of the sizes that `put` was told.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.total = 0
        self._entries: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Value | None:
        """Return the value and mark it as just used; ``None`` if it is not kept."""
        with self._lock:
            if key not in self._entries:
                return None
            self._entries.move_to_end(key)
            return self._entries[key][0]

    def put(self, key: Hashable, value: Value, size: int) -> None:
        """Keep a value; one larger than the limit is not kept."""
        with self._lock:
            if key in self._entries:
                self.total -= self._entries.pop(key)[1]
            if size > self.limit:
                return
            self._entries[key] = (value, size)
            self.total += size
            while self.total > self.limit:
                _, (_, freed) = self._entries.popitem(last=False)
                self.total -= freed
