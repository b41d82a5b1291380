"""What a GPU gives: each bundled network on it and on the CPU, and training steps a second.

    python benchmarks/gpu.py                   # writes docs/gpu.md; needs a GPU
    python benchmarks/gpu.py --cpu-edge 1024   # a smaller micrograph on the CPU, where that takes long

The peer is the same network on the CPU of the same machine, in the same run: seconds for a micrograph, and how far the
two answers differ. Training is `unet` as in docs/throughput.md, crops made by processes beside it.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from workbench.micrographs.datasets import LabelledSet
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.samples import open_sample, sample_names
from workbench.micrographs.writing import write_tiff
from workbench.networks.network import load_network
from workbench.segmentation.segmenter import Segmenter
from workbench.training.loop import train
from workbench.training.recipe import Recipe

NETWORKS = ("unet", "residual_unet", "mixed_scale", "fcn8s")
TRAINED = (
    ("unet, base 16", "unet", {"base": 16, "depth": 4}),
    ("unet, base 32", "unet", {"base": 32, "depth": 4}),
    ("residual_unet, 16 filters", "residual_unet", {"blocks": 4, "filters": 16, "pools": 2}),
    ("fcn8s, head 128", "fcn8s", {"head": 128, "dropout": 0.2}),
)
BATCH, CROP, RUNS = 16, 256, 3


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


def write_set(folder: Path, count: int) -> str:
    rng = np.random.default_rng(count)
    rows, columns = np.mgrid[:512, :512]
    for number in range(count):
        mask = np.hypot(rows - rng.uniform(90, 420), columns - rng.uniform(90, 420)) < 70
        pixels = (100 - 20 * mask + 10 * rng.normal(size=mask.shape)).astype(np.float32)
        write_tiff(folder / "images" / f"m{number}.tif", pixels, 0.04)
        write_tiff(folder / "labels" / f"m{number}.tif", mask, 0.04)
    LabelledSet.write_description(folder, name=folder.name)
    return str(folder)


def training_row(label: str, architecture: str, options: dict, folder: Path, steps: int, workers: int) -> str:
    for held in ("learn", "held"):
        for part in ("images", "labels"):
            (folder / held / part).mkdir(parents=True, exist_ok=True)
    recipe = Recipe(
        name=label.replace(" ", "_").replace(",", ""),
        architecture=architecture,
        options=options,
        training_sets=[write_set(folder / "learn", 24)],
        validation_sets=[write_set(folder / "held", 1)],
        crop=CROP,
        batch=BATCH,
        steps_per_epoch=steps,
        epochs=2,
        learning_rate=1e-3 if architecture != "fcn8s" else 1e-4,
        input_nm_per_px=0.04,
        workers=workers,
    )
    torch.cuda.reset_peak_memory_stats()
    run = train(recipe, runs=folder / "runs")
    second = run.events("epoch")[-1]  # the first warms up
    memory = torch.cuda.max_memory_allocated() / 2**30
    rate, idle = steps * BATCH / second["seconds"], second["idle_s"] / second["seconds"]
    return f"| {label} | {rate:.0f} | {1000 * second['seconds'] / steps:.1f} | {100 * idle:.0f} % | {memory:.1f} |"


def write(page: Path, lines: list[str]) -> None:
    page.write_text("\n".join([*lines, ""]), encoding="utf-8")


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--edge", type=int, default=2048)
    ask.add_argument("--cpu-edge", type=int, default=2048)
    ask.add_argument("--steps", type=int, default=100)
    ask.add_argument("--workers", type=int, default=8)
    ask.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "docs" / "gpu.md")
    asked = ask.parse_args()
    if not torch.cuda.is_available():
        raise SystemExit("this machine has no GPU")
    card, cores = torch.cuda.get_device_name(), len(os.sched_getaffinity(0))
    lines = [
        "# On a GPU",
        "",
        f"{card}, {cores} CPU cores, torch {torch.__version__}, {platform.machine()}, from `python benchmarks/gpu.py`, "
        "which says what is timed.",
        "",
        f"Segmenting {asked.edge} x {asked.edge}, preparation included: seconds on the {cores} cores and on the GPU "
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
    write(asked.out, [*lines, "", "Training was not measured on this card."])
    lines += [
        "",
        f"Training, crops of {CROP} px, batch {BATCH}, full augmentation, bfloat16 where `auto` chooses it; crops made "
        f"by {asked.workers} processes beside it:",
        "",
        "| network | crops a second | ms a step | waits for crops | GiB |",
        "|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        for label, architecture, options in TRAINED:
            row = training_row(label, architecture, options, Path(folder), asked.steps, asked.workers)
            lines.append(row)
            print(row, flush=True)
    write(asked.out, lines)


if __name__ == "__main__":
    main()
