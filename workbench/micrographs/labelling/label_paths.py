"""Where the label of a micrograph lies: in a set that was built here, else among the drafts of the data folder."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from workbench.errors import DatasetError, WorkbenchError
from workbench.micrographs.datasets.description import read_description, write_description
from workbench.micrographs.datasets.labelled_dataset import LabelledDataset, LabelledMicrograph
from workbench.micrographs.labelling.label import NOT_SURE, LabelValues
from workbench.micrographs.labelling.label_file import MEANING
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.reading import open_micrograph
from workbench.micrographs.writing import write_tiff

DRAFTS = "drafts"


def label_path(data: Path, micrograph: Micrograph) -> Path:
    """Return where the label of a micrograph is kept.

    Parameters
    ----------
    data : Path
        Folder whose subfolder ``drafts`` holds labels that belong to no set.
    micrograph : Micrograph
        One from ``images/`` of a set that was built here is corrected in that set; the set of someone else is never
        written to. A draft carries part of the hash of the pixels in its name: another micrograph of the same name has
        another label.

    Returns
    -------
    Path
    """
    source = micrograph.source
    if source is not None and source.parent.name == "images" and _built_here(source.parent.parent):
        own = source.parent.parent / "labels" / f"{source.stem}.tif"
        if own.exists():
            return own
    return data / DRAFTS / f"{_plain(micrograph.name)}.{micrograph.sha256[:8]}.tif"


def known_label(micrograph: Micrograph) -> LabelValues | None:
    """Return what the set says in whose ``images/`` a micrograph lies; None where it is in no set that can be read."""
    source = micrograph.source
    if source is None or source.parent.name != "images":
        return None
    try:
        members = LabelledDataset(source.parent.parent).micrographs
        member = next((pair for pair in members if pair.name == source.stem), None)
        found = None if member is None else values_of(member)
    except WorkbenchError:
        return None
    return found if found is not None and found.shape == micrograph.shape else None


def values_of(member: LabelledMicrograph) -> LabelValues:
    """Return the label of a micrograph of any set as values drawn here.

    Raises
    ------
    DatasetError
        If it cannot be read or understood.
    """
    _micrograph, mask, ignored = member.read_with_unsure()
    values = mask.astype(np.uint8)
    if ignored is not None:
        values[ignored] = NOT_SURE
    return values


def add_to_set(folder: Path, micrograph: Micrograph, values: LabelValues) -> str:
    """Put a micrograph and its label into a set, or bring its label there up to date.

    Parameters
    ----------
    folder : Path
        Is made where it does not exist; ``images/``, ``labels/`` and ``set.toml`` with it.
    micrograph : Micrograph
        Written as float32 TIFF with its pixel size.
    values : (H, W) uint8 array
        0 background, 1 particle, 2 not sure.

    Returns
    -------
    str
        Its name in the set.

    Raises
    ------
    DatasetError
        If the folder holds something else than a set built here.
    ComputeError
        If it cannot be written.
    """
    images, labels = folder / "images", folder / "labels"
    if folder.exists() and any(folder.iterdir()) and not _built_here(folder):
        raise DatasetError(
            f"{folder.name} is there already and was not built here, so nothing was added to it; choose another name."
        )
    try:
        for part in (images, labels):
            part.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatasetError(
            f"{folder.name} cannot be made in {folder.parent} ({(error.strerror or 'refused').lower()}); "
            "start with --data on a folder of your own."
        ) from error
    if not (folder / "set.toml").exists():
        write_description(folder, name=folder.name, **MEANING)
    name = _plain(micrograph.name)
    if (images / f"{name}.tif").exists() and not _same(images / f"{name}.tif", micrograph):
        name = f"{name}.{micrograph.sha256[:8]}"
    target = labels / f"{name}.tif"
    write_tiff(images / f"{name}.tif", micrograph.pixels, micrograph.nm_per_px)
    told = f"label of {micrograph.name}"
    write_tiff(target, values, micrograph.nm_per_px, description=told, result="label")
    return name


def sets_in(data: Path) -> list[str]:
    """Return the names of labelled sets in a folder: subfolders with ``images/`` and ``labels/``, and HDF5 files."""
    try:
        inside = sorted(data.iterdir())
    except OSError:
        return []
    return [
        path.name
        for path in inside
        if path.suffix.lower() in (".h5", ".hdf5", ".hdf")
        or ((path / "images").is_dir() and (path / "labels").is_dir())
    ]


def _built_here(folder: Path) -> bool:
    try:
        said = read_description(folder / "set.toml")
    except WorkbenchError:
        return False
    return all(said.get(key) == value for key, value in MEANING.items())


def _same(path: Path, micrograph: Micrograph) -> bool:
    try:
        return open_micrograph(path).sha256 == micrograph.sha256
    except WorkbenchError:
        return False


def _plain(name: str) -> str:
    return re.sub(r"[^\w.\- ]", "_", name).strip(". ") or "micrograph"
