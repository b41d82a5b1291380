"""Real micrographs that may be shown, each beside its particles in different colours, into docs/figures/.

    python benchmarks/real_figure.py --data ../shared/data [--network unet-generalist] [--out FILE]

Four of each of msa-em (Duan et al. 2024, CC BY 4.0), Pt on carbon (repository ArdaGen/STEM-Automated-Nanoparticle-
Analysis-YOLOv8-SAM, MIT) and soot (Day et al. 2025, repository timday23/SAGE_TPD, GPL-3.0), as they are, without a
pixel size: nothing is set by hand.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import workbench as wb
from workbench.figures.palette import PARTICLES, rgb
from workbench.segmentation.colouring import colour_numbers
from workbench.segmentation.segmentation import Segmentation

ROOT = Path(__file__).parents[1]
SHOWN = (
    *(f"image_{number}.png" for number in (0, 4, 7, 13)),
    *("PtC1.jpg", "PtCo3.jpg", "Pt_carbon1.jpg", "Pt_carbon2.jpg"),
    *(f"{number:06}.png" for number in (7, 9, 16, 21)),
)
OPACITY = 0.45


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder below which the pictures lie")
    parser.add_argument("--network", default="unet-generalist")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "figures" / "real-particles.jpg")
    given = parser.parse_args()
    network = wb.load_network(given.network)
    there = {path.name: path for path in sorted(given.data.rglob("*")) if path.is_file()}
    page = Figure(figsize=(13, 9.4), layout="constrained")
    axes = page.subplots(4, 6)
    for place, name in enumerate(SHOWN):
        micrograph = wb.open_micrograph(there[name])
        seen = wb.segment(micrograph, network)
        labels = seen.label_image()
        left, right = axes[place // 3, 2 * (place % 3)], axes[place // 3, 2 * (place % 3) + 1]
        for axis, image in zip((left, right), pictures(seen, labels), strict=True):
            axis.imshow(image)
            axis.set_axis_off()
        width = "" if seen.particle_px is None else f", about {seen.particle_px:.0f} px wide"
        left.set_title(name, fontsize=8)
        right.set_title(f"{labels.max()} particles{width}", fontsize=8)
        print(name, labels.max(), seen.scale_note, flush=True)
    page.savefig(given.out, dpi=110, pil_kwargs={"quality": 85})


def pictures(seen: Segmentation, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the micrograph and the same with its particles in colours, (H, W, 3), at most 512 px high or wide."""
    step = -(-max(seen.micrograph.shape) // 512)
    pixels = seen.micrograph.pixels[::step, ::step]
    low, high = np.percentile(pixels, [1, 99])
    grey = np.repeat(((pixels - low) / max(high - low, 1e-6)).clip(0, 1)[:, :, None], 3, axis=2)
    colours = np.array([rgb(colour) for colour in PARTICLES])
    numbers = colour_numbers(labels)[labels[::step, ::step]]
    inside = numbers > 0
    drawn = grey.copy()
    drawn[inside] = (1 - OPACITY) * grey[inside] + OPACITY * colours[numbers[inside].astype(int) - 1]
    return grey, drawn


if __name__ == "__main__":
    main()
