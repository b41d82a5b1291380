"""The mask or label image in one file, in a labelled set or on its own."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.micrographs.labelling.label_file import MEANING
from workbench.micrographs.micrograph import BoolImage
from workbench.micrographs.reading import open_micrograph
from workbench.micrographs.sets.description import read_description
from workbench.micrographs.sets.label_image import Numbers, interpret_file
from workbench.micrographs.sets.labels import PARTICLES, LabelMeaning


@dataclass(frozen=True, eq=False)
class LoneLabel:
    """What one file says is particle.

    Attributes
    ----------
    mask : (H, W) bool array
    numbers : (H, W) int64 array or None
        One number a particle, 0 where there is none; None where the file holds a mask.
    unsure : (H, W) bool array or None
        Where nobody is sure what there is; None where no pixel is so.
    said : str
        How the values were taken, where that is not plain; else empty.
    """

    mask: BoolImage
    numbers: Numbers | None = None
    unsure: BoolImage | None = None
    said: str = ""

    @property
    def particles(self) -> npt.NDArray[Any]:
        """What to measure: the label image where it is one, else the mask."""
        return self.mask if self.numbers is None else self.numbers


def read_label(path: str | os.PathLike[str]) -> LoneLabel:
    """Read a mask or a label image.

    Parameters
    ----------
    path : path
        A label of a set (``labels/`` beside ``set.toml``), or one that was drawn on the page and is not added to a set
        yet (in one folder with ``set.toml``), is read as that file says, and one that was drawn on the page as it was
        drawn wherever it lies. In any other its values tell whether it is a mask or a label image, see
        `workbench.micrographs.sets.label_image.interpret_file`.

    Returns
    -------
    LoneLabel

    Raises
    ------
    MicrographError
        If the file cannot be read.
    DatasetError
        If the set does not say which values are particle, or the file is neither a mask nor a label image.
    """
    path = Path(path)
    micrograph = open_micrograph(path)
    pixels = _palette_numbers(path, micrograph.shape)
    if pixels is None:
        pixels = micrograph.pixels
    folder = path.parent.parent if path.parent.name == "labels" else path.parent
    described = read_description(folder / "set.toml")
    if not described and _drawn_on_the_page(micrograph.metadata) and set(np.unique(pixels)) <= {0, 1, 2}:
        described = MEANING
    if described:
        meaning = LabelMeaning.of(str(path), described)
        mask, unsure = meaning.mask(pixels, path.name), meaning.ignored(pixels, path.name)
        numbered = meaning.kind == PARTICLES and meaning.above is None
        return LoneLabel(mask, np.where(mask, pixels, 0).astype(np.int64) if numbered else None, unsure)
    found = interpret_file(pixels, path.name)
    return LoneLabel(found.mask, found.numbers, None, found.said)


def read_mask(path: str | os.PathLike[str]) -> BoolImage:
    """Return the mask of `read_label`, (H, W) bool; pixels of which nobody is sure are background."""
    return read_label(path).mask


def read_mask_with_doubt(path: str | os.PathLike[str]) -> tuple[BoolImage, BoolImage | None]:
    """Return the mask of `read_label` and where nobody is sure what there is, None where no pixel is so."""
    found = read_label(path)
    return found.mask, found.unsure


def _drawn_on_the_page(metadata: dict[str, Any]) -> bool:
    """Say whether `LabelFile` wrote it, by the description that it gives its files."""
    original = metadata.get("original")
    imagej = original.get("IJMetadata") if isinstance(original, dict) else None
    info = imagej.get("Info") if isinstance(imagej, dict) else None
    return isinstance(info, str) and info.startswith("label of ")


def _palette_numbers(path: Path, shape: tuple[int, int]) -> npt.NDArray[Any] | None:
    """Return the numbers of a PNG whose colours only show them, as programs for labelling write; else None."""
    with path.open("rb") as file:
        if file.read(4) != b"\x89PNG":
            return None
        from PIL import PngImagePlugin

        file.seek(0)
        image: Any = PngImagePlugin.PngImageFile(file)
        if image.mode != "P" or (image.height, image.width) != shape:
            return None
        image.load()
        return np.asarray(image)
