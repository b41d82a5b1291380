"""How long a study still takes, from how long cells like those that are left took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import fmean
from typing import Protocol


class Alike(Protocol):
    """What is known of a cell before it is worked on."""

    @property
    def network(self) -> str:
        """Label or title of its architecture."""

    @property
    def initialisation(self) -> str:
        """What its trunk starts from."""

    @property
    def rates(self) -> str:
        """Its dilation, in a few characters."""


def seconds_left(
    took: Iterable[tuple[Alike, float]], left: Iterable[tuple[Alike, float]], at_a_time: int
) -> float | None:
    """Return seconds until the last cell is done; None before the first is.

    Parameters
    ----------
    took : iterable of (cell, seconds)
        Done ones.
    left : iterable of (cell, fraction)
        The others, and how much of each is done, in [0, 1].
    at_a_time : int
        How many are worked on at a time.
    """
    known: dict[tuple[str, ...], list[float]] = {}
    everyone: list[float] = []
    for cell, seconds in took:
        everyone.append(seconds)
        for key in _alike(cell):
            known.setdefault(key, []).append(seconds)
    if not everyone:
        return None
    means: Mapping[tuple[str, ...], float] = {key: fmean(values) for key, values in known.items()}
    typical, total, count = fmean(everyone), 0.0, 0
    for cell, fraction in left:
        count += 1
        total += next((means[key] for key in _alike(cell) if key in means), typical) * (1 - fraction)
    return total / min(max(at_a_time, 1), max(count, 1))


def say_left(seconds: float | None) -> str:
    """Return seconds that are left in words; nothing where they are not known."""
    if seconds is None:
        return ""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s left"
    minutes = round(seconds / 60)
    return f"about {minutes} min left" if minutes < 120 else f"about {minutes / 60:.1f} h left"


def _alike(cell: Alike) -> list[tuple[str, ...]]:
    """Return what cells are alike in that take as long, the closest first."""
    return [
        (cell.network, cell.initialisation, cell.rates),
        (cell.network, cell.initialisation),
        (cell.network,),
    ]
