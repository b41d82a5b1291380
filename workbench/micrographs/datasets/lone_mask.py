"""The mask or label image in one file, in a labelled set or on its own."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.micrographs.datasets.description import read_description
from workbench.micrographs.datasets.label_image import MaskOrLabels, Numbers, interpret_file
from workbench.micrographs.datasets.labels import PARTICLES, LabelMeaning
from workbench.micrographs.datasets.periodic import number_pieces
from workbench.micrographs.labelling.label_file import MEANING
from workbench.micrographs.micrograph import BoolImage
from workbench.micrographs.provenance import LABELS, kind_of_result
from workbench.micrographs.reading import open_micrograph

_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_PALETTES = (
    (b"\x89PNG", "PngImagePlugin", "PngImageFile"),
    (b"BM", "BmpImagePlugin", "BmpImageFile"),
    (b"GIF8", "GifImagePlugin", "GifImageFile"),
)
"""Of pictures that may have a palette: how they begin, and which class of Pillow reads them."""


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


def read_label(path: str | os.PathLike[str], frame: int = 0) -> LoneLabel:
    """Read a mask or a label image.

    Parameters
    ----------
    path : path
        A label of a set (``labels/`` beside ``set.toml``), or one that was drawn on the page and is not added to a set
        yet (in one folder with ``set.toml``), is read as that file says, and one that was drawn on the page as it was
        drawn wherever it lies. A label image that the workbench wrote is one, whatever its numbers. In any other its
        values tell whether it is a mask or a label image, see
        `workbench.micrographs.datasets.label_image.interpret_file`.
    frame : int
        Of the micrograph that it belongs to: where the file holds several images, that one is the label.

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
    frames, which = micrograph.metadata["frames"], ""
    if frames > 1:
        which = f"{path.name} holds {frames} frames, of which number {frame} is taken, counted from 0"
        micrograph = open_micrograph(path, frame=frame)
    pixels = _palette_numbers(path, micrograph.shape, frame if frames > 1 else 0)
    if pixels is None:
        pixels = micrograph.pixels
    folder = path.parent.parent if path.parent.name == "labels" else path.parent
    described = read_description(folder / "set.toml")
    if not described and _drawn_on_the_page(micrograph.metadata) and set(np.unique(pixels)) <= {0, 1, 2}:
        described = MEANING
    if described:
        meaning = LabelMeaning.of(str(path), described)
        mask, unsure = meaning.mask(pixels, path.name), meaning.ignored(pixels, path.name)
        numbers: Numbers | None = None
        if meaning.kind == PARTICLES and meaning.above is None:
            numbers = np.where(mask, pixels, 0).astype(np.int64)
            if meaning.simulated:
                numbers = number_pieces(numbers)[0].astype(np.int64)
        return LoneLabel(mask, numbers, unsure, which)
    own = _is_own_label_image(path, pixels)
    found = MaskOrLabels.numbered(pixels) if own else interpret_file(pixels, path.name)
    return LoneLabel(found.mask, found.numbers, None, "; ".join(filter(None, [which, found.said])))


def read_mask(path: str | os.PathLike[str]) -> BoolImage:
    """Return the mask of `read_label`, (H, W) bool; pixels of which nobody is sure are background."""
    return read_label(path).mask


def read_mask_with_unsure(path: str | os.PathLike[str]) -> tuple[BoolImage, BoolImage | None]:
    """Return the mask of `read_label` and where nobody is sure what there is, None where no pixel is so."""
    found = read_label(path)
    return found.mask, found.unsure


def _drawn_on_the_page(metadata: dict[str, Any]) -> bool:
    """Say whether `LabelFile` wrote it, by the description that it gives its files."""
    original = metadata.get("original")
    imagej = original.get("IJMetadata") if isinstance(original, dict) else None
    info = imagej.get("Info") if isinstance(imagej, dict) else None
    return isinstance(info, str) and info.startswith("label of ")


def _is_own_label_image(path: Path, pixels: npt.NDArray[Any]) -> bool:
    """Say whether the workbench wrote a file as a label image, by its record, which ImageJ keeps when it saves it.

    Then its numbers are what they are, however the particles lie. But a mask that was made of it in ImageJ is one.
    """
    if kind_of_result(path) != LABELS:
        return False
    return not np.array_equal(np.unique(pixels), [0, 255]) and bool((pixels == np.floor(pixels)).all())


def _palette_numbers(path: Path, shape: tuple[int, int], frame: int) -> npt.NDArray[Any] | None:
    """Return the numbers of a picture whose colours only show them, as programs for labelling write; else None."""
    if path.is_dir():  # a .zspy
        return None
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(0)
        if head in _TIFF:
            import tifffile

            with tifffile.TiffFile(file) as tiff:
                pages = tiff.pages
                page: Any = pages[frame] if frame < len(pages) else None
                if page is None or page.photometric != tifffile.PHOTOMETRIC.PALETTE or page.shape != shape:
                    return None
                numbers = np.asarray(page.asarray())
                return _unless_grey(numbers, np.asarray(page.colormap).T)
        for start, module, name in _PALETTES:
            if head.startswith(start):
                image: Any = getattr(import_module(f"PIL.{module}"), name)(file)
                if image.mode != "P" or (image.height, image.width) != shape or frame:
                    return None
                image.load()
                colours = np.array(image.getpalette("RGB"), np.uint8).reshape(-1, 3)
                return _unless_grey(np.asarray(image), colours)
    return None


def _unless_grey(numbers: npt.NDArray[Any], colours: npt.NDArray[Any]) -> npt.NDArray[Any] | None:
    """Return the numbers; None where all their colours are greys, which are the values of a grey picture."""
    used = colours[np.minimum(np.unique(numbers), len(colours) - 1)]
    return None if (used == used[:, :1]).all() else numbers
