"""Milliseconds to measure the particles of a mask, by how many and how large they are.

    python benchmarks/measuring.py [--against CHECKOUT] [--repeats 5]

The micrographs hold noise and fringes, and the lattice is looked for in each particle. Milliseconds are those of the
processor. With the folder of another checkout, each of two processes measures the same mask in turn; above 1 this
checkout is slower.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from paired import Paired
from scipy import ndimage


def discs(edge: int, across: int, radius: float) -> np.ndarray:
    """Draw discs on a grid, of radii from half to the whole of what is given."""
    random = np.random.default_rng(0)
    mask = np.zeros((edge, edge), bool)
    step = edge / across
    for row in range(across):
        for column in range(across):
            size = radius * random.uniform(0.5, 1)
            y, x = (np.array([row, column]) + 0.5) * step
            top, left = int(max(y - size, 0)), int(max(x - size, 0))
            rows, columns = np.ogrid[top : int(y + size) + 2, left : int(x + size) + 2]
            part = mask[top : int(y + size) + 2, left : int(x + size) + 2]
            part |= np.hypot(rows - y, columns - x)[: part.shape[0], : part.shape[1]] < size
    return mask


def write_masks(folder: Path) -> list[tuple[str, object]]:
    random = np.random.default_rng(1)
    specks = ndimage.gaussian_filter(random.normal(size=(2048, 2048)), 2) > 0.11
    masks = {
        "25 of up to 180 px across, 1024 x 1024": (discs(1024, 5, 90), 0.02),
        "1,024 of up to 36 px across, 2048 x 2048": (discs(2048, 32, 18), 0.02),
        "10,000 of up to 24 px across, 4096 x 4096": (discs(4096, 100, 12), 0.02),
        "specks of a noisy mask, 2048 x 2048": (specks, 0.02),
        # So fine that almost every particle is given a spacing.
        "1,024 of up to 60 px across with fine fringes, 2048 x 2048": (discs(2048, 32, 30), 0.02),
    }
    tasks: list[tuple[str, object]] = []
    for name, (mask, nm_per_px) in masks.items():
        rows, columns = np.ogrid[: mask.shape[0], : mask.shape[1]]
        fringes = np.sin((1.26 * rows + 0.69 * columns) if "fine" in name else (0.55 * rows + 0.3 * columns))
        pixels = random.normal(1000, 60, mask.shape) - 200 * mask + 60 * mask * fringes
        stem = folder / str(len(tasks))
        np.save(f"{stem}.mask.npy", mask)
        np.save(f"{stem}.pixels.npy", pixels.astype(np.float32))
        tasks.append((name, [str(stem), nm_per_px]))
    return tasks


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--against", type=Path)
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        tasks = write_masks(Path(made))
        paired = Paired(
            "import numpy as np\nfrom workbench.micrographs.micrograph import Micrograph\n"
            "from workbench.particles.measuring import measure",
            "mask, m = np.load(task[0] + '.mask.npy'), Micrograph(np.load(task[0] + '.pixels.npy'), task[1])",
            "measure(mask, m)",
            asked.against,
            "time.process_time",
        )
        paired.table("particles", tasks, asked.repeats)


if __name__ == "__main__":
    main()
