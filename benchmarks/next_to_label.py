"""Whether it pays to label the regions that the workbench proposes, beside as many regions taken at random.

    python benchmarks/next_to_label.py                                                   # writes docs/next-to-label.md
    python benchmarks/next_to_label.py --seeds 1 --rounds 1 --steps 20 --work out/quick  # a quick look, no page written

Both sets are simulated first where they do not exist (extra `simulate`), from other seeds. Of the pool's micrographs
no label is known at the start but those of a few regions taken at random. A committee of two small `unet` that differ
in their seed is trained from nothing on what is labelled, everything else being "not sure", which training leaves
out; it is scored on the whole masks of the test set; then as many regions more are labelled, from the truth: those
with the most doubt by `doubtful_regions`, or others of the same grid at random, in both cases one of a micrograph at
most; and the networks go on training with these, as "Fine-tune from this network" does. Both ways begin with the same
regions and networks and use the same seeds. The weights after the last step are used, as a mean of both networks'
probabilities with a threshold of 1/2, so that nothing is chosen on the test set. Each round is written to a file when
it ends, and a run that was ended goes on from there.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np

from workbench.micrographs.datasets import LabelledSet, open_set
from workbench.micrographs.labelling.label import NOT_SURE
from workbench.micrographs.labelling.label_file import MEANING
from workbench.micrographs.sets.description import write_description
from workbench.micrographs.simulation import simulate_set
from workbench.micrographs.writing import write_tiff
from workbench.networks.network import load_network
from workbench.segmentation.metrics import dice_hard
from workbench.segmentation.next_to_label import doubtful_regions
from workbench.segmentation.segmenter import segment
from workbench.training.loop import train
from workbench.training.recipe import Augmentation, Recipe

WAYS = {"proposed": "proposed regions", "random": "regions at random"}
TARGETS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9)
DOC, FIGURE = Path("docs/next-to-label.md"), Path("docs/figures/next-to-label.png")
Region = tuple[int, int, int]
"""Number of a micrograph, top, left."""


@dataclasses.dataclass(frozen=True)
class Plan:
    """What the numbers depend on."""

    pool: str
    test: str
    conditions: str
    at_most: int
    rounds: int
    first: int
    more: int
    edge_px: int
    steps: int
    fine_tune: int
    base: int
    crop: int
    batch: int


class Pool:
    """Micrographs with their truth, of which regions are revealed."""

    def __init__(self, labelled: LabelledSet, at_most: int) -> None:
        self.pairs = [one.read() for one in labelled.micrographs[:at_most]]

    def done(self, regions: list[Region], number: int, edge: int) -> np.ndarray:
        """Which pixels of a micrograph are labelled."""
        covered = np.zeros(self.pairs[number][1].shape, bool)
        for which, top, left in regions:
            if which == number:
                covered[top : top + edge, left : left + edge] = True
        return covered

    def at_random(
        self, regions: list[Region], count: int, edge: int, rng: np.random.Generator
    ) -> list[Region]:
        """Regions of the same grid that do not overlap those that are labelled, one of a micrograph at most."""
        found: list[Region] = []
        for number in rng.permutation(len(self.pairs)):
            height, width = self.pairs[number][1].shape
            tops, lefts = (np.arange(0, side - edge + 1, edge // 4) for side in (height, width))
            done = self.done(regions, int(number), edge)
            free = [
                (int(number), int(top), int(left))
                for top in tops
                for left in lefts
                if not done[top : top + edge, left : left + edge].any()
            ]
            if free and len(found) < count:
                found.append(free[int(rng.integers(len(free)))])
        return found

    def begin(self, count: int, edge: int, rng: np.random.Generator) -> list[Region]:
        """Regions at random, drawn again until there is some particle and some background in them."""
        while True:
            found = self.at_random([], count, edge, rng)
            seen = np.concatenate(
                [self.pairs[n][1][top : top + edge, left : left + edge].ravel() for n, top, left in found]
            )
            if 0.02 < seen.mean() < 0.98:
                return found

    def write(self, folder: Path, regions: list[Region], edge: int) -> None:
        """Write the set that training reads: the truth in the regions, all else not sure."""
        shutil.rmtree(folder, ignore_errors=True)
        for part in ("images", "labels"):
            (folder / part).mkdir(parents=True)
        for number in sorted({region[0] for region in regions}):
            micrograph, mask = self.pairs[number]
            values = np.where(self.done(regions, number, edge), mask, NOT_SURE).astype(np.uint8)
            write_tiff(folder / "images" / f"{number}.tif", micrograph.pixels, micrograph.nm_per_px)
            write_tiff(folder / "labels" / f"{number}.tif", values, micrograph.nm_per_px)
        write_description(folder, name="regions", **MEANING)


def committee(folder: Path, plan: Plan, seed: int, start: list[Path] | None, weights: list[Path]) -> None:
    """Train two networks that differ in their seed on the set in the folder, from nothing or from earlier weights."""
    for member, to in enumerate(weights):
        name = f"member-{member}"
        shutil.rmtree(folder / "runs" / name, ignore_errors=True)
        recipe = Recipe(
            name=name,
            training_sets=[str(folder / "set")],
            validation_sets=[
                plan.test
            ],  # the loop wants one; nothing is chosen by it: one epoch, last weights
            validation_at_most=1,
            architecture="unet",
            options={"base": plan.base},
            start_from=None if start is None else str(start[member]),
            crop=plan.crop,
            batch=plan.batch,
            steps_per_epoch=plan.steps if start is None else plan.fine_tune,
            epochs=1,
            particle_crops=0.5,
            ema=0.97,
            augmentation=Augmentation(scale=(0.8, 1.25), invert=0.0),
            seed=1000 * seed + member,
            workers=0,
        )
        run = train(recipe, runs=folder / "runs")
        shutil.copyfile(run.folder / "last.safetensors", to)


def proposed(pool: Pool, networks: list[Any], regions: list[Region], plan: Plan) -> list[Region]:
    """Regions that the module proposes: the best of each micrograph, and the best of these."""
    best: list[tuple[float, Region]] = []
    for number, (micrograph, _mask) in enumerate(pool.pairs):
        probabilities = [segment(micrograph, network).probability for network in networks]
        done = pool.done(regions, number, plan.edge_px)
        for one in doubtful_regions(
            probabilities, [0.5] * len(networks), edge_px=plan.edge_px, count=1, done=done
        ):
            best.append((one.score, (number, one.top, one.left)))
    return [region for _score, region in sorted(best, reverse=True)[: plan.more]]


def score(test: list[Any], networks: list[Any]) -> float:
    """Mean hard Dice over micrographs of the mean of the members' probabilities."""
    found = [
        dice_hard(np.mean([segment(micrograph, one).probability for one in networks], axis=0), mask, 0.5)
        for micrograph, mask in test
    ]
    return float(np.mean(found))


def run(pool: Pool, test: list[Any], plan: Plan, seeds: int, folder: Path) -> list[dict[str, Any]]:
    """Every round of every seed and way; those that are in the file already are not done again."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "rounds.jsonl"
    said = {"plan": dataclasses.asdict(plan)}
    lines = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    if lines and lines[0] != said:
        raise SystemExit(f"{file} is of another plan; name another --work folder.")
    if not lines:
        file.write_text(json.dumps(said) + "\n")
    rounds = lines[1:]
    known = {(one["seed"], one["way"], one["round"]): one for one in rounds}
    for seed in range(seeds):
        for way in WAYS:
            regions = pool.begin(plan.first, plan.edge_px, np.random.default_rng([seed, 0]))
            for number in range(plan.rounds + 1):
                record = known.get((seed, way, number))
                if record is None:
                    # both ways begin alike: the first committee is trained once
                    same = known.get((seed, "proposed", 0)) if number == 0 else None
                    record = one_round(pool, test, plan, (seed, way, number), regions, folder, same)
                    known[seed, way, number] = record
                    with file.open("a") as out:
                        out.write(json.dumps(record) + "\n")
                    rounds.append(record)
                    print(f"seed {seed} {way}: {len(regions)} regions, Dice {record['dice']:.3f}", flush=True)
                regions = [*regions, *(tuple(region) for region in record["next"])]
    return rounds


def weights_of(folder: Path, seed: int, way: str, number: int, member: int) -> Path:
    """Where a member's weights of a round lie; both ways have the first in common."""
    return folder / f"seed-{seed}-{way if number else 'first'}-{number}-{member}.safetensors"


def one_round(
    pool: Pool,
    test: list[Any],
    plan: Plan,
    which: tuple[int, str, int],
    regions: list[Region],
    folder: Path,
    same: dict[str, Any] | None,
) -> dict[str, Any]:
    """Train, score, choose."""
    seed, way, number = which
    began = time.perf_counter()
    networks: list[Any] = []
    if same is None:
        pool.write(folder / "set", regions, plan.edge_px)
        weights = [weights_of(folder, seed, way, number, member) for member in (0, 1)]
        before = [weights_of(folder, seed, way, number - 1, member) for member in (0, 1)] if number else None
        committee(folder, plan, seed, before, weights)
        networks = [load_network(str(path)) for path in weights]
    dice = score(test, networks) if same is None else same["dice"]
    following: list[Region] = []
    if number < plan.rounds:
        rng = np.random.default_rng([seed, 1, number])
        following = (
            proposed(pool, networks, regions, plan)
            if way == "proposed"
            else pool.at_random(regions, plan.more, plan.edge_px, rng)
        )
    return {
        "seed": seed,
        "way": way,
        "round": number,
        "regions": len(regions),
        "dice": dice,
        "next": following,
        "seconds": time.perf_counter() - began,
    }


def needed(rounds: list[dict[str, Any]], way: str, seed: int, target: float) -> int | None:
    """The fewest regions after which the Dice was reached; None if it never was."""
    return min(
        (
            one["regions"]
            for one in rounds
            if one["way"] == way and one["seed"] == seed and one["dice"] >= target
        ),
        default=None,
    )


def draw(rounds: list[dict[str, Any]], seeds: int, path: Path) -> None:
    """Dice over labelled regions: each seed thin, the mean thick."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.add_subplot()
    for (way, label), colour in zip(WAYS.items(), ("#D55E00", "#0072B2"), strict=True):
        curves = []
        for seed in range(seeds):
            mine = sorted(
                (one["regions"], one["dice"]) for one in rounds if (one["way"], one["seed"]) == (way, seed)
            )
            curves.append(mine)
            axes.plot(*zip(*mine, strict=True), color=colour, linewidth=0.7, alpha=0.5)
        counts = [count for count, _dice in curves[0]]
        mean = np.mean([[dice for _count, dice in curve] for curve in curves], axis=0)
        axes.plot(counts, mean, color=colour, linewidth=2.2, label=f"{label}, mean of {seeds} seeds")
    axes.set_xlabel("labelled regions")
    axes.set_ylabel("hard Dice on held-out micrographs")
    axes.legend(loc="lower right", frameon=False)
    axes.grid(alpha=0.3)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)


def page(rounds: list[dict[str, Any]], plan: Plan, seeds: int, sizes: tuple[int, int]) -> str:
    """The text of docs/next-to-label.md."""
    command = "python benchmarks/next_to_label.py"
    lines = [
        "# Next to label: does it pay?",
        "",
        f"{sizes[0]} simulated micrographs without labels, and {sizes[1]} others to score on. {plan.first} regions "
        f"of {plan.edge_px} x {plan.edge_px} px are labelled at random and two `unet` (base {plan.base}) are trained "
        f"from nothing for {plan.steps} steps on these; then, again and again, {plan.more} regions more are labelled, "
        f"those that the workbench proposes or others at random, and the networks go on for {plan.fine_tune} steps. "
        f"{seeds} seeds, hard Dice of the mean probability at threshold 0.5, mean over micrographs. From "
        f"`{command}`, whose first lines say the rest.",
        "",
        "![Hard Dice over the number of labelled regions](figures/next-to-label.png)",
        "",
        "Labelled regions until the Dice is reached: median over the seeds (and how many of them reached it).",
        "",
        "| hard Dice | proposed | at random | fewer with proposed, of the seeds in which both reached it |",
        "|---|---|---|---|",
    ]
    for target in TARGETS:
        found = {way: [needed(rounds, way, seed, target) for seed in range(seeds)] for way in WAYS}
        if not any(value is not None for values in found.values() for value in values):
            continue
        cells = []
        for way in WAYS:
            reached = [value for value in found[way] if value is not None]
            cells.append(
                f"{statistics.median(reached):.0f} ({len(reached)} of {seeds})"
                if reached
                else f"– (0 of {seeds})"
            )
        both = [
            (one, other)
            for one, other in zip(found["proposed"], found["random"], strict=True)
            if one is not None and other is not None
        ]
        fewer = sum(one < other for one, other in both)
        lines.append(f"| {target:.2f} | {cells[0]} | {cells[1]} | {fewer} of {len(both)} |")
    last = max(one["round"] for one in rounds)
    ends = {
        way: [one["dice"] for one in rounds if one["way"] == way and one["round"] == last] for way in WAYS
    }
    lines += [
        "",
        f"After the last round, with {plan.first + last * plan.more} regions: "
        + ", ".join(
            f"{label} {np.mean(ends[way]):.3f} ({min(ends[way]):.3f} to {max(ends[way]):.3f})"
            for way, label in WAYS.items()
        )
        + f". All rounds took {sum(one['seconds'] for one in rounds) / 3600:.1f} h.",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--pool", default="out/next-pool")
    ask.add_argument("--test", default="out/next-test")
    ask.add_argument("--work", type=Path, default=Path("out/next-to-label"), help="where rounds are kept")
    ask.add_argument("--seeds", type=int, default=5)
    for name, value in {
        "at-most": 24,
        "rounds": 6,
        "first": 3,
        "more": 3,
        "edge-px": 160,
        "steps": 240,
        "fine-tune": 120,
        "base": 8,
        "crop": 160,
        "batch": 4,
    }.items():
        ask.add_argument(f"--{name}", type=int, default=value)
    ask.add_argument("--conditions", default="sim-low-contrast", help="of the simulated sets")
    given = vars(ask.parse_args())
    seeds, work = given.pop("seeds"), given.pop("work")
    plan = Plan(**given)
    for folder, seed in ((plan.pool, 901), (plan.test, 902)):
        if not (Path(folder) / "set.toml").exists():
            simulate_set(
                folder,
                plan.at_most,
                seed,
                conditions=plan.conditions,
                images_per_wave=1,
                progress=lambda _part, text: print(text),
            )
    pool = Pool(open_set(plan.pool), plan.at_most)
    if max(plan.first, plan.more) > len(pool.pairs):
        raise SystemExit("A round takes one region of a micrograph at most: the pool is too small for it.")
    test = [one.read() for one in open_set(plan.test).micrographs[: plan.at_most]]
    rounds = run(pool, test, plan, seeds, work)
    if seeds < 5:
        print(page(rounds, plan, seeds, (len(pool.pairs), len(test))))
        draw(rounds, seeds, work / "figure.png")
        return
    draw(rounds, seeds, FIGURE)
    DOC.write_text(page(rounds, plan, seeds, (len(pool.pairs), len(test))), encoding="utf-8")


if __name__ == "__main__":
    main()
