"""Whether it pays to label the regions that the workbench proposes, beside as many regions taken at random.

    python benchmarks/active_learning.py           # writes docs/next-to-label.md
    python benchmarks/active_learning.py --only again   # of the three experiments this one
    python benchmarks/active_learning.py --quick   # one round of each, no page written

A committee of two small `unet` that differ in their seed is trained and scored on the whole masks of a test set; then
regions of the pool, of whose micrographs no label is known, are labelled from the truth: those with the most doubt by
`most_uncertain`, or others of the same grid at random, in both cases one of a micrograph at most; the networks go on
training with these, everything else being "not sure", which training leaves out, and so on. Both ways begin with the
same networks and use the same seeds. The weights after the last step are used, as a mean of both networks'
probabilities with a threshold of 1/2, so that nothing is chosen on the test set.

It is done three times. "unlike": the committee has learned one kind of micrographs, with every label, and meets
another kind, as a network of the list does in somebody's laboratory. "nothing": it is trained from nothing on a few
regions at random. "again": what the second let hope, tested with its measure said before a number was seen: as
"nothing", on specimens and with seeds never used, the regions that are labelled when the Dice first reaches 0.75,
proposed minus random, paired by seed; one that never reaches it counts as one round more than the last. It pays if
the 95 % confidence interval of the mean (Student's t over ten seeds) lies below 0. The sets are simulated first where
they do not exist (extra `simulate`). Each round is written to a file when it ends, and a run that was ended goes on
from there.
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
from scipy import stats

from workbench.micrographs.datasets.description import write_description
from workbench.micrographs.datasets.labelled_dataset import LabelledDataset, open_dataset
from workbench.micrographs.labelling.label import NOT_SURE
from workbench.micrographs.labelling.label_file import MEANING
from workbench.micrographs.simulation import simulate_set
from workbench.micrographs.writing import write_tiff
from workbench.networks.loading import load_network
from workbench.segmentation.active_learning import most_uncertain
from workbench.segmentation.metrics import dice_hard
from workbench.segmentation.segmenting import segment
from workbench.training.loop import train
from workbench.training.recipe import Augmentation, Recipe

WAYS = {"proposed": "proposed regions", "random": "regions at random"}
TARGETS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9)
DOC, FIGURES, WORK = Path("docs/next-to-label.md"), Path("docs/figures"), Path("out/next-to-label")
Region = tuple[int, int, int]
"""Number of a micrograph, top, left."""


@dataclasses.dataclass(frozen=True)
class Plan:
    """What the numbers depend on."""

    known: str | None
    pool: str
    test: str
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
    first_seed: int = 0
    seeds: int = 5
    until: float | None = None
    """The Dice at which a way ends, where only the regions up to there count."""


PLANS = {
    "unlike": Plan(
        known="out/next-pool",
        pool="out/next-wide-pool",
        test="out/next-wide-test",
        at_most=16,
        rounds=4,
        first=0,
        more=3,
        edge_px=72,
        steps=400,
        fine_tune=120,
        base=8,
        crop=160,
        batch=4,
    ),
    "nothing": Plan(
        known=None,
        pool="out/next-pool",
        test="out/next-test",
        at_most=24,
        rounds=6,
        first=3,
        more=3,
        edge_px=160,
        steps=240,
        fine_tune=120,
        base=8,
        crop=160,
        batch=4,
    ),
}
PLANS["again"] = dataclasses.replace(
    PLANS["nothing"],
    pool="out/next-again-pool",
    test="out/next-again-test",
    first_seed=100,
    seeds=10,
    until=0.75,
)
"""A region is about 4 nm wide in all, as the workbench proposes it."""
ORDER = ("again", "unlike", "nothing")
FIGURE = {
    "again": "Labelled regions needed, at random and proposed",
    "unlike": "Dice over labelled regions",
    "nothing": "Dice over labelled regions",
}
REPEATED = 6
"""So many of the micrographs that the committee had learned stay in the set, so that it does not forget them."""
SETS = {
    "out/next-pool": ("sim-low-contrast", 24, 901),
    "out/next-test": ("sim-low-contrast", 24, 902),
    "out/next-wide-pool": ("wide", 16, 905),
    "out/next-wide-test": ("wide", 16, 906),
    "out/next-again-pool": ("sim-low-contrast", 24, 911),
    "out/next-again-test": ("sim-low-contrast", 24, 912),
}
"""What each is drawn from: conditions, micrographs, seed."""


class Pool:
    """Micrographs with their truth, of which regions are revealed."""

    def __init__(self, labelled: LabelledDataset, at_most: int, known: LabelledDataset | None = None) -> None:
        self.pairs = [one.read() for one in labelled.micrographs[:at_most]]
        self.known = [one.read() for one in known.micrographs[:REPEATED]] if known else []

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
        """Write the set that training reads: the truth in the regions, all else not sure, and what was known."""
        shutil.rmtree(folder, ignore_errors=True)
        for part in ("images", "labels"):
            (folder / part).mkdir(parents=True)
        for number in sorted({region[0] for region in regions}):
            micrograph, mask = self.pairs[number]
            values = np.where(self.done(regions, number, edge), mask, NOT_SURE).astype(np.uint8)
            write_tiff(folder / "images" / f"{number}.tif", micrograph.pixels, micrograph.nm_per_px)
            write_tiff(folder / "labels" / f"{number}.tif", values, micrograph.nm_per_px)
        for number, (micrograph, mask) in enumerate(self.known):
            write_tiff(folder / "images" / f"known-{number}.tif", micrograph.pixels, micrograph.nm_per_px)
            write_tiff(folder / "labels" / f"known-{number}.tif", mask.astype(np.uint8), micrograph.nm_per_px)
        write_description(folder, name="regions", **MEANING)


def committee(
    labelled: Path, folder: Path, plan: Plan, seed: int, start: list[Path] | None, weights: list[Path]
) -> None:
    """Train two networks that differ in their seed on a set, from nothing or from earlier weights."""
    for member, to in enumerate(weights):
        name = f"member-{member}"
        shutil.rmtree(folder / "runs" / name, ignore_errors=True)
        recipe = Recipe(
            name=name,
            training_sets=[str(labelled)],
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
        for one in most_uncertain(
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


def run(pool: Pool, test: list[Any], plan: Plan, folder: Path) -> list[dict[str, Any]]:
    """Every round of every seed and way; those that are in the file already are not done again."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "rounds.jsonl"
    said = {"plan": dataclasses.asdict(plan)}
    lines = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    if lines and lines[0] != said:
        raise SystemExit(f"{file} is of another plan; delete it.")
    if not lines:
        file.write_text(json.dumps(said) + "\n")
    rounds = lines[1:]
    known = {(one["seed"], one["way"], one["round"]): one for one in rounds}
    for seed in range(plan.first_seed, plan.first_seed + plan.seeds):
        for way in WAYS:
            rng = np.random.default_rng([seed, 0])
            regions = pool.begin(plan.first, plan.edge_px, rng) if plan.first else []
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
                if plan.until is not None and record["dice"] >= plan.until:
                    break
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
        labelled = Path(plan.known) if plan.known and not number else folder / "set"
        if labelled == folder / "set":
            pool.write(labelled, regions, plan.edge_px)
        weights = [weights_of(folder, seed, way, number, member) for member in (0, 1)]
        before = [weights_of(folder, seed, way, number - 1, member) for member in (0, 1)] if number else None
        committee(labelled, folder, plan, seed, before, weights)
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


def needed(rounds: list[dict[str, Any]], way: str, seed: int, target: float, never: int) -> int:
    """The fewest regions after which the Dice was reached."""
    mine = [one for one in rounds if one["way"] == way and one["seed"] == seed and one["dice"] >= target]
    return min((one["regions"] for one in mine), default=never)


def draw(rounds: list[dict[str, Any]], plan: Plan, path: Path) -> None:
    """Dice over labelled regions: each seed thin, the mean thick; or the regions needed, a line for each seed."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.add_subplot()
    if plan.until is None:
        draw_curves(axes, rounds, plan.seeds)
    else:
        draw_needed(axes, rounds, plan)
    axes.grid(alpha=0.3)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)


def draw_curves(axes: Any, rounds: list[dict[str, Any]], seeds: int) -> None:
    """Both ways, every seed."""
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


def draw_needed(axes: Any, rounds: list[dict[str, Any]], plan: Plan) -> None:
    """Regions at random on the left, proposed on the right, what one seed needed joined by a line."""
    pairs = needed_pairs(rounds, plan)
    for place, (chosen, chance) in enumerate(pairs):
        aside = (place - (len(pairs) - 1) / 2) * 0.12  # many seeds need the same number
        colour = "#D55E00" if chosen < chance else "#0072B2" if chosen > chance else "0.5"
        axes.plot([0, 1], [chance + aside, chosen + aside], marker="o", color=colour, linewidth=1)
    means = np.mean(pairs, axis=0)[::-1]
    axes.plot([0, 1], means, color="black", linewidth=2.5, label=f"mean of {len(pairs)} seeds")
    axes.set_xticks([0, 1], ["regions at random", "proposed regions"])
    axes.set_xlim(-0.3, 1.3)
    axes.set_ylim(0, last_regions(plan) + plan.more + 2)
    axes.set_ylabel(f"labelled regions until hard Dice {plan.until}")
    axes.legend(loc="lower left", frameon=False)


def last_regions(plan: Plan) -> int:
    """Labelled regions after the last round."""
    return plan.first + plan.more * plan.rounds


def needed_pairs(rounds: list[dict[str, Any]], plan: Plan) -> list[tuple[int, int]]:
    """For each seed the regions needed, proposed and at random; never reached counts as one round more."""
    assert plan.until is not None
    never = last_regions(plan) + plan.more
    return [
        tuple(needed(rounds, way, seed, plan.until, never) for way in WAYS)
        for seed in range(plan.first_seed, plan.first_seed + plan.seeds)
    ]


def table_needed(rounds: list[dict[str, Any]], plan: Plan) -> list[str]:
    """The measure that was said beforehand."""
    pairs = needed_pairs(rounds, plan)
    never = last_regions(plan) + plan.more
    lines = ["| seed | proposed | at random |", "|---|---|---|"]
    for seed, pair in enumerate(pairs, plan.first_seed):
        cells = [f"{value}" if value < never else f"not in {last_regions(plan)}" for value in pair]
        lines.append(f"| {seed} | {cells[0]} | {cells[1]} |")
    less = [chosen - chance for chosen, chance in pairs]
    fewer, more = sum(value < 0 for value in less), sum(value > 0 for value in less)
    means = np.mean(pairs, axis=0)
    low, high = (
        stats.t.interval(0.95, len(less) - 1, np.mean(less), stats.sem(less)) if len(less) > 1 else (-99, 99)
    )
    sure = "it pays" if high < 0 else "it costs" if low > 0 else "that it pays is not shown"
    return [
        *lines,
        "",
        f"In the mean {means[0]:.1f} regions where the workbench proposes them, {means[1]:.1f} at random: fewer with "
        f"{fewer} seeds, more with {more}, as many with {len(less) - fewer - more}. The difference is "
        f"{np.mean(less):+.1f} regions, 95 % confidence interval {low:+.1f} to {high:+.1f}: **{sure}**.",
        "",
    ]


def table(rounds: list[dict[str, Any]], seeds: int) -> list[str]:
    """How many regions each way needed, and where both ended."""
    lines = [
        "Labelled regions until the Dice is reached: median over the seeds (and how many of them reached it).",
        "",
        "| hard Dice | proposed | at random | fewer with proposed, more, the same |",
        "|---|---|---|---|",
    ]
    never = 10**6
    for target in TARGETS:
        found = {way: [needed(rounds, way, seed, target, never) for seed in range(seeds)] for way in WAYS}
        if all(value == never for values in found.values() for value in values):
            continue
        cells = []
        for way in WAYS:
            reached = [value for value in found[way] if value < never]
            middle = statistics.median(found[way])
            cells.append(f"{middle:.0f}" if middle < never else "not reached")
            cells[-1] += f" ({len(reached)} of {seeds})"
        pairs = list(zip(found["proposed"], found["random"], strict=True))
        fewer, more = sum(one < other for one, other in pairs), sum(one > other for one, other in pairs)
        lines.append(
            f"| {target:.2f} | {cells[0]} | {cells[1]} | {fewer}, {more}, {seeds - fewer - more} of {seeds} seeds |"
        )
    last = max(one["round"] for one in rounds)
    said = []
    for way, label in WAYS.items():
        ends = [one["dice"] for one in rounds if one["way"] == way and one["round"] == last]
        said.append(f"{label} {np.mean(ends):.3f} ({min(ends):.3f} to {max(ends):.3f})")
    regions = max(one["regions"] for one in rounds)
    dice = {(one["seed"], one["way"], one["round"]): one["dice"] for one in rounds}
    gains = [
        np.mean([dice[seed, "proposed", n] - dice[seed, "random", n] for n in range(1, last + 1)])
        for seed in range(seeds)
    ]
    return [
        *lines,
        "",
        f"With {regions} regions: {', '.join(said)}. Mean over all rounds but the first, proposed minus random: "
        f"{np.mean(gains):+.3f} (by seed {', '.join(f'{gain:+.3f}' for gain in gains)}); {interval(gains)}",
        "",
    ]


def interval(gains: list[Any]) -> str:
    """What the seeds allow to say: the 95 % confidence interval of their mean, by Student's t."""
    if len(gains) < 2:
        return "one seed tells nothing of chance."
    low, high = stats.t.interval(0.95, len(gains) - 1, np.mean(gains), stats.sem(gains))
    sure = "it pays" if low > 0 else "it costs" if high < 0 else "that it pays is not shown"
    return f"95 % confidence interval {low:+.3f} to {high:+.3f}: {sure}."


def told(name: str, rounds: list[dict[str, Any]]) -> str:
    """Heading of a section, and what was done."""
    plan = PLANS[name]
    hours = sum(one["seconds"] for one in rounds) / 3600
    took = f"{plan.seeds} seeds; {hours:.1f} h of one core."
    nothing = (
        f"{plan.at_most} micrographs of `sim-low-contrast` are the pool, {plan.at_most} others the test set. "
        f"{plan.first} regions at random and {plan.steps} steps make the first networks; {plan.more} regions and "
        f"{plan.fine_tune} steps a round"
    )
    if name == "unlike":
        return (
            f"## Networks that meet another kind of micrographs\n\nTwo small `unet` are trained for "
            f"{plan.steps} steps on {SETS[str(plan.known)][1]} labelled micrographs of `sim-low-contrast`. "
            f"{plan.at_most} of `wide`, larger fields with more and smaller particles and wider fringes, are the pool, "
            f"{plan.at_most} others the test set. {plan.more} regions a round are labelled; {plan.fine_tune} steps "
            f"a round, on these and on {REPEATED} of the micrographs that were known. {took}"
        )
    if name == "nothing":
        return f"## From nothing\n\n{nothing}. {took}"
    return (
        "## From nothing, with the measure said beforehand\n\nThe two experiments below had left it open. This one was "
        f"written down before a number of it was seen: {nothing}, {last_regions(plan)} regions at most; specimens and "
        f"seeds never used; counted are the regions that are labelled when the Dice first reaches {plan.until}, paired "
        f"by seed; one that never reaches it counts as {last_regions(plan) + plan.more}. {took}"
    )


def page(sections: dict[str, str]) -> str:
    """The text of docs/next-to-label.md: these sections, and those that stand there of the experiments not run now."""
    head = (
        "# Next to label: does it pay?\n\n"
        "Of simulated micrographs without labels regions of about 4 nm are labelled, those that the workbench "
        "proposes or others at random, and networks go on training with them. Hard Dice of the mean "
        "probability of two networks at threshold 0.5, mean over the test set. From "
        "`python benchmarks/active_learning.py`, whose first lines say the rest.\n\n"
        "In short: while networks learn from nothing, it halves the labels that are needed. Where networks know one "
        "kind of micrographs and meet another, no difference was found. The seeds of an experiment share one pool and "
        "one test set; other sets and larger networks have not been tried.\n"
    )
    before = {}
    if DOC.exists():
        for part in DOC.read_text(encoding="utf-8").split("\n## ")[1:]:
            before.update(
                {name: f"## {part}" for name in ORDER if f"figures/next-to-label-{name}.png" in part}
            )
    return "\n".join(
        [
            head,
            *(
                ({**before, **sections})[name].strip() + "\n"
                for name in ORDER
                if name in {**before, **sections}
            ),
        ]
    )


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--only", nargs="*", choices=list(PLANS), default=list(PLANS))
    ask.add_argument("--quick", action="store_true")
    given = ask.parse_args()
    sections = {}
    for name in given.only:
        whole = PLANS[name]
        plan = dataclasses.replace(whole, rounds=1, steps=20, fine_tune=20, seeds=1) if given.quick else whole
        for folder in filter(None, (plan.known, plan.pool, plan.test)):
            if not (Path(folder) / "set.toml").exists():
                conditions, count, seed = SETS[folder]
                simulate_set(
                    folder,
                    count,
                    seed,
                    conditions=conditions,
                    images_per_wave=1,
                    progress=lambda _part, text: print(text),
                )
        pool = Pool(open_dataset(plan.pool), plan.at_most, open_dataset(plan.known) if plan.known else None)
        test = [one.read() for one in open_dataset(plan.test).micrographs[: plan.at_most]]
        work = Path(f"{WORK}-quick" if given.quick else WORK) / name
        rounds = run(pool, test, plan, work)
        figure = f"next-to-label-{name}.png"
        found = table(rounds, plan.seeds) if plan.until is None else table_needed(rounds, plan)
        sections[name] = "\n".join(
            [told(name, rounds), "", f"![{FIGURE[name]}](figures/{figure})", "", *found]
        )
        draw(rounds, plan, (work if given.quick else FIGURES) / figure)
    text = page(sections)
    if not given.quick:
        DOC.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
