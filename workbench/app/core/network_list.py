"""The list of networks as layers: in which order they stand, and which colour each has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence


def in_order(names: Iterable[str], order: Sequence[str], selected: Sequence[str]) -> list[str]:
    """Return networks in the order of their list.

    Parameters
    ----------
    names : iterable of str
        All networks that there are.
    order : sequence of str
        As a person ordered them; who is not named follows behind. Names of networks that are not there count for
        nothing.
    selected : sequence of str
        In the order of their panes, which is theirs in the list too: they change places among each other where
        ``order`` says something else.

    Returns
    -------
    list of str
    """
    there = list(names)
    ordered = [name for name in order if name in there]
    ordered += [name for name in there if name not in ordered]
    panes = iter([name for name in selected if name in there])
    shown = set(selected)
    return [next(panes) if name in shown else name for name in ordered]


def moved_to(rows: Sequence[str], name: str, place: int) -> list[str]:
    """Return a list in which one name has another place, the first being 0; beyond the ends: the first or the last."""
    others = [other for other in rows if other != name]
    others.insert(min(max(place, 0), len(others)), name)
    return others


def swapped(shown: Mapping[str, str], name: str, colour: str) -> dict[str, str]:
    """Return which networks get another colour where one takes a colour: whoever had it gets that one's.

    Parameters
    ----------
    shown : mapping of str to str
        Name of each network -> its colour, no two alike.
    name, colour : str
        Who takes which.
    """
    changes = {name: colour}
    changes |= {other: shown[name] for other, had in shown.items() if had == colour and other != name}
    return changes
