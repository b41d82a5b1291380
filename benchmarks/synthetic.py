"""How many synthetic crops are drawn a second, and how they look beside crops of real micrographs.

    python benchmarks/synthetic.py                                      # crops of 256 px a second on one core, by kind
    python benchmarks/synthetic.py --gallery out.png --beside FOLDER    # 24 of them beside crops of real micrographs
    python benchmarks/synthetic.py --gallery out.png --kind rods --outlines
    python benchmarks/synthetic.py --write                              # docs/synthetic-micrographs.md and its figure

The time is processor time of this process over --count crops of each kind, drawn as the training draws them: run it
with OMP_NUM_THREADS=1. The gallery is for looking; what --beside shows goes into that file and nowhere else.
"""

from __future__ import annotations

import argparse
import platform
import time
from pathlib import Path

import numpy as np
from PIL import Image

from workbench.errors import WorkbenchError
from workbench.micrographs.reading import open_micrograph
from workbench.micrographs.synthetic import KINDS, draw

EDGE, SHOWN, COLUMNS, GAP = 256, 24, 6, 6
DOCS = Path(__file__).parents[1] / "docs"
PAGE = """# Synthetic micrographs

What microscopes show besides gold at atomic resolution, drawn while training: table `[synthetic]` of a
[recipe](api.md#keys-of-a-recipe), or `workbench.micrographs.synthetic.draw` with a NumPy generator, from which
everything comes. From `python benchmarks/synthetic.py --write`; 24 crops of 256 px with seed {seed}, nothing
picked:

![24 synthetic crops](figures/synthetic-crops.jpg)

The same with the rim of each particle's mask. Where particles overlap, each keeps its whole mask; letters,
arrows, bars, holes and edges of the film, sheets of graphite, lumps of oxide and specks of dirt are never
particle.

![The same, every particle outlined](figures/synthetic-outlines.jpg)

How they are made: a particle is a body of analytic geometry, which gives the thickness along the beam.
Thickness over the mean free path darkens it (mass-thickness contrast), two-beam dynamical diffraction gives
thickness fringes, bend contours and twins, a mean inner potential the phase. One transfer function with defocus
and partial coherence makes Fresnel rims and the grain of amorphous matter of that. A camera counts electrons;
its picture is stretched, saturated, written on and saved as JPEG, as publishers do. Not in it: multiple
scattering between particles, atoms (see [simulated micrographs](simulated-micrographs.md)), scanning artefacts.

## Throughput

Processor time of one thread ({machine}).

{table}
"""


def crops_a_second(kinds: list[str], count: int, seed: int) -> float:
    draw(np.random.default_rng(seed), kinds=kinds)  # fonts and tables are made once
    began = time.process_time()
    for number in range(count):
        draw(np.random.default_rng([seed, number]), (EDGE, EDGE), kinds=kinds)
    return count / (time.process_time() - began)


def throughput(count: int, seed: int) -> str:
    rows = [f"| kind | crops of {EDGE} px a second on one core | shows |", "|---|---|---|"]
    for name, kind in KINDS.items():
        rows.append(f"| {name} | {crops_a_second([name], count, seed):.0f} | {kind.about} |")
    rows.append(f"| all, as they are mixed | {crops_a_second(list(KINDS), 4 * count, seed):.0f} | |")
    return "\n".join(rows)


def write(count: int, seed: int) -> None:
    both = [sheet(synthetic_crops(list(KINDS), seed, outlines)) for outlines in (False, True)]
    for crops, name in zip(both, ("crops", "outlines"), strict=True):
        Image.fromarray(crops).save(DOCS / "figures" / f"synthetic-{name}.jpg", quality=82)
    page = PAGE.format(table=throughput(count, seed), machine=platform.machine(), seed=seed)
    (DOCS / "synthetic-micrographs.md").write_text(page)


def synthetic_crops(kinds: list[str], seed: int, outlines: bool) -> list[np.ndarray]:
    crops = []
    for number in range(SHOWN):
        drawn = draw(np.random.default_rng([seed, number]), (EDGE, EDGE), kinds=kinds)
        crop = np.repeat(drawn.pixels.astype(np.uint8)[..., None], 3, 2)
        if outlines:
            colours = np.random.default_rng(0).integers(60, 256, (len(drawn.instances) + 1, 3))
            for number_of, mask in enumerate(drawn.masks()):
                inner = mask[1:-1, 1:-1] & mask[:-2, 1:-1] & mask[2:, 1:-1] & mask[1:-1, :-2] & mask[1:-1, 2:]
                rim = mask & ~np.pad(inner, 1)
                crop[rim] = colours[number_of]
        crops.append(crop)
    return crops


def real_crops(folders: list[Path], seed: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    files = sorted(file for folder in folders for file in folder.iterdir() if file.is_file())
    crops: list[np.ndarray] = []
    for place in rng.permutation(len(files)):
        try:
            pixels = open_micrograph(files[place]).pixels
        except WorkbenchError:
            continue
        first = [int(rng.integers(max(length - EDGE, 0) + 1)) for length in pixels.shape]
        crop = pixels[first[0] : first[0] + EDGE, first[1] : first[1] + EDGE]
        low, high = np.percentile(pixels, (0.1, 99.9))
        grey = np.clip((crop - low) / max(high - low, 1e-6), 0, 1) * 255
        shown = np.full((EDGE, EDGE), 255, np.uint8)
        shown[: crop.shape[0], : crop.shape[1]] = grey
        crops.append(np.repeat(shown[..., None], 3, 2))
        if len(crops) == SHOWN:
            break
    return crops


def sheet(crops: list[np.ndarray]) -> np.ndarray:
    rows = -(-len(crops) // COLUMNS)
    out = np.full((rows * (EDGE + GAP), COLUMNS * (EDGE + GAP), 3), 255, np.uint8)
    for number, crop in enumerate(crops):
        top, left = (place * (EDGE + GAP) for place in divmod(number, COLUMNS))
        out[top : top + EDGE, left : left + EDGE] = crop
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=60, help="crops of each kind that are timed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--gallery", type=Path, help="draw 24 crops into this picture instead of timing")
    parser.add_argument("--beside", type=Path, nargs="+", default=[], help="folders of real micrographs")
    parser.add_argument("--kind", choices=list(KINDS), nargs="+", default=list(KINDS))
    parser.add_argument("--outlines", action="store_true", help="draw the rim of each particle's mask")
    parser.add_argument("--write", action="store_true", help="write the page of docs/ and its figures")
    asked = parser.parse_args()
    if asked.write:
        write(asked.count, asked.seed)
        return
    if asked.gallery is None:
        print(throughput(asked.count, asked.seed))
        return
    sheets = [sheet(synthetic_crops(asked.kind, asked.seed, asked.outlines))]
    if asked.beside:
        real = sheet(real_crops(asked.beside, asked.seed))
        high = max(len(sheets[0]), len(real))
        sheets += [np.zeros((high, 12, 3), np.uint8), real]
        sheets = [np.pad(one, ((0, high - len(one)), (0, 0), (0, 0)), constant_values=255) for one in sheets]
    Image.fromarray(np.concatenate(sheets, axis=1)).save(asked.gallery)
    print(asked.gallery)


if __name__ == "__main__":
    main()
