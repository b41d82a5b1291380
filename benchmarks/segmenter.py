"""Time and memory of segmenting a large micrograph on the CPU, beside MONAI's sliding window with the same weights.

    python benchmarks/segmenter.py            # writes docs/segmenter.md
    python benchmarks/segmenter.py --memory   # the 8192 x 8192 part alone; prints its peak memory

Each figure is the median of several runs that alternate between the two, in one process each, on an idle machine.
"""

from __future__ import annotations

import json
import platform
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

SEED, EDGE, LARGE = 0, 2048, 8192
RUNS = 5


def build(name: str = "unet"):
    import torch

    from workbench.networks.card import Card
    from workbench.networks.network import Network
    from workbench.networks.registry import build as build_module

    torch.manual_seed(SEED)
    return Network(build_module(name).eval(), Card(name=name, architecture=name))


def noise(edge: int):
    from workbench.micrographs.micrograph import Micrograph

    pixels = np.random.default_rng(SEED).normal(100, 10, (edge, edge)).astype(np.float32)
    return Micrograph(pixels, None, "noise")  # of no known pixel size: taken as it is


def time_ours() -> list[float]:
    from workbench.segmentation.segmenter import Segmenter

    segmenter, micrograph = Segmenter(build(), "cpu"), noise(EDGE)
    return [timed(lambda: segmenter.probability(micrograph)) for _ in range(RUNS + 1)][1:]


def time_monai() -> list[float]:
    import torch
    from monai.inferers import sliding_window_inference

    from workbench.micrographs.cleaning import prepare

    module, micrograph = build().module, noise(EDGE)

    @torch.inference_mode()
    def run() -> None:
        image = torch.from_numpy(prepare(micrograph.pixels))[None, None]
        torch.sigmoid(sliding_window_inference(image, 512, 4, module, overlap=0.25))

    return [timed(run) for _ in range(RUNS + 1)][1:]


def timed(act) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def memory() -> dict[str, float]:
    from workbench.segmentation.segmenter import Segmenter

    segmenter, micrograph = Segmenter(build(), "cpu"), noise(LARGE)
    seconds = timed(lambda: segmenter.probability(micrograph))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"seconds": seconds, "peak_GiB": peak / 2**30}


def in_own_process(what: str):
    said = subprocess.run([sys.executable, __file__, what], capture_output=True, text=True, check=True)
    return json.loads(said.stdout.splitlines()[-1])


def main() -> None:
    if sys.argv[1:]:
        what = {"--ours": time_ours, "--monai": time_monai, "--memory": memory}[sys.argv[1]]
        print(json.dumps(what()))
        return
    import torch

    ours, monai = [], []
    for _ in range(2):  # alternate, so that a slow minute of the machine hits both
        ours += in_own_process("--ours")
        monai += in_own_process("--monai")
    large = in_own_process("--memory")
    a, b = statistics.median(ours), statistics.median(monai)
    lines = [
        "# Segmenting on the CPU",
        "",
        f"`unet` base 16, {EDGE} x {EDGE}, preparation included; {torch.get_num_threads()} threads, torch "
        f"{torch.__version__}, {platform.machine()}. Median (smallest to largest) of {len(ours)} runs each, from "
        "`python benchmarks/segmenter.py`.",
        "",
        "| | seconds |",
        "|---|---|",
        f"| workbench `Segmenter` | {a:.2f} ({min(ours):.2f} to {max(ours):.2f}) |",
        f"| MONAI `sliding_window_inference`, roi 512, overlap 0.25, same weights "
        f"| {b:.2f} ({min(monai):.2f} to {max(monai):.2f}) |",
        f"| ratio of the medians | {b / a:.1f} |",
        "",
        f"{LARGE} x {LARGE}: {large['seconds']:.0f} s, peak memory of the process {large['peak_GiB']:.1f} GiB.",
        "",
    ]
    text = "\n".join(lines)
    (Path(__file__).parents[1] / "docs" / "segmenter.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
