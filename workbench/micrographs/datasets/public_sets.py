"""Public labelled sets by name: what they are, and how they come into the cache.

A set is one table of ``public_sets.toml``; nothing else has to be touched to enter one. Checksums of many files are in
``checksums/<key>.sha256`` instead, as ``sha256sum`` writes them. Files with a known address and SHA-256 are fetched by
pooch; the others are named in a sentence, and used once somebody has put them there.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import platformdirs

from workbench.errors import DatasetError
from workbench.micrographs.datasets.hdf5 import SUFFIXES
from workbench.micrographs.datasets.naming import listed

ENTRIES = Path(__file__).with_name("public_sets.toml")
CHECKSUMS = Path(__file__).with_name("checksums")
FOLDER_VARIABLE = "WORKBENCH_SETS"


@dataclass(frozen=True)
class PublicDataset:
    """A labelled set that others published.

    Parameters
    ----------
    key : str
        What `open_dataset` calls it.
    title : str
    doi : str
        Empty where there is none.
    licence : str
    citation : str
    by_hand : str
        What to fetch from where, to follow "download".
    about : str
        What to know before believing a score on it.
    description : dict
        Entries of a ``set.toml``; see `LabelledDataset`.
    base_url : str, optional
        Address that the names of the files are appended to; None if they cannot be fetched without a person.
    sha256 : dict of str to str
        Names of its files, below its folder, and their hashes; empty where these are not known. Other files there are
        not of the set.
    place : str, optional
        Name of the folder, where the files of several sets lie in one; None: that is ``key``.
    """

    key: str
    title: str
    doi: str
    licence: str
    citation: str
    by_hand: str
    about: str = ""
    description: dict[str, Any] = field(default_factory=dict)
    base_url: str | None = None
    sha256: dict[str, str] = field(default_factory=dict)
    place: str | None = None

    @property
    def folder(self) -> Path:
        """Where its files are kept, and looked for."""
        return public_sets_folder() / (self.place or self.key)


def public_sets_folder() -> Path:
    """Return the folder that holds public sets: ``WORKBENCH_SETS``, or ``sets`` in the user's cache."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named).expanduser() if named else platformdirs.user_cache_path("hrtem-workbench") / "sets"


def public_dataset_names() -> list[str]:
    """Return the names of the public sets, in alphabetical order.

    Examples
    --------
    >>> import workbench as wb
    >>> "msa-em" in wb.public_dataset_names()
    True
    """
    return sorted(_entries())


def public_dataset(name: str) -> PublicDataset:
    """Return what is known about a public set, whether or not it is at hand.

    Raises
    ------
    DatasetError
        If there is none of that name.

    Examples
    --------
    >>> import workbench as wb
    >>> wb.public_dataset("msa-em").title
    'Bright-field HRTEM of nanoparticles, 20 micrographs of 512 x 512'
    """
    if name not in _entries():
        raise DatasetError(
            f"There is no public set {name!r}; choose one of {', '.join(public_dataset_names())}."
        )
    return _entries()[name]


def fetch_set(name: str, *, progress: Callable[[float, str], None] | None = None) -> Path:
    """Return the folder of a public set, after fetching what is missing of it.

    Parameters
    ----------
    name : str
        One of `public_dataset_names`.
    progress : callable(fraction, text), optional
        Told after each file that was fetched.

    Returns
    -------
    Path

    Raises
    ------
    DatasetError
        If a file is missing and cannot be fetched: the message says what to download, under which licence, and
        where to put it. If a file is not the published one by its SHA-256.
    """
    return _fetched(public_dataset(name), progress)


def _fetched(entry: PublicDataset, progress: Callable[[float, str], None] | None) -> Path:
    missing = [file for file in entry.sha256 if not (entry.folder / file).is_file()]
    at_hand = not missing if entry.sha256 else _holds_hdf5(entry.folder)
    if entry.base_url is None and not at_hand:
        raise DatasetError(f"{entry.key} cannot be fetched without you: {_by_hand(entry)}")
    _check(entry, [file for file in entry.sha256 if file not in missing])
    for done, file in enumerate(missing, start=1):
        _fetch(entry, file)
        if progress is not None:
            progress(done / len(missing), f"{entry.key}: {done} of {len(missing)} files fetched")
    return entry.folder


def _fetch(entry: PublicDataset, file: str) -> None:
    import pooch
    import requests

    path, known = entry.folder / file, f"sha256:{entry.sha256[file]}"
    level = pooch.get_logger().level
    pooch.get_logger().setLevel("ERROR")  # progress is told by whoever asked, not on stderr
    try:
        pooch.retrieve(f"{entry.base_url}{file}", known, path.name, path.parent)
    except requests.RequestException as error:
        raise DatasetError(
            f"{entry.key} could not be fetched ({_short(error)}); when online try again, or {_by_hand(entry)}"
        ) from error
    except ValueError as error:  # what pooch raises for another hash
        raise DatasetError(
            f"{entry.key}: {file} as it came is not the published one (its SHA-256 differs), so it was not kept; "
            f"try again, or {_by_hand(entry)}"
        ) from error
    except OSError as error:
        raise DatasetError(
            f"{entry.key} could not be written to {entry.folder} ({(error.strerror or str(error)).lower()}); "
            f"make room there, or set {FOLDER_VARIABLE} to a folder of your own."
        ) from error
    finally:
        pooch.get_logger().setLevel(level)


def _check(entry: PublicDataset, files: list[str]) -> None:
    import pooch

    other = [file for file in files if pooch.file_hash(str(entry.folder / file)) != entry.sha256[file]]
    if other:
        raise DatasetError(
            f"{entry.key}: {listed(other)} in {entry.folder} {'is' if len(other) == 1 else 'are'} not as published "
            f"(another SHA-256); delete {'it' if len(other) == 1 else 'them'} and ask again."
        )


def _by_hand(entry: PublicDataset) -> str:
    doi = f"doi {entry.doi}, " if entry.doi else ""
    return f"download {entry.by_hand} ({doi}licence: {entry.licence}) and put it into {entry.folder}."


def _short(error: Exception) -> str:
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"the server answered {error.response.status_code}"
    if isinstance(error, requests.Timeout):
        return "the server did not answer in time"
    return "no connection to the server"


def _holds_hdf5(folder: Path) -> bool:
    return folder.is_dir() and any(path.suffix.lower() in SUFFIXES for path in folder.iterdir())


@cache
def _entries() -> dict[str, PublicDataset]:
    tables = tomllib.loads(ENTRIES.read_text(encoding="utf-8"))
    return {
        key: PublicDataset(**{"key": key, "sha256": _checksums(key), **table})
        for key, table in tables.items()
    }


def _checksums(key: str) -> dict[str, str]:
    """Return the hashes of a file that ``sha256sum`` wrote, by the names of the files; nothing where there is none."""
    path = CHECKSUMS / f"{key}.sha256"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {name: sha256 for sha256, name in (line.split("  ", 1) for line in lines)}
