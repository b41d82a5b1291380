"""Figure 1, micrograph, FCN8s and U-Net, on micrographs of a simulated test set and on others, into docs/.

    python benchmarks/scores.py data/full                        # first: which micrographs are best, middle and worst
    python benchmarks/figure_1.py data/full [--real FILE ...]    # writes docs/figure-1.md and docs/figures/figure-1-*

Of the simulated test set the micrographs with the lowest, the middle and the highest mean hard Dice of the two networks
are shown, the truth outlined in white; of the others what is given, without a pixel size where the file names none.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas
from score_tables import with_particles
from scores import CSV, ROOT

import workbench as wb
from workbench.micrographs.datasets import LabelledSet
from workbench.micrographs.micrograph import BoolImage, Micrograph

NETWORKS = ("fcn8s", "unet")
FIGURES = ROOT / "docs" / "figures"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("set", type=Path)
    parser.add_argument("--real", type=Path, nargs="*", default=[])
    given = parser.parse_args()
    for old in FIGURES.glob("figure-1-*"):
        old.unlink()
    labelled = LabelledSet(given.set)
    lines = [
        "# Figure 1",
        "",
        "Micrograph, FCN8s and U-Net, at the thresholds on their cards, nothing cleaned afterwards. From `python "
        "benchmarks/figure_1.py`.",
        "",
        "## Simulated",
        "",
        f"Of the test set `{labelled.name}` the micrographs on which the two networks score worst, middling and best; "
        "the exact truth is outlined in white.",
        "",
    ]
    rows = pandas.read_csv(CSV, keep_default_na=False)
    by_name = {one.name: one for one in labelled.micrographs}
    for which, name in chosen(
        rows[(rows.set == labelled.name) & (rows.way == "") & with_particles(rows)]
    ).items():
        one = by_name[name]
        micrograph, truth = one.read()
        file = drawn(micrograph, f"simulated-{which}", truth)
        told = f"{one.dose_e_per_A2:.0f} e/Å², {micrograph.nm_per_px:.3f} nm/px"
        lines += [f"![{which}](figures/{file})", "", f"{which.capitalize()}: `{name}`, {told}.", ""]
    if given.real:
        lines += ["## Real", ""]
    for path in given.real:
        file = drawn(wb.open_micrograph(path), f"real-{path.stem}")
        lines += [f"![{path.stem}](figures/{file})", "", f"`{path.name}`", ""]
    (ROOT / "docs" / "figure-1.md").write_text("\n".join(lines))


def chosen(rows: pandas.DataFrame) -> dict[str, str]:
    """Return the micrographs with the lowest, the middle and the highest score."""
    order = rows[rows.network.isin(NETWORKS)].groupby("micrograph").dice_hard.mean().sort_values().index
    return {"worst": order[0], "middle": order[len(order) // 2], "best": order[-1]}


def drawn(micrograph: Micrograph, name: str, truth: BoolImage | None = None) -> str:
    answers = [wb.segment(micrograph, network) for network in NETWORKS]
    figure = wb.figure(micrograph, answers, truth=truth, opacity=0.3)
    file = FIGURES / f"figure-1-{name}.jpg"
    figure.savefig(file, dpi=150, pil_kwargs={"quality": 85})
    return file.name


if __name__ == "__main__":
    main()
