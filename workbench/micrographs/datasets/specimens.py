"""Which micrographs show the same specimen, by what the description of a set says."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from workbench.errors import DatasetError
from workbench.micrographs.datasets.pairs import LabelledMicrograph

Groups = dict[str, list[LabelledMicrograph]]
ENTRIES = {"group_by", "group_size", "same_specimen"}


def grouped(name: str, micrographs: Sequence[LabelledMicrograph], description: dict[str, Any]) -> Groups:
    """Return the micrographs of each specimen; see `LabelledDataset.groups`."""
    key = _key(name, description)
    groups: Groups = {}
    for micrograph in micrographs:
        groups.setdefault(key(micrograph), []).append(micrograph)
    return groups


def check_splittable(name: str, groups: Groups, description: dict[str, Any]) -> None:
    """Raise DatasetError unless a split by these groups parts specimens, and there are two of them."""
    if description.get("patches") and not description.keys() & ENTRIES:
        raise DatasetError(
            f"{name} holds patches, and which micrograph each was cut from is not known, so a split would "
            "put patches of one micrograph on both sides; use another set to validate, or say which belong "
            "together (group_size = 64 in set.toml: 64 in a row)."
        )
    count = sum(map(len, groups.values()))
    if len(groups) == 1:
        what = "holds one micrograph only" if count == 1 else f"shows one specimen in all {count} micrographs"
        raise DatasetError(f"{name} {what} and cannot be split; add micrographs of other specimens.")


def log_doses(name: str, groups: Groups) -> list[float]:
    """Return the mean logarithm of the doses of each specimen, infinite where none is known.

    Raises
    ------
    DatasetError
        If no dose is known at all.
    """
    doses = [[one.dose_e_per_A2 for one in group] for group in groups.values()]
    known = [[dose for dose in group if dose is not None and dose > 0] for group in doses]
    if not any(known):
        raise DatasetError(
            f"{name}: no micrograph's dose is known, so it cannot be split by dose; "
            "give truth/<name>.json with optics.dose_e_per_A2, or split without it."
        )
    return [float(np.mean(np.log(group))) if group else float("inf") for group in known]


def _key(name: str, description: dict[str, Any]) -> Callable[[LabelledMicrograph], str]:
    pattern, size = _pattern(name, description), description.get("group_size")
    if size is not None and (isinstance(size, bool) or not isinstance(size, int) or size < 1):
        raise DatasetError(f"{name}: group_size is a whole number of micrographs, not {size!r}.")
    together = _together(name, description)

    def key(micrograph: LabelledMicrograph) -> str:
        if micrograph.name in together:
            return together[micrograph.name]
        if size is not None:
            return f"specimen {micrograph.index // size}"
        found = pattern.search(micrograph.name) if pattern else None
        return (found.group(1) if found else None) or micrograph.name

    return key


def _pattern(name: str, description: dict[str, Any]) -> re.Pattern[str] | None:
    if not description.get("group_by"):
        return None
    try:
        pattern = re.compile(str(description["group_by"]))
    except re.error as error:
        raise DatasetError(f"{name}: group_by is not a regular expression: {error}.") from error
    if not pattern.groups:
        raise DatasetError(
            f"{name}: group_by needs a group in brackets that names the specimen, as ^(sim\\d+)_."
        )
    return pattern


def _together(name: str, description: dict[str, Any]) -> dict[str, str]:
    lists = description.get("same_specimen", [])
    if not isinstance(lists, list) or not all(isinstance(names, list) and names for names in lists):
        raise DatasetError(f"{name}: same_specimen is a list of lists of names, not {lists!r}.")
    return {str(one): f"specimen of {names[0]}" for names in lists for one in names}
