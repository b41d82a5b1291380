"""Simulated labelled sets: many exit waves over several processes, to be stopped and resumed at any time."""

from __future__ import annotations

import json
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from workbench.errors import ComputeError, DatasetError, Stopped
from workbench.locks import NOT_SURE, Lock
from workbench.micrographs.datasets.labelled_dataset import LabelledDataset
from workbench.micrographs.simulation.conditions import Conditions, find_conditions
from workbench.micrographs.simulation.multislice import require_abtem
from workbench.micrographs.simulation.one_wave import WaveJob, write_text
from workbench.micrographs.simulation.structures import find_structure
from workbench.micrographs.simulation.workers import run_jobs

PROGRESS_FILE = "simulating.json"
"""In the folder of an unfinished set: what it is drawn from, so that nothing else is added to it."""
LOCK_FILE = ".simulating.lock"


def simulate_set(
    out: str | Path,
    count: int,
    seed: int,
    *,
    conditions: Conditions | str | Path = "training",
    images_per_wave: int = 2,
    workers: int = 1,
    progress: Callable[[float, str], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> LabelledDataset:
    """Simulate a labelled set into a folder: ``images/``, ``labels/``, ``truth/`` (JSON) and ``set.toml``.

    A label is one integer a particle, 1 to N, and 0 for background (uint8 TIFF, uint16 beyond 255); each piece of a
    particle that the edge of the frame parts has its own, and ``truth/`` says of which particle it is. A run
    that was stopped or killed goes on where it stood when it is started again with the same arguments; ``set.toml``
    is written last. A finished set grows when more micrographs are asked for, all else being the same.

    Parameters
    ----------
    out : path
        Folder; made if missing. It may hold an unfinished or a smaller set of the same seed and conditions.
    count : int
        How many micrographs, 512 x 512.
    seed : int
        The same seed gives the same set; wave ``i`` depends on the seed and ``i`` alone.
    conditions : Conditions, str or path
        What to draw from, the name of one of ``CONDITIONS``, or a TOML file.
    images_per_wave : int
        Micrographs taken of each specimen.
    workers : int
        Processes; the set does not depend on it. A script that uses more than one calls this function under
        ``if __name__ == "__main__":``, because each process reads the script again.
    progress : callable, optional
        Called with the fraction done and a sentence, which estimates the time left, after each exit wave.
    stop : callable, optional
        Asked after each exit wave.

    Returns
    -------
    LabelledDataset

    Raises
    ------
    DatasetError
        If the folder already holds the set, or another one, or if somebody else simulates into it just now; if
        conditions, or a CIF that they name, are wrong.
    ComputeError
        If a file cannot be written, or a process ended before its time.
    Stopped
        If ``stop`` says so; what was written stays.
    WorkbenchError
        If abTEM is not installed.
    """
    drawn_from = conditions if isinstance(conditions, Conditions) else find_conditions(conditions)
    if count < 1 or images_per_wave < 1 or workers < 1 or seed < 0:
        raise DatasetError(
            "A simulated set needs a seed from 0 on, and at least one micrograph, one a wave and one worker, "
            f"not seed {seed}, {count} at {images_per_wave} by {workers}."
        )
    for structure in drawn_from.structures:
        find_structure(structure)
    require_abtem()
    folder = Path(out)
    lock = _lock(folder)
    try:
        _begin(folder, count, seed, images_per_wave, drawn_from)
        _simulate(folder, count, seed, images_per_wave, drawn_from, workers, progress, stop)
        _finish(folder, seed, images_per_wave, drawn_from)
    finally:
        (folder / LOCK_FILE).unlink(missing_ok=True)
        lock.close()
    return LabelledDataset(folder)


def _simulate(
    folder: Path,
    count: int,
    seed: int,
    images_per_wave: int,
    drawn_from: Conditions,
    workers: int,
    progress: Callable[[float, str], None] | None,
    stop: Callable[[], bool] | None,
) -> None:
    """Write the micrographs that are not there yet."""
    waves = -(-count // images_per_wave)
    jobs = [
        WaveJob(folder, seed, index, min(images_per_wave, count - index * images_per_wave), drawn_from)
        for index in range(waves)
    ]
    unfinished = [job for job in jobs if job.missing()]
    there = count - sum(len(job.missing()) for job in unfinished)
    if progress is not None and there:
        progress(there / count, f"{there} of {count} micrographs were there already")
    written, began = 0, time.monotonic()
    results: Iterator[int] = run_jobs(unfinished, min(workers, max(1, len(unfinished))))
    try:
        while there + written < count:
            if stop is not None and stop():
                raise Stopped(f"The simulation was stopped after {there + written} of {count} micrographs.")
            written += next(results)
            if progress is not None:
                left = (time.monotonic() - began) / max(1, written) * (count - there - written)
                progress(
                    (there + written) / count,
                    f"{there + written} of {count} micrographs simulated{time_left(left)}",
                )
    finally:
        results.close()  # type: ignore[attr-defined]


def time_left(seconds: float) -> str:
    """Return a rough estimate as the end of a sentence; nothing where there is nothing left to do."""
    if seconds <= 0:
        return ""
    if seconds < 90:
        return f", about {max(1, round(seconds))} s left"
    if seconds < 5400:
        return f", about {round(seconds / 60)} min left"
    return f", about {seconds / 3600:.1f} h left"


def _lock(folder: Path) -> Lock:
    """Keep everybody else out of the folder until this process ends."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = Lock.take(folder / LOCK_FILE)
    except OSError as error:
        raise _not_writable(folder, error) from error
    if lock is None:
        raise DatasetError(
            f"Another process simulates into {folder} just now; wait for it, or name another folder."
        )
    if not lock.sure:  # safe: every file is written whole, and another process would write the same
        print(f"{folder}: {NOT_SURE}.", file=sys.stderr)
    return lock


def _not_writable(folder: Path, error: OSError) -> ComputeError:
    return ComputeError(
        f"{folder} cannot be written to ({(error.strerror or 'error').lower()}); choose another folder."
    )


def _begin(folder: Path, count: int, seed: int, images_per_wave: int, conditions: Conditions) -> None:
    """Make the folders, or check that what stands there is the beginning of this very set."""
    settings = json.loads(json.dumps(_details(seed, images_per_wave, conditions)))
    finished = folder / "set.toml"
    if finished.exists() and not (
        _drawn_from(finished) == settings and count > len(LabelledDataset(folder).micrographs)
    ):
        raise DatasetError(f"{folder} already holds a labelled set; name another folder.")
    note = folder / PROGRESS_FILE
    if note.exists():
        try:
            before = json.loads(note.read_text(encoding="utf-8"))
        except ValueError as broken:
            raise DatasetError(f"{note} cannot be read; delete it and what is beside it.") from broken
        different = sorted(k for k in settings.keys() | before.keys() if settings.get(k) != before.get(k))
        if different:
            key = different[0]
            raise DatasetError(
                f"{folder} holds an unfinished set with {key} = {before.get(key)!r}, not {settings.get(key)!r}; "
                "name another folder, or go on with the same settings."
            )
    elif not finished.exists() and any(
        (folder / part).is_dir() and any((folder / part).iterdir()) for part in ("images", "labels")
    ):
        raise DatasetError(f"{folder} holds micrographs of another origin; name another folder.")
    try:
        for part in ("images", "labels", "truth"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        write_text(note, json.dumps(settings, indent=1))
        finished.unlink(missing_ok=True)
    except OSError as error:
        raise _not_writable(folder, error) from error


def _drawn_from(description: Path) -> Any:
    """Return what a finished set was drawn from; nothing where it is not one of ours."""
    try:
        return tomllib.loads(description.read_text(encoding="utf-8")).get("details")
    except (ValueError, OSError):
        return None


def _finish(folder: Path, seed: int, images_per_wave: int, conditions: Conditions) -> None:
    with tempfile.TemporaryDirectory(prefix=".", dir=folder) as beside:
        LabelledDataset.write_description(
            Path(beside),
            name=conditions.name,
            licence="CC0-1.0",
            citation="Simulated by HRTEM Workbench with abTEM (Madsen & Susi, Open Research Europe 2021, 1:24).",
            nm_per_px=None,
            labels="particles",
            group_by=r"^(sim\d+_\d+)_",
            details=_details(seed, images_per_wave, conditions),
        )
        (Path(beside) / "set.toml").replace(folder / "set.toml")
    (folder / PROGRESS_FILE).unlink()


def _details(seed: int, images_per_wave: int, conditions: Conditions) -> dict[str, Any]:
    return {"seed": seed, "images_per_wave": images_per_wave, **conditions.model_dump(exclude_none=True)}
