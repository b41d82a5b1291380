"""What is burnt into pictures: how much of it is taken for particle, and how much specimen is lost with it.

    python benchmarks/burnt_in.py [SET] --write     # docs/burnt-in.md

Data bars, scale bars and letters are drawn on the bundled micrographs as 8-bit pictures. With SET, a folder with
``images`` and ``labels`` outlined by hand, also what is found in real pictures, and what of their particles is lost.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from workbench.micrographs.mark_finding import find_marks
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.reading import open_micrograph
from workbench.micrographs.samples import open_sample, sample_names
from workbench.networks.loading import load_network
from workbench.segmentation.metrics import dice_hard
from workbench.segmentation.segmenter import Segmenter

NETWORKS = ("unet", "fcn8s", "otsu")
PAGE = Path(__file__).parents[1] / "docs" / "burnt-in.md"


def draw(picture: Image.Image, kind: str, ink: int) -> None:
    """Draw a mark; ``ink`` is its grey."""
    width, height = picture.size
    pen, other = ImageDraw.Draw(picture), 255 - ink
    small, large = (ImageFont.load_default(max(height // share, 12)) for share in (28, 20))
    if kind == "data bar":
        top = height - height // 11
        pen.rectangle((0, top, width, height), fill=ink)
        pen.text((width // 40, top + height // 60), "HV 200 kV  mag 500 kx", fill=other, font=small)
    elif kind == "scale bar and its length":
        left, top = int(0.66 * width), int(0.9 * height)
        pen.rectangle((left, top, int(0.92 * width), top + height // 60), fill=ink)
        pen.text((left + width // 20, top - height // 12), "10 nm", fill=ink, font=large)
    else:
        pen.text((width // 40, height // 60), "(a)", fill=ink, font=large)


def drawn_marks() -> list[str]:
    networks = {name: load_network(name) for name in NETWORKS}
    segmenters = {name: Segmenter(network, "cpu") for name, network in networks.items()}
    rows = []
    for kind in ("data bar", "scale bar and its length", "letters"):
        for ink in (0, 255):
            found: list[float] = []
            taken: dict[str, list[float]] = {name: [] for name in NETWORKS}
            left: dict[str, list[float]] = {name: [] for name in NETWORKS}
            for sample in sample_names():
                micrograph, _ = open_sample(sample)
                low, high = np.percentile(micrograph.pixels, [0.5, 99.5])
                grey = (20 + 215 * (micrograph.pixels - low) / (high - low)).clip(0, 255).astype(np.uint8)
                picture = Image.fromarray(grey)
                draw(picture, kind, ink)
                pixels = np.asarray(picture)
                where = pixels == ink
                where &= pixels != grey
                shown = Micrograph(pixels, micrograph.nm_per_px)
                boxes = np.zeros(where.shape, bool)
                for mark in shown.left_out:
                    boxes[mark.box] = True
                found.append(float(boxes[where].mean()))
                for name, segmenter in segmenters.items():
                    threshold = networks[name].card.threshold
                    for here, one in ((taken, shown.with_marks(())), (left, shown)):
                        here[name].append(float((segmenter.probability(one) > threshold)[where].mean()))
            cells = [f"{100 * np.mean(found):.0f} %"]
            for name in NETWORKS:
                cells.append(f"{100 * np.max(taken[name]):.0f} %, {100 * np.max(left[name]):.0f} %")
            rows.append(f"| {kind}, {'white' if ink else 'black'} | {' | '.join(cells)} |")
    labels = " | ".join(networks[name].card.label for name in NETWORKS)
    return [f"| drawn | found | {labels} |", "|---|---|" + "---|" * len(NETWORKS), *rows]


def real_pictures(folder: Path) -> list[str]:
    network = load_network("unet")
    segmenter = Segmenter(network, "cpu")
    lost, seconds, gained, with_marks, files = [], [], [], 0, sorted((folder / "images").iterdir())
    for file in files:
        label = open_micrograph(folder / "labels" / file.name).pixels > 0
        micrograph = open_micrograph(file)
        began = time.process_time()
        marks = find_marks(micrograph.pixels)
        seconds.append(time.process_time() - began)
        boxes = np.zeros(label.shape, bool)
        for mark in marks:
            boxes[mark.box] = True
        lost.append(float(boxes[label].mean()) if label.any() else 0.0)
        if marks:
            with_marks += 1
            threshold = network.card.threshold
            scores = [
                dice_hard(segmenter.probability(one) > threshold, label)
                for one in (micrograph.with_marks(()), micrograph)
            ]
            gained.append(scores[1] - scores[0])
    share = np.array(lost)
    rose, fell = (int((np.array(gained) * sign > 0.01).sum()) for sign in (1, -1))
    return [
        f"Of {len(files)} pictures outlined by hand (EMPS, its training part), {with_marks} have something that is",
        f"found. Of the particles' area {100 * share.mean():.2f} % lies in boxes on average; more than 1 % in",
        f"{int((share > 0.01).sum())} pictures, at most {100 * share.max():.1f} %, where letters lie over particles or",
        f"rods look like letters. In the {with_marks} the U-Net's hard Dice changes by {np.mean(gained):+.3f} on",
        f"average ({rose} gain more than 0.01, {fell} lose as much). Finding takes",
        f"{1e3 * np.median(seconds):.0f} ms of one core (median; the pictures are about 512 x 600 px).",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("set", nargs="?", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    lines = [
        "# What is burnt into a picture",
        "",
        "Data bars, scale bars, labels, letters and areas that were painted over are no specimen, but dark or bright",
        "and sharp, so networks and",
        "thresholds take them for particles. They are looked for when a micrograph is opened, replaced for the",
        "networks by what lies above and below them, and left out of masks and statistics; a click takes that back",
        "(`Micrograph.with_marks(())` in a script, `--keep-marks` on the command line).",
        "",
        f"Drawn on the {len(sample_names())} bundled micrographs, as 8-bit pictures. *Found*: share of the drawn",
        "pixels that lie in a box. Then the share of the drawn pixels that is particle, on the worst micrograph:",
        "without leaving anything out, and as it is done.",
        "",
        *drawn_marks(),
        "",
        *(real_pictures(asked.set) if asked.set else []),
        "",
        "`python benchmarks/burnt_in.py SET --write` makes this page.",
    ]
    text = "\n".join(lines) + "\n"
    print(text)
    if asked.write:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
