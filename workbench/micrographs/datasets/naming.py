"""Names in a sentence: all of them where they are few, a handful and a count where they are many."""

from __future__ import annotations

from collections.abc import Sequence

HANDFUL = 5


def listed(names: Sequence[str]) -> str:
    """Return ``a``, ``a and b``, ``a, b and c`` or, beyond five, ``a, b, c, d, e and 7 more``."""
    shown = list(names[:HANDFUL])
    if len(names) > HANDFUL:
        return f"{', '.join(shown)} and {len(names) - HANDFUL} more"
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]])) if shown else "none"
