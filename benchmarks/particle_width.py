"""At which scale a network sees a picture without a pixel size best, and whether that is found from the picture.

    python benchmarks/particle_width.py --data ../shared/data [--networks unet-generalist] [--split validation]

Each picture of EMPS is seen at the seven scales of `workbench.segmentation.scale_finding`, and scored at the one that a
rule takes: as it is; where the network expects the highest Dice of its own mask; where it is surest (`find_scale`, what
`workbench.segment` does); with the width of the particles known, as by the slider of the page; and the best of all,
which needs the truth. Writes docs/particle-width.csv, one line a picture, network and scale, and
docs/particle-width.md; `--tables` only writes the table again. Rules are chosen on the validation split.

Films without a particle, drawn by `workbench.micrographs.synthetic` from seeds 0, 1, 2 ..., are looked at, too: a width
that is found there is made up. They are in docs/particle-width-empty.csv.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas
from particle_columns import particles_of
from real_scores import gather

import workbench as wb
from workbench.micrographs.datasets.public_sets import FOLDER_VARIABLE
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.synthetic import draw
from workbench.networks.particle_scale import factor_for
from workbench.networks.scale import at_scale
from workbench.segmentation.metrics import dice_hard
from workbench.segmentation.particle_metrics import particle_scores
from workbench.segmentation.scale_finding import FACTORS, expected_dice, find_scale
from workbench.segmentation.segmentation import Segmentation
from workbench.segmentation.segmenter import Segmenter

ROOT = Path(__file__).parents[1]
CSV = ROOT / "docs" / "particle-width.csv"
EMPTY_CSV = CSV.with_name("particle-width-empty.csv")
EMPTY_SHAPE = (512, 512)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="folder below which the files of the set lie")
    parser.add_argument("--networks", nargs="+", default=["unet-generalist"])
    parser.add_argument("--split", choices=["validation", "training"], default="validation")
    parser.add_argument("--at-most", type=int, help="pictures")
    parser.add_argument("--empty", type=int, default=24, help="films without a particle")
    parser.add_argument("--tables", action="store_true", help="only write the table again")
    given = parser.parse_args()
    if not given.tables:
        with tempfile.TemporaryDirectory() as folder:
            name = f"emps-{given.split}"
            if given.data is not None:
                gather([name], given.data, Path(folder))
                os.environ[FOLDER_VARIABLE] = folder
            pandas.DataFrame(measured(name, given)).to_csv(CSV, index=False, float_format="%.5g")
        pandas.DataFrame(made_up(given)).to_csv(EMPTY_CSV, index=False, float_format="%.5g")
    rows = pandas.read_csv(CSV, dtype={"picture": str})
    text = document(rows, pandas.read_csv(EMPTY_CSV) if EMPTY_CSV.is_file() else None)
    CSV.with_suffix(".md").write_text(text)
    print(text)


def measured(name: str, given: argparse.Namespace) -> Iterator[dict[str, object]]:
    pairs = wb.open_dataset(name).micrographs[: given.at_most]
    for network in map(wb.load_network, given.networks):
        segmenter = Segmenter(network)
        for done, pair in enumerate(pairs, start=1):
            micrograph, label = pair.load()
            truth = wb.label_image(label.astype(np.int32))
            areas = np.bincount(truth.ravel())[1:]
            true_px = float(np.median(2 * np.sqrt(areas[areas > 0] / np.pi)))
            found = find_scale(segmenter, micrograph)
            for factor in FACTORS:
                seen = seen_at(segmenter, micrograph, factor)
                particles = particles_of(seen)
                scores = particle_scores(particles, truth)
                yield {
                    "set": name,
                    "network": network.card.label,
                    "picture": pair.name,
                    "factor": factor,
                    "expected_dice": expected_dice(seen.probability, particles > 0),
                    "found_factor": 1.0
                    if found.width_px is None
                    else factor_for(network.card, found.width_px),
                    "sureness": max(tried.sureness for tried in found.tried),
                    "found_px": found.width_px,
                    "true_px": true_px,
                    "true_factor": factor_for(network.card, true_px),
                    "dice_hard": dice_hard(particles > 0, truth > 0),
                    **{key: scores[key] for key in ("particle_f1", "median_diameter_error", "count_error")},
                }
            print(f"{network.card.label}: {done} of {len(pairs)}", file=sys.stderr, flush=True)


def made_up(given: argparse.Namespace) -> Iterator[dict[str, object]]:
    """Yield what is found on films without a particle, one line a network and seed."""
    for network in map(wb.load_network, given.networks):
        segmenter = Segmenter(network)
        for seed in range(given.empty):
            film = draw(np.random.default_rng(seed), EMPTY_SHAPE, kinds=["empty"])
            found = find_scale(segmenter, Micrograph(film.pixels))
            sureness = max(tried.sureness for tried in found.tried)
            yield {
                "network": network.card.label,
                "seed": seed,
                "sureness": sureness,
                "found_px": found.width_px,
            }


def seen_at(segmenter: Segmenter, micrograph: Micrograph, factor: float) -> Segmentation:
    """Return what a network answers at a scale, also at 1, where `workbench.segment` would find one."""
    probability, distance = segmenter.both(micrograph, scale=factor)
    card = at_scale(segmenter.network, factor).card
    return Segmentation(probability, card, micrograph, distance=distance)


def taken(rows: pandas.DataFrame, rule: str) -> pandas.DataFrame:
    """Return one row a picture: the one of the scale that a rule takes."""
    worth = {
        "as it is": -(np.log(rows.factor) ** 2),
        "highest expected Dice": rows.expected_dice,
        "width found": -((np.log(rows.factor) - np.log(rows.found_factor)) ** 2),
        "width known": -((np.log(rows.factor) - np.log(rows.true_factor)) ** 2),
        "best of all": rows.particle_f1,
    }[rule]
    return rows.loc[worth.groupby(rows.picture).idxmax()]


RULES = ("as it is", "highest expected Dice", "width found", "width known", "best of all")


def document(rows: pandas.DataFrame, empty: pandas.DataFrame | None) -> str:
    name = rows.set.iloc[0]
    lines = [
        "# The scale of a picture without a pixel size",
        "",
        f"`{name}`: {rows.picture.nunique()} pictures outlined by hand (Yildirim and Cole 2021, doi "
        "10.1021/acs.jcim.0c01455), pixel size not stated, each seen at seven scales half an octave apart and scored "
        "at the nearest to the one that a rule takes. *Width found* is what `workbench.segment` and the page do "
        "(`workbench.segmentation.scale_finding`), *width known* what the slider of the page does in a person's hand; "
        "*best of all* needs the truth. Hard Dice and F1 at IoU 0.5: mean over the pictures; what the median diameter "
        "is off by: median over the pictures. From `python benchmarks/particle_width.py`; every picture and scale: "
        "[particle-width.csv](particle-width.csv).",
        "",
    ]
    for label, part in rows.groupby("network", sort=False):
        lines += [
            f"## {label}",
            "",
            "| scale | Dice | F1 | median diameter off by |",
            "|---|---|---|---|",
        ]
        for rule in RULES:
            chosen = taken(part, rule)
            error = chosen.median_diameter_error.abs().fillna(1).median()
            lines.append(
                f"| {rule} | {chosen.dice_hard.mean():.3f} | {chosen.particle_f1.mean():.3f} | {error:.1%} |"
            )
        once = part.drop_duplicates("picture")
        off = np.abs(np.log2(once.found_px / once.true_px))
        lines += [
            "",
            f"The width that is found is within a factor of 1.5 of the true one in {(off < np.log2(1.5)).sum()} of "
            f"{len(once)} pictures; in {once.found_px.isna().sum()} none is found, which is said, and they are seen as "
            "they are.",
            "",
        ]
        films = None if empty is None else empty[empty.network == label]
        if films is not None and len(films):
            lines += [
                f"Of {len(films)} drawn films without a particle, {films.found_px.notna().sum()} are given a width: "
                "[particle-width-empty.csv](particle-width-empty.csv).",
                "",
            ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
