"""Which particles are not found one by one, and why, on the sets on which fewest are: into docs/.

    python benchmarks/not_reached.py data/full data/low --data ../shared/data [--network unet-generalist]

The simulated sets are those of scores.py; Pt on carbon (a box round each particle) and soot (the manual segmentation
M1) are looked for anywhere below `--data`. Writes one line a micrograph to docs/not-reached.csv, from that
docs/not-reached.md, and a figure of the worst micrographs. `--tables` only writes the page again.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas
from not_reached_figure import figure
from not_reached_page import page, worst
from particle_fates import reckoned
from real_scores import OTHERS, gather, truths

import workbench as wb
from workbench.micrographs.datasets.labelled_dataset import LabelledDataset
from workbench.micrographs.datasets.public_sets import FOLDER_VARIABLE

ROOT = Path(__file__).parents[1]
CSV = ROOT / "docs" / "not-reached.csv"
FIGURE = ROOT / "docs" / "figures" / "not-reached.jpg"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("simulated", type=Path, nargs="*")
    parser.add_argument("--data", type=Path, help="folder below which the real micrographs lie")
    parser.add_argument("--network", default="unet-generalist")
    parser.add_argument("--tables", action="store_true", help="only write the page again")
    given = parser.parse_args()
    if not given.tables:
        with tempfile.TemporaryDirectory() as folder:
            if given.data is not None:
                gather(OTHERS, given.data, Path(folder))
                os.environ[FOLDER_VARIABLE] = folder
            measure([*map(LabelledDataset, given.simulated), *map(wb.open_dataset, OTHERS)], given.network)
    rows = pandas.read_csv(CSV, dtype={"micrograph": str})
    (ROOT / "docs" / "not-reached.md").write_text(page(rows, wb.load_network(given.network).card))


def measure(datasets: list[LabelledDataset], name: str) -> None:
    """Write a line a micrograph that shows particles, and draw the worst.

    ``f1_width``: F1 where the true width is given, of micrographs without a pixel size.
    """
    network = wb.load_network(name)
    members = {(one.name, member.name): (one, member) for one in datasets for member in one.micrographs}
    rows = []
    for (of, micrograph_name), (dataset, member) in members.items():
        micrograph, (truth, *_others) = truths(member)
        found = reckoned(wb.segment(micrograph, network), truth)
        if found["true"]:
            seen_at = optics(dataset, micrograph_name)
            if micrograph.nm_per_px is None:
                seen = wb.segment(micrograph, network, particle_px=found["width_true"])
                found["f1_width"] = reckoned(seen, truth)["f1"]
            rows.append({"set": of, "micrograph": micrograph_name, **seen_at, **found})
        print(of, micrograph_name, f"{found['f1']:.3f}", file=sys.stderr)
    told = pandas.DataFrame(rows)
    told.to_csv(CSV, index=False, float_format="%.5g")
    shown = []
    for row in worst(told).itertuples():
        micrograph, (truth, *_others) = truths(members[row.set, row.micrograph][1])
        shown.append((row, wb.segment(micrograph, network), truth))
    figure(shown).savefig(FIGURE, dpi=100, pil_kwargs={"quality": 75})


def optics(dataset: LabelledDataset, micrograph: str) -> dict[str, float]:
    """Return dose (e/A2), defocus (nm) and 1 for a graphitic film of a simulated micrograph; NaN of a real one."""
    path = dataset.folder / "truth" / f"{micrograph}.json"
    known = json.loads(path.read_text()) if path.exists() else {"optics": {}, "specimen": {}}
    return {
        **{key: known["optics"].get(key, np.nan) for key in ("dose_e_per_A2", "defocus_nm")},
        "graphitic": float(known["specimen"].get("graphitic", np.nan)),
    }


if __name__ == "__main__":
    main()
