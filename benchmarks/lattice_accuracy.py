"""How far spacings, phases and zone axes of single particles can be trusted: on crystals of known orientation.

    python benchmarks/lattice_accuracy.py [--waves 150] [--seed 3141]     # writes docs/lattice-accuracy.md and a figure

The crystals are simulated by multislice through abTEM (extra ``simulate``), see `simulated_lattices.py`; fringes near
the limit of the pixels, single sets of fringes and particles without a lattice are drawn. Nothing was chosen on this
seed. About a quarter of an hour of one core.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import resource
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import without_lattice
from drawn_lattices import ANGLES, SPOILED, near_limit, no_lattice, one_set, seconds_for
from lattice_false_alarms import upper_bound
from simulated_lattices import DOSES, LARGEST_CS_UM, SINGLE, TWINNED, Seen, compared, field, image

from workbench.particles.lattice.fringe_sets import TILT
from workbench.particles.lattice.particle_lattice import particle_lattices

DOCS = Path(__file__).parents[1] / "docs"
SIZES_NM = ((1.5, 2), (2, 3), (3, 4.5), (4.5, 8.5))
RIGHT_ZONE_DEG = 12.0
"""Low-index zone axes of a face-centred cubic crystal are 18 degrees and more apart."""
SMALLEST_SHOWN_PX = 1000
NEAR_LIMIT_PX = (2.02, 2.1, 2.15, 2.19, 2.25, 2.3, 2.5, 3.0)


# tables


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else ""


def wrong(named: list[Seen]) -> str:
    """Return in how many, and in what share, what was simulated is not among the phases named."""
    number = sum(row.metal not in row.phases for row in named)
    return f"{number} ({100 * number / len(named):.1f} %)" if number else "0"


def size_of(row: Seen) -> tuple[float, float] | None:
    return next((size for size in SIZES_NM if size[0] <= row.diameter_nm < size[1]), None)


def name_of(size: tuple[float, float]) -> str:
    return f"{size[0]:g} to {size[1]:g}"


def spacing_table(rows: list[Seen]) -> list[str]:
    lines = [
        "| diameter, nm | lens | sets | of a plane of gold | within 1 % | median error | 95 % are within | "
        "within two standard errors |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for size in SIZES_NM:
        for corrected in (True, False):
            there = [row for row in rows if size_of(row) == size and row.corrected is corrected]
            sets = [one for row in there for one in row.sets]
            off = np.array([one.off for one in sets if one.off is not None])
            error = np.array([one.error_nm / one.nm for one in sets if one.off is not None])
            if off.size:
                lines.append(
                    f"| {name_of(size)} | {'corrected' if corrected else 'not corrected'} | {len(sets)} | "
                    f"{share(off.size, len(sets))} | {share((abs(off) < 0.01).sum(), off.size)} | "
                    f"{100 * np.median(abs(off)):.2f} % | {100 * np.percentile(abs(off), 95):.1f} % | "
                    f"{share((abs(off) < 2 * error).sum(), off.size)} |"
                )
    return lines


def found_table(rows: list[Seen]) -> list[str]:
    lines = [
        "| diameter, nm | " + " | ".join(f"{dose} e/Å²" for dose in DOSES) + " |",
        "|---|" + "---|" * len(DOSES),
    ]
    for size in SIZES_NM:
        cells = []
        for dose in DOSES:
            there = [row for row in rows if size_of(row) == size and row.dose == dose]
            parts = (sum(row.any_found for row in there), sum(bool(row.phases) for row in there))
            cells.append(f"{len(there)}: " + ", ".join(share(part, len(there)) for part in parts))
        lines.append(f"| {name_of(size)} | " + " | ".join(cells) + " |")
    return lines


def named_table(rows: list[Seen]) -> list[str]:
    lines = [
        "| diameter, nm | phase named | gold not among them | Au or Ag alone | its lattice within 1 % | "
        "zone axis named | right | median tilt from it |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for size in (*SIZES_NM, None):
        named = [row for row in rows if row.phases and size in (None, size_of(row))]
        zones = [row for row in named if row.zone]
        if named:
            tilt = f"{np.median([row.zone_off_deg for row in zones]):.1f}°" if zones else ""
            lines.append(
                f"| {'all' if size is None else name_of(size)} | {len(named)} | "
                f"{wrong(named)} | "
                f"{share(sum(row.phases == ('Au', 'Ag') for row in named), len(named))} | "
                f"{share(sum(abs(row.scale - 1) < 0.01 for row in named), len(named))} | {len(zones)} | "
                f"{share(sum(row.zone_off_deg <= RIGHT_ZONE_DEG for row in zones), len(zones))} | {tilt} |"
            )
    return lines


def metal_table(rows: dict[str, list[Seen]]) -> list[str]:
    lines = [
        "| simulated | particles | phase named | it is not among them | named |",
        "|---|---|---|---|---|",
    ]
    for title, seen in rows.items():
        named = [row for row in seen if row.phases]
        texts = Counter(", ".join(row.phases) for row in named)
        lines.append(
            f"| {title} | {len(seen)} | {len(named)} | "
            f"{wrong(named)} | "
            + "; ".join(f"{text}: {number}" for text, number in texts.most_common())
            + " |"
        )
    return lines


def limit_table(found: dict[float, list[float]], count: int) -> list[str]:
    lines = ["| period, px | particles | sets found | error (root mean square) |", "|---|---|---|---|"]
    for period, errors in found.items():
        error = f"{100 * math.sqrt(np.square(errors).mean()):.2f} %" if errors else ""
        lines.append(f"| {period:g} | {ANGLES * count} | {len(errors)} | {error} |")
    return lines


def counts_table(found: dict[str, Counter[str]], count: int, first: str, title: str) -> list[str]:
    keys = [first, "two", "phase"]
    lines = [f"| {title} | tried | {first} set | two sets | phase named |", "|---|---|---|---|---|"]
    lines += [
        f"| {name} | {count} | " + " | ".join(str(numbers[key]) for key in keys) + " |"
        for name, numbers in found.items()
    ]
    total = sum(found.values(), Counter())
    lines.append(f"| all | {count * len(found)} | " + " | ".join(str(total[key]) for key in keys) + " |")
    return lines


# the figure


def draw(rows: list[Seen], seed: int) -> None:
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.5), layout="constrained")
    _draw_example(axes[0], seed)
    sets = [(row.diameter_nm, one) for row in rows for one in row.sets if one.off is not None]
    periods = np.array([one.periods for _, one in sets])
    off = 100 * np.array([one.off for _, one in sets])
    axes[1].plot(periods, off, ".", markersize=2, alpha=0.5)
    curve = np.linspace(5, 80, 200)
    for sign in (-2, 2):
        axes[1].plot(curve, sign * 100 * TILT / curve, "k-", linewidth=0.8)
    axes[1].set(
        xlabel="fringes across the particle", ylabel="error of the spacing, %", xlim=(5, 60), ylim=(-8, 8)
    )
    axes[1].set_title("lines: two standard errors", fontsize=9)
    for size in SIZES_NM:
        there = [[row for row in rows if size_of(row) == size and row.dose == dose] for dose in DOSES]
        axes[2].plot(
            DOSES,
            [100 * sum(bool(row.phases) for row in part) / max(1, len(part)) for part in there],
            "o-",
            markersize=3,
            label=f"{name_of(size)} nm",
        )
    axes[2].set(xscale="log", xlabel="dose, e/Å²", ylabel="phase named, %", ylim=(-3, 103))
    axes[2].set_xticks(DOSES, [str(dose) for dose in DOSES])
    axes[2].minorticks_off()
    axes[2].legend(fontsize=7)
    figure.savefig(DOCS / "figures" / "lattice-accuracy.png", dpi=110)
    plt.close(figure)


def _draw_example(axis: plt.Axes, seed: int) -> None:
    """Draw the first field that a corrected lens shows, with what is found in each particle."""
    number = 0
    while abs((found := field("Au", seed, number, SINGLE))[1].cs_um) > LARGEST_CS_UM:
        number += 1
    wave, optics, nm_per_px = found
    micrograph, labels, _ = image(wave, optics, nm_per_px, 800, 0)
    low, high = np.percentile(micrograph.pixels, (0.5, 99.5))
    axis.imshow(micrograph.pixels, cmap="gray", vmin=low, vmax=high, interpolation="nearest")
    for label, lattice in particle_lattices(labels, micrograph):
        rows, columns = np.nonzero(labels == label)
        if rows.size < SMALLEST_SHOWN_PX:
            continue
        axis.contour(labels == label, [0.5], colors="tab:orange", linewidths=0.6)
        text = f"{lattice.phase} {lattice.zone_axis}".strip() or "-"
        axis.text(
            columns.mean(),
            rows.mean(),
            text,
            ha="center",
            va="center",
            fontsize=6,
            bbox={"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 1},
        )
    axis.set_axis_off()
    axis.set_title(f"simulated gold, 800 e/Å², {nm_per_px * micrograph.shape[1]:.1f} nm wide", fontsize=9)


# the page

PAGE = """# Lattices of single particles: how far to trust them

What `particle_lattice` says of a particle (`workbench/particles/lattice/particle_lattice.py`), beside what is
there: all sets of fringes, the phases that fit, the zone axis. Written by `{command}`
(seed {seed}, on which
nothing was chosen; {minutes:.0f} minutes of a core). The pixel size is right here; its uncertainty, 1 % where
nobody says better, is in the comparison with phases nevertheless.

## Simulated gold of known orientation

Multislice through abTEM: {waves} fields of 8 to 18 nm, crystals of 1.5 to 8 nm in every orientation (six in ten
within about two degrees of [001], [011], [111] or [112]), on 0.5 to 4 nm of carbon, in part graphitic; 200 and 300
kV, six in ten with a corrector; 0.02 to 0.045 nm/px; each at four doses. The masks are the truth. No strain: the
atoms are where the crystal has them.

![An example, errors of spacings, phases named](figures/lattice-accuracy.png)

Spacings beside those of the planes (the particle's own sets):

{spacings}

The smaller a particle the less its fringes are those of its planes, whatever the dose: by about a fifth of a fringe
over the whole particle (`TILT` = {tilt}), which the standard error holds. Particles: how many, share with any
fringes, share with a phase named:

{found}

Where a phase is named. A zone axis is right where the beam is within {right:g}° of it; a thin crystal shows its
planes that far from it.

{named}

## Other metals, and twins

Compared with Au, Ag, Pt, Pd and Cu; Ag cannot be told from Au, whose planes are within 0.2 %, nor Pd from Pt,
within 1 %.

{metals}

## Near the limit of the pixels

One set of fringes at {angles} angles in discs of 40 to 80 px, amplitude 1 to 6 standard deviations of the noise.
Below 2.2 px none is looked for.

{limit}

## One set of fringes only

Particles of 25 to 150 px of all shapes with one set of fringes, amplitude 0.5 to 30 standard deviations of the
noise: a second set, and a phase, would be made up.

{spoiled}

## No lattice

Particles with what a micrograph may hold that is no lattice, as in [Lattice fringes](lattice.md), from another
seed. A phase was named in {phases} of {tries}: with 95 % confidence no more than {bound:.2f} in 1,000; any fringes
in {any:.2f} in 1,000.

{without}

Limits. A phase is one of those that were compared: of an oxide that is not among them nothing is known, and where
its planes are near those of a metal (MgO is 3 % wider than gold, gamma-Al2O3 within 1 % of Pt) the metal is named.
Alloys are not told from their parts. Real lenses distort by up to a percent, of which the simulation has nothing;
half a percent and half a degree are allowed for. Fringes that a lens without a corrector displaces far may be taken
for the support's. Particles of several grains are mostly given as one set, or as two grains.

## Time

A thousand particles of gold 60 px wide, with three sets of fringes each, take {seconds:.0f} s of a core;
without fringes {empty:.1f} s.
"""


def page(
    rows: dict[str, list[Seen]],
    limit: dict[float, list[float]],
    spoiled: dict[str, Counter[str]],
    without: dict[str, Counter[str]],
    given: argparse.Namespace,
    minutes: float,
    seconds: tuple[float, float],
) -> str:
    total, tries = sum(without.values(), Counter()), given.tries * len(without)
    return PAGE.format(
        command=f"python benchmarks/lattice_accuracy.py --waves {given.waves} --tries {given.tries}",
        seed=given.seed,
        minutes=minutes,
        seconds=seconds[0],
        empty=seconds[1],
        waves=given.waves,
        tilt=TILT,
        right=RIGHT_ZONE_DEG,
        angles=ANGLES,
        phases=total["phase"],
        tries=tries,
        bound=1000 * upper_bound(total["phase"], tries),
        any=1000 * total["any"] / tries,
        spacings="\n".join(spacing_table(rows["Au"])),
        found="\n".join(found_table(rows["Au"])),
        named="\n".join(named_table(rows["Au"])),
        metals="\n".join(metal_table(rows)),
        limit="\n".join(limit_table(limit, given.limit)),
        spoiled="\n".join(counts_table(spoiled, given.spoiled, "one", "fringes")),
        without="\n".join(counts_table(without, given.tries, "any", "kind")),
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--waves", type=int, default=150, help="simulated fields of gold; a tenth of each other kind"
    )
    parser.add_argument("--tries", type=int, default=600, help="particles of each kind without a lattice")
    parser.add_argument(
        "--spoiled", type=int, default=300, help="particles of each kind with one set of fringes"
    )
    parser.add_argument(
        "--limit", type=int, default=4, help="particles at each angle near the limit of the pixels"
    )
    parser.add_argument("--seed", type=int, default=3141)
    parser.add_argument("--processes", type=int, default=1)
    given = parser.parse_args()
    few = max(1, given.waves // 10)
    asked = {
        "Au": ("Au", given.waves, SINGLE),
        **{metal: (metal, few, SINGLE) for metal in ("Ag", "Pt", "Pd", "Cu")},
        "Au, twinned": ("Au", few, TWINNED),
    }
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(given.processes, mp_context=context) as pool:
        rows = {}
        for title, (metal, count, shapes) in asked.items():
            simulated = pool.map(partial(compared, metal, seed=given.seed, shapes=shapes), range(count))
            rows[title] = [row for part in simulated for row in part]
        near = pool.map(partial(near_limit, seed=given.seed), [(px, given.limit) for px in NEAR_LIMIT_PX])
        limit = dict(near)
        spoiled = dict(pool.map(partial(one_set, seed=given.seed), [(how, given.spoiled) for how in SPOILED]))
        kinds = [(kind, given.tries) for kind in without_lattice.KINDS]
        without = dict(pool.map(partial(no_lattice, seed=given.seed), kinds))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    minutes = (used.ru_utime + used.ru_stime) / 60
    draw(rows["Au"], given.seed)
    text = page(rows, limit, spoiled, without, given, minutes, (seconds_for(1000, 1), seconds_for(1000, 0)))
    (DOCS / "lattice-accuracy.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
