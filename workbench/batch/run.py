"""The same networks and settings on all micrographs of a folder, by several processes; what was done is not done again.

`run_batch` hands micrographs to workers, takes what comes back into the tables, writes down how it stands, and at the
end puts everything in order: whatever ended it before, and in whichever order they were done, the tables are the same.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

from workbench.batch.launch import held_folder
from workbench.batch.plan import BatchPlan
from workbench.batch.result_names import Source
from workbench.batch.results import ResultsFolder
from workbench.batch.sample_report import write_reports
from workbench.batch.status import (
    PAUSE_FILE,
    STOP_FILE,
    BatchStatus,
    MicrographStatus,
    WrittenStatus,
    read_status,
)
from workbench.batch.summary import write_summary
from workbench.batch.weights import Weights
from workbench.batch.work import Work, Worked, work
from workbench.batch.workers import Workers, workers_of
from workbench.errors import ComputeError, Stopped, WorkbenchError
from workbench.micrographs.reading import open_micrograph
from workbench.segment_inputs import find_inputs

LOOK_S = 0.2
"""So often wishes are looked for while nothing comes back."""
WRITE_S = 0.5
"""At most so often it is written down how it stands."""
MOST_DEATHS = 2
"""Of workers that had one micrograph: then it is the micrograph."""

Say = Callable[[str], object]


def batch(
    inputs: Sequence[Path | str] | Path | str,
    networks: Sequence[str] | str,
    out: Path | str,
    *,
    threshold: float | None = None,
    min_area: float | None = None,
    fill_holes: bool = False,
    split_touching: bool = False,
    nm_per_px: float | None = None,
    particle_px: float | None = None,
    frames: Literal["first", "all"] = "first",
    keep_marks: bool = False,
    figures: bool = False,
    rois: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
    device: str = "auto",
) -> BatchStatus:
    """Segment all micrographs of a folder by several processes; the same call goes on where one was stopped.

    Masks, label images and probabilities, ``particles.csv`` and ``particles.parquet`` with one row a particle, and
    ``micrographs.csv`` with one row a micrograph, also for what could not be read.

    Parameters
    ----------
    inputs : Path or str, or sequence of them
        Folders, of which each readable file is a micrograph, or micrographs.
    networks : str or sequence of str
        Names or .safetensors files.
    out : Path or str
        Folder of the results; what is there already with these settings is not done again.
    threshold : float, optional
        In [0, 1]; by default as on each card.
    min_area, fill_holes, split_touching, nm_per_px, particle_px, frames, keep_marks, figures, rois
        See `BatchPlan`.
    workers, scheduler, device
        See `run_batch`.

    Returns
    -------
    BatchStatus
        Whose ``micrographs`` say what was found in each, or why it failed.

    Raises
    ------
    WorkbenchError
        If there is no micrograph, a setting cannot be, or another process works on the folder.
    ComputeError, NetworkError
        If the folder cannot be written, a network cannot be loaded, or no worker answers.

    Examples
    --------
    >>> import workbench as wb
    >>> m, _truth = wb.open_sample("easy")
    >>> wb.write_tiff("easy.tif", m.pixels, m.nm_per_px)
    >>> wb.batch("easy.tif", "otsu", "results", workers=1).phase
    'finished'
    """
    files = [inputs] if isinstance(inputs, Path | str) else inputs
    plan = BatchPlan.of(
        [Path(one).absolute() for one in files],
        [networks] if isinstance(networks, str) else networks,
        threshold,
        min_area=min_area,
        fill_holes=fill_holes,
        split_touching=split_touching,
        nm_per_px=nm_per_px,
        particle_px=particle_px,
        frames=frames,
        keep_marks=keep_marks,
        figures=figures,
        rois=rois,
    )
    return run_batch(plan, Path(out), workers=workers, scheduler=scheduler, device=device)


def run_batch(
    plan: BatchPlan,
    out: Path,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    device: str = "auto",
    say: Say | None = None,
    stop: Callable[[], bool] | None = None,
) -> BatchStatus:
    """Run a batch into a folder of results, or go on with one.

    Parameters
    ----------
    plan : BatchPlan
    out : Path
        Folder of the results; what is there already with these settings is not done again.
    workers : int, optional
        Processes on this machine, a micrograph each; by default one a GPU or a core.
    scheduler : str, optional
        Address of a scheduler of Dask, whose workers see the same files.
    device : str
        ``auto``, ``cpu``, ``cuda`` ...
    say : callable(str), optional
        Hears a sentence on each micrograph, and on what has to be known.
    stop : callable() -> bool, optional
        Whether to stop: what is complete stays, and the same call goes on.

    Returns
    -------
    BatchStatus
        ``finished``, or ``open`` where it was stopped.

    Raises
    ------
    WorkbenchError
        If there is no micrograph, or another process works on the folder.
    ComputeError, NetworkError
        If the folder cannot be written, a network cannot be loaded, or no worker answers.
    """
    said = say or (lambda _text: None)
    with held_folder(out):
        plan.write(out)
        batch = _Batch(plan, out, device, said, stop or (lambda: False))
        try:
            batch.run(workers, scheduler)
        except WorkbenchError as error:
            batch.ended(str(error))
            raise
    status = read_status(out)
    assert status is not None
    return status


class _Batch:
    """One process that works on a folder of results, which it holds."""

    def __init__(self, plan: BatchPlan, out: Path, device: str, say: Say, stop: Callable[[], bool]) -> None:
        self._plan, self._out, self._device, self._say = plan, out, device, say
        self._asked_to_stop = stop
        self._status = WrittenStatus()
        self._written_s = 0.0
        self._began_s, self._computed = time.monotonic(), 0
        self._deaths: Counter[int] = Counter()
        self._sources: list[Source] = []

    def run(self, workers: int | None, scheduler: str | None) -> None:
        inputs = find_inputs([Path(one) for one in self._plan.inputs])
        weights = [Weights.of(one.network) for one in self._plan.networks]
        self._sources = _sources(inputs.files, self._plan.frames, self._say)
        with closing(ResultsFolder(self._out)) as results:
            for note in inputs.notes + results.choose_names(self._sources, weights):
                self._say(note)
            self._results = results
            self._networks = [results.network(one) for one in weights]
            self._status.micrographs = [
                MicrographStatus(title=results.title(one), file=str(one.file.absolute()), frame=one.frame)
                for one in self._sources
            ]
            self._write(now=True)
            with workers_of(scheduler, workers) as at_work:
                whole = self._all(at_work)
            if whole:
                self._finish()
        self._write(now=True)

    def ended(self, why: str) -> None:
        """Write down what ended it."""
        self._status.said = " ".join(why.split())
        self._write(now=True)

    # -- micrographs

    def _all(self, at_work: Workers) -> bool:
        """Do all micrographs; return whether none is left."""
        waiting = deque((index, self._known(index)) for index in range(len(self._sources)))
        alone: deque[tuple[int, bool]] = deque()  # at whose side a worker died
        running: dict[Any, tuple[int, bool]] = {}
        self._began_s = time.monotonic()
        while waiting or alone or running:
            if self._stopped():
                at_work.client.cancel(list(running))
                return False
            paused = (self._out / PAUSE_FILE).exists()
            while waiting and len(running) < 2 * at_work.slots and not paused:
                job = waiting.popleft()
                running[self._handed(at_work, *job)] = job
            if alone and not running and not waiting and not paused:
                job = alone.popleft()
                running[self._handed(at_work, *job)] = job
            for future in _done(running):
                index, known = running.pop(future)
                worked = _result(future)
                if worked is None:
                    self._died(index, known, alone)
                elif not self._took(index, worked):
                    waiting.appendleft((index, False))
            self._write()
        return True

    def _known(self, index: int) -> bool:
        """Say whether images of a micrograph may be there."""
        source = self._sources[index]
        return all(self._results.file(source, "mask.tif", one).exists() for one in self._networks)

    def _handed(self, at_work: Workers, index: int, known: bool) -> Any:
        source = self._sources[index]
        if not known and any(self._results.rows(source, one) for one in self._networks):
            self._results.forget_rows(source, self._networks)  # before the images change
        job = Work(source, self._results.part(source), self._plan, self._device, at_work.threads, known)
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

    def _died(self, index: int, known: bool, alone: deque[tuple[int, bool]]) -> None:
        self._deaths[index] += 1
        if self._deaths[index] < MOST_DEATHS:
            alone.append((index, known))
            return
        before = self._status.micrographs[index]
        why = f"{before.title}: the process that worked on it ended twice, as where the memory is full."
        self._put(index, before.model_copy(update={"state": "failed", "why": why}))

    def _put(self, index: int, status: MicrographStatus) -> None:
        self._status.micrographs[index] = status
        if status.state == "failed":
            self._say(status.why)
        for one in status.found:
            many = "" if one.particles == 1 else "s"
            doubt = "; outside the training" if one.outside else ""
            self._say(
                f"{status.title}  {one.network}  {one.particles} particle{many}, "
                f"{100 * one.area:.1f} % of the area{doubt}"
            )

    # -- the end

    def _finish(self) -> None:
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
            return
        for note in notes:
            self._say(note)
        self._status.step = "done"

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


def _sources(files: Sequence[Path], frames: str, say: Say) -> list[Source]:
    if frames == "first":
        return [Source(file) for file in files]
    found = []
    for file in files:
        try:
            count = int(open_micrograph(file).metadata["frames"])
        except WorkbenchError:
            count = 1  # it fails later, with its row
        found += [Source(file, frame) for frame in range(count)]
    say(f"{len(found)} frames of {len(files)} files.")
    return found


def _done(running: dict[Any, tuple[int, bool]]) -> list[Any]:
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
