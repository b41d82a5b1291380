"""A micrograph and its label, and how many of them are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from workbench.errors import DatasetError, MicrographError
from workbench.micrographs.datasets.boxes import Boxes, BoxSource
from workbench.micrographs.datasets.labels import LabelMeaning
from workbench.micrographs.datasets.naming import HANDFUL, listed
from workbench.micrographs.datasets.overlapping import Masks, OverlappingSource
from workbench.micrographs.datasets.source import Source
from workbench.micrographs.formats.raw import ChangedError
from workbench.micrographs.micrograph import BoolImage, Micrograph

T = TypeVar("T")

READINGS = 3
"""How often a file is read that was written to each time."""


@dataclass(frozen=True)
class LabelledMicrograph:
    """One micrograph and its label; nothing is read before it is asked for."""

    name: str
    source: Source = field(repr=False)
    index: int
    meaning: LabelMeaning = field(default=LabelMeaning(), repr=False)
    nm_per_px: float | None = None
    set_dose: float | None = field(default=None, repr=False)

    def load(self) -> tuple[Micrograph, npt.NDArray[Any]]:
        """Return the micrograph and its label as it is stored.

        Raises
        ------
        DatasetError
            If one of them cannot be read.
        """
        return self._read(
            lambda: (self.source.micrograph(self.index, self.nm_per_px), self.source.label(self.index))
        )

    def read(self) -> tuple[Micrograph, BoolImage]:
        """Return the micrograph and its mask.

        Raises
        ------
        DatasetError
            If one of them cannot be read, their shapes differ, or it is not clear which values are particle.
        """
        micrograph, mask, _ignored = self.read_with_unsure()
        return micrograph, mask

    def read_with_unsure(self) -> tuple[Micrograph, BoolImage, BoolImage | None]:
        """Return the micrograph, its mask, and where nobody is sure; None where everything is.

        Raises
        ------
        DatasetError
            As for `read`.
        """
        micrograph, label = self.load()
        if label.shape[:2] != micrograph.shape:
            raise DatasetError(
                f"{self.name}: the image is {micrograph.shape} but its label is {label.shape}; they must agree."
            )
        return micrograph, self.meaning.mask(label, self.name), self.meaning.ignored(label, self.name)

    def read_boxes(self) -> tuple[Micrograph, Boxes]:
        """Return the micrograph and the box round each of its particles.

        Returns
        -------
        Micrograph, (N, 4) float64 array
            Top, left, bottom and right of each box, in pixels.

        Raises
        ------
        DatasetError
            If one of them cannot be read, or the set holds no boxes.
        """
        if not isinstance(self.source, BoxSource):
            raise DatasetError(f"{self.name} has a mask and no boxes; read its mask, or take a set of boxes.")
        micrograph = self._micrograph()
        return micrograph, self.source.boxes(self.index, micrograph.shape)

    def read_segmentations(self) -> tuple[Micrograph, dict[str, Masks]]:
        """Return the micrograph and its manual segmentations, each of one mask a particle that may overlap.

        Returns
        -------
        Micrograph, dict of str to (N, H, W) bool array

        Raises
        ------
        DatasetError
            If one of them cannot be read, or the set holds no masks that may overlap.
        """
        if not isinstance(self.source, OverlappingSource):
            raise DatasetError(f"{self.name} has no masks that may overlap; read its mask.")
        micrograph = self._micrograph()
        return micrograph, self.source.segmentations(self.index, micrograph.shape)

    @property
    def dose_e_per_A2(self) -> float | None:
        """Dose in electrons per square Angstrom, from the truth beside a simulated set, the file or the set."""
        dose = self._read(lambda: self.source.dose(self.index))
        return self.set_dose if dose is None else dose

    def _micrograph(self) -> Micrograph:
        return self._read(lambda: self.source.micrograph(self.index, self.nm_per_px))

    def _read(self, read: Callable[[], T]) -> T:
        """Read, and name the micrograph in the sentence of one that cannot be read.

        A label that somebody draws is put in place of the one before it after each stroke: it is read again.
        """
        for left in reversed(range(READINGS)):
            try:
                return read()
            except ChangedError as changed:
                if left:
                    continue
                broken: MicrographError = changed
            except MicrographError as unreadable:
                broken = unreadable
            raise DatasetError(f"{self.name} of a labelled set cannot be used: {broken}") from broken
        raise AssertionError("it is read at least once")


def read_all(pairs: Sequence[LabelledMicrograph]) -> list[tuple[Micrograph, BoolImage]]:
    """Read every pair into memory; for what is raised see `readings`."""
    return [(micrograph, mask) for micrograph, mask, _ignored in readings(pairs)]


def readings(
    pairs: Sequence[LabelledMicrograph],
) -> Iterator[tuple[Micrograph, BoolImage, BoolImage | None]]:
    """Read one pair after the other: the micrograph, its mask, and where nobody is sure.

    Raises
    ------
    DatasetError
        If one cannot be used; after the last one, or a handful, if masks are of another size than their images
        (named); if nobody is sure of any pixel; after the last one if there is no particle in any mask.
    """
    for _pair, _label, micrograph, mask, ignored in _each(pairs):
        yield micrograph, mask, ignored


def numbered_readings(
    pairs: Sequence[LabelledMicrograph],
) -> Iterator[tuple[Micrograph, npt.NDArray[np.int32], BoolImage | None]]:
    """Read one pair after the other as `readings` does, with a number for each particle in place of a mask.

    Where the label is a mask, a particle is what is connected through sides or corners: those that touch are one.
    """
    for pair, label, micrograph, mask, ignored in _each(pairs):
        numbers = pair.meaning.numbers(label, pair.name)
        if numbers is None:
            numbers = np.empty(mask.shape, np.int32)
            ndimage.label(mask, structure=np.ones((3, 3)), output=numbers)
        yield micrograph, numbers, ignored


def _each(
    pairs: Sequence[LabelledMicrograph],
) -> Iterator[tuple[LabelledMicrograph, npt.NDArray[Any], Micrograph, BoolImage, BoolImage | None]]:
    sizes: list[str] = []
    empty = True
    for pair in pairs:
        micrograph, label = pair.load()
        if label.shape[:2] != micrograph.shape:
            sizes.append(f"{pair.name} (image {micrograph.shape}, label {label.shape})")
            if len(sizes) == HANDFUL:
                break
            continue
        mask = pair.meaning.mask(label, pair.name)
        ignored = pair.meaning.ignored(label, pair.name)
        if ignored is not None and ignored.all():
            raise DatasetError(
                f"{pair.name}: every pixel of its label is not sure; draw what can be told, or take it out of the set."
            )
        empty = empty and not mask.any()
        yield pair, label, micrograph, mask, ignored
    if sizes:
        raise DatasetError(f"Masks must be as large as their image, unlike those of {listed(sizes)}.")
    if pairs and empty:
        raise DatasetError(
            f"There is no particle in any of the {len(pairs)} masks, of {listed([p.name for p in pairs])}; "
            "check that the labels belong to the images and which value is particle."
        )
