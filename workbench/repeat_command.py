"""``workbench repeat``: a result is made again from what it says of itself, and compared."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.command_options import Device


def repeat(
    file: Annotated[
        Path, typer.Argument(help="A mask, label image, table, outlines or report of the workbench.")
    ],
    micrograph: Annotated[
        Path | None,
        typer.Option(help="Where the micrograph lies now, if it was moved; of a report, the folder."),
    ] = None,
    network: Annotated[
        Path | None, typer.Option(help="Where the weights lie now, if they were moved.")
    ] = None,
    device: Device = "auto",
) -> None:
    """Make a result again and compare it with the file: 0 if it is the same, 1 if it differs or cannot be made."""
    from workbench.batch.repeating import repeat as make_again
    from workbench.stopping import asked_to_stop

    with asked_to_stop("stopping") as stop:
        found = make_again(file, micrograph=micrograph, network=network, device=device, stop=stop)
    words = {True: "the same", False: "differs", None: "cannot be made again"}
    for one in found:
        print(f"{one.micrograph}: {words[one.same]}")
        for sentence in one.said:
            print(f"  {sentence}")
    if not all(one.same for one in found):
        raise typer.Exit(1)
