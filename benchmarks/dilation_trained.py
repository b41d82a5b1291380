"""The dilation slider beside the truth: U-Nets trained at dilation 1, 2 and 4, each shown at 1, 2 and 4.

    workbench simulate --count 60 --seed 811 --conditions full --out out/dilation-full
    workbench simulate --count 40 --seed 812 --conditions sim-low-contrast --out out/dilation-low
    python benchmarks/dilation_trained.py out/dilation-full out/dilation-low [--write-cards]

Writes out/dilation-trained.csv, one line a micrograph, network and dilation, and from that docs/dilation-trained.md.
The sets are test sets: nothing was chosen on them, and thresholds are those of the cards. `--write-cards` puts the
scores of the three, each at its own dilation, onto their cards.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas

import workbench as wb
from workbench.micrographs.datasets.labelled_dataset import LabelledDataset
from workbench.networks.card import Score
from workbench.networks.checkpoint import read_card, replace_card
from workbench.networks.loading import ZOO
from workbench.segmentation.metrics import scores
from workbench.segmentation.segmenter import Segmenter
from workbench.study.statistics import paired_interval

ROOT = Path(__file__).parents[1]
CSV, PAGE = ROOT / "out" / "dilation-trained.csv", ROOT / "docs" / "dilation-trained.md"
SHIPS = "unet"
TRAINED = {1: "unet-dilation-1", 2: "unet-dilation-2", 4: "unet-dilation-4"}
SHOWN = (1, 2, 4)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", type=Path, nargs="*", help="none: only the page is written again")
    parser.add_argument("--write-cards", action="store_true")
    given = parser.parse_args()
    if given.sets:
        CSV.parent.mkdir(exist_ok=True)
        pandas.DataFrame(measured(given.sets)).to_csv(CSV, index=False, float_format="%.5g")
    rows = pandas.read_csv(CSV)
    text = page(rows)
    PAGE.write_text(text)
    print(text)
    if given.write_cards:
        write_cards(rows)


def measured(folders: list[Path]) -> Iterator[dict[str, object]]:
    """Yield a row a micrograph with particles (one a specimen), network and dilation."""
    for folder in folders:
        labelled = LabelledDataset(folder)
        pairs = [(members[0].name, *members[0].read()) for members in labelled.groups().values()]
        pairs = [pair for pair in pairs if pair[2].any()]
        for name in (SHIPS, *TRAINED.values()):
            for dilation in SHOWN:
                segmenter = Segmenter(wb.dilate(wb.load_network(name), dilation))
                threshold = segmenter.network.card.threshold
                for micrograph_name, micrograph, truth in pairs:
                    yield {
                        "set": labelled.name,
                        "seed": labelled.description["details"]["seed"],
                        "network": name,
                        "shown_at": dilation,
                        "threshold": threshold,
                        "micrograph": micrograph_name,
                        **scores(segmenter.probability(micrograph), truth, threshold),
                    }
                print(f"{labelled.name}: {name} at {dilation}", file=sys.stderr, flush=True)


def page(rows: pandas.DataFrame) -> str:
    """Return the page: a table a set, and what training at a dilation brings over showing at it."""
    lines = [
        "# Shown at a dilation, and trained at it",
        "",
        "The dilation slider keeps the weights and changes the dilation. What would a network do that was trained at "
        "that dilation? `unet-dilation-1`, `-2` and `-4` go on from the U-Net that ships, with one recipe and one seed "
        f"that differ in the dilation alone ({steps()} steps; recipes in `workbench/networks/zoo/recipes/`). Hard "
        "Dice of the particle class, mean over test micrographs that nothing was chosen on; thresholds as on the cards "
        "were chosen on validation at the dilation of the training. From `python benchmarks/dilation_trained.py`.",
    ]
    for (name, seed), part in rows.groupby(["set", "seed"], sort=False):
        table = part.pivot_table(index="network", columns="shown_at", values="dice_hard", sort=False)
        lines += [
            "",
            f"## `{name}`, seed {seed}, {part.micrograph.nunique()} micrographs, each of another specimen",
            "",
        ]
        lines.append("| network | " + " | ".join(f"shown at {shown}" for shown in table.columns) + " |")
        lines.append("|---|" + "---|" * len(table.columns))
        for network, values in table.iterrows():
            cells = [
                f"**{value:.3f}**" if TRAINED.get(shown) == network else f"{value:.3f}"
                for shown, value in values.items()
            ]
            lines.append(f"| `{network}` | " + " | ".join(cells) + " |")
        lines += [
            "",
            "Bold: shown as trained. In the mean, with the confidence interval (95 %) over micrographs:",
            "",
        ]
        lines += [f"- {sentence}" for sentence in compared(part)]
    return "\n".join([*lines, ""])


def compared(part: pandas.DataFrame) -> Iterator[str]:
    """Yield a sentence for each dilation: trained at it against shown at it, and against dilation 1."""
    dice = part.pivot_table(index="micrograph", columns=["network", "shown_at"], values="dice_hard")
    own = {dilation: dice[name, dilation] for dilation, name in TRAINED.items()}
    for dilation, trained in own.items():
        if dilation == 1:
            more = interval(trained - dice[SHIPS, 1])
            yield f"{steps()} more steps at dilation 1 against the U-Net that ships: {more}."
            continue
        shown = interval(trained - dice[TRAINED[1], dilation])
        yield (
            f"Trained at {dilation} against trained at 1 and shown at {dilation}: {shown}; "
            f"against trained and shown at 1: {interval(trained - own[1])}."
        )


def steps() -> int:
    """Return how long the three were trained, as their cards say; the same for all."""
    recipes = [read_card(ZOO / f"{name}.safetensors").recipe for name in TRAINED.values()]
    (found,) = {recipe["steps_per_epoch"] * recipe["epochs"] for recipe in recipes}
    return int(found)


def interval(differences: pandas.Series) -> str:
    """Return a mean difference with its interval."""
    found = paired_interval(differences.to_numpy()[None])
    return f"{found.difference:+.3f} [{found.low:+.3f}, {found.high:+.3f}]"


def write_cards(rows: pandas.DataFrame) -> None:
    """Put the test scores of the three at their own dilation onto their cards, behind those on other sets."""
    for dilation, name in TRAINED.items():
        path = ZOO / f"{name}.safetensors"
        card = read_card(path)
        own = rows[(rows.network == name) & (rows.shown_at == dilation)]
        found = [
            Score(
                metric="dice_hard",
                value=round(float(part.dice_hard.mean()), 4),
                std=round(float(np.std(part.dice_hard, ddof=1)), 4),
                set=f"{labelled}, seed {seed}",
                split="test",
                micrographs=len(part),
            )
            for (labelled, seed), part in own.groupby(["set", "seed"], sort=False)
        ]
        measured_on = {score.set for score in found}
        kept = [score for score in card.scores if score.set not in measured_on]
        replace_card(path, card.model_copy(update={"scores": [*kept, *found]}))


if __name__ == "__main__":
    main()
