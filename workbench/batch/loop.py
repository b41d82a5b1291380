"""The loop of a batch: micrographs go to workers, what comes back goes into the tables, and it says how it stands.

At the end everything is put in order: whatever ended it before, and in whichever order they were done, the tables are
the same.
"""

from __future__ import annotations

import math
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from workbench.batch.newcomers import Newcomers
from workbench.batch.plan import BatchPlan
from workbench.batch.result_names import Source
from workbench.batch.results import ResultsFolder
from workbench.batch.sample_report import write_reports
from workbench.batch.status import PAUSE_FILE, STOP_FILE, MicrographStatus, WrittenStatus
from workbench.batch.summary import write_summary
from workbench.batch.weights import Weights
from workbench.batch.work import Work, Worked, work
from workbench.batch.workers import Workers, workers_of
from workbench.errors import ComputeError, Stopped, WorkbenchError

LOOK_S = 0.2
"""So often wishes are looked for while nothing comes back."""
FOLLOW_S = 1.0
"""So often a folder that is followed is looked through."""
WRITE_S = 0.5
"""At most so often it is written down how it stands."""
MOST_DEATHS = 2
"""Of workers that had one micrograph: then it is the micrograph."""

Say = Callable[[str], object]


class Batch:
    """One process that works on a folder of results, which it holds."""

    def __init__(self, plan: BatchPlan, out: Path, device: str, say: Say, stop: Callable[[], bool]) -> None:
        self._plan, self._out, self._device, self._say = plan, out, device, say
        self._asked_to_stop = stop
        self._status = WrittenStatus()
        self._written_s = 0.0
        self._began_s, self._computed = time.monotonic(), 0
        self._deaths: Counter[int] = Counter()
        self._sources: list[Source] = []

    def run(self, workers: int | None, scheduler: str | None, follow: bool = False) -> None:
        """Do all micrographs, and put everything in order; then wait for more, if asked to."""
        weights = [Weights.of(one.network) for one in self._plan.networks]
        self._hashes = tuple(
            one.sha256() for one in weights
        )  # refuses what is not there before anything begins
        if len({one.identity for one in weights}) < len(weights):
            raise WorkbenchError("Two of the networks are the same one; name it once.")
        newcomers = Newcomers(self._plan, self._say)
        with closing(ResultsFolder(self._out)) as results:
            self._results, self._weights = results, weights
            self._add(newcomers.whole() if follow else newcomers.all())
            with workers_of(scheduler, workers) as at_work:
                whole = self._all(at_work, range(len(self._sources)))
                while whole and follow:
                    if self._sources and not self._finish():
                        return
                    more = self._await(newcomers)
                    if more is None:
                        return
                    whole = self._all(at_work, more)
            if whole:
                self._finish()
        self._write(now=True)

    def _add(self, sources: Sequence[Source]) -> range:
        """Take more micrographs, and return their places."""
        first = len(self._sources)
        self._sources += sources
        if self._sources:
            for note in self._results.choose_names(self._sources, self._weights):
                self._say(note)
            self._networks = [self._results.network(one) for one in self._weights]
        self._status.micrographs += [
            MicrographStatus(title=self._results.title(one), file=str(one.file.absolute()), frame=one.frame)
            for one in sources
        ]
        self._write(now=True)
        return range(first, len(self._sources))

    def _await(self, newcomers: Newcomers) -> range | None:
        """Wait until there are more micrographs; None: somebody asked to stop."""
        self._status.step = "follows"
        self._write(now=True)
        looked_s = -math.inf
        while not self._stopped():
            if time.monotonic() - looked_s >= FOLLOW_S:
                if sources := newcomers.whole():
                    self._status.step = "micrographs"
                    return self._add(sources)
                looked_s = time.monotonic()
            time.sleep(LOOK_S)
        return None

    def ended(self, why: str) -> None:
        """Write down what ended it."""
        self._status.said = " ".join(why.split())
        self._write(now=True)

    # -- micrographs

    def _all(self, at_work: Workers, which: range) -> bool:
        """Do these micrographs; return whether none is left.

        What may be there is looked at first, so that the rows of all that differs are taken out of the tables at once.
        """
        known = [index for index in which if self._known(index)]
        differs = self._each(at_work, known, known=True)
        if differs is None:
            return False
        left = sorted(differs | (set(which) - set(known)))
        stray = [
            self._sources[index]
            for index in left
            if any(self._results.rows(self._sources[index], one) for one in self._networks)
        ]
        if stray:
            self._results.forget_rows(stray, self._networks)  # before their images change
        return self._each(at_work, left, known=False) is not None

    def _each(self, at_work: Workers, which: Sequence[int], *, known: bool) -> set[int] | None:
        """Let workers look at micrographs that may be there, or compute some; return those that have to be computed.

        None: somebody asked to stop.
        """
        waiting, alone = deque(which), deque[int]()  # at whose side a worker died
        running: dict[Any, int] = {}
        differs: set[int] = set()
        self._began_s, self._computed = time.monotonic(), 0
        while waiting or alone or running:
            if self._stopped():
                at_work.client.cancel(list(running))
                return None
            paused = (self._out / PAUSE_FILE).exists()
            while waiting and len(running) < 2 * at_work.slots and not paused:
                index = waiting.popleft()
                running[self._handed(at_work, index, known)] = index
            if alone and not running and not waiting and not paused:
                index = alone.popleft()
                running[self._handed(at_work, index, known)] = index
            for future in _done(running):
                index = running.pop(future)
                worked = _result(future)
                if worked is None:
                    self._died(index, alone)
                elif not self._took(index, worked):
                    differs.add(index)
            self._write()
        return differs

    def _known(self, index: int) -> bool:
        """Say whether images of a micrograph may be there."""
        source = self._sources[index]
        return all(self._results.file(source, "mask.tif", one).exists() for one in self._networks)

    def _handed(self, at_work: Workers, index: int, known: bool) -> Any:
        source = self._sources[index]
        part = self._results.part(source)
        job = Work(source, part, self._plan, self._hashes, self._device, at_work.threads, known)
        return at_work.client.submit(work, job, pure=False, key=f"batch-{index}-{time.monotonic_ns()}")

    def _took(self, index: int, worked: Worked) -> bool:
        """Take what came back; return False where the micrograph has to be computed."""
        source, status = self._sources[index], worked.status
        if status.state == "waits":
            return False
        if worked.kept and any(
            one.particles != self._results.rows(source, one.network) for one in status.found
        ):
            return False
        self._results.add_rows(source, worked.rows)
        self._computed += not worked.kept
        self._put(index, status)
        return True

    def _died(self, index: int, alone: deque[int]) -> None:
        self._deaths[index] += 1
        if self._deaths[index] < MOST_DEATHS:
            alone.append(index)
            return
        before = self._status.micrographs[index]
        why = f"{before.title}: the process that worked on it ended twice, as where the memory is full."
        self._put(index, before.model_copy(update={"state": "failed", "why": why}))

    def _put(self, index: int, status: MicrographStatus) -> None:
        self._status.micrographs[index] = status
        if status.state == "failed":
            source = self._sources[index]
            if any(self._results.rows(source, one) for one in self._networks):
                self._results.forget_rows([source], self._networks)  # of earlier settings
            self._say(status.why)
        for one in status.found:
            many = "" if one.particles == 1 else "s"
            doubt = "; outside the training" if one.outside else ""
            self._say(
                f"{status.title}  {one.network}  {one.particles} particle{many}, "
                f"{100 * one.area:.1f} % of the area{doubt}"
            )

    # -- the end

    def _finish(self) -> bool:
        """Put everything in order; return False where somebody asked to stop meanwhile."""
        self._status.step, self._status.left_s = "report", None
        self._write(now=True)
        self._results.sort_rows()
        notes = write_summary(self._out, self._plan, self._status.micrographs)
        try:
            notes += write_reports(
                self._results,
                self._plan,
                self._sources,
                self._networks,
                self._status.micrographs,
                self._stopped,
            )
        except Stopped:
            return False
        for note in notes:
            self._say(note)
        self._status.step = "done"
        return True

    def _stopped(self) -> bool:
        return self._asked_to_stop() or (self._out / STOP_FILE).exists()

    def _write(self, *, now: bool = False) -> None:
        """Write down how it stands, not more often than it takes much of the time."""
        began = time.monotonic()
        if not now and began < self._written_s:
            return
        left = sum(one.state == "waits" for one in self._status.micrographs)
        if self._computed and self._status.step == "micrographs":
            self._status.left_s = (began - self._began_s) / self._computed * left
        try:
            self._status.write(self._out)
        except OSError as error:
            raise ComputeError(
                f"{self._out} cannot be written ({error.strerror or error}); make room, and start it again."
            ) from error
        ended = time.monotonic()
        self._written_s = ended + max(WRITE_S, 20 * (ended - began))


def _done(running: dict[Any, int]) -> list[Any]:
    """Return the futures that have ended, after a moment at most."""
    from distributed import wait

    if not running:
        time.sleep(LOOK_S)
        return []
    try:
        ended = wait(list(running), timeout=LOOK_S, return_when="FIRST_COMPLETED")  # type: ignore[no-untyped-call]
        return list(ended.done)
    except TimeoutError:
        return []


def _result(future: Any) -> Worked | None:
    """Return what a worker found; None where the worker died.

    Raises
    ------
    ComputeError
        If the worker cannot run it at all, such as one of another version.
    """
    from distributed import KilledWorker

    try:
        found: Worked = future.result()
        return found
    except KilledWorker:
        return None
    except Exception as error:
        raise ComputeError(
            f"A worker cannot run the batch ({type(error).__name__}: {' '.join(str(error).split())[:300]}); do all "
            "have the same version of the workbench?"
        ) from error
