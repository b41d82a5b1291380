"""How far maps can be trusted, by method and network, and whether lattice or contrast was used, into docs/explain.md.

    python benchmarks/explanations.py simulated/ --real MICROGRAPH ...   # measures what is not measured yet
    python benchmarks/explanations.py --tables                           # writes the tables into docs/explain.md

The target is one particle a micrograph: of those that both networks see whole in a window of 224 of their pixels, the
one on whose inside they agree deepest. The micrograph is cut to that window, or FCN8s would take minutes a map. Rows
that are in out/explanations.csv are not measured again, so it can be ended and begun anew, and several may run, each
with networks of its own. Figures of trust are those that the page shows (``quick=True``).
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import pandas
from scipy import ndimage

import workbench as wb
from workbench.micrographs.datasets.labelled_dataset import LabelledDataset
from workbench.micrographs.micrograph import BoolImage, Micrograph

ROOT = Path(__file__).parents[1]
CSV, PAGE = ROOT / "out" / "explanations.csv", ROOT / "docs" / "explain.md"
NETWORKS = ("unet", "fcn8s")
METHODS = (
    "gradient",
    "gradient_x_input",
    "smoothgrad",
    "integrated_gradients",
    "lrp",
    "guided_backprop",
    "grad_cam",
    "occlusion",
)
SPECTRUM_OF = "integrated_gradients"
EMPTY_PAGE = """# What the networks looked at, and how far to trust the maps

From `python benchmarks/explanations.py`: one particle a micrograph, means over micrographs.

<!-- trust -->
<!-- end of trust -->

Of integrated gradients, in per cent, mean and standard deviation over micrographs:

<!-- used -->
<!-- end of used -->
"""
WINDOW_PX, LARGEST_PX = 224, 180
"""Edge of what is cut out, and of the largest particle in it, in pixels of the networks."""
LEAST_PX = 12
"""Half of the smallest particle that is explained: its deepest pixel is at least so far from its rim."""
OPTIONS = {"integrated_gradients": {"steps": 20}}
"""Other than the methods' own: 50 steps of FCN8s would take a night."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("set", type=Path, nargs="?", help="simulated test set")
    parser.add_argument("--first", type=int, default=20, help="micrographs of either kind")
    parser.add_argument("--real", type=Path, nargs="*", default=[])
    parser.add_argument(
        "--assumed", type=float, help="nm/px that places the bands in real micrographs of unknown pixel size"
    )
    parser.add_argument("--networks", nargs="*", default=NETWORKS)
    parser.add_argument("--methods", nargs="*", default=METHODS)
    parser.add_argument(
        "--only-used",
        action="store_true",
        help="only lattice and contrast: no figures of trust, which take longer",
    )
    parser.add_argument("--tables", action="store_true")
    given = parser.parse_args()
    for kind, micrograph, truth in shown(given.set, given.first, given.real):
        measure(kind, micrograph, truth, given)
    if given.tables:
        write_tables(pandas.read_csv(CSV))


def shown(
    simulated: Path | None, first: int, real: list[Path]
) -> Iterator[tuple[str, Micrograph, BoolImage | None]]:
    """Yield micrographs with where they are from, and their truth where it is known: one specimen each, in turns."""
    of_set = list(LabelledDataset(simulated).groups().values())[:first] if simulated is not None else []
    for members, path in zip_longest(of_set, real[:first]):
        if members is not None:
            yield "simulated", *members[0].read()
        if path is not None:
            yield "real", wb.open_micrograph(path), None


def measure(
    kind: str,
    micrograph: Micrograph,
    truth: BoolImage | None,
    given: argparse.Namespace,
) -> None:
    """Measure the rows of a micrograph that are not there yet."""
    done = set() if not CSV.exists() else set(map(tuple, pandas.read_csv(CSV)[KEY].to_numpy()))
    wanted = [
        (name, method)
        for name in given.networks
        for method in given.methods
        if (kind, micrograph.name, name, method) not in done
    ]
    if not wanted:
        return
    micrograph, truth, at = cut_out(micrograph, truth, NETWORKS)
    masks = {name: wb.segment(micrograph, name).mask() for name in NETWORKS}
    for name, method in wanted:
        row: dict[str, Any] = {"kind": kind, "micrograph": micrograph.name, "network": name, "method": method}
        if at is not None:
            target = wb.Target.particle(masks[name], at)
            found = wb.explain(micrograph, name, target, method, **OPTIONS.get(method, {}))
            row |= {"target_px": int(target.selected.sum()), "seconds": round(found.seconds, 2)}
            row |= {} if given.only_used else trusted(found, truth)
            row |= used(found, given.assumed) if method == SPECTRUM_OF else {}
        print(row, flush=True)
        CSV.parent.mkdir(exist_ok=True)
        pandas.DataFrame([row], columns=COLUMNS).to_csv(CSV, mode="a", header=not CSV.exists(), index=False)


def cut_out(
    micrograph: Micrograph, truth: BoolImage | None, networks: Sequence[str]
) -> tuple[Micrograph, BoolImage | None, tuple[int, int] | None]:
    """Return the window around the particle that all networks see deepest, and its pixel there; None where none is."""
    step = wb.load_network(networks[0]).card.input.step(micrograph.nm_per_px)
    at = deepest(all_see(micrograph, networks), step)
    if at is None:
        return micrograph, truth, None
    rows, columns = (slice(max(0, round(at[axis] - WINDOW_PX * step / 2)), None) for axis in (0, 1))
    rows, columns = (slice(part.start, part.start + round(WINDOW_PX * step)) for part in (rows, columns))
    window = replace(micrograph, pixels=micrograph.pixels[rows, columns])
    at = (at[0] - rows.start, at[1] - columns.start)
    if not all_see(window, networks)[at]:  # in the window alone, one of them sees none
        at = None
    return window, None if truth is None else truth[rows, columns], at


def all_see(micrograph: Micrograph, networks: Sequence[str]) -> BoolImage:
    """Return where all networks see particle."""
    return np.logical_and.reduce([wb.segment(micrograph, name).mask() for name in networks])


KEY = ["kind", "micrograph", "network", "method"]
TRUST = [
    "deletion",
    "deletion_random",
    "deletion_intensity",
    "insertion",
    "infidelity",
    "sensitivity",
    "rank",
    "failed",
    "inside",
    "share",
    "by_chance",
]
USED = [
    "lattice",
    "contrast",
    "lattice_of_micrograph",
    "without_lattice",
    "control_lattice",
    "without_contrast",
    "control_contrast",
]
COLUMNS = [*KEY, "target_px", "seconds", *TRUST, *USED]


def trusted(found: wb.Explanation, truth: BoolImage | None) -> dict[str, Any]:
    """Return how far a map can be trusted."""
    trust = found.trust(truth=truth, quick=True)
    row = {
        "infidelity": trust.infidelity,
        "sensitivity": trust.sensitivity,
        "rank": float(trust.randomised.rank_correlation[-1]),
        "failed": trust.failed,
    }
    if trust.deletion is not None and trust.insertion is not None:
        row |= {
            "deletion": trust.deletion.area,
            "deletion_random": trust.deletion.random_area,
            "deletion_intensity": trust.deletion.intensity_area,
            "insertion": trust.insertion.area,
        }
    if trust.pointing is not None:
        row |= {
            "inside": trust.pointing.inside,
            "share": trust.pointing.share,
            "by_chance": trust.pointing.by_chance,
        }
    return row


def used(found: wb.Explanation, assumed: float | None) -> dict[str, Any]:
    """Return which part is lattice and which contrast, and what stays of the mask without either."""
    spectrum = found.spectrum(assumed)
    row = {
        "lattice": spectrum.lattice_share,
        "contrast": spectrum.contrast_share,
        "lattice_of_micrograph": spectrum.lattice_share_of_micrograph,
    }
    if spectrum.nm_per_px is not None:
        for band in ("lattice", "contrast"):
            without = found.without(band, nm_per_px=assumed)
            row |= {f"without_{band}": without.kept, f"control_{band}": without.kept_control}
    return row


def deepest(mask: BoolImage, step: float) -> tuple[int, int] | None:
    """Return the pixel farthest from the rim of its particle, of those that fit; None where none does."""
    label, _ = ndimage.label(mask)
    depth = ndimage.distance_transform_edt(mask)
    for number, (rows, columns) in enumerate(ndimage.find_objects(label), 1):
        whole = (
            min(rows.start, columns.start) > 0 and rows.stop < mask.shape[0] and columns.stop < mask.shape[1]
        )
        if not whole or max(rows.stop - rows.start, columns.stop - columns.start) > LARGEST_PX * step:
            depth[label == number] = 0
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    return (int(row), int(column)) if depth[row, column] >= LEAST_PX * step else None


def write_tables(rows: pandas.DataFrame) -> None:
    """Put the tables into the page, between its marks."""
    text = PAGE.read_text() if PAGE.exists() else EMPTY_PAGE
    for name, table in {"trust": trust_table(rows), "used": used_table(rows)}.items():
        mark, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        pattern = re.escape(mark) + ".*?" + re.escape(end)
        text = re.sub(pattern, lambda _, part=f"{mark}\n{table}\n{end}": part, text, flags=re.DOTALL)
    PAGE.write_text(text)


def trust_table(rows: pandas.DataFrame) -> str:
    """Return a row a kind of micrographs, network and method: means over micrographs."""
    rows = rows.dropna(subset=["rank"])
    lines = [
        "| micrographs | network | method | n | deletion | random | intensity | better than both | infidelity | "
        "sensitivity | rank correlation with random weights | marked as failed | points inside |",
        "|" + "---|" * 13,
    ]
    for (kind, network, method), part in rows.groupby(["kind", "network", "method"], sort=False):
        best = part[["deletion_random", "deletion_intensity"]].min(axis=1)
        known = part["inside"].dropna()
        lines.append(
            f"| {kind} | {network} | {method} | {len(part)} | {part.deletion.mean():.2f} | "
            f"{part.deletion_random.mean():.2f} | {part.deletion_intensity.mean():.2f} | "
            f"{int((part.deletion < best).sum())} | {part.infidelity.mean():.2f} | {part.sensitivity.mean():.2f} | "
            f"{part['rank'].mean():.2f} | {int(part.failed.astype(bool).sum())} | "
            + (f"{int(known.astype(bool).sum())} of {len(known)} |" if len(known) else "not known |")
        )
    return "\n".join(lines)


def used_table(rows: pandas.DataFrame) -> str:
    """Return a row a network: shares of lattice and contrast, and what stays without them."""
    rows = rows.dropna(subset=["contrast"])
    lines = [
        "| micrographs | network | n | lattice used | contrast used | lattice in the micrograph | "
        "stays without lattice | (control) | stays without contrast | (control) |",
        "|" + "---|" * 10,
    ]
    for (kind, network), part in rows.groupby(["kind", "network"], sort=False):
        cells = [spread(part[name]) for name in USED]
        lines.append(f"| {kind} | {network} | {len(part)} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def spread(values: pandas.Series) -> str:
    """Return the mean and standard deviation of shares, in per cent."""
    known = values.dropna().astype(float)
    return "" if known.empty else f"{100 * known.mean():.0f} ± {100 * known.std():.0f} %"


if __name__ == "__main__":
    main()
