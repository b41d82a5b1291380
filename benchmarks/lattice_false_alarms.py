"""Fringes where there are none, and fringes found: the column `lattice_nm` on particles of which it is known.

    python benchmarks/lattice_false_alarms.py [--tries 3000] [--seed 815]     # writes docs/lattice.md and two figures

Every particle goes through `workbench.measure`, as from a mask. The kinds without a lattice are drawn by
`without_lattice.py`. Nothing was chosen on this seed. About six minutes on two cores.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import without_lattice
from scipy.stats import beta
from without_lattice import KINDS, SHAPES, one_of

import workbench as wb
from workbench.micrographs.samples import open_sample, sample_names

DOCS = Path(__file__).parents[1] / "docs"
AT_A_TIME = 250
CONTRASTS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Amplitude of the fringes in standard deviations of the noise."""
DRAWN = ((30, 2.5), (30, 4.0), (60, 3.0), (60, 8.0), (120, 2.5), (120, 5.0), (120, 10.0), (240, 10.0))
"""Diameter and spacing in pixels."""
BEYOND = (2.02, 2.05, 2.1, 2.15, 2.18)
GOLD_NM = {"111": 0.2355, "200": 0.2039, "220": 0.1442, "311": 0.1230, "222": 0.1177, "400": 0.1020}


def spacing(pixels: np.ndarray, inside: np.ndarray) -> float:
    return float(
        wb.measure(inside.astype(np.int32), wb.Micrograph(pixels, None, "drawn"))["lattice_px"].iloc[0]
    )


def false_alarms(job: tuple[str, int, int], seed: int) -> tuple[str, list[tuple[int, float]]]:
    name, first, last = job
    found = [(number, spacing(*one_of(name, seed, number))) for number in range(first, last)]
    return name, [(number, value) for number, value in found if not math.isnan(value)]


def with_fringes(
    seed: int, number: int, diameter: float, period: float, contrast: float
) -> tuple[np.ndarray, np.ndarray]:
    """Draw fringes at any angle in a particle of any shape, in white noise or in that of a camera."""
    rng = np.random.default_rng(
        [seed, number, round(100 * diameter), round(100 * period), round(100 * contrast)]
    )
    inside = without_lattice.particle(rng, SHAPES[number % len(SHAPES)], diameter)
    turn = 2 * math.pi * rng.random() if number % 4 else number // 4 % 4 * math.pi / 4
    rows, columns = np.mgrid[: inside.shape[0], : inside.shape[1]]
    along = columns * math.cos(turn) + rows * math.sin(turn)
    fringes = contrast * np.cos(2 * np.pi * along / period + rng.uniform(0, 7))
    return (100 + without_lattice.camera_noise(rng, inside) + inside * (fringes - 2)).astype(
        np.float32
    ), inside


def detection(job: tuple[float, float, float], seed: int, count: int) -> tuple[int, list[float]]:
    """Return how many were tried, and the relative errors of those found."""
    values = [spacing(*with_fringes(seed, number, *job)) for number in range(count)]
    return count, [value / job[1] - 1 for value in values if not math.isnan(value)]


def upper_bound(alarms: int, tries: int) -> float:
    """Clopper and Pearson's bound, one-sided: with 95 % confidence the chance is no larger."""
    return float(beta.ppf(0.95, alarms + 1, tries - alarms))


def alarm_table(alarms: dict[str, int], tries: int) -> list[str]:
    rows = [
        f"| {name} | {tries} | {number} | {1000 * number / tries:.1f} | {1000 * upper_bound(number, tries):.1f} |"
        for name, number in alarms.items()
    ]
    total, all_tries = sum(alarms.values()), tries * len(alarms)
    return [
        "| kind | tried | alarms | in 1,000 | at most (95 %) |",
        "|---|---|---|---|---|",
        *rows,
        f"| all | {all_tries} | {total} | {1000 * total / all_tries:.2f} | "
        f"{1000 * upper_bound(total, all_tries):.2f} |",
    ]


def detection_table(found: dict[tuple[float, float, float], tuple[int, list[float]]]) -> list[str]:
    lines = [
        "| diameter, spacing | " + " | ".join(f"{contrast:g}" for contrast in CONTRASTS) + " |",
        "|---|" + "---|" * len(CONTRASTS),
    ]
    for diameter, period in DRAWN:
        cells = []
        for contrast in CONTRASTS:
            tried, errors = found[diameter, period, contrast]
            error = f"; {100 * math.sqrt(np.square(errors).mean()):.2f} %" if errors else ""
            cells.append(f"{100 * len(errors) / tried:.0f} %{error}")
        lines.append(f"| {diameter} px, {period:g} px | " + " | ".join(cells) + " |")
    return lines


def samples_table() -> list[str]:
    lines = ["| micrograph | diameter, nm | spacing, nm | next line of gold |", "|---|---|---|---|"]
    for name in sample_names():
        micrograph, truth = open_sample(name)
        table = wb.measure(truth, micrograph)
        for row in table[table.diameter_nm > 1].itertuples():
            near = min(GOLD_NM, key=lambda hkl: abs(GOLD_NM[hkl] - row.lattice_nm))
            told = "none is sure" if math.isnan(row.lattice_nm) else f"{row.lattice_nm:.4f}"
            line = "" if math.isnan(row.lattice_nm) else f"{near}: {GOLD_NM[near]:.4f}"
            lines.append(f"| {name} | {row.diameter_nm:.1f} | {told} | {line} |")
    return lines


def draw_kinds(seed: int) -> None:
    columns = 7
    figure, axes = plt.subplots(
        math.ceil(len(KINDS) / columns), columns, figsize=(11, 7), layout="constrained"
    )
    for place in axes.flat:
        place.set_axis_off()
    for place, name in zip(axes.flat, KINDS, strict=False):
        rng = np.random.default_rng([seed, 1])
        inside = without_lattice.particle(rng, "irregular", 60)
        pixels = KINDS[name](rng, inside)
        low, high = np.percentile(pixels, (1, 99))
        place.imshow(pixels, cmap="gray", vmin=low, vmax=high, interpolation="nearest")
        place.set_title(name, fontsize=6.5)
    figure.savefig(DOCS / "figures" / "lattice-kinds.jpg", dpi=90, pil_kwargs={"quality": 85})
    plt.close(figure)


def draw_detection(found: dict[tuple[float, float, float], tuple[int, list[float]]]) -> None:
    figure, axis = plt.subplots(figsize=(6, 3.4), layout="constrained")
    for diameter, period in DRAWN:
        shares = [len(found[diameter, period, c][1]) / found[diameter, period, c][0] for c in CONTRASTS]
        axis.plot(CONTRASTS, shares, "o-", markersize=3, label=f"{diameter} px, {period:g} px")
    axis.set(xscale="log", xlabel="amplitude / noise", ylabel="found", ylim=(-0.03, 1.03))
    axis.set_xticks(CONTRASTS, [f"{c:g}" for c in CONTRASTS])
    axis.minorticks_off()
    axis.legend(fontsize=7, title="diameter, spacing", title_fontsize=7)
    figure.savefig(DOCS / "figures" / "lattice-found.png", dpi=110)
    plt.close(figure)


def page(
    alarms: dict[str, int],
    found: dict[tuple[float, float, float], tuple[int, list[float]]],
    beyond: tuple[int, int, int],
    tries: int,
    count: int,
    seed: int,
) -> str:
    errors = np.abs(np.concatenate([found[job][1] for job in found]))
    return "\n".join(
        [
            "# Lattice fringes: found, and found where there are none",
            "",
            "The column `lattice_nm` of a table of particles holds the spacing of the strongest lattice fringes in "
            "each, and nothing where none are sure. What a peak has to show is said at `lattice_spacing_px` in "
            "`workbench/particles/lattice/spacing.py`. Both tables are of particles of which it is known, drawn from a "
            f"seed ({seed}) on which nothing was chosen, by "
            f"`python benchmarks/lattice_false_alarms.py --tries {tries}`.",
            "",
            "## Where there are none",
            "",
            "Particles of 20 to 300 px (discs, ellipses, squares, rods, triangles, hexagons, irregular ones, some cut "
            "by the frame) with what a micrograph may hold that is no lattice, weak and strong. The last column is the "
            "bound of Clopper and Pearson: with 95 % confidence there are no more.",
            "",
            *alarm_table(alarms, tries),
            "",
            "![One of each kind](figures/lattice-kinds.jpg)",
            "",
            "## Where there are some",
            "",
            f"Fringes at all angles, along the pixels and at 45 degrees too, in particles of the same shapes; {count} "
            "of each. By their amplitude, in standard deviations of the noise (white, or as wide as a camera's): how "
            "many are found, and the error of the spacing (root mean square).",
            "",
            *detection_table(found),
            "",
            f"Of all spacings given here {100 * (errors <= 0.01).mean():.1f} % are right within 1 %. A spacing is "
            "given only where its standard error is at most 0.5 %; so small particles and wide spacings need more "
            "contrast.",
            "",
            "![Share found by contrast](figures/lattice-found.png)",
            "",
            f"Of {beyond[0]} particles with fringes of {BEYOND[0]} to {BEYOND[-1]} px, shorter than the shortest that "
            f"is looked for (2.2 px), {beyond[1]} were given a spacing, {beyond[2]} of them wrong by more than 1 %.",
            "",
            "The bundled micrographs (simulated gold; the masks are the truth):",
            "",
            *samples_table(),
            "",
            LIMITS,
            "",
        ]
    )


LIMITS = """Limits: fringes that fill less than about half of a particle, or change their direction or spacing within
it, are often not given. Fringes along the rows or columns that go on beside the particle count as lines of the scan.
Fringes finer than the pixels can show look like wider ones, which nothing in the picture tells. A spacing is that of
the fringes seen: of tilted small particles it is off by itself (Malm and O'Keefe, Ultramicroscopy 68, 13, 1997)."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tries", type=int, default=3000, help="particles of each kind without a lattice")
    parser.add_argument("--count", type=int, default=80, help="particles of each kind with one")
    parser.add_argument("--seed", type=int, default=815)
    given = parser.parse_args()
    jobs = [
        (name, first, min(given.tries, first + AT_A_TIME))
        for name in KINDS
        for first in range(0, given.tries, AT_A_TIME)
    ]
    alarms = dict.fromkeys(KINDS, 0)
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        for name, list_ in pool.map(partial(false_alarms, seed=given.seed), jobs):
            alarms[name] += len(list_)
            for number, value in list_:
                print(f"{name}, {number}: {value:.2f} px", file=sys.stderr)
        asked = [(d, period, contrast) for d, period in DRAWN for contrast in CONTRASTS]
        measured = pool.map(partial(detection, seed=given.seed, count=given.count), asked)
        found = dict(zip(asked, measured, strict=True))
        too_fine = [(diameter, period, 2.0) for diameter in (40, 80) for period in BEYOND]
        results = list(pool.map(partial(detection, seed=given.seed, count=given.count), too_fine))
    beyond_errors = np.concatenate([errors for _, errors in results])
    beyond = (sum(n for n, _ in results), beyond_errors.size, int((abs(beyond_errors) > 0.01).sum()))
    draw_kinds(given.seed)
    draw_detection(found)
    (DOCS / "lattice.md").write_text(page(alarms, found, beyond, given.tries, given.count, given.seed))


if __name__ == "__main__":
    main()
