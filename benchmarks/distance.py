"""What the second output costs: a network with the distance beside the same one without, in turn, in one process.

    python benchmarks/distance.py            # prints a table; every architecture, 1024 x 1024

Each figure is a median over rounds in which the two alternate, so that a busy machine is busy for both; the ratio is
the median of the rounds' ratios. Processor seconds of the whole process, preparation of the micrograph included.
"""

from __future__ import annotations

import statistics
import sys
import time

import numpy as np

EDGE, ROUNDS = 1024, 9


def segmenters(name: str):
    import torch

    from workbench.networks.card import Card
    from workbench.networks.network import Network
    from workbench.networks.registry import build
    from workbench.segmentation.segmenter import Segmenter

    for distance in (False, True):
        torch.manual_seed(0)
        module = build(name, distance=distance).eval()
        yield Segmenter(Network(module, Card(name=name, architecture=name)), "cpu")


def main() -> None:
    from workbench.micrographs.micrograph import Micrograph
    from workbench.networks.registry import architectures

    pixels = np.random.default_rng(0).normal(100, 10, (EDGE, EDGE)).astype(np.float32)
    micrograph = Micrograph(pixels, None, "noise")
    print("| architecture | one output, s | with the distance, s | ratio |")
    print("|---|---|---|---|")
    for name in sys.argv[1:] or architectures():
        both = list(segmenters(name))
        for one in both:
            one.both(micrograph)  # the first is slow
        rows = []
        for turn in range(ROUNDS):
            took = {}
            for one in both if turn % 2 else both[::-1]:
                began = time.process_time()
                one.both(micrograph)
                took[one] = time.process_time() - began
            rows.append([took[one] for one in both])
        first, second = (statistics.median(column) for column in zip(*rows, strict=True))
        ratio = statistics.median(two / one for one, two in rows)
        print(f"| `{name}` | {first:.2f} | {second:.2f} | {ratio:.3f} |", flush=True)


if __name__ == "__main__":
    main()
