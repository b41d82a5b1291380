"""Scores of networks and of both classical methods against truth that was drawn by hand, particles one by one.

    python benchmarks/real_scores.py --data ../shared/data [--networks unet runs/mine/best.safetensors ...]

The sets are public ones by name (`wb.public_dataset`): EMPS (`--split validation`, on which networks may be chosen, or
training), Pt on carbon (boxes only: no Dice) and soot (two manual segmentations: scored against each, beside what each
scores against the other). Their files are looked for anywhere below `--data`. Writes real-scores.csv, one line a
micrograph, truth and network, and real-scores.md to `--out`. `--networks` adds its lines to those that are there;
`--tables` only writes the tables again.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas
from particle_columns import particles_of
from real_score_figure import figure
from real_score_tables import document, with_wins

import workbench as wb
from workbench.micrographs.datasets.labelled_dataset import LabelledMicrograph
from workbench.micrographs.datasets.labels import BOXES, OVERLAPPING
from workbench.micrographs.datasets.public_sets import FOLDER_VARIABLE, public_dataset
from workbench.micrographs.micrograph import BoolImage, Micrograph
from workbench.networks.loading import ZOO
from workbench.segmentation.metrics import dice_hard
from workbench.segmentation.particle_metrics import (
    Array,
    box_overlaps,
    boxes_of,
    f1,
    mean_f1,
    panoptic_quality,
    particle_scores,
    size_errors,
)

OTHERS = ["pt-carbon", "soot"]
CLASSICAL = ["bandpass", "otsu"]
PERSON = "person"
"""In the column of networks: another manual segmentation of the same micrograph."""


@dataclass(frozen=True, eq=False)
class Truth:
    """What a person drew: boxes alone, or a mask and its particles."""

    name: str = ""
    boxes: Array | None = None
    mask: BoolImage | None = None
    particles: Array | None = None


def main() -> None:
    given = arguments()
    csv = given.out / "real-scores.csv"
    if not given.tables:
        given.out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            sets = given.sets or [f"emps-{given.split}", *OTHERS]
            if given.data is not None:
                gather(sets, given.data, Path(folder))
                os.environ[FOLDER_VARIABLE] = folder
            for rows in measured(sets, given):
                write(rows, csv)
    found = pandas.read_csv(csv, dtype={"micrograph": str}, keep_default_na=False)
    text = document(found)
    (given.out / "real-scores.md").write_text(text)
    if given.figure:
        figure(found).savefig(given.out / "real-scores.png", dpi=120)
    print(text)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, help="folder below which the files lie; default: the cache of public sets"
    )
    parser.add_argument("--split", choices=["validation", "training"], default="validation", help="of EMPS")
    parser.add_argument("--sets", nargs="*", help="names of public sets in place of all three")
    parser.add_argument(
        "--networks", nargs="*", help="names or files; default: the zoo and the classical methods"
    )
    parser.add_argument("--at-most", type=int, help="so many micrographs of each set, for a try")
    parser.add_argument("--out", type=Path, default=Path("out/real-scores"))
    parser.add_argument("--tables", action="store_true", help="only write the tables again")
    parser.add_argument(
        "--figure",
        action="store_true",
        help="also real-scores.png: a point a micrograph, which it does not show",
    )
    given = parser.parse_args()
    if given.tables and not (given.out / "real-scores.csv").exists():
        parser.error(f"{given.out} holds no real-scores.csv of which tables could be written; measure first")
    return given


def gather(sets: list[str], data: Path, folder: Path) -> None:
    """Lay links to the files of public sets into a folder as `open_dataset` wants them."""
    there: dict[str, list[Path]] = {}
    for path in data.rglob("*"):
        there.setdefault(path.name, []).append(path)
    for name in sets:
        entry = public_dataset(name)
        for file in entry.sha256:
            parts = Path(file).parts
            found = [path for path in there.get(parts[-1], []) if path.parts[-len(parts) :] == parts]
            if not found:
                sys.exit(f"{data} holds no {file} of {name}: get {entry.by_hand}.")
            link = folder / entry.folder.name / file
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(found[0].resolve())


def measured(sets: list[str], given: argparse.Namespace) -> Iterator[pandas.DataFrame]:
    """Give the rows of one set and network after the other, those of persons first."""
    names = given.networks or [*sorted(path.stem for path in ZOO.glob("*.safetensors")), *CLASSICAL]
    for name in sets:
        members = wb.open_dataset(name).micrographs[: given.at_most]
        yield pandas.DataFrame(row for member in members for row in persons(name, member))
        for network in names:
            loaded = wb.load_network(network)
            yield pandas.DataFrame(row for member in members for row in scored(name, member, loaded))
            print(f"{name}: {loaded.card.label}", file=sys.stderr)


def write(rows: pandas.DataFrame, csv: Path) -> None:
    """Put rows into the file in place of those of the same set and network."""
    if rows.empty:
        return
    if csv.exists():
        before = pandas.read_csv(csv, dtype={"micrograph": str}, keep_default_na=False)
        same = before.set.isin(rows.set) & before.network.isin(rows.network)
        rows = pandas.concat([before[~same], rows], ignore_index=True)
    with_wins(rows).to_csv(csv, index=False, float_format="%.5g")


def truths(member: LabelledMicrograph) -> tuple[Micrograph, list[Truth]]:
    """Return a micrograph and every truth of it."""
    kind = member.meaning.kind
    if kind == BOXES:
        micrograph, boxes = member.read_boxes()
        return micrograph, [Truth(boxes=boxes)]
    if kind == OVERLAPPING:
        micrograph, found = member.read_segmentations()
        return micrograph, [Truth(name, None, masks.any(axis=0), masks) for name, masks in found.items()]
    micrograph, mask = member.read()
    numbered = member.meaning.numbers(member.load()[1], member.name)
    return micrograph, [Truth("", None, mask, mask.astype(np.int32) if numbered is None else numbered)]


def scored(name: str, member: LabelledMicrograph, network: wb.Network) -> Iterator[dict[str, object]]:
    micrograph, drawn = truths(member)
    segmentation = wb.segment(micrograph, network)
    particles = particles_of(segmentation)
    for truth in drawn:
        yield {
            "set": name,
            "network": network.card.name,
            "label": network.card.label,
            "micrograph": member.name,
            "truth": truth.name,
            "threshold": network.card.threshold,
            "note": getattr(segmentation, "scale_note", ""),
            **against(truth, particles, segmentation.mask()),
        }


def persons(name: str, member: LabelledMicrograph) -> Iterator[dict[str, object]]:
    """Score each manual segmentation against the others, but for copies, which say nothing of what a person repeats."""
    drawn = truths(member)[1] if member.meaning.kind == OVERLAPPING else []
    for truth in drawn:
        for other in drawn:
            if other.particles is not None and not np.array_equal(other.particles, truth.particles):
                yield {
                    "set": name,
                    "network": PERSON,
                    "label": "the other manual segmentation",
                    "micrograph": member.name,
                    "truth": truth.name,
                    "threshold": "",
                    "note": "",
                    **against(truth, other.particles, other.mask),
                }


def against(truth: Truth, particles: Array, mask: BoolImage) -> dict[str, float]:
    """Return hard Dice (none of boxes) and the metrics of particles."""
    if truth.boxes is None:
        return {"dice_hard": dice_hard(mask, truth.mask), **particle_scores(particles, truth.particles)}
    boxes = boxes_of(particles)
    overlaps = box_overlaps(boxes, truth.boxes)
    return {
        "dice_hard": np.nan,
        "particle_f1": f1(overlaps),
        "particle_mean_f1": mean_f1(overlaps),
        "panoptic_quality": panoptic_quality(overlaps),
        **size_errors(edge(boxes), edge(truth.boxes)),
    }


def edge(boxes: Array) -> Array:
    """Return the edge of the square of each box's area, which stands for a diameter where there is a box only."""
    return np.sqrt(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1))


if __name__ == "__main__":
    main()
