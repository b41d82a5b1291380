"""How often the warning "unlike its training" fires where it should, and where it should not.

    python benchmarks/outside_range.py --trained SET --unlike SET --unlike SET     # writes docs/outside-range.md

Half of the first set, by specimen, gives the range of a card as training would; the other half is inside it, whatever
is said of it is a false alarm. The same micrographs are then changed to what no micrograph of the set is, and those of
other sets are looked at. With `--dice` the hard Dice of the network stands beside each rate, at the threshold of its
card: where its masks are worse the warning should fire. That takes minutes.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy import ndimage

from workbench.micrographs.datasets.labelled_dataset import LabelledMicrograph, open_dataset
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card
from workbench.networks.domain_check import MEASURES, appearance_of, compare, evenly, range_of
from workbench.networks.loading import load_network
from workbench.segmentation.metrics import dice_hard
from workbench.segmentation.segmenter import Segmenter

Change = Callable[[Micrograph, np.random.Generator], Micrograph]


def noisier(times: float) -> Change:
    """Add white noise, in standard deviations of the micrograph."""

    def change(micrograph: Micrograph, rng: np.random.Generator) -> Micrograph:
        width = times * float(micrograph.pixels.std())
        noise = width * rng.standard_normal(micrograph.shape, dtype=np.float32)
        return replace(micrograph, pixels=micrograph.pixels + noise)

    return change


def flatter(micrograph: Micrograph, _rng: np.random.Generator) -> Micrograph:
    """Leave an eighth of what is wider than about 0.5 nm: particles hardly stand out, fringes and grain stay."""
    sigma = 0.16 / (micrograph.nm_per_px or 0.04)
    slow = ndimage.gaussian_filter(micrograph.pixels, sigma, mode="reflect")
    return replace(micrograph, pixels=micrograph.pixels - 0.875 * (slow - slow.mean()))


def inverted(micrograph: Micrograph, _rng: np.random.Generator) -> Micrograph:
    """Light particles on a dark support, as in dark field."""
    return replace(micrograph, pixels=2 * micrograph.pixels.mean() - micrograph.pixels)


def blurred(micrograph: Micrograph, _rng: np.random.Generator) -> Micrograph:
    """Blur by a Gaussian of 0.2 nm, as drift or defocus would."""
    sigma = 0.2 / (micrograph.nm_per_px or 0.04)
    return replace(micrograph, pixels=ndimage.gaussian_filter(micrograph.pixels, sigma, mode="reflect"))


def mistyped(micrograph: Micrograph, _rng: np.random.Generator) -> Micrograph:
    """Say that its pixels are ten times as large."""
    return micrograph.with_nm_per_px(10 * (micrograph.nm_per_px or 0.04))


CHANGES: dict[str, Change | None] = {
    "as they are": None,
    "white noise of 4 standard deviations added": noisier(4),
    "white noise of 8 standard deviations added": noisier(8),
    "an eighth of the particles' contrast": flatter,
    "inverted": inverted,
    "blurred by 0.2 nm": blurred,
    "pixel size typed ten times too large": mistyped,
}


class Rates:
    """Looks at micrographs with the card of a network, and counts."""

    def __init__(self, segmenter: Segmenter | None, card: Card) -> None:
        self.segmenter, self.card = segmenter, card
        self.rows: list[str] = []
        self.fired: list[float] = []
        self.quiet: list[float] = []

    def add(self, told: str, micrographs: Iterable[LabelledMicrograph], change: Change | None = None) -> None:
        """Make a row of the table of these micrographs, changed or not."""
        rng, found, dice = np.random.default_rng(0), [], []
        for one in micrographs:
            micrograph, mask = one.read()
            if change is not None:
                micrograph = change(micrograph, rng)
            looks = appearance_of(micrograph, self.card.input)
            said = {each.what for each in compare(self.card, micrograph.nm_per_px, looks)}
            found.append(said)
            if self.segmenter is not None and mask.any():
                made = self.segmenter.probability(micrograph) > self.card.threshold
                dice.append(dice_hard(made, mask))
                (self.fired if said else self.quiet).append(dice[-1])
        rates = [sum(what in said for said in found) for what in ("pixel size", *MEASURES)]
        rates.append(sum(bool(said) for said in found))
        cells = " | ".join(f"{100 * rate / len(found):.0f} %" for rate in rates)
        scored = f" {statistics.mean(dice):.3f} |" if dice else ""
        self.rows.append(f"| {told} | {len(found)} | {cells} |{scored}")
        print(self.rows[-1], flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--trained", required=True, help="the set whose range it is")
    parser.add_argument("--unlike", action="append", default=[], help="other sets")
    parser.add_argument("--network", default="unet")
    parser.add_argument("--count", type=int, default=16, help="micrographs of each row")
    parser.add_argument("--dice", action="store_true", help="run the network, too")
    asked = parser.parse_args()
    network = load_network(asked.network)
    whole = open_dataset(asked.trained)
    learned, held = whole.split(0, [0.5, 0.5])
    measured = range_of(
        [appearance_of(one.read()[0], network.card.input) for one in evenly(learned, 120)], whole.name
    )
    assert measured is not None
    card = network.card.model_copy(update={"training_range": measured})
    rates = Rates(Segmenter(network, "auto") if asked.dice else None, card)
    for told, change in CHANGES.items():
        few = evenly(held, 3 * asked.count if change is None else asked.count)
        rates.add(f"held out, {told}" if change is None else told, few, change)
    for folder in asked.unlike:
        other = open_dataset(folder)
        rates.add(f"set `{Path(folder).name}` ({other.name})", evenly(other.micrographs, asked.count))
    report(asked, rates, milliseconds(card))


def milliseconds(card: Card) -> float:
    """Return how long the measurement of 1024 x 1024 px takes, without the cleaning that the network needs anyway."""
    from workbench.micrographs.appearance import appearance

    image = np.random.default_rng(0).standard_normal((1024, 1024)).astype(np.float32)
    times = []
    for _ in range(9):
        began = time.process_time()
        appearance(image, card.input.step(0.04))
        times.append(time.process_time() - began)
    return 1000 * statistics.median(times)


def _by_dice(rates: Rates) -> list[str]:
    both = [*rates.fired, *rates.quiet]
    told = (
        f"Over all rows: mean hard Dice {statistics.mean(rates.fired):.3f} of the {len(rates.fired)} micrographs with "
        f"a warning, {statistics.mean(rates.quiet):.3f} of the {len(rates.quiet)} without; of the "
        f"{sum(value < 0.8 for value in both)} below 0.8, "
        f"{sum(value < 0.8 for value in rates.fired)} have a warning."
    )
    return [told, ""]


def report(asked: argparse.Namespace, rates: Rates, took_ms: float) -> None:
    card = rates.card
    known = card.training_range
    assert known is not None
    spans = "; ".join(
        f"{what} {span.low:.2f} to {span.high:.2f}" for what in MEASURES for span in [getattr(known, what)]
    )
    scored = rates.segmenter is not None
    by_dice = f" Hard Dice: threshold {card.threshold:g}." if scored else ""
    lines = [
        "# Does the warning fire where it should?",
        "",
        "A card says how the micrographs looked that its network was trained on, and the page warns where the open one "
        "lies outside: pixel size, noise (share of the variance that is white, at the network's pixel size), contrast "
        "(of all that is not noise, the share wider than 16 of the network's pixels, as standard deviations) and "
        "skewness (negative: dark particles). Definitions: `workbench/micrographs/appearance.py`.",
        "",
        f"Range from {known.micrographs} simulated micrographs of the set `{Path(asked.trained).name}`, half of its "
        f"specimens: {spans}. The other half is held out. Pixel sizes and preparation: card of `{asked.network}`."
        f"{by_dice} The measurement takes {took_ms:.0f} ms of one core for 1024 x 1024 px.",
        "",
        "| micrographs | number | pixel size | noise | contrast | skewness | any |" + " hard Dice |" * scored,
        "|---|---|---|---|---|---|---|" + "---|" * scored,
        *rates.rows,
        "",
        *(_by_dice(rates) if scored else []),
        "Limits: the range is that of whole micrographs before augmentation, which shows a network more noise; so "
        "the warning speaks a little early. Where the recipe inverts contrast, as that of the networks that ship does, "
        "either sign of the skewness counts as known. It compares three numbers: another "
        "material, support or defocus that leaves them alone is not seen. A set that holds micrographs with hardly "
        "any dose or contrast, as `full` does, leaves little room beyond its range: what is changed above lies in "
        "part inside it.",
        "",
        "Made by `python benchmarks/outside_range.py --trained SET "
        + "".join(f"--unlike {Path(folder).name} " for folder in asked.unlike).strip()
        + f" --count {asked.count}{' --dice' if asked.dice else ''}`; the sets by `workbench simulate` with conditions "
        "`full`, `sim-low-contrast`, `wide` and `supported`.",
    ]
    text = "\n".join(lines) + "\n"
    (Path(__file__).parents[1] / "docs" / "outside-range.md").write_text(text)


if __name__ == "__main__":
    main()
