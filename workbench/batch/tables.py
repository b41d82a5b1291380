"""The particles of many micrographs on disk: rows come and go with the mask that they belong to."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import ComputeError, WorkbenchError
from workbench.particles.measuring import of_micrograph
from workbench.whole_files import written_whole

if TYPE_CHECKING:
    import pandas as pd

FILES = {"nm": "particles.csv", "px": "particles_px.csv"}
NEEDED = {"micrograph", "network"}
MOST_HEADER = 1 << 16
_Mask = tuple[str, str]


class ParticleTables:
    """``particles.csv`` of a folder, and ``particles_px.csv`` for micrographs without a pixel size.

    Other processes may write to them between two calls, so whoever calls holds the lock of the folder.

    Parameters
    ----------
    folder : Path
        Tables that are there are gone on with.

    Raises
    ------
    WorkbenchError
        If a file of that name is no such table: it is not touched.
    """

    def __init__(self, folder: Path) -> None:
        self._tables = {unit: _Table(folder / name) for unit, name in FILES.items()}

    def masks(self) -> set[tuple[str, str]]:
        """Return micrograph and network of all rows."""
        return {mask for table in self._tables.values() for mask in table.counted()}

    def holding(self, micrographs: Collection[str]) -> list[str]:
        """Return the names of the tables that hold a row of one of some micrographs."""
        return [
            table.path.name
            for table in self._tables.values()
            if any(micrograph in micrographs for micrograph, _network in table.counted())
        ]

    def count(self, micrograph: str, network: str) -> int:
        """Return how many particles of a mask are in the tables."""
        return sum(table.counted()[micrograph, network] for table in self._tables.values())

    def remove(self, masks: Collection[tuple[str, str]]) -> None:
        """Take the rows of masks, each a micrograph and a network, out; a table without any row is deleted."""
        for table in self._tables.values():
            table.remove(masks)

    def sort(self, order: Sequence[tuple[str, str]]) -> None:
        """Bring the rows into the order of these masks; those of others stand before them, as they are.

        Parameters
        ----------
        order : sequence of (str, str)
            Micrograph and network of each.
        """
        places = {mask: place for place, mask in enumerate(order)}
        for table in self._tables.values():
            table.sort(places)

    def add(
        self,
        particles: pd.DataFrame,
        micrograph: str,
        network: str,
        threshold: float,
        min_area: float,
        particle_px: float | None = None,
    ) -> None:
        """Append the particles of one mask, as `measure` gives them; see `particles.of_micrograph`."""
        table = of_micrograph(particles, micrograph, network, threshold, min_area, particle_px)
        if not len(table):
            return  # a table without any row is none
        text = table.to_csv(index=False, lineterminator="\n")
        self._tables[particles.attrs["unit"]].append(text, (micrograph, network), len(particles))


class _Table:
    """One CSV. Its rows are kept as they are written, so that no number changes by being read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stamp: tuple[int, ...] | None = None
        self._header: list[str] = []
        self._counted: Counter[_Mask] = Counter()
        self._whole = True
        self.counted()

    def counted(self) -> Counter[_Mask]:
        """Return the number of rows of each mask; what another process changed meanwhile is read again."""
        now = self._stat()  # before it is read: what is written meanwhile is read the next time
        if now != self._stamp:
            self._counted = Counter((row["micrograph"], row["network"]) for row in self._rows())
            self._stamp = now
        return self._counted

    def remove(self, masks: Collection[_Mask]) -> None:
        if not self.counted().keys().isdisjoint(masks):
            kept = [row for row in self._rows() if (row["micrograph"], row["network"]) not in masks]
            self._write(self._header, kept)

    def append(self, text: str, mask: _Mask, count: int) -> None:
        self.counted()
        columns = next(csv.reader(io.StringIO(text)))
        if self._stamp is None:
            self._replace(text)
        elif columns == self._header and self._whole:
            self._extend(text.partition("\n")[2])
            self._counted[mask] += count
            self._stamp = self._stat()
        else:  # the columns of another version, or an end that was cut off
            kept = list(self._rows())
            columns += [name for name in self._header if name not in columns]
            self._write(columns, [*kept, *csv.DictReader(io.StringIO(text))])

    def sort(self, places: Mapping[_Mask, int]) -> None:
        if not self.counted():
            return
        rows = list(self._rows())
        order = [places.get((row["micrograph"], row["network"]), -1) for row in rows]
        if order != sorted(order) or not self._whole:
            self._write(
                self._header, [row for _place, row in sorted(zip(order, rows, strict=True), key=_first)]
            )

    def _rows(self) -> Iterator[dict[str, str]]:
        """Yield the rows that are whole, and learn the columns on the way."""
        self._header, self._whole = [], True
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                text = file.read()
        except FileNotFoundError:
            return
        except UnicodeDecodeError as error:
            raise self._foreign() from error
        except OSError as error:
            raise ComputeError(_refused(self.path, "read", error)) from error
        reader = csv.reader(io.StringIO(text))
        self._header = next(reader, [])
        self._whole = text.endswith("\n")
        if not set(self._header) >= NEEDED:
            raise self._foreign()
        for row in reader:
            if len(row) == len(self._header):
                yield dict(zip(self._header, row, strict=True))
            else:  # what a process that was killed had begun
                self._whole = False

    def _write(self, columns: Sequence[str], rows: Sequence[dict[str, str]]) -> None:
        if not rows:
            try:
                self.path.unlink(missing_ok=True)
            except OSError as error:
                raise ComputeError(_refused(self.path, "written", error)) from error
        else:
            text = io.StringIO()
            writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
            self._replace(text.getvalue())

    def _replace(self, text: str) -> None:
        try:
            with written_whole(self.path) as half:
                half.write_text(text, encoding="utf-8", newline="")
        except OSError as error:
            raise ComputeError(_refused(self.path, "written", error)) from error

    def _extend(self, text: str) -> None:
        try:
            before = self.path.stat().st_size
            try:
                with self.path.open("ab", buffering=0) as file:
                    _write_all(file, text.encode())
            except OSError:
                with self.path.open("rb+") as file:  # no half row stays
                    file.truncate(before)
                raise
        except OSError as error:
            raise ComputeError(_refused(self.path, "written", error)) from error

    def _stat(self) -> tuple[int, ...] | None:
        try:
            with self.path.open("rb") as file:  # a network file system looks again when a file is opened
                found = os.fstat(file.fileno())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ComputeError(_refused(self.path, "read", error)) from error
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _foreign(self) -> WorkbenchError:
        return WorkbenchError(
            f"{self.path} is no table of `workbench segment`, and is not overwritten; "
            "move it away, or choose another folder with --out."
        )


def _first(pair: tuple[int, dict[str, str]]) -> int:
    return pair[0]


def is_table(path: Path) -> bool:
    """Say whether a file is a table of particles of many micrographs, by its first line."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            header = next(csv.reader([file.readline(MOST_HEADER)]), [])
    except (OSError, csv.Error):
        return False
    return set(header) >= NEEDED


def _write_all(file: io.FileIO, content: bytes) -> None:
    done = 0
    while done < len(content):
        done += file.write(content[done:]) or 0


def _refused(path: Path, verb: str, error: OSError) -> str:
    reason = (error.strerror or "the file system refused").lower()
    return f"{path} cannot be {verb} ({reason}); close it in other programs and make room, or choose another folder."
