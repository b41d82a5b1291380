"""At which layer of a network Grad-CAM says most, on validation micrographs, into docs/explain.md.

    workbench simulate --count 24 --seed 701 --conditions full --images-per-wave 2 --out out/validation24
    python benchmarks/grad_cam_layers.py out/validation24 [--network unet] [--first 12]

Targets are chosen as in explanations.py: one particle of each specimen. Every level's last ReLU is tried, and the last
convolution of the bottleneck. Deletion: what is left of the answer, in the mean, while the pixels that the map puts
first are taken away.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas
from explanations import PAGE, cut_out, shown
from torch import nn

import workbench as wb
from workbench.explanation.methods.class_activation import deepest_layer, find_layer, layers


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("set", type=Path)
    parser.add_argument("--network", default="unet")
    parser.add_argument("--first", type=int, default=12)
    given = parser.parse_args()
    rows = pandas.DataFrame(measured(given))
    lines = [
        "| layer | n | deletion | random | intensity | better than both | rank correlation with random weights |",
        "|" + "---|" * 7,
    ]
    for layer, part in rows.groupby("layer", sort=False):
        best = part[["random", "intensity"]].min(axis=1)
        lines.append(
            f"| `{layer}` | {len(part)} | {part.deletion.mean():.2f} | {part.random.mean():.2f} | "
            f"{part.intensity.mean():.2f} | {int((part.deletion < best).sum())} | {part['rank'].mean():.2f} |"
        )
    table = "\n".join(lines)
    print(table)
    pattern = r"(<!-- layers -->\n).*?(\n<!-- end of layers -->)"
    PAGE.write_text(
        re.sub(pattern, lambda found: found[1] + table + found[2], PAGE.read_text(), flags=re.DOTALL)
    )


def measured(given: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Yield a row a micrograph and layer."""
    network = wb.load_network(given.network)
    tried = candidates(network.module)
    for _kind, whole, _truth in shown(given.set, given.first, []):
        micrograph, _, at = cut_out(whole, None, [given.network])
        if at is None:
            continue
        target = wb.Target.particle(wb.segment(micrograph, network).mask(), at)
        for layer in tried:
            trust = wb.explain(micrograph, network, target, "grad_cam", layer=layer).trust(quick=True)
            row = {
                "micrograph": micrograph.name,
                "layer": layer,
                "rank": float(trust.randomised.rank_correlation[-1]),
            }
            if trust.deletion is not None:
                row |= {
                    "deletion": trust.deletion.area,
                    "random": trust.deletion.random_area,
                    "intensity": trust.deletion.intensity_area,
                }
                print(row, flush=True)
                yield row


def candidates(module: nn.Module) -> list[str]:
    """Return the last ReLU of each part of the network, the convolution before the deepest, and the default."""
    names = [name for name in layers(module) if isinstance(module.get_submodule(name), nn.ReLU)]
    last = {name.rpartition(".")[0]: name for name in names}
    deepest = deepest_layer(module)
    before = layers(module)[layers(module).index(deepest) - 1]
    return list(dict.fromkeys([*last.values(), before, find_layer(module)]))


if __name__ == "__main__":
    main()
