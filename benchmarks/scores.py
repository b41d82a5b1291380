"""Scores of the networks that ship, the classical methods and published networks on simulated micrographs.

    workbench simulate --count 60 --seed 602 --conditions sim-low-contrast --out data/test
    workbench simulate --count 24 --seed 603 --conditions benchmarks/like_msa_em.toml --out data/like
    python benchmarks/scores.py data/test [--published FILE.safetensors ...] [--real DIR] [--like data/like]

Writes docs/scores.md, and with --real one Figure 1 for each of six real micrographs to out/figure-1/, which is not
kept. The set is the test set: nothing was chosen on it, and thresholds are those of the cards. --write-cards puts the
scores of networks of the zoo onto their cards.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

import workbench as wb
from workbench.micrographs.datasets import LabelledSet, read_all
from workbench.networks.card import Score
from workbench.networks.checkpoint import load_checkpoint, save_checkpoint
from workbench.networks.network import ZOO
from workbench.segmentation.metrics import dice_hard, scores
from workbench.segmentation.segmenter import Segmenter

ROOT = Path(__file__).parents[1]
METRICS = ("dice_hard", "dice_soft", "dice_both", "iou", "precision", "recall", "boundary_f1")


def score(name: str, pairs) -> dict[str, np.ndarray]:
    segmenter = Segmenter(wb.load_network(name))
    threshold = segmenter.network.card.threshold
    rows = [scores(segmenter.probability(micrograph), truth, threshold) for micrograph, truth in pairs]
    return {metric: np.array([row[metric] for row in rows]) for metric in METRICS}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("set", type=Path)
    parser.add_argument("--published", nargs="*", default=[])
    parser.add_argument("--real", type=Path, help="folder with images/ and labels/")
    parser.add_argument("--like", type=Path, help="simulated set that looks like the real micrographs")
    parser.add_argument("--write-cards", action="store_true")
    given = parser.parse_args()
    labelled = LabelledSet(given.set)
    pairs = read_all(labelled.micrographs)
    names = ["fcn8s", "unet", "otsu", "bandpass", *given.published]
    found = {name: score(name, pairs) for name in names}
    specimens = len(labelled.groups())
    lines = [
        "# Scores",
        "",
        f"Set `{labelled.name}` (seed {labelled.description['details']['seed']}), split test: {len(pairs)} simulated "
        f"micrographs of {specimens} specimens, on which nothing was chosen. Mean ± standard deviation over the "
        "micrographs. Thresholds as on the cards: those of `fcn8s` and `unet` were chosen on another simulated set, "
        "0.5 was chosen on none. From `make scores`; published networks and real micrographs are added by the options "
        "of `python benchmarks/scores.py`.",
        "",
        "| network | threshold | " + " | ".join(METRICS) + " |",
        "|---|---|" + "---|" * len(METRICS),
    ]
    for name, values in found.items():
        card = wb.load_network(name).card
        cells = [f"{values[metric].mean():.3f} ± {values[metric].std(ddof=1):.3f}" for metric in METRICS]
        lines.append(f"| {card.label} | {card.threshold:g} | " + " | ".join(cells) + " |")
    lines += ["", *compared(found, names)]
    if given.real:
        lines += real(given.real)
    if given.like:
        lines += like(given.like)
    (ROOT / "docs" / "scores.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))
    if given.write_cards:
        write_cards(found, labelled.name, len(pairs))


def compared(found, names) -> list[str]:
    """Say how often and by how much each network beats the better classical method, micrograph by micrograph."""
    classical = np.maximum(found["otsu"]["dice_hard"], found["bandpass"]["dice_hard"])
    lines = []
    for name in names:
        if name in ("otsu", "bandpass"):
            continue
        gain = found[name]["dice_hard"] - classical
        label = wb.load_network(name).card.label
        lines.append(
            f"{label} beats the better of the two classical methods on {np.mean(gain > 0):.0%} of the micrographs, "
            f"by {gain.mean():.3f} in the mean.\n"
        )
    return lines


def real(folder: Path) -> list[str]:
    """Draw Figure 1 of six real micrographs, and score against their masks, which are no truth."""
    figures = ROOT / "out" / "figure-1"
    figures.mkdir(parents=True, exist_ok=True)
    labels = {number(path): path for path in (folder / "labels").iterdir()}
    images = sorted((folder / "images").iterdir(), key=number)
    networks = [wb.load_network(name) for name in ("fcn8s", "unet")]
    agreement = {network.card.label: [] for network in networks}
    for place, path in enumerate(images):
        micrograph = wb.open_micrograph(path)
        label = wb.open_micrograph(labels[number(path)]).pixels
        mask = label > label.max() / 2
        answers = [wb.segment(micrograph, network) for network in networks]
        for answer in answers:
            value = scores(answer.probability, mask, answer.network.threshold)["dice_hard"]
            agreement[answer.network.label].append(value)
        if place % 3 == 0 and place < 18:
            wb.save_figure(wb.figure(micrograph, answers), figures / f"{path.stem}.png")
    told = ", ".join(f"{label} {np.mean(values):.3f}" for label, values in agreement.items())
    return [
        "## Real micrographs",
        "",
        f"Hard Dice against the masks of {len(images)} real micrographs (msa-em, CC BY 4.0, Duan et al. 2024): {told}. "
        "These masks are Gaussian blur + Otsu almost to the pixel, so this is agreement with a classical method, not "
        "quality.",
    ]


def like(folder: Path) -> list[str]:
    """Say how far blur + Otsu agrees with the truth where it is known and micrographs look like the real ones."""
    labelled = LabelledSet(folder)
    pairs = read_all(labelled.micrographs)
    names = ("fcn8s", "unet")
    masks = {
        name: [wb.segment(micrograph, name).mask() for micrograph, _truth in pairs]
        for name in (*names, "otsu")
    }

    def mean(one, other) -> str:
        return f"{np.mean([dice_hard(a, b) for a, b in zip(one, other, strict=True)]):.3f}"

    truths = [truth for _micrograph, truth in pairs]
    best = max(dice_hard(mask, truth) for mask, truth in zip(masks["otsu"], truths, strict=True))
    told = "; ".join(
        f"{wb.load_network(name).card.label} {mean(masks[name], truths)} with the truth and "
        f"{mean(masks[name], masks['otsu'])} with blur + Otsu"
        for name in names
    )
    return [
        "",
        f"What such an agreement is worth is seen where the truth is known: on {len(pairs)} simulated micrographs of "
        f"the same look (`{labelled.name}`, seed {labelled.description['details']['seed']}) blur + Otsu agrees with "
        f"the exact mask to {mean(masks['otsu'], truths)} only, to {best:.3f} on the best of them: it cuts thin "
        f"rims off and leaves faint particles out. There the networks reach: {told}.",
    ]


def number(path: Path) -> int:
    """Return the number in a file's name, by which images and labels of msa-em belong together."""
    return int("".join(filter(str.isdigit, path.stem)))


def write_cards(found, set_name: str, count: int) -> None:
    for path in sorted(ZOO.glob("*.safetensors")):
        network = load_checkpoint(path)
        values = found[path.stem]["dice_hard"]
        kept = [score for score in network.card.scores if score.split != "test"]
        test = Score(
            metric="dice_hard",
            value=round(float(values.mean()), 4),
            std=round(float(values.std(ddof=1)), 4),
            set=set_name,
            split="test",
            micrographs=count,
            note=f"blur + Otsu scores {found['otsu']['dice_hard'].mean():.3f} there",
        )
        card = network.card.model_copy(update={"scores": [test, *kept]})
        save_checkpoint(path, network.module, card, half=True)


if __name__ == "__main__":
    main()
