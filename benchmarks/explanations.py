"""How far maps can be trusted, by method and network, and whether lattice or contrast was used, into docs/explain.md.

    python benchmarks/explanations.py simulated/ --real MICROGRAPH ...   # measures what is not measured yet
    python benchmarks/explanations.py --tables                           # writes the tables into docs/explain.md

The target is one particle a micrograph: the one on whose inside both networks agree deepest. Rows that are in
out/explanations.csv are not measured again, so it can be ended and begun anew. Figures of trust are those that the page
shows (``quick=True``).
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas
from scipy import ndimage

import workbench as wb
from workbench.micrographs.datasets import LabelledSet
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

Of integrated gradients, in per cent, mean and standard deviation over micrographs of known pixel size:

<!-- used -->
<!-- end of used -->
"""
LEAST_PX = 12
"""Half of the smallest particle that is explained: its deepest pixel is at least so far from its rim."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("set", type=Path, nargs="?", help="simulated test set")
    parser.add_argument("--first", type=int, default=10, help="micrographs of the set")
    parser.add_argument("--real", type=Path, nargs="*", default=[])
    parser.add_argument("--networks", nargs="*", default=NETWORKS)
    parser.add_argument("--methods", nargs="*", default=METHODS)
    parser.add_argument("--tables", action="store_true")
    given = parser.parse_args()
    for kind, micrograph, truth in shown(given.set, given.first, given.real):
        measure(kind, micrograph, truth, given.networks, given.methods)
    if given.tables:
        write_tables(pandas.read_csv(CSV))


def shown(
    simulated: Path | None, first: int, real: list[Path]
) -> Iterator[tuple[str, Micrograph, BoolImage | None]]:
    """Yield micrographs with where they are from, and their truth where it is known."""
    if simulated is not None:
        for one in LabelledSet(simulated).micrographs[:first]:
            yield "simulated", *one.read()
    for path in real:
        yield "real", wb.open_micrograph(path), None


def measure(
    kind: str, micrograph: Micrograph, truth: BoolImage | None, networks: list[str], methods: list[str]
) -> None:
    """Measure the rows of a micrograph that are not there yet."""
    done = set() if not CSV.exists() else set(map(tuple, pandas.read_csv(CSV)[KEY].to_numpy()))
    wanted = [
        (name, method)
        for name in networks
        for method in methods
        if (kind, micrograph.name, name, method) not in done
    ]
    if not wanted:
        return
    masks = {name: wb.segment(micrograph, name).mask() for name in NETWORKS}
    at = deepest(np.logical_and(*masks.values()))
    for name, method in wanted:
        row: dict[str, Any] = {"kind": kind, "micrograph": micrograph.name, "network": name, "method": method}
        if at is not None:
            row |= figures(micrograph, name, wb.Target.particle(masks[name], at), method, truth)
        print(row, flush=True)
        CSV.parent.mkdir(exist_ok=True)
        pandas.DataFrame([row], columns=COLUMNS).to_csv(CSV, mode="a", header=not CSV.exists(), index=False)


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


def figures(
    micrograph: Micrograph, network: str, target: wb.Target, method: str, truth: BoolImage | None
) -> dict[str, Any]:
    """Return what is measured of one map."""
    found = wb.explain(micrograph, network, target, method)
    trust = found.trust(truth=truth, quick=True)
    row = {
        "target_px": int(target.selected.sum()),
        "seconds": round(found.seconds, 2),
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
    if method == SPECTRUM_OF:
        used = found.spectrum()
        row |= {
            "lattice": used.lattice_share,
            "contrast": used.contrast_share,
            "lattice_of_micrograph": used.lattice_share_of_micrograph,
        }
        if used.nm_per_px is not None:
            for band in ("lattice", "contrast"):
                without = found.without(band)
                row |= {f"without_{band}": without.kept, f"control_{band}": without.kept_control}
    return row


def deepest(mask: BoolImage) -> tuple[int, int] | None:
    """Return the pixel of a mask that is farthest from its rim; None where all particles are small."""
    depth = ndimage.distance_transform_edt(mask)
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    return (int(row), int(column)) if depth[row, column] >= LEAST_PX else None


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
    rows = rows.dropna(subset=["target_px"])
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
        "| network | n | lattice used | contrast used | lattice in the micrograph | stays without lattice | "
        "(control) | stays without contrast | (control) |",
        "|" + "---|" * 9,
    ]
    for network, part in rows.groupby("network", sort=False):
        cells = [spread(part[name]) for name in USED]
        lines.append(f"| {network} | {len(part)} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def spread(values: pandas.Series) -> str:
    """Return the mean and standard deviation of shares, in per cent."""
    known = values.dropna().astype(float)
    return "" if known.empty else f"{100 * known.mean():.0f} ± {100 * known.std():.0f} %"


if __name__ == "__main__":
    main()
