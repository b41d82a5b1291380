"""Figure 1, micrograph, FCN8s and U-Net, on micrographs of a simulated test set and on others, into docs/.

    python benchmarks/scores.py data/full                        # first: which micrographs are best, middle and worst
    python benchmarks/figure_1.py data/full [--real FILE ...]    # writes docs/figure-1.md and docs/figures/figure-1-*

Of the simulated test set the micrographs with the lowest, the middle and the highest mean hard Dice of the two networks
are shown, the truth outlined in white, and what the U-Net misses where there is dose enough; of the others what is
given, without a pixel size where the file names none.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas
from score_tables import ENOUGH, with_particles
from scores import CSV, ROOT

import workbench as wb
from workbench.micrographs.datasets.labelled_dataset import LabelledDataset, LabelledMicrograph
from workbench.micrographs.micrograph import BoolImage, Micrograph

NETWORKS = ("fcn8s", "unet")
FIGURES = ROOT / "docs" / "figures"
MISSED = 6


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("set", type=Path)
    parser.add_argument("--real", type=Path, nargs="*", default=[])
    given = parser.parse_args()
    for old in FIGURES.glob("figure-1-*"):
        old.unlink()
    labelled = LabelledDataset(given.set)
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
    rows = rows[(rows.set == labelled.name) & (rows.way == "") & with_particles(rows)]
    for which, name in chosen(rows).items():
        one = by_name[name]
        micrograph, truth = one.read()
        file = drawn(micrograph, f"simulated-{which}", truth)
        told = f"{one.dose_e_per_A2:.0f} e/Å², {micrograph.nm_per_px:.3f} nm/px"
        lines += [f"![{which}](figures/{file})", "", f"{which.capitalize()}: `{name}`, {told}.", ""]
    lines += [
        "## What is missed",
        "",
        f"The {MISSED} micrographs of {ENOUGH} e/Å² and more on which the U-Net scores lowest: as they are, and with "
        "the truth in white and the U-Net's mask in orange. Why these: [what makes a micrograph hard](what-helps.md).",
        "",
        f"![Missed](figures/{missed(rows, by_name)})",
        "",
    ]
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


def missed(rows: pandas.DataFrame, by_name: dict[str, LabelledMicrograph]) -> str:
    """Draw the micrographs of enough dose with the lowest scores, each twice, and return the name of the file."""
    bright = rows[(rows.network == "unet") & (pandas.to_numeric(rows.dose) >= ENOUGH)]
    names = bright.sort_values("dice_hard").micrograph[:MISSED]
    network = wb.load_network("unet")
    figure, axes = plt.subplots(2, MISSED, figsize=(3 * MISSED, 6.2), layout="constrained")
    for (above, below), name in zip(axes.T, names, strict=True):
        micrograph, truth = by_name[name].read()
        mask = wb.segment(micrograph, network).mask()
        low, high = np.percentile(micrograph.pixels, (0.5, 99.5))
        for place in (above, below):
            place.imshow(micrograph.pixels, cmap="gray", vmin=low, vmax=high)
            place.set_axis_off()
        below.contour(truth, [0.5], colors="white", linewidths=1.4)
        below.contour(mask, [0.5], colors="#ff9f1c", linewidths=1.2)
        edge_nm = micrograph.shape[1] * micrograph.nm_per_px
        above.set_title(f"{by_name[name].dose_e_per_A2:.0f} e/Å², {edge_nm:.0f} nm wide", fontsize=9)
    file = FIGURES / "figure-1-missed.jpg"
    figure.savefig(file, dpi=90, pil_kwargs={"quality": 85})
    plt.close(figure)
    return file.name


def drawn(micrograph: Micrograph, name: str, truth: BoolImage | None = None) -> str:
    answers = [wb.segment(micrograph, network) for network in NETWORKS]
    figure = wb.figure(micrograph, answers, truth=truth, opacity=0.3)
    file = FIGURES / f"figure-1-{name}.jpg"
    figure.savefig(file, dpi=150, pil_kwargs={"quality": 85})
    return file.name


if __name__ == "__main__":
    main()
