"""The files of one exit wave of a simulated set: micrographs, labels, and the truth beside them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbench.micrographs.datasets.periodic import number_pieces
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.simulation.conditions import Conditions
from workbench.micrographs.simulation.drawing import draw_optics, draw_wave, streams
from workbench.micrographs.simulation.labels import LabelImage, renumbered
from workbench.micrographs.simulation.multislice import ExitWave, image_from_wave
from workbench.micrographs.writing import write_tiff
from workbench.whole_files import written_whole


@dataclass(frozen=True)
class WaveJob:
    """What it takes to make the micrographs of one exit wave, in this process or another.

    Parameters
    ----------
    folder : Path
        Of the set; its ``images/``, ``labels/`` and ``truth/`` exist.
    seed, index : int
        Of the set, and of the wave in it: together they decide everything.
    shots : int
        How many micrographs.
    conditions : Conditions
        What is drawn from.
    """

    folder: Path
    seed: int
    index: int
    shots: int
    conditions: Conditions

    def name(self, shot: int) -> str:
        """Return the stem of a micrograph's files."""
        return f"sim{self.seed}_{self.index:04d}_{shot}"

    def files(self, shot: int) -> tuple[Path, Path, Path]:
        """Return the micrograph, its labels and its truth."""
        name = self.name(shot)
        return (
            self.folder / "images" / f"{name}.tif",
            self.folder / "labels" / f"{name}.tif",
            self.folder / "truth" / f"{name}.json",
        )

    def missing(self) -> list[int]:
        """Return the micrographs of which a file is not there; a file that is there is whole."""
        return [shot for shot in range(self.shots) if not all(path.exists() for path in self.files(shot))]


def run_job(job: WaveJob) -> int:
    """Compute the exit wave and write its missing micrographs; return how many were written."""
    missing = job.missing()
    if not missing:
        return 0
    rng, extra = streams(job.seed, job.index)
    wave = draw_wave(job.conditions, rng, extra)
    for shot in range(job.shots):
        optics = draw_optics(job.conditions, wave, rng, extra)
        noise_seed = int(rng.integers(2**31))
        if shot not in missing:
            continue
        micrograph, shown = image_from_wave(wave, optics, noise_seed, name=job.name(shot))
        labels, numbers = numbered_pieces(shown)
        image_path, label_path, truth_path = job.files(shot)
        write_tiff(image_path, micrograph.pixels.astype(np.uint16), micrograph.nm_per_px)
        write_tiff(label_path, labels, micrograph.nm_per_px, result="label")
        truth = {
            "name": job.name(shot),
            "seed": [job.seed, job.index],
            "noise_seed": noise_seed,
            "nm_per_px": wave.nm_per_px,
            "optics": optics.as_dict(),
            "specimen": wave.parameters | {"particles": particles_seen(wave, micrograph, labels, numbers)},
        }
        write_text(truth_path, json.dumps(truth, indent=1))
    return len(missing)


def numbered_pieces(shown: LabelImage) -> tuple[LabelImage, dict[int, list[int]]]:
    """Number what a frame shows from 1 without gaps: the particles, then their pieces that its edge parts.

    Parameters
    ----------
    shown : (H, W) array
        The number of a particle in the specimen, 0 where there is none.

    Returns
    -------
    (H, W) uint8 or uint16 array, dict of int to list of int
        And for each particle that is shown the numbers of its pieces, the largest first.
    """
    labels, numbers = renumbered(shown)
    apart, particle = number_pieces(labels)
    pieces = {
        number: [label, *(piece for piece, of in particle.items() if of == label)]
        for number, label in numbers.items()
    }
    return renumbered(apart.astype(np.uint16))[0], pieces


def particles_seen(
    wave: ExitWave, micrograph: Micrograph, labels: LabelImage, numbers: dict[int, list[int]]
) -> list[dict[str, Any]]:
    """Return what is known of each particle of the specimen, and where it is in one micrograph.

    Returns
    -------
    list of dict
        What :func:`workbench.micrographs.simulation.specimen.build_specimen` noted, and ``labels`` (of the pieces that
        the edge of the frame parts, the largest first; empty where the frame does not show the particle), ``label``
        (the first of them, or None), ``x_px`` and ``y_px`` (of its centre, which may lie outside the frame), ``pixels``
        (with these labels), ``shown_diameter_nm`` (of a disc of the area that the whole cell shows).
    """
    start = (wave.labels.shape[0] - micrograph.shape[0]) / 2
    shown = np.bincount(wave.labels.ravel(), minlength=len(wave.parameters["particles"]) + 1)
    inside = np.bincount(labels.ravel())
    rows = []
    for number, note in enumerate(wave.parameters["particles"], 1):
        pieces = numbers.get(number, [])
        rows.append(
            note
            | {
                "label": pieces[0] if pieces else None,
                "labels": pieces,
                "x_px": note["x_nm"] / wave.nm_per_px - start - 0.5,
                "y_px": note["y_nm"] / wave.nm_per_px - start - 0.5,
                "pixels": int(inside[pieces].sum()),
                "shown_diameter_nm": float(np.sqrt(4 / np.pi * shown[number]) * wave.nm_per_px),
            }
        )
    return rows


def write_text(path: Path, text: str) -> None:
    """Write a text file that appears under its name only when it is complete."""
    with written_whole(path) as half:
        half.write_text(text, encoding="utf-8")
