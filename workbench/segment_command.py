"""``workbench segment``: masks, probabilities, figures and one table of particles for any number of micrographs."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    import pandas as pd

    from workbench.micrographs.micrograph import BoolImage, Micrograph
    from workbench.networks.network import Network


def segment(
    files: Annotated[
        list[Path], typer.Argument(help="Micrographs, or folders of which each readable file is one.")
    ],
    network: Annotated[
        list[str], typer.Option("--network", "-n", help="Name or .safetensors file; may be repeated.")
    ],
    threshold: Annotated[float | None, typer.Option(min=0, max=1, help="None: as on each card.")] = None,
    min_area: Annotated[
        float, typer.Option(min=0, help="Smaller particles are dropped; nm2, or px2 without a pixel size.")
    ] = 0.0,
    fill_holes: Annotated[bool, typer.Option("--fill-holes", help="Close holes inside particles.")] = False,
    split_touching: Annotated[
        bool, typer.Option("--split-touching", help="Part particles that touch.")
    ] = False,
    nm_per_px: Annotated[
        float | None, typer.Option(help="Pixel size of all files, whatever they say; nm.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of the results.")] = Path("out"),
    truth: Annotated[
        Path | None, typer.Option(help="True mask or label image of the one file; prints Dice.")
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
) -> None:
    """Write masks, probabilities and a figure for each file, and a table of the particles of all."""
    from workbench.app.figure import figure, save_figure
    from workbench.micrographs.reading import open_micrograph
    from workbench.micrographs.sets.lone_mask import read_label
    from workbench.micrographs.writing import write_tiff
    from workbench.networks.network import load_network
    from workbench.segmentation.metrics import dice_hard
    from workbench.segmentation.particles import measure
    from workbench.segmentation.segmentation import Segmentation
    from workbench.segmentation.segmenter import Segmenter

    found = list(micrographs_in(files))
    if truth is not None and len(found) != 1:
        raise WorkbenchError("--truth belongs to one file; give one micrograph.")
    segmenters = [(Path(name).stem, Segmenter(load_network(name), device)) for name in network]
    label = None if truth is None else read_label(truth)
    true_mask, unsure = (None, None) if label is None else (label.mask, label.unsure)
    if label is not None and label.said:
        print(label.said, file=sys.stderr)
    out.mkdir(parents=True, exist_ok=True)
    tables, taken, failed = Tables(out), set[str](), False
    for file in found:
        try:
            micrograph = open_micrograph(file, nm_per_px=nm_per_px)
            frames = micrograph.metadata["frames"]
            if frames > 1:
                print(f"{file.name} holds {frames} frames; the first one is segmented.", file=sys.stderr)
            for _name, segmenter in segmenters:
                warn_outside(segmenter.network, micrograph, file.name)
            stem = unique_stem(file, taken)
            answers: list[Segmentation] = []
            masks: list[BoolImage] = []
            for name, segmenter in segmenters:
                probability = segmenter.probability(micrograph)
                answer = Segmentation(
                    probability, segmenter.network.card, micrograph, device=str(segmenter.device)
                )
                mask = answer.mask(threshold, min_area or None, fill_holes, split_touching)
                write_tiff(out / f"{stem}.{name}.probability.tif", probability, micrograph.nm_per_px)
                write_tiff(out / f"{stem}.{name}.mask.tif", mask, micrograph.nm_per_px)
                particles = measure(mask, micrograph)
                used = answer.network.threshold if threshold is None else threshold
                tables.add(particles, file.name, name, used)
                told = f"{len(particles)} particle{'' if len(particles) == 1 else 's'}"
                told += f", {100 * mask.mean():.1f} % of the area"
                if true_mask is not None:
                    if true_mask.shape != mask.shape:
                        raise WorkbenchError(
                            f"{truth} has shape {true_mask.shape}, but {file} has {mask.shape}."
                        )
                    sure = slice(None) if unsure is None else ~unsure
                    told += f", hard Dice {dice_hard(mask[sure], true_mask[sure]):.4f}"
                    told += "" if unsure is None else " where the truth is sure"
                print(f"{file.name}  {segmenter.network.card.label}  {told}")
                answers.append(answer)
                masks.append(mask)
            thresholds = [answer.network.threshold if threshold is None else threshold for answer in answers]
            save_figure(
                figure(micrograph, answers, masks=masks, thresholds=thresholds), out / f"{stem}.figure.png"
            )
        except WorkbenchError as error:
            failed = True
            print(error, file=sys.stderr)
    if failed:
        raise typer.Exit(1)


def micrographs_in(paths: Sequence[Path]) -> Iterator[Path]:
    """Give files as they are, and for a folder the readable files in it, by name; hidden ones are left out.

    Raises
    ------
    WorkbenchError
        If a folder holds no readable file.
    """
    from workbench.micrographs.reading import READABLE_SUFFIXES

    for path in paths:
        if not path.is_dir():
            yield path
            continue
        inside = sorted(
            one
            for one in path.iterdir()
            if one.is_file() and not one.name.startswith(".") and one.suffix.lower() in READABLE_SUFFIXES
        )
        if not inside:
            raise WorkbenchError(f"{path}: there is no micrograph in this folder.")
        yield from inside


def warn_outside(network: Network, micrograph: Micrograph, name: str) -> None:
    """Say on stderr in what a micrograph is unlike the training of a network."""
    from workbench.networks.outside import outside

    if doubts := outside(network, micrograph):
        print(
            f"{name} lies outside what {network.card.label} was trained on ({'; '.join(map(str, doubts))}); "
            "its mask is doubtful.",
            file=sys.stderr,
        )


def unique_stem(file: Path, taken: set[str]) -> str:
    """Return a stem for results, with the folder's name where two files share theirs."""
    stem, number = file.stem, 2
    if stem in taken:
        stem = f"{file.resolve().parent.name}.{file.stem}"
    while stem in taken:
        stem, number = f"{file.stem}.{number}", number + 1
    taken.add(stem)
    return stem


class Tables:
    """The particles of all micrographs: ``particles.csv``, and those without a pixel size in ``particles_px.csv``.

    What is measured is on the disk at once, so that a run that is interrupted keeps it.

    Parameters
    ----------
    folder : Path
        Tables of an earlier run in it are replaced.
    """

    def __init__(self, folder: Path) -> None:
        self._files = {"nm": folder / "particles.csv", "px": folder / "particles_px.csv"}
        for file in self._files.values():
            file.unlink(missing_ok=True)

    def add(self, particles: pd.DataFrame, micrograph: str, network: str, threshold: float) -> None:
        """Append the particles of one mask, as `measure` gives them."""
        from workbench.segmentation.particles import of_micrograph

        table = of_micrograph(particles, micrograph, network, threshold)
        file = self._files[particles.attrs["unit"]]
        table.to_csv(file, mode="a", header=not file.exists(), index=False)
