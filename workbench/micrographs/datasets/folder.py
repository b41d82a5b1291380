"""A labelled set as a folder: ``images/``, ``labels/`` and perhaps ``truth/`` and ``set.toml``."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy.typing as npt

from workbench.errors import DatasetError
from workbench.micrographs.datasets.description import read_description
from workbench.micrographs.datasets.naming import listed
from workbench.micrographs.datasets.source import is_folder, unreadable
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.reading import READABLE_SUFFIXES, open_micrograph

_ROLE = re.compile(r"(?<![a-z])(images?|labels?|masks?|maps?)(?![a-z])[-_ ]?", re.IGNORECASE)
"""The word by which many sets tell image_7.png from label_7.png."""


class FolderSource:
    """Files that belong together by their stems, or by what is left of them without image, label, mask or map.

    Parameters
    ----------
    folder : Path
        Where ``images/`` and ``labels/`` lie; or the images themselves if ``labels`` is given.
    labels : Path, optional
        Folder of the labels.
    files : collection of str, optional
        Names below ``folder`` (``images/a.png``) of the files that are of the set, where others lie beside them.
    name : str, optional
        What it is called; by default as the folder.

    Raises
    ------
    DatasetError
        If a folder is missing, empty or closed to the user, or an image has no label or a label no image.
    """

    def __init__(
        self,
        folder: Path,
        labels: Path | None = None,
        *,
        files: Collection[str] | None = None,
        name: str | None = None,
    ) -> None:
        self.folder = folder
        self.name = name or folder.resolve().name
        where = (folder / "images", folder / "labels") if labels is None else (folder, labels)
        for path in where:
            if not is_folder(path):
                reason = (
                    f"there is no folder {path.name}/ in it" if labels is None else f"{path} is no folder"
                )
                raise DatasetError(f"{folder} is not a labelled set: {reason}.")
        images, masks = (readable_files(path, _inside(path, files)) for path in where)
        if not images and not masks:
            raise DatasetError(f"{where[0]} holds no micrographs.")
        self._pairs = _paired(folder, images, masks)

    @cached_property
    def names(self) -> Sequence[str]:
        """Stems of the images, sorted."""
        return sorted(self._pairs)

    @cached_property
    def description(self) -> dict[str, Any]:
        """What ``set.toml`` says."""
        return read_description(self.folder / "set.toml")

    def micrograph(self, index: int, nm_per_px: float | None) -> Micrograph:
        """Open one image."""
        return open_micrograph(self._pairs[self.names[index]][0], nm_per_px=nm_per_px)

    def label(self, index: int) -> npt.NDArray[Any]:
        """Open its label, as (H, W) float32."""
        return open_micrograph(self._pairs[self.names[index]][1]).pixels

    def dose(self, index: int) -> float | None:
        """Return ``optics.dose_e_per_A2`` of ``truth/<name>.json``, else what the image's file says."""
        path = self.folder / "truth" / f"{self.names[index]}.json"
        if not path.exists():
            dose = self.micrograph(index, None).metadata.get("dose_e_per_A2")
            return None if dose is None else float(dose)
        try:
            return float(json.loads(path.read_text(encoding="utf-8"))["optics"]["dose_e_per_A2"])
        except OSError as error:
            raise unreadable(path, error) from error
        except KeyError:
            return None
        except (ValueError, TypeError) as broken:
            raise DatasetError(
                f"{path} does not tell the dose as optics.dose_e_per_A2: {broken}."
            ) from broken


def readable_files(folder: Path, only: Collection[str] | None = None) -> dict[str, Path]:
    """Return the files of a folder that can be read as micrographs, by their stems.

    Parameters
    ----------
    folder : Path
    only : collection of str, optional
        Names of the files to look at; by default all.

    Raises
    ------
    DatasetError
        If the folder is closed to the user, or two files have one stem.
    """
    found: dict[str, Path] = {}
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise unreadable(folder, error) from error
    for path in paths:
        if path.name.startswith(".") or path.suffix.lower() not in READABLE_SUFFIXES:
            continue
        if only is not None and path.name not in only:
            continue
        if path.stem in found:
            raise DatasetError(
                f"{folder} holds both {found[path.stem].name} and {path.name}; move one of them away."
            )
        found[path.stem] = path
    return found


def _inside(folder: Path, files: Collection[str] | None) -> set[str] | None:
    """Return the names of those files that lie in this folder, without it."""
    return (
        None if files is None else {path.name for path in map(Path, files) if path.parent.name == folder.name}
    )


def _paired(folder: Path, images: dict[str, Path], labels: dict[str, Path]) -> dict[str, tuple[Path, Path]]:
    pairs = {stem: (images[stem], labels[stem]) for stem in images.keys() & labels.keys()}
    without = {_ROLE.sub("", stem): stem for stem in labels if stem not in pairs}
    for stem in sorted(images.keys() - pairs.keys()):
        label = without.pop(_ROLE.sub("", stem), None)
        if label is not None:
            pairs[stem] = (images[stem], labels[label])
    paired = {label.stem for _image, label in pairs.values()}
    lonely = [
        f"{listed(names)} {'has' if len(names) == 1 else 'have'} no {what}"
        for names, what in (
            (sorted(images.keys() - pairs.keys()), "label"),
            (sorted(labels.keys() - paired), "image"),
        )
        if names
    ]
    if lonely:
        raise DatasetError(f"{folder}: {', and '.join(lonely)}; add what is missing or move the rest away.")
    return pairs
