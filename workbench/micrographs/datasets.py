"""Labelled sets: micrographs beside their masks, and how to split them without cheating."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import DatasetError, MicrographError
from workbench.micrographs.micrograph import BoolImage, Micrograph

IMAGE_SUFFIXES = (".tif", ".tiff", ".png", ".dm3", ".dm4", ".mrc", ".emd", ".ser", ".hspy", ".npy")


@dataclass(frozen=True)
class LabelledMicrograph:
    """One pair of files; nothing is read before it is asked for."""

    name: str
    image: Path
    label: Path
    nm_per_px: float | None = None
    labels: str = "mask"

    def read(self) -> tuple[Micrograph, BoolImage]:
        """Return the micrograph and its mask.

        Raises
        ------
        DatasetError
            If their shapes differ.
        """
        from workbench.micrographs.reading import open_micrograph

        micrograph = open_micrograph(self.image, nm_per_px=self.nm_per_px)
        label = open_micrograph(self.label).pixels
        if label.shape != micrograph.shape:
            raise DatasetError(
                f"{self.name}: the image is {micrograph.shape} but its label is {label.shape}; they must agree."
            )
        if self.labels == "particles":  # one integer a particle, so every one but 0 is particle
            return micrograph, np.asarray(label != 0)
        return micrograph, np.asarray(label > 0.5 * max(float(label.max()), 1e-9))


class LabelledSet:
    """A folder with ``images/``, ``labels/`` (same stems) and, if it was described, ``set.toml``.

    Parameters
    ----------
    folder : path
        Where it lies.

    Raises
    ------
    DatasetError
        If a folder is missing or empty, or an image has no label or a label no image.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        images, labels = self._stems("images"), self._stems("labels")
        for one, other, what in ((images, labels, "label"), (labels, images, "image")):
            lonely = sorted(set(one) - set(other))
            if lonely:
                raise DatasetError(f"{self.folder}: {lonely[0]} has no {what}; {len(lonely)} such in all.")
        if not images:
            raise DatasetError(f"{self.folder}/images holds no micrographs.")
        nm_per_px = self.description.get("nm_per_px")
        self.micrographs = [
            LabelledMicrograph(
                stem, images[stem], labels[stem], nm_per_px, self.description.get("labels", "mask")
            )
            for stem in sorted(images)
        ]

    def _stems(self, part: str) -> dict[str, Path]:
        folder = self.folder / part
        if not folder.is_dir():
            raise DatasetError(f"{self.folder} is not a labelled set: there is no folder {part}/ in it.")
        return {p.stem: p for p in folder.iterdir() if p.suffix.lower() in IMAGE_SUFFIXES}

    @cached_property
    def description(self) -> dict[str, Any]:
        """What ``set.toml`` says: name, licence, citation, nm_per_px, group_by; empty where there is none."""
        path = self.folder / "set.toml"
        if not path.exists():
            return {}
        try:
            return tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
            raise DatasetError(f"{path} cannot be read: {broken}.") from broken

    @property
    def name(self) -> str:
        """The name that the description gives, else the folder's."""
        return str(self.description.get("name") or self.folder.name)

    def __len__(self) -> int:
        return len(self.micrographs)

    def groups(self) -> dict[str, list[LabelledMicrograph]]:
        """Return micrographs that show the same specimen, which must not be parted by a split.

        ``group_by`` of the description is a regular expression whose first group names the specimen in the file
        name; without it each micrograph stands alone.
        """
        pattern = self.description.get("group_by")
        groups: dict[str, list[LabelledMicrograph]] = {}
        for micrograph in self.micrographs:
            found = re.search(pattern, micrograph.name) if pattern else None
            groups.setdefault(found.group(1) if found else micrograph.name, []).append(micrograph)
        return groups

    def split(self, seed: int, fractions: Sequence[float]) -> list[list[LabelledMicrograph]]:
        """Split by micrograph, never by patch, keeping micrographs of one specimen together.

        Parameters
        ----------
        seed : int
            The same seed gives the same split.
        fractions : sequence of float
            Share of the specimens in each part; they sum to 1.

        Returns
        -------
        list of lists
            One list a fraction; none empty.

        Raises
        ------
        DatasetError
            If the fractions do not sum to 1, or there are too few specimens for a part.
        """
        if abs(sum(fractions) - 1) > 1e-6 or min(fractions, default=0) <= 0:
            raise DatasetError(f"Fractions of a split are positive and sum to 1, unlike {tuple(fractions)}.")
        groups = list(self.groups().values())
        order = np.random.default_rng(seed).permutation(len(groups))
        edges = np.round(np.cumsum([0, *fractions]) * len(groups)).astype(int)
        parts = [[m for i in order[a:b] for m in groups[i]] for a, b in pairwise(edges)]
        if not all(parts):
            raise DatasetError(
                f"{self.name}: {len(groups)} specimens are too few to be split into {tuple(fractions)}."
            )
        return parts

    @staticmethod
    def write_description(folder: Path, *, details: dict[str, Any] | None = None, **entries: Any) -> None:
        """Write ``set.toml``; entries that are None are left out, ``details`` becomes a table of its own."""
        lines = [f"{key} = {_toml(value)}" for key, value in entries.items() if value is not None]
        if details:
            lines += ["", "[details]"] + [f"{key} = {_toml(value)}" for key, value in details.items()]
        (folder / "set.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def __repr__(self) -> str:
        return f"LabelledSet({self.name!r}, {len(self)} micrographs)"


def read_all(pairs: Sequence[LabelledMicrograph]) -> list[tuple[Micrograph, BoolImage]]:
    """Read every pair, naming the file that cannot be read.

    Raises
    ------
    DatasetError
        If one cannot be read.
    """
    result = []
    for pair in pairs:
        try:
            result.append(pair.read())
        except MicrographError as broken:
            raise DatasetError(f"{pair.name} of a labelled set cannot be used: {broken}") from broken
    return result


def _toml(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)
