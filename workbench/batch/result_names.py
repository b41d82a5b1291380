"""What the results of a micrograph are called, and whose a name is."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.file_names import distinct_names, folded, legal_stem, names_of_path, printable, safe_name


@dataclass(frozen=True)
class Source:
    """One image of a file.

    Parameters
    ----------
    file : Path
        As it was given.
    frame : int
    signal : str or None
        As it was given; None: the first image.
    """

    file: Path
    frame: int = 0
    signal: str | None = None

    def place(self, folder: Path) -> Place:
        """Return where it lies, seen from a folder of results too."""
        return Place.of(self.file, folder, self.frame, self.signal)

    def stems(self) -> list[str]:
        """Return what its results can be called, the shortest first."""
        return [legal_stem(name) + self._part() for name in names_of_path(self.file.absolute())]

    def titles(self) -> list[str]:
        """Return what it can be called in a table, the shortest first."""
        parts = self.file.absolute().parts
        said = "" if not self.frame else f", frame {self.frame}"
        said += "" if self.signal is None else f", signal {self.signal}"
        return [printable("/".join(parts[-depth:]) + said) for depth in range(1, len(parts))]

    def _part(self) -> str:
        signal = "" if self.signal is None else f"-signal-{safe_name(self.signal)}"
        return f"{signal}-{self.frame}" if self.frame else signal


@dataclass(frozen=True)
class Place:
    """Where something lies: its path, and its path as seen from the results, as both may be moved together."""

    path: str
    from_results: str
    frame: int = 0
    signal: str | None = None

    @classmethod
    def of(cls, path: Path, folder: Path, frame: int = 0, signal: str | None = None) -> Place:
        """Return the place of a file, or of a network that has a name and no file of its own."""
        real = path.resolve()
        try:
            seen = os.path.relpath(real, folder.resolve())
        except ValueError:  # on another drive
            seen = ""
        return cls(str(real), seen.replace(os.sep, "/"), frame, signal)

    def ways(self) -> list[tuple[str, int, str | None]]:
        """Return what two places share that are the same; either of the two is enough."""
        ways = [self.path, f"./{self.from_results}"] if self.from_results else [self.path]
        return [(way, self.frame, self.signal) for way in ways]


class Names:
    """Which names a kind of thing has in a folder, and whose they are."""

    def __init__(self, alike: Callable[[str], str] = folded) -> None:
        self._alike = alike
        self.of: dict[tuple[str, int, str | None], str] = {}
        self.owned: dict[str, Place] = {}

    def add(self, name: str, place: Place) -> None:
        """Note whose a name is."""
        self.owned[name] = place
        for key in place.ways():
            self.of.setdefault(key, name)

    def choose(self, wanted: Mapping[Place, Sequence[str]], most_bytes: int) -> dict[Place, str]:
        """Give each place the name that it has, or one that no other place has."""
        known = {place: self._known(place, most_bytes) for place in wanted}
        found = {place: name for place, name in known.items() if name is not None}
        new = {place: names for place, names in wanted.items() if place not in found}
        return found | distinct_names(new, [*self.owned, *found.values()], most_bytes, self._alike)

    def _known(self, place: Place, most_bytes: int) -> str | None:
        names = (self.of[key] for key in place.ways() if key in self.of)
        return next((name for name in names if len(os.fsencode(name)) <= most_bytes), None)
