"""Would a microscopist believe the simulated micrographs? Contact sheets, and statistics beside real ones.

    python benchmarks/simulated_look.py [--set DIR] [--workers N] [--real DIR ...]

Simulates 24 micrographs of the conditions `full`, each of a specimen of its own, into --set (once; a later call takes
what is there) and writes docs/figures/simulated-contact-sheet.png (whole frames, every particle outlined in its own
colour) and simulated-detail.png (six of them pixel for pixel). With --real, folders of real micrographs, also
simulated-statistics.png: intensity histograms and radial power spectra. Of the real ones it shows curves only.
"""

from __future__ import annotations

import argparse
import io
import json
from pathlib import Path

import matplotlib as mpl
import numpy as np
from PIL import Image
from skimage.segmentation import find_boundaries

from workbench.micrographs.cleaning import remove_outliers
from workbench.micrographs.reading import open_micrograph
from workbench.micrographs.simulation import simulate_set

mpl.use("Agg")
import matplotlib.pyplot as plt

FIGURES = Path(__file__).parents[1] / "docs" / "figures"
COUNT, SEED = 24, 20260
REAL_RANGE = (0.05, 0.07)
"""nm/px at which metals show {111} fringes of 3.4 to 4.7 px, as the real micrographs do."""
MOST_BYTES = 1_500_000
OUTLINES = np.array(
    [
        [255, 60, 50],
        [60, 220, 90],
        [40, 150, 255],
        [255, 220, 20],
        [255, 150, 20],
        [210, 100, 255],
        [80, 230, 255],
    ]
)
LINES = np.array([[255 * (1 - a * (1 - part)) for part in mpl.colormaps["tab10"](n)[:3]]
                  for n in range(4) for a in (1.0, 0.7, 0.4, 0.15)])  # fmt: skip
"""Colours of the curves, solid and pale, which a palette must keep beside the greys."""


def pictures(folder: Path) -> list[tuple[dict, np.ndarray, np.ndarray]]:
    found = []
    for path in sorted((folder / "truth").glob("*.json")):
        truth = json.loads(path.read_text())
        image = open_micrograph(folder / "images" / f"{path.stem}.tif").pixels
        labels = open_micrograph(folder / "labels" / f"{path.stem}.tif").pixels.astype(int)
        found.append((truth, image, labels))
    return found


def dose(picture: tuple[dict, np.ndarray, np.ndarray]) -> float:
    return float(picture[0]["optics"]["dose_e_per_A2"])


def caption(truth: dict) -> str:
    optics, specimen = truth["optics"], truth["specimen"]
    film = f"film {specimen['film_thickness_nm']:.0f} nm" if specimen["film_thickness_nm"] else "no film"
    return (
        f"{specimen['structure']}  {truth['nm_per_px']:.3f} nm/px  {optics['dose_e_per_A2']:.0f} e/Å$^2$  "
        f"{optics['defocus_nm']:.0f} nm\n{optics['voltage_kV']:.0f} kV, Cs {optics['cs_um']:.0f} µm, "
        + ("no aperture, " if optics["aperture_mrad"] is None else f"{optics['aperture_mrad']:.0f} mrad, ")
        + film
    )


def grey(image: np.ndarray, binning: int) -> np.ndarray:
    edge = image.shape[0] // binning
    small = image[: edge * binning, : edge * binning].reshape(edge, binning, edge, binning).mean(axis=(1, 3))
    low, high = np.percentile(small, [0.3, 99.7])
    return np.clip((small - low) / (high - low), 0, 1)


def sheet(chosen, path: Path, *, columns: int, binning: int, crop: int | None, outlined: bool) -> None:
    rows = -(-len(chosen) // columns)
    pane = (crop or 512) // binning / 100
    figure, axes = plt.subplots(
        rows, columns, figsize=(columns * (pane + 0.08), rows * (pane + 0.34)), dpi=100
    )
    figure.subplots_adjust(0.003, 0.003, 0.997, 1 - 0.34 / (rows * (pane + 0.34)), 0.03, 0.34 / pane)
    for axis, (truth, image, labels) in zip(axes.flat, chosen, strict=True):
        if crop is not None:
            y, x = busiest(labels, crop)
            image, labels = image[y : y + crop, x : x + crop], labels[y : y + crop, x : x + crop]
        shown = np.repeat(grey(image, binning)[..., None], 3, axis=2)
        if outlined:
            small = labels[::binning, ::binning]
            edge = find_boundaries(small, mode="inner")
            shown[edge] = OUTLINES[small[edge] % len(OUTLINES)] / 255
        axis.imshow(shown, interpolation="nearest")
        axis.set_title(caption(truth), fontsize=6.5, pad=2)
        axis.set_axis_off()
    save(figure, path)


def busiest(labels: np.ndarray, crop: int) -> tuple[int, int]:
    """Return the corner of the crop in which particle and background are most evenly shown."""
    corners = [(y, x) for y in range(0, 512 - crop + 1, 32) for x in range(0, 512 - crop + 1, 32)]
    shares = [np.mean(labels[y : y + crop, x : x + crop] > 0) for y, x in corners]
    return corners[int(np.argmin(np.abs(np.array(shares) - 0.5)))]


def save(figure, path: Path) -> None:
    """Write a PNG of at most 1.5 MB: noise does not compress, so it takes fewer greys, then fewer pixels."""
    memory = io.BytesIO()
    figure.savefig(memory, dpi=100)
    plt.close(figure)
    picture = Image.open(memory).convert("RGB")
    for greys, scale in ((128, 1.0), (64, 1.0), (40, 1.0), (32, 0.8), (32, 0.6)):
        palette = Image.new("P", (1, 1))
        colours = np.concatenate([np.repeat(np.linspace(0, 255, greys)[:, None], 3, axis=1), OUTLINES, LINES])
        palette.putpalette(np.pad(colours, ((0, 256 - len(colours)), (0, 0))).astype(np.uint8).tobytes())
        size = (round(picture.width * scale), round(picture.height * scale))
        picture.resize(size).quantize(palette=palette, dither=Image.Dither.NONE).save(path, optimize=True)
        if path.stat().st_size <= MOST_BYTES:
            break
    print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB")


def standardised(image: np.ndarray) -> np.ndarray:
    image = image.astype(np.float32)
    if np.array_equal(
        image, np.round(image)
    ):  # whole counts fall into bins unevenly; half a count more or less does not
        image = image + np.random.default_rng(0).uniform(-0.5, 0.5, image.shape).astype(np.float32)
    image = remove_outliers(image)
    return (image - image.mean()) / image.std()


def radial_spectrum(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return spatial frequency in 1/px and mean power around each ring; the power sums to the variance."""
    window = np.outer(np.hanning(image.shape[0]), np.hanning(image.shape[1]))
    power = np.abs(np.fft.fft2(image * window)) ** 2 / (window**2).sum()
    fy, fx = (np.fft.fftfreq(n) for n in image.shape)
    frequency = np.hypot(fy[:, None], fx[None, :])
    edges = np.linspace(0, 0.5, 65)
    ring = np.digitize(frequency, edges)
    centres = (edges[1:] + edges[:-1]) / 2
    return centres, np.array([power[ring == n].mean() for n in range(1, len(edges))])


def statistics(groups: dict[str, list[np.ndarray]], path: Path) -> None:
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
    bins = np.linspace(-5, 5, 101)
    for name, images in groups.items():
        ready = [standardised(image) for image in images]
        histograms = [np.histogram(image, bins, density=True)[0] for image in ready]
        spectra = [radial_spectrum(image)[1] for image in ready]
        for axis, x, curves in (
            (left, (bins[1:] + bins[:-1]) / 2, histograms),
            (right, radial_spectrum(ready[0])[0], spectra),
        ):
            low, middle, high = np.percentile(curves, [10, 50, 90], axis=0)
            (line,) = axis.plot(x, middle, label=f"{name} ({len(images)})")
            axis.fill_between(x, low, high, color=line.get_color(), alpha=0.15, linewidth=0)
        skew = [float(np.mean(image**3)) for image in ready]
        share = [float(s[radial_spectrum(ready[0])[0] > 0.25].mean()) for s in spectra]
        print(
            f"{name:32} n {len(images):3}  skewness {np.median(skew):+.2f}  mean power above 0.25/px "
            f"{np.median(share):.3f} ({min(share):.3f} to {max(share):.3f})"
        )
    left.set(xlabel="intensity, standardised", ylabel="probability density", title="Median; band 10 to 90 %")
    right.set(xlabel="spatial frequency (1/px)", ylabel="power, standardised image", yscale="log")
    left.legend(fontsize=8)
    save(figure, path)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--set", type=Path, default=Path("out/simulated-look"))
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--real", type=Path, nargs="*", default=[], help="folders of micrographs")
    given = parser.parse_args()
    if not (given.set / "set.toml").exists():
        simulate_set(
            given.set,
            COUNT,
            SEED,
            conditions="full",
            images_per_wave=1,
            workers=given.workers,
            progress=lambda _done, text: print(text, flush=True),
        )
    found = pictures(given.set)
    FIGURES.mkdir(exist_ok=True)
    sheet(found, FIGURES / "simulated-contact-sheet.png", columns=6, binning=2, crop=None, outlined=True)
    near = sorted((one for one in found if one[2].any()), key=dose, reverse=True)[:12:2]
    sheet(near, FIGURES / "simulated-detail.png", columns=3, binning=1, crop=352, outlined=False)
    if given.real:
        groups = {"simulated, full range": [image for _truth, image, _labels in found]}
        alike = [i for truth, i, _labels in found if REAL_RANGE[0] <= truth["nm_per_px"] <= REAL_RANGE[1]]
        if alike:
            groups[f"simulated, {REAL_RANGE[0]} to {REAL_RANGE[1]} nm/px"] = alike
        for folder in given.real:
            files = sorted(
                p for p in folder.iterdir() if p.suffix.lower() in (".png", ".jpg", ".tif", ".dm3")
            )
            groups[f"real, {folder.parent.name if folder.name == 'images' else folder.name}"] = [
                open_micrograph(path).pixels for path in files
            ]
        statistics(groups, FIGURES / "simulated-statistics.png")


if __name__ == "__main__":
    main()
