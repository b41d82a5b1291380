"""Crops per second of the training loop, beside the bare step on tensors in memory and beside AtomAI, in the same run.

    python benchmarks/training.py              # writes docs/throughput.md; AtomAI is in the extra `bench`
    python benchmarks/training.py --steps 5    # a quick look, nothing written

`unet` base 16, crops of 256 px, batch 8, every augmentation on. Ours is the wall time of a whole epoch: crops, steps,
validation, state and checkpoints, at the precision that the device is chosen (bf16 where it has it) and at 32 bits.
AtomAI's is the wall time of `Segmentor.fit` on the same micrographs cut to 256 px beforehand, its own augmentations on,
with one batch of validation in each epoch. Its `Unet` has one level and several convolutions less than `unet`, so that
it is shown with the network of the workbench in it, too. Each figure is the median of runs that alternate, each in a
process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

SEED, EDGE, CROP, BATCH, COUNT = 0, 512, 256, 8, 16
FULL = {"rotate": 0.5, "poisson": 0.2, "gamma": 0.2, "spikes": 0.1}
NAMES = {
    "ours": "workbench, `train`",
    "bare": "the same network, loss, optimiser and precision on tensors in memory",
    "ours_32": "workbench, `train` at 32 bits",
    "atomai": "AtomAI, `Segmentor('Unet').fit`",
    "atomai_same_network": "AtomAI, `Segmentor(unet).fit` with the network of the workbench",
}


def micrographs(count: int = COUNT):
    """Dark discs in noise: what is in them does not change how long a step takes."""
    rng = np.random.default_rng(SEED)
    rows, columns = np.mgrid[:EDGE, :EDGE]
    for _ in range(count):
        mask = np.zeros((EDGE, EDGE), bool)
        for row, column in rng.uniform(0, EDGE, (6, 2)):
            mask |= np.hypot(rows - row, columns - column) < 40
        yield (100 - 20 * mask + 20 * rng.normal(size=mask.shape)).astype(np.float32), mask


def recipe(folder: Path, steps: int, precision: str = "auto"):
    from workbench.training.recipe import Augmentation, Recipe

    return Recipe(
        name="benchmark",
        training_sets=[str(folder / "training")],
        validation_sets=[str(folder / "validation")],
        architecture="unet",
        options={"base": 16},
        crop=CROP,
        batch=BATCH,
        steps_per_epoch=steps,
        epochs=2,
        precision=precision,
        augmentation=Augmentation(**FULL),
    )


def time_ours(folder: Path, steps: int, precision: str = "auto") -> float:
    from workbench.training.loop import train

    run = train(recipe(folder, steps, precision), runs=folder / f"runs-{os.getpid()}")
    # The first epoch starts the workers; the second is a whole one.
    first, second = (event["time"] for event in run.events("epoch"))
    return BATCH * steps / (second - first)


def time_bare(folder: Path, steps: int) -> float:
    import torch

    from workbench.networks.registry import build
    from workbench.training.devices import choose_precision
    from workbench.training.losses import segmentation_loss
    from workbench.training.optimisation import make_optimiser

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    module = build("unet", base=16).to(device, memory_format=torch.channels_last)
    optimiser = make_optimiser(module, recipe(folder, steps))
    images = torch.randn(BATCH, 1, CROP, CROP, device=device)
    masks = (torch.rand(BATCH, CROP, CROP, device=device) < 0.2).float()
    half = choose_precision("auto", device.type)[0] == "bf16-mixed"
    began = 0.0
    for step in range(steps + 2):
        if step == 2:  # the first two choose algorithms and allocate
            if device.type == "cuda":
                torch.cuda.synchronize()
            began = time.perf_counter()
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            loss = segmentation_loss(module(images), masks, 0.5)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return BATCH * steps / (time.perf_counter() - began)


def time_atomai(folder: Path, steps: int, *, same_network: bool = False) -> float:
    import atomai

    from workbench.micrographs.cleaning import prepare
    from workbench.networks.registry import build

    quarters = [slice(0, CROP), slice(CROP, 2 * CROP)]
    pairs = [
        (prepare(pixels)[rows, columns], mask[rows, columns])
        for pixels, mask in micrographs(COUNT + 2)
        for rows in quarters
        for columns in quarters
    ]
    images = np.stack([image for image, _mask in pairs])[:, None]
    masks = np.stack([mask for _image, mask in pairs]).astype(np.float32)[:, None]
    learned = 4 * COUNT
    model: Any = build("unet", base=16) if same_network else "Unet"
    segmentor = atomai.models.Segmentor(model, nb_classes=1)
    given: dict[str, Any] = {
        "full_epoch": True,
        "batch_size": BATCH,
        "print_loss": 10**6,
        "plot_training_history": False,
        "filename": str(folder / "atomai"),
        "rotation": True,
        "zoom": True,
        "gauss_noise": True,
        "poisson_noise": True,
        "blur": True,
        "contrast": True,
        "background": True,
    }
    data = images[:learned], masks[:learned], images[learned:], masks[learned:]
    epochs = max(1, round(steps * BATCH / learned))
    began = time.perf_counter()
    segmentor.fit(*data, training_cycles=epochs, **given)
    return epochs * learned / (time.perf_counter() - began)


def write_sets(folder: Path) -> None:
    from workbench.micrographs.writing import write_tiff

    pairs = list(micrographs(COUNT + 2))
    for name, part in (("training", pairs[:COUNT]), ("validation", pairs[COUNT:])):
        for kind in ("images", "labels"):
            (folder / name / kind).mkdir(parents=True)
        for number, (pixels, mask) in enumerate(part):
            write_tiff(folder / name / "images" / f"{number:02}.tif", pixels, None)
            write_tiff(folder / name / "labels" / f"{number:02}.tif", mask, None)


def in_own_process(what: str, folder: Path, steps: int) -> float | None:
    command = [sys.executable, "-W", "ignore", __file__, "--only", what, "--folder", str(folder)]
    said = subprocess.run([*command, "--steps", str(steps)], capture_output=True, text=True)
    if said.returncode and "No module named 'atomai'" in said.stderr:
        return None
    said.check_returncode()
    return float(json.loads(said.stdout.splitlines()[-1]))


def table(found: dict[str, list[float]]) -> str:
    import torch

    ours = statistics.median(found["ours"])
    where = (
        torch.cuda.get_device_name() if torch.cuda.is_available() else f"{torch.get_num_threads()} threads"
    )
    lines = [
        "# Training throughput",
        "",
        f"`unet` base 16, crops of {CROP} px, batch {BATCH}, full augmentation; {where}, torch {torch.__version__}, "
        f"{platform.machine()}. Median (smallest to largest) of {len(found['ours'])} runs each, from `python "
        "benchmarks/training.py`, which says what is timed.",
        "",
        "| | crops per second | ours is |",
        "|---|---|---|",
    ]
    for name, values in found.items():
        if values:
            middle = statistics.median(values)
            spread = f"{middle:.2f} ({min(values):.2f} to {max(values):.2f})"
            lines.append(f"| {NAMES[name]} | {spread} | {ours / middle:.2f} x |")
    return "\n".join([*lines, ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--only", choices=NAMES)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if given.only:
        act = {
            "ours": time_ours,
            "ours_32": lambda *how: time_ours(*how, "32"),
            "bare": time_bare,
            "atomai": time_atomai,
            "atomai_same_network": lambda *how: time_atomai(*how, same_network=True),
        }[given.only]
        print(json.dumps(act(given.folder, given.steps)))
        return
    found: dict[str, list[float]] = {name: [] for name in NAMES}
    with tempfile.TemporaryDirectory() as name:
        write_sets(Path(name))
        for _ in range(1 if given.steps else 3):  # alternate, so that a slow minute of the machine hits all
            for what, values in found.items():
                value = in_own_process(what, Path(name), given.steps or 16)
                values += [] if value is None else [value]
    text = table(found)
    if not given.steps:
        (Path(__file__).parents[1] / "docs" / "throughput.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
