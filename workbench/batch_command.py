"""``workbench batch``: the same networks and settings on all micrographs of a folder, by several processes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from workbench.command_options import KeepMarks, ParticleWidth
from workbench.errors import WorkbenchError

STOPPED_BY_SIGNAL = 130


def batch(
    inputs: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders of which each readable file is a micrograph, or micrographs."),
    ] = None,
    network: Annotated[
        list[str] | None, typer.Option("--network", "-n", help="Name or .safetensors file; may be repeated.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the results; what is there already with these settings is not done again."
        ),
    ] = None,
    threshold: Annotated[float | None, typer.Option(min=0, max=1, help="None: as on each card.")] = None,
    min_area: Annotated[
        float | None,
        typer.Option(min=0, help="Smaller particles are dropped; nm2, or px2 without a pixel size; 0: none."),
    ] = None,
    fill_holes: Annotated[bool, typer.Option("--fill-holes", help="Close holes inside particles.")] = False,
    split_touching: Annotated[
        bool, typer.Option("--split-touching", help="Part particles that touch.")
    ] = False,
    nm_per_px: Annotated[
        float | None, typer.Option(help="Pixel size of all files, whatever they say; nm.")
    ] = None,
    particle_px: ParticleWidth = None,
    all_frames: Annotated[
        bool, typer.Option("--all-frames", help="Every frame of stacks and movies, not the first alone.")
    ] = False,
    keep_marks: KeepMarks = False,
    figures: Annotated[bool, typer.Option("--figures", help="A figure of each micrograph, too.")] = False,
    rois: Annotated[bool, typer.Option("--rois", help="Outlines for ImageJ, too.")] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; by default one a GPU, or a core.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a scheduler of Dask, such as tcp://host:8786.")
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
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
    elif not inputs or not network or out is None:
        raise WorkbenchError("Name a folder of micrographs, a --network and the folder --out of the results.")
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
            say=lambda text: print(text, flush=True),
            stop=stop,
        )
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
