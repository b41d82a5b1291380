"""From a click to a map in a 2048 x 2048 micrograph on the CPU, beside plain Captum on the whole micrograph.

    python benchmarks/explain.py --write           # writes docs/explain-speed.md
    python benchmarks/explain.py --edge 512        # the same, smaller and only printed
    python benchmarks/explain.py --ours pixel gradient 2048   # one cell alone, as JSON

Each figure of ours is the median of several clicks on different places, in a process of its own; the first click, which
also folds the network and prepares the micrograph, stands beside. The two take turns. Run it on an idle machine.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

SEED, CLICKS, STEPS, DIAMETER = 0, 5, 50, 100
WHOLE_AT_ONCE = 1
STEPS_OF_CAPTUM = 5
"""Each step costs Captum the same on the whole micrograph, and fifty take it a quarter of an hour on two cores."""
CELLS = {
    ("pixel", "gradient"): 0.5,
    ("pixel", "integrated_gradients"): 5.0,
    ("particle", "gradient"): 1.0,
    ("particle", "grad_cam"): 1.0,
    ("particle", "integrated_gradients"): 10.0,
}
"""What is measured, and within how many seconds it shall be done."""


def build():
    """Return a U-Net of base 16 with random weights: its time does not depend on them."""
    import torch

    from workbench.networks.card import Card
    from workbench.networks.network import Network
    from workbench.networks.registry import build as build_module

    torch.manual_seed(SEED)
    return Network(build_module("unet", base=16).eval(), Card(name="unet", architecture="unet"))


def tiled(edge: int):
    """Repeat a bundled micrograph, mirrored so that it has no seams, with fresh noise; of no known pixel size."""
    from workbench.micrographs.micrograph import Micrograph
    from workbench.micrographs.samples import open_sample

    pixels = open_sample("easy")[0].pixels
    whole = np.pad(pixels, [(0, max(0, edge - length)) for length in pixels.shape], mode="symmetric")
    noise = np.random.default_rng(SEED).normal(0, 0.05 * pixels.std(), (edge, edge))
    return Micrograph((whole[:edge, :edge] + noise).astype(np.float32), None, "tiled")


def places(edge: int) -> list[tuple[int, int]]:
    """Return where is clicked: first the middle, then places on no particular grid."""
    room = np.random.default_rng(SEED).integers(edge // 4, 3 * edge // 4, (CLICKS, 2))
    return [(edge // 2, edge // 2), *((int(row), int(column)) for row, column in room)]


def target_at(kind: str, shape: tuple[int, int], at: tuple[int, int]):
    from workbench.explanation.targets import Target

    if kind == "pixel":
        return Target.pixel(shape, at)
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    return Target.particle(np.hypot(rows - at[0], columns - at[1]) < DIAMETER / 2, at)


def ours(kind: str, method: str, edge: int) -> dict[str, object]:
    """Click several times; all targets are made before, as the page has its mask before the click."""
    from workbench.explanation.explainer import Explainer

    network, micrograph = build(), tiled(edge)
    aims = [target_at(kind, micrograph.shape, at) for at in places(edge)]
    options = {"steps": STEPS} if method == "integrated_gradients" else {}
    seconds = []
    explainer = None
    for aim in aims:
        began = time.perf_counter()
        explainer = explainer or Explainer(network, "cpu")
        explainer.explain(micrograph, aim, method, **options)
        seconds.append(time.perf_counter() - began)
    return {"first": seconds[0], "seconds": seconds[1:], "peak_GiB": peak()}


def captum(kind: str, method: str, edge: int) -> dict[str, object]:
    """Ask Captum once about the whole micrograph with the same target; integrated gradients take one step at a time.

    The module is as it is, as a person would hand it to Captum; the micrograph is prepared within the time.
    """
    import torch
    from captum.attr import IntegratedGradients, LayerGradCam, Saliency
    from torch import nn

    from workbench.micrographs.cleaning import prepare

    module, micrograph = build().module, tiled(edge)
    selected = torch.from_numpy(target_at(kind, micrograph.shape, places(edge)[0]).selected)

    class Summed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.module = module

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return (self.module(images)[:, 0] * selected).sum((1, 2))

    began = time.perf_counter()
    image = torch.from_numpy(prepare(micrograph.pixels))[None, None].requires_grad_()
    if method == "gradient":
        Saliency(Summed()).attribute(image, abs=False)
    elif method == "grad_cam":
        LayerGradCam(Summed(), module.bottleneck[3]).attribute(image)
    else:
        IntegratedGradients(Summed()).attribute(
            image, n_steps=STEPS_OF_CAPTUM, internal_batch_size=WHOLE_AT_ONCE
        )
    seconds = time.perf_counter() - began
    return {
        "seconds": [seconds * STEPS / STEPS_OF_CAPTUM if method == "integrated_gradients" else seconds],
        "peak_GiB": peak(),
    }


def peak() -> float:
    """Return the peak memory of this process so far, in GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def in_own_process(*what: object) -> dict[str, object]:
    command = [sys.executable, __file__, *(str(part) for part in what)]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, object] = json.loads(said.stdout.splitlines()[-1])
    return found


def table(edge: int, told) -> str:
    """Measure every cell and return the page."""
    import torch

    lines = [
        "# From a click to a map",
        "",
        f"`unet` base 16 (random weights), {edge} x {edge} px: a bundled micrograph repeated in mirror images, with "
        f"fresh noise. {torch.get_num_threads()} threads, torch {torch.__version__}, {platform.machine()}. A particle "
        f"is a disc {DIAMETER} px wide; integrated gradients take {STEPS} steps. From "
        "`python benchmarks/explain.py --write`.",
        "",
        f"Ours: median (smallest to largest) of {CLICKS} clicks on different places, from the click to the map on the "
        "micrograph's grid, with network and micrograph kept ready by `Explainer`. First click: folding the network "
        "and preparing the micrograph included. Captum: called once on the whole micrograph with the same target, "
        f"integrated gradients {WHOLE_AT_ONCE} step at a time, which takes the least memory. Each cell in a process of "
        "its own, whose peak memory is given, torch and the micrograph included. Captum does the same work for a pixel "
        "and for a particle, so each of its methods is timed once; its integrated gradients over "
        f"{STEPS_OF_CAPTUM} steps, given as the time of {STEPS}.",
        "",
        "| target | method | wanted, s | ours, s | first click, s | Captum, s | ratio | ours, GiB | Captum, GiB |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    of_captum: dict[str, dict[str, object]] = {}
    for (kind, method), wanted in CELLS.items():
        told(f"{kind}, {method}")
        mine = in_own_process("--ours", kind, method, edge)
        if method not in of_captum:
            of_captum[method] = in_own_process("--captum", kind, method, edge)
        theirs = of_captum[method]
        seconds, other = mine["seconds"], statistics.median(theirs["seconds"])
        median = statistics.median(seconds)
        lines.append(
            f"| {kind} | {method.replace('_', ' ')} | {wanted:g} | {median:.2f} ({min(seconds):.2f} to "
            f"{max(seconds):.2f}) | {mine['first']:.2f} | {other:.1f} | {other / median:.0f} | "
            f"{mine['peak_GiB']:.1f} | {theirs['peak_GiB']:.1f} |"
        )
    return "\n".join([*lines, ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--edge", type=int, default=2048, help="of the micrograph, in px")
    parser.add_argument("--write", action="store_true", help="write docs/explain-speed.md")
    for name in ("--ours", "--captum"):
        parser.add_argument(
            name, nargs=3, metavar=("TARGET", "METHOD", "EDGE"), help="one cell alone, as JSON"
        )
    given = parser.parse_args()
    for name, measure in (("ours", ours), ("captum", captum)):
        if alone := getattr(given, name):
            print(json.dumps(measure(alone[0], alone[1], int(alone[2]))))
            return
    text = table(given.edge, lambda what: print(what, file=sys.stderr, flush=True))
    print(text)
    if given.write:
        (Path(__file__).parents[1] / "docs" / "explain-speed.md").write_text(text)


if __name__ == "__main__":
    main()
