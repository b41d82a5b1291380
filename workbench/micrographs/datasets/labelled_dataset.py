"""Labelled sets: micrographs beside their masks, and how to split them without cheating."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import DatasetError
from workbench.micrographs.datasets.boxes import BoxSource
from workbench.micrographs.datasets.description import read_description, write_description
from workbench.micrographs.datasets.folder import FolderSource
from workbench.micrographs.datasets.hdf5 import Hdf5Source, find_hdf5
from workbench.micrographs.datasets.labels import BOXES, OVERLAPPING, LabelMeaning, no_masks
from workbench.micrographs.datasets.overlapping import OverlappingSource
from workbench.micrographs.datasets.pairs import LabelledMicrograph, read_all, readings
from workbench.micrographs.datasets.source import Source, is_folder
from workbench.micrographs.datasets.specimens import Groups, check_splittable, grouped, log_doses
from workbench.micrographs.datasets.splits import none_empty, random_parts, stratified_parts

if TYPE_CHECKING:
    from workbench.micrographs.datasets.public_sets import PublicDataset

__all__ = ["LabelledDataset", "LabelledMicrograph", "open_dataset", "read_all", "readings"]

BESIDE: dict[str, type[BoxSource | OverlappingSource]] = {BOXES: BoxSource, OVERLAPPING: OverlappingSource}
"""Kinds of labels that are no images, in a file beside each picture."""


class LabelledDataset:
    """Micrographs with masks, and what is known about them.

    Parameters
    ----------
    source : path or Source
        A folder with ``images/``, ``labels/`` (same stems) and, if it was described, ``set.toml``; or what
        `open_dataset` found.
    **entries
        Entries of the description that take the place of those in ``set.toml``; None is no entry.

    Attributes
    ----------
    micrographs : list of LabelledMicrograph
    meaning : LabelMeaning
        What the values of its labels mean, and of which kind they are.
    nm_per_px : float or None
        Pixel size in nm of all micrographs, if the description gives one; else it is that of each file.
    description : dict
        ``name``, ``licence``, ``citation``, ``nm_per_px``, ``dose_e_per_A2`` of the whole set; ``labels``
        (``mask``, ``particles``, ``boxes`` or ``overlapping``), ``particle``, ``particle_above``, ``not_sure`` (see
        `LabelMeaning`); ``group_by``, ``group_size``, ``same_specimen``, ``patches`` (see `groups` and `split`).

    Raises
    ------
    DatasetError
        If a folder is missing or empty, an image has no label or a label no image, or an entry of the
        description is of the wrong kind.

    Examples
    --------
    >>> import workbench as wb
    >>> found = wb.LabelledDataset("discs", nm_per_px=0.05)
    >>> micrograph, mask = found.micrographs[0].read()
    >>> micrograph
    Micrograph('m0', 96 x 96, 0.05 nm/px)
    >>> mask.dtype
    dtype('bool')
    """

    def __init__(self, source: str | Path | Source, **entries: Any) -> None:
        self.source = FolderSource(Path(source)) if isinstance(source, (str, Path)) else source
        self._entries = {key: value for key, value in entries.items() if value is not None}
        self.meaning = meaning = LabelMeaning.of(self.name, self.description)
        self.nm_per_px, dose = self._positive("nm_per_px"), self._positive("dose_e_per_A2")
        self.micrographs = [
            LabelledMicrograph(name, self.source, index, meaning, self.nm_per_px, dose)
            for index, name in enumerate(self.source.names)
        ]

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.source.folder

    @cached_property
    def description(self) -> dict[str, Any]:
        """What ``set.toml`` and whoever opened the set say; empty where nobody said anything."""
        return self.source.description | self._entries

    @property
    def name(self) -> str:
        """The name that the description gives, else that of the folder or file."""
        return str(self.description.get("name") or self.source.name)

    def __len__(self) -> int:
        return len(self.micrographs)

    def with_masks(self) -> LabelledDataset:
        """Return the set itself where its labels are masks, before anything of it is read.

        Raises
        ------
        DatasetError
            If it has boxes only.
        """
        if self.meaning.kind == BOXES:
            raise DatasetError(no_masks(self.name))
        return self

    def check(self) -> None:
        """Read every pair once, one at a time.

        Raises
        ------
        DatasetError
            If one cannot be used, masks are of another size than their images (a handful is named), or there is
            no particle in any of them.
        """
        for _pair in readings(self.micrographs):
            pass

    def groups(self) -> Groups:
        """Return micrographs that show the same specimen, which must not be parted by a split.

        ``group_by`` of the description is a regular expression whose first group names the specimen in the
        name of a micrograph; ``group_size`` says how many in a row show one specimen; ``same_specimen`` lists
        names that belong together. Without them each micrograph stands alone.

        Raises
        ------
        DatasetError
            If one of these entries makes no sense.
        """
        return grouped(self.name, self.micrographs, self.description)

    def split(
        self, seed: int, fractions: Sequence[float], *, by_dose: bool = False
    ) -> list[list[LabelledMicrograph]]:
        """Split by micrograph, never by patch, keeping micrographs of one specimen together.

        Parameters
        ----------
        seed : int
            The same seed gives the same split.
        fractions : sequence of float
            Share of the specimens in each part; they sum to 1.
        by_dose : bool
            Let every part cover the whole range of doses. A specimen counts with the geometric mean of its
            doses; those without a known dose are shared out among themselves.

        Returns
        -------
        list of lists
            One list a fraction; none empty.

        Raises
        ------
        DatasetError
            If the fractions do not sum to 1, there are too few specimens for a part, no dose is known, or these
            are patches of which nobody says what micrograph they were cut from (``patches = true``).
        """
        if abs(sum(fractions) - 1) > 1e-6 or min(fractions, default=0) <= 0:
            raise DatasetError(f"Fractions of a split are positive and sum to 1, unlike {tuple(fractions)}.")
        specimens, rng = self._specimens(), np.random.default_rng(seed)
        groups = list(specimens.values())
        if by_dose:
            parts = stratified_parts(groups, log_doses(self.name, specimens), fractions, rng)
        else:
            parts = random_parts(groups, fractions, rng)
        parts = none_empty(parts)
        if not all(parts):
            raise DatasetError(
                f"{self.name}: {len(groups)} specimens are too few to be split into {len(fractions)} parts; "
                f"add micrographs of {len(fractions) - len(groups)} more."
            )
        return [[micrograph for group in part for micrograph in group] for part in parts]

    def folds(
        self, k: int, seed: int, *, by_dose: bool = False
    ) -> list[tuple[list[LabelledMicrograph], list[LabelledMicrograph]]]:
        """Return k pairs of training and held-out micrographs; each is held out once, with its whole specimen.

        Parameters
        ----------
        k : int
            At least 2, at most the number of specimens.
        seed, by_dose
            As in `split`.

        Returns
        -------
        list of (training, held out)

        Raises
        ------
        DatasetError
            If k is not in this range, or as for `split`.
        """
        count = len(self._specimens())
        if not 2 <= k <= count:
            raise DatasetError(f"{self.name}: with {count} specimens there are 2 to {count} folds, not {k}.")
        held_out = self.split(seed, [1 / k] * k, by_dose=by_dose)
        return [
            ([one for other in held_out if other is not fold for one in other], fold) for fold in held_out
        ]

    write_description = staticmethod(write_description)

    def __repr__(self) -> str:
        return f"LabelledDataset({self.name!r}, {len(self)} micrographs)"

    def _positive(self, key: str) -> float | None:
        value = self.description.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < float("inf"):
            raise DatasetError(f"{self.name}: {key} is a positive number, not {value!r}.")
        return float(value)

    def _specimens(self) -> Groups:
        groups = self.groups()
        check_splittable(self.name, groups, self.description)
        return groups


def open_dataset(
    path_or_name: str | Path,
    labels: str | Path | None = None,
    *,
    particle: Sequence[float] | float | None = None,
    nm_per_px: float | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> LabelledDataset:
    """Open a labelled set: a folder, HDF5 in the published layouts, or a public set by its name.

    Parameters
    ----------
    path_or_name : path or str
        A folder with ``images/`` and ``labels/``, a folder with HDF5 files, an HDF5 file, or one of
        `public_dataset_names`, which is downloaded at its first use.
    labels : path, optional
        The HDF5 file with the labels, if another one holds the images; or the folder of labels, if
        ``path_or_name`` is the folder of images.
    particle : number or sequence of numbers, optional
        Which values of the labels are particle, if they hold more than two; all others are background.
    nm_per_px : float, optional
        Pixel size in nm; takes the place of what the set says.
    progress : callable(fraction, text), optional
        Told about a download, file by file.

    Returns
    -------
    LabelledDataset
        Pixels are read when a micrograph is.

    Raises
    ------
    DatasetError
        If there is no such set, it cannot be fetched, or it is incomplete or contradicts itself.

    Examples
    --------
    >>> import workbench as wb
    >>> found = wb.open_dataset("discs")  # a folder with images/ and labels/
    >>> len(found.micrographs)
    4
    """
    from workbench.micrographs.datasets.public_sets import fetch_set, public_dataset, public_dataset_names

    path, said = Path(path_or_name), {"particle": particle, "nm_per_px": nm_per_px}
    said = {key: value for key, value in said.items() if value is not None}
    if os.path.lexists(path):
        return LabelledDataset(_source(path, None if labels is None else Path(labels)), **said)
    if str(path_or_name) in public_dataset_names():
        entry = public_dataset(str(path_or_name))
        folder = fetch_set(entry.key, progress=progress)
        source = _source(folder, None, entry)
        return LabelledDataset(source, **(entry.description | source.description | said))
    raise DatasetError(
        f"{path_or_name} is neither a folder or file that exists nor the name of a public set "
        f"({', '.join(public_dataset_names())})."
    )


def _source(path: Path, labels: Path | None, entry: PublicDataset | None = None) -> Source:
    """Return where the pairs come from: by what lies there, or what its description says of the labels."""
    if not is_folder(path):
        return Hdf5Source(path, labels)
    described = read_description(path / "set.toml") if entry is None else entry.description
    files, name = (None, None) if entry is None else (entry.sha256 or None, entry.key)
    if labels is None and described.get("labels") in BESIDE:
        return BESIDE[described["labels"]](path, files=files, name=name)
    if labels is not None or is_folder(path / "images") or is_folder(path / "labels"):
        return FolderSource(path, labels, files=files, name=name)
    stacks = find_hdf5(path)
    return FolderSource(path) if stacks is None else Hdf5Source(*stacks)
