"""The results of many micrographs in one folder: whose they are, what they are called, and which are there already.

A mask says in its own file from which micrograph it was made, by which weights and with which settings. So a folder
can be gone on with, by several processes at a time too, and no result takes the name of another one.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.batch.answers import Answer, Rows
from workbench.batch.folder_lock import FolderLock, make_folder
from workbench.batch.result_names import Names, Place, Source
from workbench.batch.tables import ParticleTables
from workbench.batch.weights import Weights
from workbench.errors import ComputeError
from workbench.file_names import (
    folded,
    longest_name,
    safe_name,
)
from workbench.micrographs.provenance import mark, read_record, record
from workbench.micrographs.writing import refused, tiff_in_waiting
from workbench.version import __version__
from workbench.whole_files import written_whole

if TYPE_CHECKING:
    from workbench.micrographs.micrograph import Micrograph

KINDS = ("mask", "labels", "probability")
"""The images that are written of a network, ``<stem>.<network>.<kind>.tif``."""
OUTLINES = "rois.zip"
"""Of the outlines for ImageJ that are written where they are asked for, see `workbench.batch.outlines`."""
LONGEST_ENDING = "probability.tif"
LONGEST_NETWORK_BYTES = 80
ESSENCE = (
    "stem",
    "micrograph",
    "frame",
    "signal",
    "pixels_sha256",
    "nm_per_px",
    "left_out",
    "network",
    "weights_sha256",
    "settings",
    "version",
)
NEEDED = {*ESSENCE, "file", "weights", "particles", "area"}


class ResultsFolder:
    """The folder of ``<stem>.<network>.mask.tif``, ``.labels.tif``, ``.probability.tif``, ``<stem>.figure.png``.

    And of ``particles.csv``, whose rows bear the numbers of the label images.

    Parameters
    ----------
    folder : Path
        Made where it is missing. What is there already keeps its names.

    Raises
    ------
    ComputeError
        If it cannot be made or written to.
    WorkbenchError
        If it holds a ``particles.csv`` of something else.
    """

    def __init__(self, folder: Path) -> None:
        make_folder(folder)
        self.folder = folder
        self._lock = FolderLock(folder)
        with self._lock.held():
            self._tables = ParticleTables(folder)
        self._stems: dict[Source, str] = {}
        self._titles: dict[Source, str] = {}
        self._networks: dict[Weights, str] = {}

    def choose_names(self, sources: Sequence[Source], networks: Sequence[Weights]) -> list[str]:
        """Choose what the results of micrographs and networks are called, so that none overwrites another one's.

        Returns
        -------
        list of str
            What a person has to know of it: which names are not those of the files.
        """
        with self._lock.held():
            stems, titles, labels = Names(), Names(str), Names(lambda name: folded(safe_name(name)))
            for known in self._known():
                place = _place_in(known, "file")
                stems.add(known["stem"], place)
                titles.add(known["micrograph"], place)
                labels.add(known["network"], _place_in(known, "weights"))
            for claim in self._lock.claims():
                for names, kind in ((stems, "stems"), (titles, "titles"), (labels, "networks")):
                    for name, place in claim.get(kind, {}).items():
                        names.add(name, Place(*place))
            weights = {self._place_of(network): network for network in networks}
            found = labels.choose({place: one.names for place, one in weights.items()}, LONGEST_NETWORK_BYTES)
            self._networks = {network: found[place] for place, network in weights.items()}
            longest = max(len(os.fsencode(safe_name(name))) for name in self._networks.values())
            most = longest_name(self.folder) - longest - len(f"..{LONGEST_ENDING}")
            places = {source.place(self.folder): source for source in sources}
            chosen = stems.choose({place: one.stems() for place, one in places.items()}, most)
            self._stems = {source: chosen[place] for place, source in places.items()}
            chosen_titles = titles.choose({place: one.titles() for place, one in places.items()}, 1 << 16)
            self._titles = {source: chosen_titles[place] for place, source in places.items()}
            self._lock.claim(
                {
                    "stems": {name: _listed(place) for place, name in chosen.items()},
                    "titles": {name: _listed(place) for place, name in chosen_titles.items()},
                    "networks": {name: _listed(place) for place, name in found.items()},
                }
            )
        return self._notes()

    def _notes(self) -> list[str]:
        named = [
            f"{_cut(title)} as {_cut(stem)}.*"
            for source, stem in self._stems.items()
            if stem != source.stems()[0]
            for title in [self._titles[source]]
        ]
        called = [f"{one.given} as {name}" for one, name in self._networks.items() if name != one.names[0]]
        notes = []
        if named:
            notes.append(f"Names that are too long, or would clash: the results of {_some(named)}.")
        if called:
            notes.append(f"Networks of one name: {_some(called)} in names and table.")
        return notes

    def _place_of(self, network: Weights) -> Place:
        if network.file is None or network.ships:
            return Place(f"name:{network.given}", "")
        return Place.of(network.file, self.folder)

    def _known(self) -> Iterable[Mapping[str, Any]]:
        """Yield what each mask in the folder says of itself."""
        for file in self.folder.glob("*.mask.tif"):
            known = read_record(file)
            if known.keys() >= NEEDED:
                yield known

    def title(self, source: Source) -> str:
        """Return what a micrograph is called in the tables."""
        return self._titles[source]

    def network(self, weights: Weights) -> str:
        """Return what a network is called in the tables."""
        return self._networks[weights]

    def file(self, source: Source, ending: str, network: str = "") -> Path:
        """Return where a result lies; without a network, one of all of them."""
        middle = f".{safe_name(network)}" if network else ""
        return self.folder / f"{self._stems[source]}{middle}.{ending}"

    def made_from(
        self,
        source: Source,
        micrograph: Micrograph,
        weights: Weights,
        sha256: str,
        settings: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Return all that a mask depends on, and whose it is."""
        place, network = source.place(self.folder), self._place_of(weights)
        return {
            "stem": self._stems[source],
            "micrograph": self._titles[source],
            "frame": source.frame,
            "signal": source.signal,
            "pixels_sha256": micrograph.sha256,
            "nm_per_px": micrograph.nm_per_px,
            "left_out": [list(mark) for mark in micrograph.left_out],
            "network": self._networks[weights],
            "weights_sha256": sha256,
            "settings": dict(settings),
            "version": __version__,
            "file": _listed(place),
            "weights": _listed(network),
        }

    def there(
        self, source: Source, wanted: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, Mapping[str, Any]] | None:
        """Return what the masks of a micrograph say of themselves, by network, where nothing is missing or differs.

        Parameters
        ----------
        source : Source
        wanted : mapping of network to what `made_from` returns
        """
        found = self.images_there(source, wanted)
        if found is None or any(
            known["particles"] != self.rows(source, network) for network, known in found.items()
        ):
            return None
        return found

    def images_there(
        self, source: Source, wanted: Mapping[str, Mapping[str, Any]], *, figure: bool = True
    ) -> dict[str, Mapping[str, Any]] | None:
        """Return the same, whether or not their rows are in the tables.

        Parameters
        ----------
        source : Source
        wanted : mapping of network to what `made_from` returns
        figure : bool
            Whether their figure has to be there, too.
        """
        if figure:
            drawn = read_record(self.file(source, "figure.png"))
            if drawn.get("masks") != [essence(one) for one in wanted.values()]:
                return None
        found = {}
        for network, one in wanted.items():
            known, *others = (read_record(self.file(source, f"{kind}.tif", network)) for kind in KINDS)
            if "particles" not in known or any(essence(other) != essence(one) for other in (known, *others)):
                return None
            found[network] = known
        return found

    def rows(self, source: Source, network: str) -> int:
        """Return how many particles of a mask are in the tables."""
        return self._tables.count(self._titles[source], network)

    def part(self, source: Source) -> ResultsFolder:
        """Return what another process needs to write the images of one micrograph: it knows no table."""
        part = copy.copy(self)
        part._stems, part._titles = {source: self._stems[source]}, {source: self._titles[source]}
        del part._tables
        return part

    def keep(self, source: Source, answers: Sequence[Answer], figure: bytes) -> None:
        """Write all results of one micrograph; those that were there of the same networks are replaced, rows and all.

        All files are complete before the first takes its name. Rows are taken out before a mask changes and come in
        after it: whatever ends the process, no row and no mask stand side by side that do not belong together.

        Raises
        ------
        ComputeError
            If they cannot be written.
        """
        with ExitStack() as locked:
            with self._images(source, answers, figure):
                locked.enter_context(self._lock.held())
                self._forget([source], [one.network for one in answers])
            self._add(source, [one.rows for one in answers])  # the files have their names now

    def keep_images(self, source: Source, answers: Sequence[Answer], figure: bytes | None) -> None:
        """Write the images alone: whoever holds the tables calls `forget_rows` before it, and `add_rows` after it.

        Parameters
        ----------
        source : Source
        answers : sequence of Answer
        figure : bytes or None
            PNG; None: one that is there, of other masks, is taken away.

        Raises
        ------
        ComputeError
            If they cannot be written.
        """
        with self._images(source, answers, figure):
            if figure is None:
                self.file(source, "figure.png").unlink(missing_ok=True)

    def forget_rows(self, sources: Sequence[Source], networks: Sequence[str]) -> None:
        """Take the rows of masks that are about to change, or are no more, out of the tables; their outlines too.

        Raises
        ------
        ComputeError
            If they cannot be written.
        """
        with self._lock.held():
            self._forget(sources, networks)

    def add_rows(self, source: Source, rows: Sequence[Rows]) -> None:
        """Add the rows of masks that have been written.

        Raises
        ------
        ComputeError
            If they cannot be written.
        """
        with self._lock.held():
            self._add(source, rows)

    def sort_rows(self) -> None:
        """Bring the rows into the order in which micrographs and networks were given, whenever each was done.

        Those of other micrographs stand before them, as they are.

        Raises
        ------
        ComputeError
            If they cannot be written.
        """
        networks = list(self._networks.values())
        with self._lock.held():
            self._tables.sort([(title, one) for title in self._titles.values() for one in networks])

    @contextmanager
    def _images(self, source: Source, answers: Sequence[Answer], figure: bytes | None) -> Iterator[None]:
        """Write all files whole; they take their names at the end."""
        with ExitStack() as waiting:
            for one in answers:
                told = {**one.made_from, **one.found}
                for kind, array in zip(KINDS, (one.mask, one.labels, one.probability), strict=True):
                    path = self.file(source, f"{kind}.tif", one.network)
                    size = one.made_from["nm_per_px"]
                    waiting.enter_context(tiff_in_waiting(path, array, size, record(kind, **told), kind))
            if figure is not None:
                waiting.enter_context(_in_waiting(self.file(source, "figure.png"), figure))
            yield

    def _forget(self, sources: Sequence[Source], networks: Sequence[str]) -> None:
        masks = [(source, network) for source in sources for network in networks]
        self._tables.remove({(self._titles[source], network) for source, network in masks})
        for source, network in masks:
            self.file(source, OUTLINES, network).unlink(missing_ok=True)  # of the former mask

    def _add(self, source: Source, rows: Sequence[Rows]) -> None:
        title = self._titles[source]
        for one in rows:
            self._tables.add(one.particles, title, one.network, one.threshold, one.min_area, one.particle_px)

    def marked(self, wanted: Iterable[Mapping[str, Any]]) -> dict[str, str]:
        """Return what a figure of masks says of itself, for the metadata of a PNG."""
        told = record("figure", masks=[essence(one) for one in wanted])
        return {"Software": mark("figure"), "Description": told}

    def others(self, settings: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
        """Return how many other micrographs the tables hold, and how many of those with other settings."""
        held = self._held_of_others()
        unlike = {one["micrograph"] for one in self._known() if one["settings"] not in settings}
        return len(held), len(held & unlike)

    def tables_of_others(self) -> list[str]:
        """Return the names of the tables that hold other micrographs."""
        return self._tables.holding(self._held_of_others())

    def _held_of_others(self) -> set[str]:
        return {micrograph for micrograph, _network in self._tables.masks()} - set(self._titles.values())

    def close(self) -> None:
        """Let other processes have the names that nothing was written under."""
        self._lock.release()


def essence(known: Mapping[str, Any]) -> dict[str, Any]:
    """Return all that a result depends on, but not where its micrograph and its weights lay."""
    return {key: known.get(key) for key in ESSENCE}


def _listed(place: Place) -> list[Any]:
    return [place.path, place.from_results, place.frame, place.signal]


def _place_in(known: Mapping[str, Any], key: str) -> Place:
    return Place(*known[key])


def _cut(name: str, most: int = 60) -> str:
    return name if len(name) <= most else f"{name[: most // 2]}…{name[-most // 2 :]}"


def _some(told: Sequence[str], most: int = 4) -> str:
    more = f" and {len(told) - most} more" if len(told) > most else ""
    return ", ".join(told[:most]) + more


@contextmanager
def _in_waiting(path: Path, content: bytes) -> Iterator[None]:
    """Write a file whole; it takes its name at the end."""
    try:
        with written_whole(path) as half:
            half.write_bytes(content)
            yield
    except OSError as error:
        raise ComputeError(refused(path, error)) from error
