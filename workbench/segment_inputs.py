"""Which of the files and folders on a command line are micrographs, and what is said of the others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workbench.batch.tables import FILES, is_table
from workbench.errors import WorkbenchError
from workbench.file_names import natural_key, printable
from workbench.micrographs.provenance import kind_of_result
from workbench.micrographs.reading import READABLE_SUFFIXES

FOLDER_SUFFIXES = (".zspy",)
"""Of formats that are a folder themselves."""
KINDS = {
    "hidden": ("hidden file", "hidden files"),
    "folder": ("folder", "folders"),
    "other": ("file of another kind", "files of other kinds"),
    "series": (".emi file whose images are beside it", ".emi files whose images are beside them"),
    "result": ("result of the workbench", "results of the workbench"),
}
_OLDER = re.compile(r"(.+)\.(mask|probability)\.tif")
_FIGURE = ".figure.png"
_SERIES = re.compile(r"(.+)_\d+\.ser", re.IGNORECASE)


@dataclass
class Inputs:
    """The micrographs, each once, and sentences on what was passed over.

    Parameters
    ----------
    files : list of Path
    notes : list of str
    """

    files: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _seen: set[Path] = field(default_factory=set)

    def add(self, file: Path) -> bool:
        """Take a file, and say whether it was new."""
        real = file.resolve()
        new = real not in self._seen
        if new:
            self._seen.add(real)
            self.files.append(file)
        return new


def find_inputs(paths: Sequence[Path]) -> Inputs:
    """Return the micrographs among files and folders; of a folder, the readable files in it, as people count.

    What the workbench made of a micrograph is never one, wherever it lies and whatever it is called.

    Raises
    ------
    WorkbenchError
        If a folder holds no micrograph, or nothing is left.
    """
    found = Inputs()
    series = _series(paths)
    results: list[str] = []
    for path in paths:
        if path.is_dir() and path.suffix.lower() not in FOLDER_SUFFIXES:
            _look_in(path, found)
        elif result_of(path) is not None:
            results.append(printable(path.name))
        elif _stands_for(path, series):
            found.notes.append(f"{printable(path.name)} is passed over: its images are given too.")
        elif not found.add(path):
            found.notes.append(f"{printable(str(path))} was given twice; it is segmented once.")
    if results:
        said = _counted(len(results), "result", set())
        found.notes.append(f"Passed over {said}, such as {results[0]}.")
    if not found.files:
        raise WorkbenchError(f"There is no micrograph to segment. {' '.join(found.notes)}".strip())
    return found


def result_of(path: Path) -> str | None:
    """Return which kind of result of the workbench a file is; None for anything else.

    Before the files said so themselves, a mask and its probability lay side by side under one name, and their figure.
    """
    kind = kind_of_result(path)
    if kind is not None:
        return kind
    if path.name in FILES.values():
        return "table" if is_table(path) else None
    older = _OLDER.fullmatch(path.name)
    if older is not None:
        other = "probability" if older[2] == "mask" else "mask"
        return older[2] if path.with_name(f"{older[1]}.{other}.tif").is_file() else None
    if path.name.endswith(_FIGURE):
        stem = path.name.removesuffix(_FIGURE)
        beside = path.parent.iterdir() if path.is_file() else ()
        if any(one.name.startswith(f"{stem}.") and _OLDER.fullmatch(one.name) for one in beside):
            return "figure"
    return None


def _look_in(folder: Path, found: Inputs) -> None:
    try:
        inside = sorted(folder.iterdir(), key=lambda path: natural_key(path.name))
    except OSError as error:
        raise WorkbenchError(f"{folder} cannot be looked into ({error.strerror or error}).") from error
    series = _series(inside)
    passed: Counter[str] = Counter()
    others: set[str] = set()
    before = len(found.files)
    twice = 0
    for path in inside:
        suffix = path.suffix.lower()
        if path.name.startswith("."):
            passed["hidden"] += 1
        elif path.is_dir() and suffix not in FOLDER_SUFFIXES:
            passed["folder"] += 1
        elif suffix not in READABLE_SUFFIXES:
            passed["other"] += 1
            others.add(suffix or path.name)
        elif _stands_for(path, series):
            passed["series"] += 1
        elif result_of(path) is not None:
            passed["result"] += 1
        elif not found.add(path):
            twice += 1
    told = [_counted(count, kind, others) for kind, count in passed.items()]
    if len(found.files) == before and not twice:
        raise WorkbenchError(
            f"{folder}: there is no micrograph in this folder{f', only {_joined(told)}' if told else ''}."
        )
    if told:
        found.notes.append(f"{printable(str(folder))}: passed over {_joined(told)}.")
    if twice:
        found.notes.append(
            f"{printable(str(folder))}: {twice} of its files were given twice; each is segmented once."
        )


def _series(paths: Sequence[Path]) -> set[Path]:
    """Return the .emi files of which there are .ser files among some paths."""
    return {
        path.with_name(f"{match[1]}.emi".lower()) for path in paths if (match := _SERIES.fullmatch(path.name))
    }


def _stands_for(path: Path, series: set[Path]) -> bool:
    return path.suffix.lower() == ".emi" and path.with_name(path.name.lower()) in series


def _counted(count: int, kind: str, others: set[str]) -> str:
    said = f"{count} {KINDS[kind][count > 1]}"
    return f"{said} ({', '.join(sorted(others))})" if kind == "other" else said


def _joined(told: Sequence[str]) -> str:
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"
