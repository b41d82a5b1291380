"""``workbench measure``: a table of particles, and what else of them other programs open."""

from __future__ import annotations

import hashlib
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.command_options import Frame, PixelSize, SignalName, open_as_asked
from workbench.errors import WorkbenchError
from workbench.file_names import printable

if TYPE_CHECKING:
    import numpy.typing as npt

    from workbench.micrographs.micrograph import Micrograph


def measure(
    mask: Annotated[
        Path,
        typer.Argument(
            help="A mask, a label image (one number a particle), a label of a set, outlines of ImageJ (.zip), or a "
            "COCO data set (.json)."
        ),
    ],
    micrograph: Annotated[Path, typer.Option(help="The micrograph it belongs to.")],
    out: Annotated[Path, typer.Option(help="The table, one row a particle: .csv, .parquet or .xlsx.")],
    labels: Annotated[
        Path | None, typer.Option(help="The label image too: .tif, with the numbers of the table.")
    ] = None,
    rois: Annotated[Path | None, typer.Option(help="Outlines for ImageJ's ROI Manager too: .zip.")] = None,
    coco: Annotated[Path | None, typer.Option(help="A COCO data set too: .json.")] = None,
    report: Annotated[Path | None, typer.Option(help="A report too: .html or .pdf.")] = None,
    frame: Frame = None,
    signal: SignalName = None,
    nm_per_px: PixelSize = None,
) -> None:
    """Write one row a particle; the numbers of a label image are kept in the column label."""
    from workbench.particles.files.belonging import INCLUDED, NUMBER, WHY
    from workbench.particles.files.tables import check_table_name
    from workbench.particles.files.writing import write_particles
    from workbench.particles.measuring import measure as measure_particles
    from workbench.particles.provenance import write_beside

    wanted = {"--out": out, "--labels": labels, "--rois": rois, "--coco": coco, "--report": report}
    asked = {option: path for option, path in wanted.items() if path is not None}
    check_places(asked, (mask, micrograph))
    check_table_name(out)
    image = open_as_asked(micrograph, frame, signal, nm_per_px, done="measured")
    numbered, left_out = read_labels(mask, image, frame or 0)
    table = measure_particles(numbered, image)
    if left_out:
        table[INCLUDED] = ~table[NUMBER].isin(list(left_out))
        table[WHY] = [left_out.get(number, "") for number in table[NUMBER]]
    known = provenance(mask, image, nm_per_px is not None, asked)
    for option, path in asked.items():
        if option == "--report":
            from workbench.report.reported import ReportedMicrograph
            from workbench.report.writing import write_report

            write_report(path, [ReportedMicrograph(image, numbered, table, known)])
        elif option != "--rois" or len(table):
            write_particles(path, numbered, image, table, known)
        else:
            print(f"{mask.name} holds no particle: no outlines are written.", file=sys.stderr)
    if out.suffix.lower() != ".csv":  # which has it beside it already
        write_beside(out, known)
    others = "".join(f", {path}" for option, path in asked.items() if option != "--out" and path.exists())
    print(f"{len(table)} particle{'' if len(table) == 1 else 's'} in {out}{others}")


ENDINGS = {
    "--labels": (".tif", ".tiff"),
    "--rois": (".zip",),
    "--coco": (".json",),
    "--report": (".html", ".pdf"),
}


def check_places(asked: dict[str, Path], inputs: tuple[Path, ...]) -> None:
    """Refuse files that cannot be written, or must not be, before anything is measured.

    Raises
    ------
    WorkbenchError
        If one is what is measured, a folder, without a folder, or of another ending.
    """
    for option, path in asked.items():
        if path.resolve() in {given.resolve() for given in inputs}:
            raise WorkbenchError(f"{option} {path} is what is measured; give the result another name.")
        if path.is_dir():
            ending = (ENDINGS.get(option) or (".csv",))[0]
            raise WorkbenchError(
                f"{option} {path} is a folder; give a file in it, such as {path / f'particles{ending}'}."
            )
        if not path.parent.is_dir():
            raise WorkbenchError(
                f"{option} {path}: there is no folder {path.parent}; make it, or choose another one."
            )
        endings = ENDINGS.get(option)
        if endings and path.suffix.lower() not in endings:
            raise WorkbenchError(
                f"{option} {path} ends in none of {', '.join(endings)}; give it such a name."
            )


def read_labels(mask: Path, image: Micrograph, frame: int) -> tuple[npt.NDArray[Any], dict[int, str]]:
    """Return the label image of what is to be measured, and which particles the file says are left out."""
    from workbench.micrographs.datasets.lone_mask import read_label
    from workbench.micrographs.provenance import read_record
    from workbench.particles.files.corrected import DATA_SETS, OUTLINES, read_particles
    from workbench.particles.measuring import label_image
    from workbench.particles.provenance import check_same_micrograph

    if mask.suffix.lower() in (*OUTLINES, *DATA_SETS):
        found = read_particles(mask, image)
        for note in found.notes:
            print(f"{note}.", file=sys.stderr)
        return found.labels, found.left_out
    label = read_label(mask, frame)
    if label.said:
        print(f"{label.said}.", file=sys.stderr)
    try:
        check_same_micrograph(read_record(mask), image, printable(mask.name))
    except WorkbenchError:
        print(
            f"{printable(mask.name)} belongs to other pixels than those of {printable(image.name)}.",
            file=sys.stderr,
        )
    return (label_image(label.mask) if label.numbers is None else label.numbers), {}


def provenance(mask: Path, image: Micrograph, typed: bool, asked: dict[str, Path]) -> dict[str, Any]:
    """Return where the table comes from: the micrograph, the mask and what that says of itself, and the command."""
    from workbench.micrographs.provenance import read_record
    from workbench.particles.provenance import provenance_of_micrograph

    size = (
        ""
        if image.nm_per_px is None
        else "typed on the command line"
        if typed
        else "the file of the micrograph"
    )
    command = ["workbench", "measure", str(mask), "--micrograph", str(image.source)]
    command += [part for option, path in asked.items() for part in (option, str(path))]
    opened = [repr(str(image.source))]
    for name in ("frame", "signal"):
        if image.metadata.get(name):
            opened.append(f"{name}={image.metadata[name]!r}")
            command += [f"--{name}", str(image.metadata[name])]
    if typed:
        opened.append(f"nm_per_px={image.nm_per_px!r}")
        command += ["--nm-per-px", str(image.nm_per_px)]
    with mask.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    said = dict(read_record(mask)) if mask.suffix.lower() in (".tif", ".tiff") else {}
    return {
        **{name: said[name] for name in FROM_RECORD if name in said},
        **provenance_of_micrograph(image, size),
        "labels_from": {"file": str(mask), "sha256": digest, "record": said},
        "command": shlex.join(command),
        "python": "\n".join(
            [
                "import workbench as wb",
                "",
                f"m = wb.open_micrograph({', '.join(opened)})",
                f"labels = wb.read_particles({str(mask)!r}, m).labels",
                "particles = wb.measure(labels, m)",
            ]
        ),
    }


FROM_RECORD = (
    "network",
    "network_title",
    "weights_sha256",
    "dilation",
    "scale",
    "settings",
    "cleaning",
    "corrections",
)
"""What a mask of the workbench says of itself, and the table says too."""
