"""ImageJ's numbers beside ours, of the same particles, and whether it opens and fills what we write.

    python benchmarks/imagej_numbers.py [--jar /usr/share/java/ij.jar] [--write]

Needs Java 11 or later and ij.jar, as Debian's packages `default-jdk-headless` and `libij-java` have them, or any Fiji.
With --write the tables of docs/imagej.md are written anew.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import tifffile

from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.provenance import read_record
from workbench.particles.files.imagej_rois import write_rois
from workbench.particles.files.label_tiff import write_label_tiff
from workbench.particles.measuring import measure

PAGE = Path(__file__).parents[1] / "docs" / "imagej.md"
BEGIN, END = "<!-- begin: python benchmarks/imagej_numbers.py --write -->", "<!-- end -->"
NM_PER_PX = 0.05
EDGE, CELL = 2048, 128
ADDED = 70_000
"""To the numbers of the label image that no longer fits 16 bits."""
PAIRS = {
    "area_nm2": ("Area", "number of pixels times the area of one, in both"),
    "feret_max_nm": ("Feret", "largest distance of two corners of pixels, in both"),
    "feret_min_nm": (
        "MinFeret",
        "smallest distance of two parallel lines that touch the hull of the corners, in both",
    ),
    "solidity": ("Solidity", "area over that of the hull of the corners, in both"),
    "major_axis_nm": (
        "Major",
        "ours: of the ellipse with the same second moments; ImageJ shrinks that to the same area",
    ),
    "minor_axis_nm": ("Minor", "as the major axis"),
    "orientation_deg": (
        "Angle",
        "of the major axis, counter-clockwise from a row of pixels, in both; of particles a fifth longer than wide",
    ),
    "perimeter_nm": (
        "Perim.",
        "ours: of the outline smoothed by 1 px; ImageJ: along the edges of pixels, corners cut",
    ),
    "circularity": ("Circ.", "4 pi area / perimeter^2 in both, so it differs as the perimeter does"),
    "aspect_ratio": ("AR", "ours: smallest over largest Feret diameter; ImageJ: major over minor axis"),
    "x_nm": (
        "X",
        "centroid; ours counts from the centre of the first pixel, ImageJ from its corner: half a pixel",
    ),
    "y_nm": ("Y", "as X"),
}
ANGLES = {"orientation_deg"}
PLACES = {"x_nm": "nm", "y_nm": "nm"}


def draw() -> tuple[np.ndarray, dict[str, set[int]]]:
    """Return a label image of particles of all kinds, a cell each, and which numbers are of a kind."""
    rng = np.random.default_rng(4)
    labels = np.zeros((EDGE, EDGE), np.int32)
    kinds: dict[str, set[int]] = {}
    names = ["disc", "ellipse", "square", "rod", "irregular", "with a hole", "two pieces", "few pixels"]
    for number in range(1, (EDGE // CELL) ** 2 + 1):
        row, column = divmod(number - 1, EDGE // CELL)
        kind = names[number % len(names)]
        cell = shape(kind, rng)
        labels[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL][cell] = number
        kinds.setdefault(kind, set()).add(number)
    return labels, kinds


def shape(kind: str, rng: np.random.Generator) -> np.ndarray:
    """Draw one particle in a cell, at a random place and angle."""
    rows, columns = np.mgrid[:CELL, :CELL] - CELL / 2 - rng.uniform(-1, 1, 2)[:, None, None]
    angle, size = rng.uniform(0, np.pi), rng.uniform(8, 38)
    along = columns * np.cos(angle) - rows * np.sin(angle)
    across = columns * np.sin(angle) + rows * np.cos(angle)
    if kind == "ellipse":
        return np.hypot(along / size, across / (0.55 * size)) < 1
    if kind == "square":
        return np.maximum(abs(along), abs(across)) < 0.8 * size
    if kind == "rod":
        return np.hypot(np.maximum(abs(along) - size, 0), across) < size / 4
    if kind == "with a hole":
        return (np.hypot(along, across) < size) & (np.hypot(along - size / 4, across) > size / 2)
    if kind == "two pieces":
        return (np.hypot(along - size / 2, across) < size / 3) | (
            np.hypot(along + size / 2, across) < size / 4
        )
    if kind == "few pixels":
        few = np.zeros((CELL, CELL), bool)
        few[60:64, 60:64] = rng.random((4, 4)) < 0.5
        few[61, 61] = True
        return few
    if kind == "irregular":
        from scipy import ndimage

        noise = ndimage.gaussian_filter(rng.normal(size=(CELL, CELL)), 5)
        return (noise / noise.std() - np.hypot(rows, columns) / size > -1) & (np.hypot(rows, columns) < 60)
    return np.hypot(along, across) < size


def by_imagej(folder: Path, jar: str) -> None:
    """Run ImageJ without a screen on what lies in a folder."""
    source = Path(__file__).with_name("ImageJNumbers.java")
    subprocess.run(
        ["java", "-Djava.awt.headless=true", "-cp", jar, str(source), str(folder)],
        check=True,
        stdout=subprocess.DEVNULL,
    )


def compare(labels: np.ndarray, kinds: dict[str, set[int]], jar: str) -> list[str]:
    """Return the lines of the page: what ImageJ opened and filled, and its numbers beside ours."""
    micrograph = Micrograph(np.zeros(labels.shape), NM_PER_PX, "drawn", marks=())
    larger = np.where(labels > 0, labels + ADDED, 0)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        write_label_tiff(folder / "uint16.tif", labels, micrograph)
        write_label_tiff(folder / "uint32.tif", larger, micrograph)
        write_rois(folder / "outlines.zip", labels, micrograph)
        by_imagej(folder, jar)
        images, theirs = (
            pd.read_csv(folder / "images.csv"),
            pd.read_csv(folder / "rois.csv").set_index("label"),
        )
        filled = tifffile.imread(folder / "filled.tif")
        kept = [
            np.array_equal(tifffile.imread(folder / f"saved-{name}.tif"), given)
            and read_record(folder / f"saved-{name}.tif").get("pixels_sha256") == micrograph.sha256
            for name, given in (("uint16", labels), ("uint32", larger))
        ]
    ours = measure(labels, micrograph, lattice=False).set_index("label")
    wrong = int(np.count_nonzero(filled != labels))
    types = theirs["type"].value_counts()
    drawn = f"{len(ours)} particles ({', '.join(kinds)}), {NM_PER_PX} nm/px"
    lines = [
        f"ImageJ {images['version'][0].strip()}, {drawn}.",
        "",
        f"Outlines: {types['Traced']} traced polygons and {types['Composite']} composites. ImageJ filled them: "
        f"{wrong} of {labels.size:,} pixels differ from the label image.",
        "",
        "| label image | opens as | pixel size | largest number | record | saved by ImageJ: numbers and record |",
        "|---|---|---|---|---|---|",
    ]
    for row, same in zip(images.itertuples(), kept, strict=True):
        record = "there" if row.info else "missing"
        lines.append(
            f"| {row.file.removesuffix('.tif')} | {row.bits} bit | {row.pixel:g} {row.unit} | {row.largest:,.0f} "
            f"| {record} | {'the same' if same else 'changed'} |"
        )
    return [*lines, "", *table(ours, theirs, kinds)]


def table(ours: pd.DataFrame, theirs: pd.DataFrame, kinds: dict[str, set[int]]) -> list[str]:
    """Return a row a quantity: how far ours and ImageJ's are apart, at most, by kind of particle."""
    plain = sorted(set().union(*(kinds[kind] for kind in ("disc", "ellipse", "square", "rod"))))
    odd = sorted(kinds["irregular"] | kinds["with a hole"] | kinds["two pieces"])
    few = sorted(kinds["few pixels"])
    long = ours["major_axis_nm"] > 1.2 * ours["minor_axis_nm"]
    head = (
        "ours",
        "ImageJ",
        "apart at most: discs to rods",
        "irregular, holes, pieces",
        "1 to 16 pixels",
        "definition",
    )
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for name, (column, said) in PAIRS.items():
        cells = [
            apart(name, ours.loc[rows, name], theirs.loc[rows, column], long.loc[rows])
            for rows in (plain, odd, few)
        ]
        lines.append(f"| `{name}` | {column} | {' | '.join(cells)} | {said} |")
    return lines


def apart(name: str, ours: pd.Series, theirs: pd.Series, long: pd.Series) -> str:
    """Return the largest difference: in degrees, in pixels, or as a share."""
    if name in ANGLES:
        off = ((ours - theirs + 90) % 180 - 90)[long]
        return f"{off.abs().max():.2f} deg"
    if name in PLACES:
        off = (theirs - ours) / NM_PER_PX
        return f"{off.min():.2f} to {off.max():.2f} px"
    if name == "aspect_ratio":
        theirs = 1 / theirs
    off = (ours / theirs - 1).replace([np.inf, -np.inf], np.nan)
    if off.isna().any():
        return "ImageJ: none"
    return f"{100 * off.abs().max():.2f} %"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jar", default="/usr/share/java/ij.jar")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    lines = compare(*draw(), asked.jar)
    print("\n".join(lines))
    if asked.write:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        PAGE.write_text(f"{before}{BEGIN}\n\n" + "\n".join(lines) + f"\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
