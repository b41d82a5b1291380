"""How a study stands, read from its folder alone, whoever works on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Literal

import psutil

from workbench.process_files import read_process
from workbench.study.folder import LOG_FILE, PAGE_FILE, PROCESS_FILE, RUNS, STOP_FILE
from workbench.study.overview import PlannedCell
from workbench.study.results import Result, read_result, result_file
from workbench.study.time_left import seconds_left
from workbench.training.run_folder import RunFolder
from workbench.whole_files import read_whole

State = Literal["waits", "trained", "scored", "begun", "done", "failed"]
Phase = Literal["new", "starting", "works", "stopping", "open", "finished"]
ALIVE: tuple[Phase, ...] = ("starting", "works", "stopping")
SILENT_S = 15.0
"""A run on another machine is taken for alive for so long after its last sign of life."""
LAST_WORDS_BYTES = 4096


@dataclass(frozen=True)
class CellStatus:
    """How a cell stands.

    Parameters
    ----------
    state : str
        ``waits`` for its turn, ``trained`` or ``scored`` now, ``begun`` but left by a study that was stopped,
        ``done`` or ``failed``.
    dice : float or None
        Hard Dice, the mean over the test micrographs; of a done one.
    fraction : float
        Of its steps, in [0, 1].
    why : str
        Of a failed one, a sentence.
    wall_s : float or None
        How long a done one took; None where it was interrupted, so that this is not all.
    """

    state: State
    dice: float | None = None
    fraction: float = 0.0
    why: str = ""
    wall_s: float | None = None


@dataclass(frozen=True)
class StudyStatus:
    """How a study stands at one moment.

    Parameters
    ----------
    phase : str
        ``new``: nothing begun; ``starting``: a process prepares the next cells; ``works``; ``stopping``: asked to;
        ``open``: begun, and nobody works on it; ``finished``: every cell is done or has failed.
    cells : dict of str to CellStatus
        By name, in the order of the plan.
    left_s : float or None
        Seconds until the last cell is done, where somebody works on it and a cell has told how long one takes.
    said : str
        The last words of its process, where it has ended with cells left.
    has_page : bool
        Whether ``study.md`` is there.
    unread, as_of : str
        Why its folder cannot be read now, and at what time of the day it was like this; empty: it was read just now.
    """

    phase: Phase
    cells: dict[str, CellStatus] = field(default_factory=dict)
    left_s: float | None = None
    said: str = ""
    has_page: bool = False
    unread: str = ""
    as_of: str = ""

    @property
    def alive(self) -> bool:
        """Whether a process works on it."""
        return self.phase in ALIVE

    def count(self, *states: State) -> int:
        """Return how many cells are in one of these states."""
        return sum(cell.state in states for cell in self.cells.values())

    @property
    def failures(self) -> dict[str, str]:
        """Why cells failed, by name."""
        return {name: cell.why for name, cell in self.cells.items() if cell.state == "failed"}


class Watcher:
    """Looks at the folder of a study again and again, and reads only what has changed.

    Parameters
    ----------
    out : Path
        Folder of the study.
    cells : sequence of PlannedCell
    """

    def __init__(self, out: Path, cells: Sequence[PlannedCell]) -> None:
        self.out, self.cells = out, tuple(cells)
        self._known: dict[str, tuple[int, CellStatus]] = {}

    def look(self) -> StudyStatus:
        """Return how the study stands now.

        Raises
        ------
        ComputeError, OSError
            If something in its folder cannot be read now.
        """
        process = read_process(self.out / PROCESS_FILE)
        works, since = process is not None, _start_of(process)
        cells = {cell.name: self._ended(cell.name) or self._left(cell.name, since) for cell in self.cells}
        phase = self._phase(works, cells)
        return StudyStatus(
            phase,
            cells,
            self._seconds_left(cells) if works else None,
            self._last_words() if phase == "open" else "",
            (self.out / PAGE_FILE).is_file(),
        )

    def _ended(self, name: str) -> CellStatus | None:
        try:
            stamp = result_file(self.out, name).stat().st_mtime_ns
        except (FileNotFoundError, NotADirectoryError):
            return None
        known = self._known.get(name)
        if known is not None and known[0] == stamp:
            return known[1]
        read_whole(result_file(self.out, name))  # or say that it cannot be: it is not as if it were not there
        result = read_result(self.out, name)
        if result is None:
            return None
        self._known[name] = (stamp, made := _of(result))
        return made

    def _left(self, name: str, since: float | None) -> CellStatus:
        """Return how a cell stands that has not ended; ``since``: when the process began that works on the study."""
        run = RunFolder(self.out / RUNS / name)
        beat = run.beat
        if beat is None:
            return CellStatus("waits")
        fraction = beat.step / beat.steps if beat.steps else 0.0
        if since is None or beat.time < since:  # of an earlier process
            return CellStatus("begun", fraction=fraction)
        if run.status in ("running", "queued", "paused"):
            return CellStatus("trained", fraction=fraction)
        if fraction == 1.0:
            return CellStatus("scored", fraction=fraction)
        return CellStatus("trained" if beat.age_s < SILENT_S else "begun", fraction=fraction)

    def _phase(self, works: bool, cells: dict[str, CellStatus]) -> Phase:
        if works and (self.out / STOP_FILE).exists():
            return "stopping"
        states = {cell.state for cell in cells.values()}
        over = states <= {"done", "failed"}
        if works:
            return "works" if over or states & {"trained", "scored"} else "starting"
        if over:
            return "finished"
        begun = states != {"waits"} or (self.out / PROCESS_FILE).exists() or (self.out / LOG_FILE).exists()
        return "open" if begun else "new"

    def _seconds_left(self, cells: dict[str, CellStatus]) -> float | None:
        took = [
            (cell, seconds)
            for cell in self.cells
            if (seconds := cells[cell.name].wall_s) is not None and cells[cell.name].state == "done"
        ]
        left = [
            (cell, cells[cell.name].fraction)
            for cell in self.cells
            if cells[cell.name].state not in ("done", "failed")
        ]
        at_a_time = sum(one.state in ("trained", "scored") for one in cells.values())
        return seconds_left(took, left, at_a_time) if left else None

    def _last_words(self) -> str:
        """Return the last line that its process said, and whether it ended in the middle of its work."""
        try:
            with (self.out / LOG_FILE).open("rb") as log:
                log.seek(max(log.seek(0, 2) - LAST_WORDS_BYTES, 0))
                lines = log.read().decode("utf-8", "replace").splitlines()
        except OSError:
            lines = []
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        if not (self.out / PROCESS_FILE).exists():  # it has put that away, so it ended in good order
            return last
        return f"Its process ended. It said last: {last}" if last else "Its process ended without a word."


def _start_of(process: psutil.Process | None) -> float | None:
    """Return when a process began, seconds since 1970; None where there is none any more."""
    try:
        return None if process is None else float(process.create_time())
    except psutil.Error:
        return None


def _of(result: Result) -> CellStatus:
    if result.status == "failed":
        return CellStatus("failed", why=result.why)
    dice = fmean(score.dice_hard for score in result.scores) if result.scores else None
    return CellStatus("done", dice, 1.0, wall_s=None if result.resumed else result.wall_s)
