"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

Frame = Annotated[int, typer.Option(min=0, help="Which image of a stack, from 0.")]
SignalName = Annotated[
    str | None,
    typer.Option(
        "--signal",
        help="Which signal of a file that holds several: its number or title; None: the first image.",
    ),
]
PixelSize = Annotated[
    float | None, typer.Option("--nm-per-px", help="Pixel size, whatever the file says; nm.")
]


def signal_of(given: str | None) -> int | str | None:
    """Return what `open_micrograph` takes as ``signal``: a number where a number was given."""
    return int(given) if given is not None and given.isdecimal() else given
