"""``workbench batch``: the same networks and settings on all micrographs of a folder, by several processes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.command_options import (
    Device,
    FillHoles,
    KeepMarks,
    Outlines,
    ParticleWidth,
    PixelSizeOfAll,
    ResultsOut,
    SmallestArea,
    SplitTouching,
    Threshold,
)
from workbench.errors import WorkbenchError
from workbench.stopping import STOPPED_BY_SIGNAL

if TYPE_CHECKING:
    from workbench.batch.status import BatchStatus


def batch(
    inputs: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders of which each readable file is a micrograph, or micrographs."),
    ] = None,
    network: Annotated[
        list[str] | None, typer.Option("--network", "-n", help="Name or .safetensors file; may be repeated.")
    ] = None,
    out: ResultsOut = Path("out"),
    threshold: Threshold = None,
    min_area: SmallestArea = None,
    fill_holes: FillHoles = False,
    split_touching: SplitTouching = False,
    nm_per_px: PixelSizeOfAll = None,
    particle_px: ParticleWidth = None,
    all_frames: Annotated[
        bool, typer.Option("--all-frames", help="Every frame of stacks and movies, not the first alone.")
    ] = False,
    keep_marks: KeepMarks = False,
    figures: Annotated[bool, typer.Option("--figures", help="A figure of each micrograph, too.")] = False,
    rois: Outlines = False,
    follow: Annotated[
        bool, typer.Option("--follow", help="Then wait for more, until it is stopped: a microscope at work.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; by default one a GPU, or a core.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a scheduler of Dask, such as tcp://host:8786.")
    ] = None,
    device: Device = "auto",
    plan: Annotated[
        Path | None, typer.Option(help="Folder of results that is gone on with, by the batch.json in it.")
    ] = None,
) -> None:
    """Segment all micrographs of a folder; the same command goes on where one was stopped."""
    from workbench.batch.plan import BatchPlan
    from workbench.batch.run import run_batch
    from workbench.stopping import asked_to_stop

    if plan is not None:
        asked, out = BatchPlan.read(plan), plan
        if asked is None:
            raise WorkbenchError(f"{plan} holds no batch.json; give a folder that a batch has begun.")
    elif not inputs or not network:
        raise WorkbenchError("Name a folder of micrographs and a --network.")
    else:
        asked = BatchPlan.of(
            [one.absolute() for one in inputs],
            network,
            threshold,
            min_area=min_area,
            fill_holes=fill_holes,
            split_touching=split_touching,
            nm_per_px=nm_per_px,
            particle_px=particle_px,
            frames="all" if all_frames else "first",
            keep_marks=keep_marks,
            figures=figures,
            rois=rois,
        )
    with asked_to_stop("stopping: what is complete stays; once more to end at once") as stop:
        status = run_batch(
            asked,
            out,
            workers=workers,
            scheduler=scheduler,
            device=device,
            follow=follow,
            say=lambda text: print(text, flush=True),
            stop=stop,
        )
    _end(status, out)


def _end(status: BatchStatus, out: Path) -> None:
    """Say how it ended, and exit as a shell expects where not all went well."""
    total, failed = len(status.micrographs), status.count("failed")
    if status.phase != "finished":
        print(
            f"stopped: {status.count('done') + failed} of {total} micrographs are done; the same command goes on.",
            file=sys.stderr,
        )
        raise typer.Exit(STOPPED_BY_SIGNAL)
    print(f"{total - failed} of {total} micrographs are in {out}.", flush=True)
    if failed:
        print(f"{failed} of {total} failed; {out / 'micrographs.csv'} says why.", file=sys.stderr)
        raise typer.Exit(1)
