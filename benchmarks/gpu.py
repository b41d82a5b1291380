"""What a GPU gives: each bundled network on it and on the CPU.

    python benchmarks/gpu.py                   # writes docs/gpu.md; needs a GPU
    python benchmarks/gpu.py --cpu-edge 1024   # a smaller micrograph on the CPU, where that takes long

The peer is the same network on the CPU of the same machine, in the same run: seconds for a micrograph, and how far the
two answers differ. Training has benchmarks/training.py, which takes the GPU where there is one.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from pathlib import Path

import numpy as np
import torch

from workbench.cores import cores
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.samples import open_sample, sample_names
from workbench.networks.loading import load_network
from workbench.segmentation.segmenter import Segmenter

NETWORKS = ("unet", "residual_unet", "mixed_scale", "fcn8s")
RUNS = 3


def noise(edge: int) -> Micrograph:
    pixels = np.random.default_rng(0).normal(100, 10, (edge, edge)).astype(np.float32)
    return Micrograph(pixels, None, "noise")


def seconds(segmenter: Segmenter, micrograph: Micrograph, runs: int) -> float:
    segmenter.probability(micrograph)
    found = []
    for _ in range(runs):
        began = time.perf_counter()
        segmenter.probability(micrograph)
        found.append(time.perf_counter() - began)
    return statistics.median(found)


def inference_row(name: str, edge: int, cpu_edge: int) -> str:
    network = load_network(name)
    cpu, gpu = Segmenter(network, "cpu"), Segmenter(network, "cuda")
    furthest, other = 0.0, []
    for sample in sample_names():
        micrograph, _truth = open_sample(sample)
        one, two = cpu.probability(micrograph), gpu.probability(micrograph)
        furthest = max(furthest, float(np.abs(one - two).max()))
        other.append(float(((one > 0.5) != (two > 0.5)).mean()))
    began = time.perf_counter()
    cpu.probability(noise(cpu_edge))
    on_cpu = (time.perf_counter() - began) * (edge / cpu_edge) ** 2
    torch.cuda.reset_peak_memory_stats()
    on_gpu = seconds(gpu, noise(edge), RUNS)
    large = seconds(gpu, noise(4 * edge), 1)
    memory = torch.cuda.max_memory_allocated() / 2**30
    return (
        f"| `{name}` | {on_cpu:.2f} | {on_gpu:.3f} | {on_cpu / on_gpu:.0f} x | {large:.1f} | {memory:.1f} "
        f"| {furthest:.4f} | {100 * float(np.mean(other)):.3f} % |"
    )


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--edge", type=int, default=2048)
    ask.add_argument("--cpu-edge", type=int, default=2048)
    ask.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "docs" / "gpu.md")
    asked = ask.parse_args()
    if not torch.cuda.is_available():
        raise SystemExit("this machine has no GPU")
    card, ours = torch.cuda.get_device_name(), cores()
    lines = [
        "# On a GPU",
        "",
        f"{card}, {ours} CPU cores, torch {torch.__version__}, {platform.machine()}, from `python benchmarks/gpu.py`, "
        "which says what is timed.",
        "",
        f"Segmenting {asked.edge} x {asked.edge}, preparation included: seconds on the {ours} cores and on the GPU "
        f"(median of {RUNS}), {4 * asked.edge} x {4 * asked.edge} on the GPU and the most memory it took there; the "
        "last two columns compare the answers on the bundled micrographs: largest difference of a probability, and "
        "the share of pixels that change sides at 0.5. There, convolutions multiply with 10 bits of mantissa (TF32).",
        "",
        f"| network | CPU, s | GPU, s | | {4 * asked.edge} px, s | GiB | largest difference | changed sides |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name in NETWORKS:
        lines.append(inference_row(name, asked.edge, asked.cpu_edge))
        print(lines[-1], flush=True)
    asked.out.write_text("\n".join([*lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
