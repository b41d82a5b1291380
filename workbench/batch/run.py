"""The same networks and settings on all micrographs of a folder, by several processes; what was done stays done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from workbench.batch.launch import held_folder
from workbench.batch.loop import Batch, Say
from workbench.batch.plan import BatchPlan
from workbench.batch.status import BatchStatus, read_status
from workbench.errors import WorkbenchError


def batch(
    inputs: Sequence[Path | str] | Path | str,
    networks: Sequence[str] | str,
    out: Path | str,
    *,
    threshold: float | Mapping[str, float | None] | None = None,
    min_area: float | None = None,
    fill_holes: bool = False,
    split_touching: bool = False,
    nm_per_px: float | None = None,
    sizes: Mapping[str, float] | None = None,
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
    threshold : float or mapping of str to float, optional
        In [0, 1], of all or by network; by default as on each card.
    min_area, fill_holes, split_touching, nm_per_px, sizes, particle_px, frames, keep_marks, figures, rois
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
    named = [networks] if isinstance(networks, str) else networks
    thresholds = threshold if isinstance(threshold, Mapping) else dict.fromkeys(named, threshold)
    if strange := sorted(set(thresholds) - set(named)):
        raise WorkbenchError(
            f"There is a threshold of {strange[0]}, which is none of the networks; name it as there."
        )
    plan = BatchPlan.of(
        [Path(one).absolute() for one in files],
        [{"network": name, "threshold": thresholds.get(name)} for name in named],
        min_area=min_area,
        fill_holes=fill_holes,
        split_touching=split_touching,
        nm_per_px=nm_per_px,
        sizes=dict(sizes or {}),
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
    follow: bool = False,
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
    follow : bool
        Wait for more when all is done, as of a microscope that is at work, until somebody asks to stop: a file is taken
        when it has stopped growing.
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
        at_work = Batch(plan, out, device, said, stop or (lambda: False))
        try:
            at_work.run(workers, scheduler, follow)
        except WorkbenchError as error:
            at_work.ended(str(error))
            raise
        except Exception as error:  # a fault within: whoever watches the folder learns of it too
            at_work.ended(f"A fault within the workbench: {type(error).__name__}: {error}")
            raise
    status = read_status(out)
    assert status is not None
    return status
