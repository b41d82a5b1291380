"""Options that several commands share."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.file_names import printable

if TYPE_CHECKING:
    from workbench.micrographs.micrograph import Micrograph

Frame = Annotated[
    int | None,
    typer.Option(min=0, help="Which image of a stack, from 0; None: the first, with a word."),
]
SignalName = Annotated[
    str | None,
    typer.Option(
        "--signal",
        help="Which signal of a file that holds several: its number or title; None: the first image.",
    ),
]
KeepMarks = Annotated[
    bool,
    typer.Option("--keep-marks", help="Take data bars, scale bars and letters in a picture for specimen."),
]
PixelSize = Annotated[
    float | None, typer.Option("--nm-per-px", help="Pixel size, whatever the file says; nm.")
]
ParticleWidth = Annotated[
    float | None,
    typer.Option(
        "--particle-px",
        min=1,
        help="About how wide particles are, in px of files without a pixel size. None: that is found.",
    ),
]


Threshold = Annotated[float | None, typer.Option("--threshold", min=0, max=1, help="None: as on each card.")]
SmallestArea = Annotated[
    float | None,
    typer.Option(
        "--min-area",
        min=0,
        help="Smaller particles are dropped; nm2, or px2 without a pixel size; 0: none. "
        "None: those under the smallest diameter on each card.",
    ),
]
FillHoles = Annotated[bool, typer.Option("--fill-holes", help="Close holes inside particles.")]
SplitTouching = Annotated[bool, typer.Option("--split-touching", help="Part particles that touch.")]
PixelSizeOfAll = Annotated[
    float | None, typer.Option("--nm-per-px", help="Pixel size of all files, whatever they say; nm.")
]
Outlines = Annotated[
    bool,
    typer.Option("--rois", help="Outlines for ImageJ too: a ZIP for its ROI Manager of each network."),
]
ResultsOut = Annotated[
    Path,
    typer.Option(
        "--out", help="Folder of the results; what is there already with these settings is not done again."
    ),
]
Device = Annotated[str, typer.Option("--device", help="auto, cpu, cuda, cuda:1 or mps.")]


def signal_of(given: str | None) -> int | str | None:
    """Return what `open_micrograph` takes as ``signal``: a number where a number was given."""
    return int(given) if given is not None and given.isdecimal() else given


def open_as_asked(
    file: Path,
    frame: int | None,
    signal: str | None,
    nm_per_px: float | None,
    *,
    done: str,
    keep_marks: bool = False,
) -> Micrograph:
    """Open the micrograph of a command, and say on stderr what of it is not looked at.

    Parameters
    ----------
    file : Path
    frame : int or None
        None: the first one; of a stack, with a word.
    signal : str or None
    nm_per_px : float or None
    done : str
        What is done to it, such as ``segmented``; what is burnt into it plays no part where that is ``measured``.
    keep_marks : bool
        Take what is burnt into the picture for specimen.

    Raises
    ------
    MicrographError
        If it cannot be opened so.
    """
    from workbench.micrographs.marks import said
    from workbench.micrographs.reading import open_micrograph

    micrograph = open_micrograph(file, frame=frame or 0, signal=signal_of(signal), nm_per_px=nm_per_px)
    name = printable(file.name)
    if keep_marks:
        micrograph = micrograph.with_marks(())
    elif done != "measured" and micrograph.left_out:
        print(
            f"{name}: left out, as burnt into the picture: {said(micrograph.left_out)}; "
            "--keep-marks takes it for specimen.",
            file=sys.stderr,
        )
    frames = micrograph.metadata["frames"]
    if frames > 1 and frame is None:
        print(
            f"{name} holds {frames} frames; the first one is {done}, --frame chooses another.",
            file=sys.stderr,
        )
    return micrograph
