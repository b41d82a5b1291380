"""Scores of the networks that ship, the classical methods and published networks on simulated test sets.

    workbench simulate --count 104 --seed 801 --conditions full --out data/full
    workbench simulate --count 60 --seed 802 --conditions sim-low-contrast --out data/low
    workbench simulate --count 24 --seed 603 --conditions benchmarks/like_msa_em.toml --out data/like
    python benchmarks/scores.py data/full data/low [--published FILE.safetensors ...] [--real DIR] [--like data/like]

Writes one line a micrograph and network to docs/scores.csv, of pixels and of particles one by one, and from that
docs/scores.md; `--tables` only writes the tables again. The sets are test sets: nothing was chosen on them, and
thresholds are those of the cards. The first set is the one of the headline. `--only NAME ...` measures these networks
and keeps the lines of the others and of other sets, so that one network can be scored when it is ready; `--micrographs
NAME ...` likewise, where a change concerns a few. `--write-cards` puts the scores of the zoo's networks, or of those
that `--only` names, onto their cards; with `--tables` nothing is measured again.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas
from particle_columns import particles_of
from score_tables import bands, document, with_particles

import workbench as wb
from workbench.micrographs.cleaning import resample, rescale
from workbench.micrographs.datasets.labelled_dataset import LabelledDataset
from workbench.micrographs.micrograph import BoolImage, Micrograph
from workbench.networks.card import Score
from workbench.networks.checkpoint import read_card, replace_card
from workbench.networks.loading import ZOO
from workbench.segmentation.metrics import dice_hard, scores
from workbench.segmentation.particle_metrics import particle_scores

ROOT = Path(__file__).parents[1]
CSV = ROOT / "docs" / "scores.csv"
CLASSICAL = ["bandpass", "otsu"]
VARIED = 32
"""How many micrographs of the first set are seen at other pixel sizes and with inverted contrast, too."""

Pair = tuple[Micrograph, BoolImage]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", type=Path, nargs="*")
    parser.add_argument("--published", nargs="*", default=[])
    parser.add_argument("--real", type=Path, help="folder with images/ and labels/ that are no truth")
    parser.add_argument("--like", type=Path, help="simulated set that looks like the real micrographs")
    parser.add_argument("--only", nargs="*", default=[], help="names of networks; all others are kept")
    parser.add_argument("--micrographs", nargs="*", default=[], help="names; all others are kept")
    parser.add_argument("--tables", action="store_true", help="only write the tables again")
    parser.add_argument("--write-cards", action="store_true")
    given = parser.parse_args()
    some = given.only or given.micrographs
    if some and not given.tables and not CSV.exists():
        parser.error(f"there is no {CSV} whose other lines could be kept; measure all first")
    if not given.tables:
        found = pandas.DataFrame(measured(given))
        if some:
            if found.empty:
                parser.error("there is no network or micrograph of these names")
            # as text, so that what is kept stays as it is
            before = pandas.read_csv(CSV, keep_default_na=False, dtype=str)
            found = in_order(with_anew(before, found))
        found.to_csv(CSV, index=False, float_format="%.5g")
    rows = pandas.read_csv(CSV, keep_default_na=False)
    text = document(rows)
    (ROOT / "docs" / "scores.md").write_text(text)
    print(text)
    if given.write_cards:
        write_cards(rows, given.only)


def measured(given: argparse.Namespace) -> Iterator[dict[str, object]]:
    def asked(*names: str) -> list[str]:
        return [name for name in names if not given.only or Path(name).stem in given.only]

    zoo = sorted(path.stem for path in ZOO.glob("*.safetensors"))
    for place, folder in enumerate(given.sets):
        labelled = LabelledDataset(folder)
        told = {"set": labelled.name, "seed": labelled.description["details"]["seed"], "kind": "test"}
        for name in asked(*zoo, *CLASSICAL, *given.published):
            yield from scored(name, labelled, told, given.micrographs, varied=place == 0)
    if given.like:
        labelled = LabelledDataset(given.like)
        seed = labelled.description["details"]["seed"]
        told = {"set": labelled.name, "seed": seed, "kind": "like"}
        for name in asked(*zoo, *CLASSICAL):
            yield from scored(name, labelled, told, given.micrographs, varied=False)
    if given.real:
        for name in asked(*zoo, *CLASSICAL):
            yield from agreement(name, given.real)


def with_anew(before: pandas.DataFrame, found: pandas.DataFrame) -> pandas.DataFrame:
    """Lines of before, but for those of a network on a micrograph of a set that it was measured on anew."""
    what = ["set", "network", "micrograph", "way"]
    places = pandas.MultiIndex.from_frame(before[what])
    anew = found.set_index(what)
    anew["place"] = [places.get_loc(one) if one in places else len(before) for one in anew.index]
    kept = before[~places.isin(anew.index)].assign(place=np.flatnonzero(~places.isin(anew.index)))
    rows = pandas.concat([kept, anew.reset_index()], ignore_index=True)
    return rows.sort_values("place", kind="stable").drop(columns="place")


def in_order(rows: pandas.DataFrame) -> pandas.DataFrame:
    """Lines as one run would have written them: by set, networks of the zoo first, then methods, then published."""
    zoo = sorted(path.stem for path in ZOO.glob("*.safetensors"))
    place = {name: number for number, name in enumerate([*zoo, *CLASSICAL])}
    sets = {name: number for number, name in enumerate(dict.fromkeys(rows.set))}
    keys = rows.assign(
        a=rows.kind.map({"test": 0, "like": 1, "real": 2}),
        b=rows.set.map(sets),
        c=rows.network.map(lambda name: place.get(name, len(place))),
        d=rows.network,
    )
    return rows.loc[keys.sort_values(["a", "b", "c", "d"], kind="stable").index]


def scored(
    name: str, labelled: LabelledDataset, told: dict[str, object], only: list[str], *, varied: bool
) -> Iterator[dict[str, object]]:
    """One row a micrograph; varied: the first of them, each of another specimen, in other ways of looking, too."""
    network = wb.load_network(name)
    card = network.card
    first = {members[0].name for members in list(labelled.groups().values())[:VARIED]} if varied else set()
    for one in labelled.micrographs:
        if only and one.name not in only:
            continue
        pair, numbered = one.read(), one.meaning.numbers(one.load()[1], one.name)
        ways = {"": pair, **(other_ways(*pair) if one.name in first else {})}
        for way, (micrograph, truth) in ways.items():
            segmentation = wb.segment(micrograph, network)
            probability = segmentation.probability
            same_pixels = numbered is not None and numbered.shape == probability.shape
            yield {
                **told,
                "network": card.name,
                "label": card.label,
                "threshold": card.threshold,
                "micrograph": one.name,
                "way": way,
                "dose": one.dose_e_per_A2,
                "nm_per_px": micrograph.nm_per_px,
                "specimens": len(labelled.groups()),
                "covered": float(truth.mean()),
                "taken": float((probability > card.threshold).mean()),
                **scores(probability, truth, card.threshold),
                **(particle_scores(particles_of(segmentation), numbered) if same_pixels else {}),
            }
    print(f"{told['set']}: {card.label}", file=sys.stderr)


def other_ways(micrograph: Micrograph, truth: BoolImage) -> dict[str, Pair]:
    """The same micrograph with pixels twice and half as wide, its pixel size known, and with inverted contrast."""
    ways = {}
    for way, factor in (("pixels x 2", 2.0), ("pixels x 0.5", 0.5)):
        other = resample(micrograph, micrograph.nm_per_px * factor)
        ways[way] = other, rescale(truth.astype(np.float32), factor) > 0.5
    from dataclasses import replace

    ways["inverted"] = replace(micrograph, pixels=-micrograph.pixels), truth
    return ways


def agreement(name: str, folder: Path) -> Iterator[dict[str, object]]:
    """Hard Dice against masks of real micrographs, which are no truth."""
    network = wb.load_network(name)
    card = network.card
    labels = {number(path): path for path in (folder / "labels").iterdir()}
    for path in sorted((folder / "images").iterdir(), key=number):
        label = wb.open_micrograph(labels[number(path)]).pixels
        probability = wb.segment(wb.open_micrograph(path), network).probability
        yield {
            "set": "msa-em",
            "kind": "real",
            "network": card.name,
            "label": card.label,
            "threshold": card.threshold,
            "micrograph": path.stem,
            "way": "",
            "dice_hard": dice_hard(probability, label > label.max() / 2, card.threshold),
        }


def number(path: Path) -> int:
    """Return the number in a file's name, by which images and labels of msa-em belong together."""
    return int("".join(filter(str.isdigit, path.stem)))


def write_cards(rows: pandas.DataFrame, only: list[str]) -> None:
    """Put the scores by set, dose and pixel size onto the cards of the zoo, the classical methods' in the note.

    Scores on other sets, which another benchmark measured, stay behind them.
    """
    plain = rows[(rows.kind == "test") & (rows.way == "")]
    plain = plain[with_particles(plain)]
    measured_on = set(plain.set)
    for path in sorted(ZOO.glob("*.safetensors")):
        if path.stem not in set(plain.network) or (only and path.stem not in only):
            continue
        card = read_card(path)
        kept = [score for score in card.scores if score.split != "test" or score.set not in measured_on]
        found = []
        for name, part in plain.groupby("set", sort=False):
            for where, within in {"": part, **bands(part)}.items():
                values = within[within.network == path.stem].dice_hard
                otsu, bandpass = (
                    within[within.network == other].dice_hard.mean() for other in ("otsu", "bandpass")
                )
                found.append(
                    Score(
                        metric="dice_hard",
                        value=round(float(values.mean()), 4),
                        std=round(float(values.std()), 4) if len(values) > 1 else None,
                        set=str(name),
                        split="test",
                        where=where,
                        micrographs=len(values),
                        note=f"blur + Otsu {otsu:.3f}, lattice band-pass + Otsu {bandpass:.3f}",
                    )
                )
        replace_card(path, card.model_copy(update={"scores": [*found, *kept]}))


if __name__ == "__main__":
    main()
