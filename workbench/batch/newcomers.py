"""Which micrographs a batch has to do: all that are there, or those that have come since and are whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from workbench.batch.plan import BatchPlan
from workbench.batch.result_names import Source
from workbench.errors import WorkbenchError
from workbench.micrographs.reading import open_micrograph
from workbench.segment_inputs import find_inputs

STILL_S = 2.0
"""A file that has not changed for so long is taken to be whole."""
_Stamp = tuple[int, int]


class Newcomers:
    """Looks for the micrographs of a plan, and gives each of them once.

    Parameters
    ----------
    plan : BatchPlan
    say : callable(str)
        Hears what was passed over.
    """

    def __init__(self, plan: BatchPlan, say: Callable[[str], object]) -> None:
        self._plan, self._say = plan, say
        self._given: set[Path] = set()
        self._seen: dict[Path, tuple[_Stamp, float]] = {}

    def all(self) -> list[Source]:
        """Return all that are there.

        Raises
        ------
        WorkbenchError
            If there is none.
        """
        inputs = find_inputs([Path(one) for one in self._plan.inputs])
        for note in inputs.notes:
            self._say(note)
        return self._taken(inputs.files)

    def whole(self) -> list[Source]:
        """Return those that were not given yet and have stopped growing; an empty folder is no error."""
        try:
            files = find_inputs([Path(one) for one in self._plan.inputs]).files
        except WorkbenchError:  # nothing there yet, or a share that is away
            return []
        return self._taken([file for file in files if file not in self._given and self._still(file)])

    def _still(self, file: Path) -> bool:
        """Say whether a file is as it was some time ago."""
        now = time.monotonic()
        try:
            found = file.stat()
        except OSError:
            return False
        stamp = found.st_size, found.st_mtime_ns
        before, since = self._seen.get(file, (None, now))
        if stamp != before:
            self._seen[file], since = (stamp, now), now
        return now - since >= STILL_S

    def _taken(self, files: Sequence[Path]) -> list[Source]:
        self._given.update(files)
        for file in files:
            self._seen.pop(file, None)
        if self._plan.frames == "first":
            return [Source(file) for file in files]
        found = []
        for file in files:
            try:
                count = int(open_micrograph(file).metadata["frames"])
            except WorkbenchError:
                count = 1  # it fails later, with its row
            found += [Source(file, frame) for frame in range(count)]
        if files:
            self._say(f"{len(found)} frames of {len(files)} files.")
        return found
